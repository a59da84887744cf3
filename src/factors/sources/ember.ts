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

const EDITION = '2026-05';
const ORIGINAL = 'owid/carbon-intensity-electricity_export-2026-05.csv';

/**
 * Ember's carbon intensity of electricity as Our World in Data processes it: every country with an ISO code, 2000 to 2025.
 * Lifecycle, so above a direct grid factor: a fallback for places without a national factor.
 */
export function ember(folders: FigureFolders): Draft[] {
  const lines = readFigures(`${folders.data}/factors`, 'world_owid_ember.csv').filter(
    (line) => cell(line, 'division_type') === 'country',
  );
  return [
    {
      about: {
        publisher: 'ember',
        publisherName: 'Ember, processed by Our World in Data',
        dataset: 'carbon-intensity',
        version: EDITION,
        title: 'Carbon intensity of electricity generation, lifecycle, export of May 2026',
        published: '2026-05',
        citation:
          'Ember, Yearly Electricity Data; Energy Institute, Statistical Review of World Energy; with processing by Our World in Data, Carbon intensity of electricity generation, May 2026',
        terms: { licence: 'CC BY 4.0', open: true, note: 'Cite both Ember and Our World in Data.' },
        ...originalDigest(folders, ORIGINAL),
        sourceName: 'Our World in Data grapher export carbon-intensity-electricity.csv, May 2026',
      },
      rows: lines.map(rowOf),
    },
  ];
}

function rowOf(line: Figures): FactorRow {
  const country = cell(line, 'division_id');
  const year = Number(cell(line, 'year'));
  const co2e = figure(line, 'co2e');
  // Small systems come with 0: the emissions behind it were rounded away. Printed as published, and said.
  const zero = co2e?.value === '0';
  const { notes, ...from } = provenance({ ...line, notes: '' }, [
    ...(zero
      ? ['the publisher prints 0 for this small system, which no lifecycle figure can be: do not rely on it']
      : []),
  ]);
  return defined<FactorRow>({
    id: `Ember-${EDITION}:${country}:${year}`,
    publisher: 'ember',
    dataset: 'carbon-intensity',
    edition: EDITION,
    commodity: 'electricity',
    method: 'location',
    place: { country },
    ...calendarYear(year),
    co2e,
    gwpSet: 'not-stated',
    lifecycle: true,
    basis: 'generation, lifecycle',
    ...from,
    confidence: zero ? 'low' : from.confidence,
    notes,
  });
}
