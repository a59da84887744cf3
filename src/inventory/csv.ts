import papaparse from 'papaparse';
import type { InventoryReport } from './report.ts';
import { type LossTotal, type QualityShares, type ScopeTotal, shareNames } from './scope-total.ts';

const csvColumns = ['organisation', 'year', 'section', 'method', 'item', 'value', 'unit', 'base'] as const;

type Line = [section: string, method: string, item: string, value: string | number | null, unit: string, base?: string];

// A spreadsheet runs a cell that begins with one of these as a formula (OWASP, CSV Injection); a plain negative number is none.
const FORMULA = /^(?!-[0-9]+(\.[0-9]+)?$)[=+\-@\t\r]/;

/** The inventory as a table a person can open: one figure a row, RFC 4180, what does not exist is an empty cell. */
export function inventoryCsv(report: InventoryReport): string {
  const lines: Line[] = [
    ...scopeLines('scope 1', '', report.scope1),
    ...scopeLines('scope 2', 'location-based', report.scope2.location),
    ...scopeLines('scope 2', 'market-based', report.scope2.market),
    ...lossLines(report.scope3.losses),
    ...energyLines(report),
    ...completenessLines(report),
  ];
  const rows = lines.map(([section, method, item, value, unit, base]) => [
    report.owner,
    report.year,
    section,
    method,
    item,
    value ?? '',
    unit,
    base ?? '',
  ]);
  return `${papaparse.unparse([[...csvColumns], ...rows], { escapeFormulae: FORMULA, newline: '\r\n' })}\r\n`;
}

function scopeLines(section: string, method: string, total: ScopeTotal): Line[] {
  const { co2e, co2, ch4, n2o, records, gwpSets, quality } = total;
  return [
    [section, method, 'CO2e', co2e.t, 't'],
    [section, method, 'CO2e', co2e.kg, 'kg'],
    [section, method, 'CO2', co2, 'kg'],
    [section, method, 'CH4', ch4, 'kg'],
    [section, method, 'N2O', n2o, 'kg'],
    [section, method, 'records', records, ''],
    ...gwpSets.map(({ set, share }): Line => [section, method, `GWP set ${set}`, share, 'share', quality.base]),
    ...shareLines(section, method, quality),
  ];
}

function lossLines({ co2e, kWh, records, withoutRate, quality }: LossTotal): Line[] {
  const section = 'scope 3 category 3 losses';
  return [
    [section, '', 'CO2e', co2e.t, 't'],
    [section, '', 'CO2e', co2e.kg, 'kg'],
    [section, '', 'lost energy', kWh, 'kWh'],
    [section, '', 'records', records, ''],
    [section, '', 'delivered without a loss rate', withoutRate.kWh, 'kWh'],
    ...shareLines(section, '', quality),
  ];
}

function shareLines(section: string, method: string, { base, shares }: QualityShares): Line[] {
  return shareNames.map((name) => [section, method, name, shares[name], 'share', base]);
}

function energyLines({ energy, consumption }: InventoryReport): Line[] {
  return [
    ...energy.map((line): Line => ['energy', '', `${line.commodity} ${line.flow}`, line.energy, line.unit]),
    ...consumption.map((line): Line => ['energy', '', `${line.commodity} consumption`, line.consumption, line.unit]),
  ];
}

function completenessLines({ completeness, beyondRange }: InventoryReport): Line[] {
  const section = 'completeness';
  return [
    [section, '', 'meter-days covered', completeness.share, 'share', String(completeness.days)],
    [section, '', 'records beyond range', beyondRange, ''],
    ...completeness.meters.flatMap(({ meter, commodity, flow, share, days, gaps }): Line[] => [
      [section, '', `${meter} ${commodity} ${flow}`, share, 'share', String(days)],
      ...gaps.map(
        (gap): Line => [section, '', `${meter} ${commodity} ${flow} gap ${gap.start} to ${gap.end}`, gap.days, 'days'],
      ),
    ]),
  ];
}
