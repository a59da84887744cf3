import type { FactorRow } from '../../emissions/index.ts';
import {
  calendarYear,
  cell,
  type Draft,
  defined,
  type FigureFolders,
  type Figures,
  figure,
  originalDigest,
  provenance,
  readFigures,
} from './figures.ts';

interface Edition {
  /** How the figures file names the edition. */
  readonly begins: string;
  readonly title: string;
  readonly published: string;
  readonly original?: string;
  readonly replaces?: string;
}

const EDITIONS: Readonly<Record<string, Edition>> = {
  'daviz-5': {
    begins: 'daviz-5',
    title:
      'CO2 emission intensity of electricity generation, chart download 5, 1990 to 2019 (published in 2020, earlier than download 6)',
    published: '2020',
    original: 'co2-emission-intensity-from-electricity-generation-5.csv',
  },
  'daviz-6': {
    begins: 'daviz-6',
    title:
      'Greenhouse gas emission intensity of electricity generation, chart download 6, 1990 to 2019 (published late in 2020, the day was not found)',
    published: '2020-12',
    original: 'co2-emission-intensity-6.csv',
    replaces: 'daviz-5',
  },
  '2024': {
    begins: '2024 indicator',
    title:
      'Greenhouse gas emission intensity of electricity generation, 2024 release, approximated 2023 (the day was not found)',
    published: '2024',
  },
  '2025': {
    begins: '2025 indicator',
    title: 'Greenhouse gas emission intensity of electricity generation, 2025 release, 2023 and 2024',
    published: '2025-11-06',
    replaces: '2024',
  },
};

/** The European Union's codes where they are not ISO 3166. */
const ISO: Readonly<Record<string, string>> = { EL: 'GR', UK: 'GB' };

/** Printed by the publisher and impossible: a negative intensity. Left out. */
const IMPOSSIBLE: ReadonlySet<string> = new Set(['EEA-daviz-5:BE:2004']);

/** European Environment Agency: production mix of each country over gross generation, without imports and losses. */
export function eea(folders: FigureFolders): Draft[] {
  const figures = readFigures(`${folders.data}/factors`, 'eu_eea.csv');
  return Object.entries(EDITIONS).map(([edition, about]) => ({
    about: {
      publisher: 'eea',
      publisherName: 'European Environment Agency',
      dataset: 'electricity-intensity',
      version: edition,
      title: about.title,
      published: about.published,
      citation: `European Environment Agency, Greenhouse gas emission intensity of electricity generation, ${edition}`,
      terms: {
        licence: 'CC BY 4.0',
        open: true,
        note: 'EEA standard re-use policy: reuse with acknowledgement of the European Environment Agency',
      },
      ...(about.original === undefined ? {} : originalDigest(folders, `eea/${about.original}`)),
      sourceName:
        about.original ?? 'Greenhouse gas emission intensity of electricity generation, country level, CSV export',
      ...(about.replaces === undefined ? {} : { replaces: about.replaces }),
    },
    rows: figures
      .filter(
        (line) => cell(line, 'source_version').startsWith(about.begins) && cell(line, 'division_type') === 'country',
      )
      .filter((line) => !IMPOSSIBLE.has(cell(line, 'factor_id')))
      .map((line) => rowOf(line, edition)),
  }));
}

function rowOf(line: Figures, edition: string): FactorRow {
  const code = cell(line, 'division_id');
  const country = ISO[code] ?? code;
  const year = Number(cell(line, 'year'));
  // The RES-E share beside some figures is of consumption, not of generation, and is not carried.
  const { notes, ...from } = provenance(line);
  const kept = notes?.replace(/;? ?renewable_share = [^;]*/, '');
  return defined<FactorRow>({
    id: `EEA-${edition}:${country}:${year}`,
    publisher: 'eea',
    dataset: 'electricity-intensity',
    edition,
    commodity: 'electricity',
    method: 'location',
    place: { country },
    ...calendarYear(year),
    co2: figure(line, 'co2'),
    co2e: figure(line, 'co2e'),
    gwpSet: 'not-stated',
    basis: 'gross generation',
    ...from,
    notes: kept === '' ? undefined : kept,
  });
}
