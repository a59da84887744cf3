import type { FactorRow } from '../../emissions/index.ts';
import { cell, type Draft, type FigureFolders, type Figures, figure, readFigures } from './figures.ts';

const FILE = 'ghg-hub.csv';
/** The Hub's figures that are carried stand unchanged for these days; why is said in the rows' notes. */
const VALID = { validFrom: '2014-01-01', validTo: '2026-01-01' };

/** US EPA GHG Emission Factors Hub 2025: natural gas (Table 1), steam and heat (Table 7). */
export function ghgHub(folders: FigureFolders): Draft[] {
  const lines = readFigures(folders.own, FILE);
  const edition = lines.filter((line) => cell(line, 'edition') === '2025');
  for (const line of edition) checkUnchanged(line, lines);
  const [first] = edition as [Figures];
  return [
    {
      about: {
        publisher: 'us-epa',
        publisherName: 'United States Environmental Protection Agency',
        dataset: 'ghg-hub',
        version: '2025',
        title: 'GHG Emission Factors Hub 2025: natural gas, steam and heat',
        published: '2025-01-15',
        citation: 'US EPA, Emission Factors for Greenhouse Gas Inventories (GHG Emission Factors Hub), 15 January 2025',
        terms: { licence: 'US Government work, public domain (17 U.S.C. 105)', open: true },
        sourceSha256: cell(first, 'source_sha256'),
        sourceName: cell(first, 'source_file'),
      },
      rows: edition.flatMap(rowsOf),
    },
  ];
}

function rowsOf(line: Figures): FactorRow[] {
  const table = cell(line, 'table');
  const common = {
    publisher: 'us-epa',
    dataset: 'ghg-hub',
    edition: '2025',
    place: { country: 'US' },
    year: 2025,
    ...VALID,
    ...gases(line),
    gwpSet: 'AR5' as const,
    source: `${cell(line, 'source_file')}, sheet ${cell(line, 'sheet')}, ${table}, cells ${cell(line, 'cells')}`,
    licence: 'US Government work, public domain (17 U.S.C. 105)',
    confidence: 'high' as const,
  };
  if (cell(line, 'name') === 'Natural Gas') {
    return [
      {
        ...common,
        id: 'EPA-Hub-2025:natural-gas',
        commodity: 'natural-gas',
        method: 'fuel',
        calorific: 'gross',
        basis: 'stationary combustion, higher heating value',
        notes:
          'in force since 1 January 2014: 40 CFR Part 98, Table C-1 (CO2) and C-2 (CH4, N2O); the 2021, 2024 and 2025 Hubs print the same three figures; GWP set as the Hub states it for CO2e',
      },
    ];
  }
  return (['steam', 'heat'] as const).map((commodity) => ({
    ...common,
    id: `EPA-Hub-2025:${commodity}`,
    commodity,
    method: 'location' as const,
    basis: 'purchased steam and heat, from natural gas at 80 percent thermal efficiency',
    notes:
      'natural gas at 80 % efficiency, so as old as the natural gas figure; the 2021, 2024 and 2025 Hubs print the same three figures; GWP set as the Hub states it for CO2e',
  }));
}

function gases(line: Figures): Required<Pick<FactorRow, 'co2' | 'ch4' | 'n2o'>> {
  const [co2, ch4, n2o] = [figure(line, 'co2'), figure(line, 'ch4'), figure(line, 'n2o')];
  if (co2 === undefined || ch4 === undefined || n2o === undefined) throw new Error(`${FILE}: a gas is blank`);
  return { co2, ch4, n2o };
}

/** The validity reaches back only while the older Hubs print the same figures. */
function checkUnchanged(line: Figures, lines: readonly Figures[]): void {
  for (const other of lines) {
    if (cell(other, 'name') !== cell(line, 'name')) continue;
    for (const gas of ['co2', 'ch4', 'n2o', 'co2_unit', 'ch4_unit', 'n2o_unit']) {
      if (cell(other, gas) !== cell(line, gas)) {
        throw new Error(
          `${FILE}: ${cell(line, 'name')} ${gas} of ${cell(other, 'edition')} differs; narrow the validity`,
        );
      }
    }
  }
}
