import { styleText } from 'node:util';
import type { InventoryReport, QualityShares, ScopeTotal, ShareName, SiteCompleteness } from '../inventory/index.ts';
import { table } from './output.ts';
import { amount, counted, days } from './words.ts';

const SHARES: Readonly<Record<ShareName, string>> = {
  estimated: 'from estimated readings',
  calculated: 'from filled gaps',
  oldFactor: 'with a factor older than the bill',
  co2Only: 'with a factor of CO2 alone',
  lifecycle: 'with a lifecycle factor',
  netOnly: 'from net readings alone',
  residualMixAbsent: 'without a residual mix',
  withoutEvidence: 'without a document',
  committed: 'with a document kept, not yet seen by an auditor',
  verified: 'with a document seen by an auditor',
  challenged: 'with a document asked for by an auditor',
  withheld: 'with a document withheld',
  erased: 'with a document erased',
  lost: 'with a document lost',
};

/** True where the year has nothing to show. */
export function isEmpty({ energy, completeness, beyondRange }: InventoryReport): boolean {
  return energy.length === 0 && completeness.meters.length === 0 && beyondRange === 0;
}

/** Instead of a page of zeros. */
export function renderNothing({ owner, year }: InventoryReport, years: readonly number[]): string {
  const others = years.length === 0 ? `${owner} has none at all` : `there are records for ${years.join(', ')}`;
  return `no records of ${year}; ${others}`;
}

/** A member's inventory of a year on one page: the sums first, then what they rest on. */
export function renderInventory(report: InventoryReport, sites: readonly SiteCompleteness[]): string {
  const { scope1, scope2, scope3 } = report;
  const rows = [
    totalRow('Scope 1, fuels', scope1),
    totalRow('Scope 2, location-based', scope2.location),
    totalRow('Scope 2, market-based', scope2.market),
    [
      'Scope 3, category 3 (grid losses)',
      amount(scope3.losses.co2e.t),
      amount(scope3.losses.co2e.kg),
      String(scope3.losses.records),
      '',
    ],
  ];
  return [
    styleText('bold', `Greenhouse-gas inventory of ${report.owner}, ${report.year}`),
    '',
    table(['', 't CO2e', 'kg CO2e', 'records', 'GWP sets'], rows),
    '',
    ...energyLines(report),
    ...completenessLines(report),
    ...siteLines(sites),
    ...qualityLines('location-based', scope2.location.quality),
    ...qualityLines('market-based', scope2.market.quality),
    ...(scope1.records === 0 ? [] : qualityLines('scope 1', scope1.quality)),
    ...(report.beyondRange === 0
      ? []
      : [`${counted(report.beyondRange, 'record')} too large to be summed, in no figure above`]),
  ].join('\n');
}

function totalRow(name: string, total: ScopeTotal): string[] {
  const sets = total.gwpSets.map(({ set, share }) => `${set} ${percent(share)}`).join(', ');
  return [name, amount(total.co2e.t), amount(total.co2e.kg), String(total.records), sets];
}

function energyLines({ energy }: InventoryReport): string[] {
  return energy.map(
    (line) =>
      `  ${line.commodity} ${line.flow}: ${amount(line.energy)} ${line.unit}${line.hasEmissions ? '' : ' (no emissions; reported apart)'}`,
  );
}

function completenessLines({ completeness }: InventoryReport): string[] {
  const gaps = completeness.meters.flatMap((meter) =>
    meter.gaps.map(
      (gap) =>
        `    meter ${meter.meter.slice(0, 8)} ${meter.commodity}: no record for ${days(gap.start, gap.end)} (${counted(gap.days, 'day')})`,
    ),
  );
  return [
    '',
    `  ${counted(completeness.meters.length, 'meter')}; ${percent(completeness.share)} of ${completeness.meters.length === 1 ? 'its' : 'their'} days covered`,
    ...gaps.slice(0, 12),
    ...(gaps.length > 12 ? [`    ... and ${counted(gaps.length - 12, 'more gap')}`] : []),
  ];
}

const MOST_SITES = 12;
const MOST_METERS = 4;

/** Nothing where no site has a name: then the meters are all there is. */
function siteLines(sites: readonly SiteCompleteness[]): string[] {
  if (sites.every(({ site }) => site === null)) return [];
  const lines = sites.map(({ site, meters, incomplete, incompleteMeters, share }) => {
    const which = incomplete < meters ? `${incomplete} of them ` : meters > 1 ? 'each ' : '';
    const named = incompleteMeters.slice(0, MOST_METERS).map((meter) => meter.slice(0, 8));
    const others = incomplete > MOST_METERS ? [`${incomplete - MOST_METERS} more`] : [];
    const open = incomplete === 0 ? '' : `, ${which}with days open (${[...named, ...others].join(', ')})`;
    return `    ${site ?? 'no site named'}: ${percent(share)} of the days of ${counted(meters, 'meter')}${open}`;
  });
  const more = sites.length - MOST_SITES;
  const rest = more > 0 ? [`    ... and ${counted(more, 'more site')}; --json shows all`] : [];
  return ['', '  by site:', ...lines.slice(0, MOST_SITES), ...rest];
}

function qualityLines(name: string, { shares }: QualityShares): string[] {
  const shown = (Object.keys(SHARES) as ShareName[]).filter((share) => shares[share] !== null && shares[share] !== '0');
  return ['', `  of ${name}:`, ...shown.map((share) => `    ${percent(shares[share]).padStart(8)}  ${SHARES[share]}`)];
}

/** A share of at most four places as a per cent with two: exact, by moving the dot. */
function percent(share: string | null): string {
  if (share === null) return 'none';
  const [whole = '0', fraction = ''] = share.split('.');
  const digits = `${whole}${fraction.padEnd(4, '0')}`;
  return `${Number(digits.slice(0, -2))}.${digits.slice(-2)} %`;
}
