import type { FactorRow, Place } from '../../emissions/index.ts';
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
  readonly year: number;
  readonly published: string;
  /** Only the year of publication is known. */
  readonly approximate?: true;
  /** Power Profiler's data file of the edition, which most of its figures come from. */
  readonly original: string;
  readonly replaces?: string;
}

const EDITIONS: Readonly<Record<string, Edition>> = {
  eGRID2018: { year: 2018, published: '2020', approximate: true, original: 'subregion_eGRID2018.json' },
  eGRID2019: { year: 2019, published: '2021', approximate: true, original: 'subregion_eGRID2019.json' },
  eGRID2020: { year: 2020, published: '2022', approximate: true, original: 'subregion_eGRID2020.json' },
  eGRID2021: { year: 2021, published: '2023', approximate: true, original: 'subregion_eGRID2021.json' },
  eGRID2022: { year: 2022, published: '2024-01', original: 'subregion_eGRID2022.json' },
  eGRID2023: { year: 2023, published: '2025-01', original: 'subregion_eGRID2023_jan2025.json' },
  eGRID2023rev2: { year: 2023, published: '2025-06', original: 'subregion_eGRID2023_rev2.json', replaces: 'eGRID2023' },
};

/** US EPA eGRID: subregions, states and the United States; grid gross loss and non-baseload rates as rows of their own. */
export function egrid(folders: FigureFolders): Draft[] {
  const figures = readFigures(`${folders.data}/factors`, 'us_egrid.csv');
  return Object.entries(EDITIONS).map(([edition, about]) => {
    const lines = figures.filter(
      (line) => cell(line, 'source_version') === edition && cell(line, 'division_type') !== 'nerc',
    );
    const dated = about.approximate === true ? '; published in that year, the day was not found' : '';
    return {
      about: {
        publisher: 'us-epa',
        publisherName: 'United States Environmental Protection Agency',
        dataset: 'egrid',
        version: edition,
        title: `Emissions & Generation Resource Integrated Database, ${edition}: total output rates${dated}`,
        published: about.published,
        citation: `US EPA, Emissions & Generation Resource Integrated Database (eGRID), ${edition}, ${about.published}`,
        terms: { licence: 'US Government work, public domain (17 U.S.C. 105)', open: true },
        ...originalDigest(folders, `us_epa/power_profiler/${about.original}`),
        sourceName: `EPA Power Profiler data file ${about.original}; per row, see its source`,
        ...(about.replaces === undefined ? {} : { replaces: about.replaces }),
      },
      rows: [
        ...lines.map((line) => outputRate(line, edition, about.year)),
        ...lines.flatMap((line) => gridLoss(line, edition, about.year)),
        ...lines.flatMap((line) => nonBaseload(line, edition, about.year)),
      ],
    };
  });
}

function outputRate(line: Figures, edition: string, year: number): FactorRow {
  const gwp = cell(line, 'gwp_set');
  const inferred = gwp.endsWith(' (inferred)');
  return defined<FactorRow>({
    ...common(line, edition, year),
    id: `${edition}:${placeId(line)}`,
    method: 'location',
    co2: figure(line, 'co2'),
    ch4: figure(line, 'ch4'),
    n2o: figure(line, 'n2o'),
    co2e: figure(line, 'co2e'),
    gwpSet: gwp === '' ? 'not-stated' : (gwp.slice(0, 3) as 'AR4' | 'AR5'),
    gwpInferred: inferred ? true : undefined,
    basis: 'total output',
  });
}

/** EPA's grid gross loss is a share of generation: lost = delivered x g / (1 - g). */
function gridLoss(line: Figures, edition: string, year: number): FactorRow[] {
  const share = figure(line, 'grid_loss');
  if (share === undefined) return [];
  return [
    {
      ...common(line, edition, year),
      id: `${edition}:${placeId(line)}:loss`,
      method: 'loss-rate',
      loss: { basis: 'generation', share },
      gwpSet: 'not-stated',
      basis: 'grid gross loss',
    },
  ];
}

function nonBaseload(line: Figures, edition: string, year: number): FactorRow[] {
  const co2 = figure(line, 'nb_co2', 'nb_unit');
  if (co2 === undefined) return [];
  return [
    defined<FactorRow>({
      ...common(line, edition, year),
      id: `${edition}:${placeId(line)}:non-baseload`,
      method: 'non-baseload',
      co2,
      ch4: figure(line, 'nb_ch4', 'nb_unit'),
      n2o: figure(line, 'nb_n2o', 'nb_unit'),
      gwpSet: 'not-stated',
      basis: 'non-baseload output',
    }),
  ];
}

function common(line: Figures, edition: string, year: number) {
  return {
    publisher: 'us-epa',
    dataset: 'egrid',
    edition,
    commodity: 'electricity' as const,
    place: place(line),
    ...calendarYear(year),
    ...provenance(line),
  };
}

function place(line: Figures): Place {
  const id = cell(line, 'division_id');
  switch (cell(line, 'division_type')) {
    case 'egrid_subregion':
      return { country: 'US', region: id };
    case 'state':
      return { country: 'US', subdivision: `US-${id}` };
    default:
      return { country: 'US' };
  }
}

function placeId(line: Figures): string {
  const { country, subdivision, region } = place(line);
  return region ?? subdivision ?? country;
}
