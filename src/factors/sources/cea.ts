import type { FactorRow } from '../../emissions/index.ts';
import {
  cell,
  type Draft,
  dayAfter,
  defined,
  type FigureFolders,
  type Figures,
  figure,
  provenance,
  readFigures,
} from './figures.ts';

const EDITIONS = [
  { version: 'V21.0', published: '2025-11' },
  { version: 'V22.0', published: '2026-08' },
] as const;

/**
 * Central Electricity Authority of India: weighted average grid emission rate with renewables and captive plants, without
 * imports, by fiscal year (April to March). The fleet average leaves renewables out and the margins are for projects: not carried.
 */
export function cea(folders: FigureFolders): Draft[] {
  const figures = readFigures(`${folders.data}/factors`, 'india_cea.csv').filter(
    (line) =>
      cell(line, 'factor_basis') === 'grid_average' && cell(line, 'source_file_or_table').endsWith('excluding imports'),
  );
  return EDITIONS.map(({ version, published }) => ({
    about: {
      publisher: 'cea',
      publisherName: 'Central Electricity Authority, Government of India',
      dataset: 'co2-baseline',
      version,
      title: `CO2 Baseline Database for the Indian Power Sector, ${version}: grid average excluding imports`,
      published,
      citation: `Central Electricity Authority, Government of India, CO2 Baseline Database for the Indian Power Sector, ${version}, ${published}`,
      terms: {
        licence: 'Government of India publication; terms not stated',
        open: false,
        note: 'No licence text was found. The figures are quoted with their citation; cite the Central Electricity Authority, and ask it before passing its workbook on.',
      },
      sourceName: `CO2 Baseline Database ${version}, sheet Results (the workbook was not at hand)`,
    },
    rows: figures
      .filter((line) => cell(line, 'source_version').startsWith(`${version} `))
      .map((line) => rowOf(line, version)),
  }));
}

function rowOf(line: Figures, edition: string): FactorRow {
  const start = cell(line, 'period_start');
  const year = Number(start.slice(0, 4));
  return defined<FactorRow>({
    id: `CEA-${edition}:${year}-${String((year + 1) % 100).padStart(2, '0')}`,
    publisher: 'cea',
    dataset: 'co2-baseline',
    edition,
    commodity: 'electricity',
    method: 'location',
    place: { country: 'IN' },
    year,
    validFrom: start,
    validTo: dayAfter(cell(line, 'period_end')),
    co2: figure(line, 'co2'),
    gwpSet: 'not-stated',
    basis: 'weighted average grid emission rate (incl. RES, captive), excluding imports',
    ...provenance(line),
  });
}
