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

const EDITIONS = [
  { year: '2018', name: 'version 1.2', published: '2019-07' },
  { year: '2023', name: 'version 1.0', published: '2024-05-30' },
  { year: '2024', name: 'version 1.0, the Netherlands as in version 1.1', published: '2025-08-11' },
  { year: '2025', name: 'version 1.0', published: '2026-05-26' },
] as const;

/** Association of Issuing Bodies: European residual mixes, direct CO2. "N/A" is full disclosure, never zero. */
export function aib(folders: FigureFolders): Draft[] {
  const figures = readFigures(`${folders.data}/factors`, 'eu_residual_aib.csv');
  return EDITIONS.map(({ year, name, published }) => ({
    about: {
      publisher: 'aib',
      publisherName: 'Association of Issuing Bodies',
      dataset: 'residual-mix',
      version: year,
      title: `European Residual Mixes ${year}, ${name}: residual mix, direct CO2`,
      published,
      citation: `Association of Issuing Bodies, European Residual Mixes, Results of the calculation of Residual Mixes for the calendar year ${year}, ${name}`,
      terms: {
        licence: 'AIB publication, free to download; no open licence found',
        open: false,
        note: 'No licence text was found. The figures are quoted with their citation; cite the Association of Issuing Bodies, and ask it before passing its files on.',
      },
      sourceName: `European Residual Mixes ${year}, Table 2 (the file was not at hand)`,
    },
    rows: figures.filter((line) => cell(line, 'year') === year).map((line) => rowOf(line, year)),
  }));
}

function rowOf(line: Figures, edition: string): FactorRow {
  const country = cell(line, 'division_id');
  return defined<FactorRow>({
    id: `AIB-${edition}:${country}`,
    publisher: 'aib',
    dataset: 'residual-mix',
    edition,
    commodity: 'electricity',
    method: 'residual-mix',
    place: { country },
    ...calendarYear(Number(edition)),
    co2: figure(line, 'co2'),
    gwpSet: 'not-stated',
    notApplicable: cell(line, 'value_status') === 'not_applicable_in_source' ? true : undefined,
    basis: 'residual mix',
    ...provenance(line),
  });
}
