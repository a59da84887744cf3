import type { FactorRow } from '../../emissions/index.ts';
import {
  calendarYear,
  cell,
  type Draft,
  defined,
  type FigureFolders,
  type Figures,
  figure,
  provenance,
  readFigures,
} from './figures.ts';

/** The edition that the figures file gives by data year; all others are keyed by the year of publication. */
const BY_DATA_YEAR = '2025';
const OLDEST = 2015;

/**
 * Green-e residual mix of the United States, CO2, by eGRID subregion. The edition of year Y is about sales of Y - 2, for which
 * its rows are valid.
 */
export function greenE(folders: FigureFolders): Draft[] {
  const figures = readFigures(`${folders.data}/factors`, 'us_residual_green_e.csv');
  return Array.from({ length: Number(BY_DATA_YEAR) - OLDEST + 1 }, (_, at) => {
    const edition = String(OLDEST + at);
    const salesYear = OLDEST + at - 2;
    return {
      about: {
        publisher: 'green-e',
        publisherName: 'Center for Resource Solutions (Green-e)',
        dataset: 'residual-mix',
        version: edition,
        title: `Green-e Residual Mix Emissions Rates, ${edition} edition (${salesYear} data)`,
        published: edition === BY_DATA_YEAR ? '2026-01-29' : edition,
        citation: `Center for Resource Solutions, Green-e Residual Mix Emissions Rates, ${edition} edition (${salesYear} data)`,
        terms: {
          licence: '(c) Center for Resource Solutions; no open licence found',
          open: false,
          note: 'Copyright Center for Resource Solutions, which asks to be cited. The figures are quoted with their citation; ask it before passing its tables on.',
        },
        sourceName: 'Green-e Residual Mix Emissions Rates (the publication was not at hand)',
      },
      rows: figures
        .filter((line) => cell(line, 'source_version').startsWith(`${edition} `))
        .map((line) => rowOf(line, edition, salesYear)),
    };
  });
}

function rowOf(line: Figures, edition: string, salesYear: number): FactorRow {
  const id = cell(line, 'division_id');
  return defined<FactorRow>({
    id: `Green-e-${edition}:${id}`,
    publisher: 'green-e',
    dataset: 'residual-mix',
    edition,
    commodity: 'electricity',
    method: 'residual-mix',
    place: cell(line, 'division_type') === 'country' ? { country: id } : { country: 'US', region: id },
    ...calendarYear(salesYear),
    co2: figure(line, 'co2'),
    gwpSet: 'not-stated',
    basis: 'residual mix',
    ...provenance(line),
  });
}
