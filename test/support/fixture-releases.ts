import {
  type Candidate,
  canonical,
  type FactorRow,
  type FactorUnit,
  type FactorValue,
  inclusionPaths,
  leafHash,
  merkleRoot,
  type ProvenRow,
  type ReleaseManifest,
  type ReleaseRef,
} from '../../src/emissions/index.ts';

export interface FixtureRelease {
  readonly manifest: ReleaseManifest;
  readonly rows: readonly FactorRow[];
  readonly candidates: readonly Candidate[];
  /** Each row with its proof, by row id. */
  readonly proven: ReadonlyMap<string, ProvenRow>;
}

type RowFields = Pick<FactorRow, 'id' | 'year'> &
  Partial<Omit<FactorRow, 'publisher' | 'dataset' | 'edition' | 'id' | 'year'>>;

/** A release of these rows; validity is the row's calendar year unless it says otherwise. */
export function fixtureRelease(release: ReleaseRef, published: string, fields: readonly RowFields[]): FixtureRelease {
  const { publisher, dataset, version } = release;
  const rows = fields.map(
    (row): FactorRow => ({
      publisher,
      dataset,
      edition: version,
      commodity: 'electricity',
      method: 'location',
      place: { country: 'US' },
      validFrom: `${row.year}-01-01`,
      validTo: `${row.year + 1}-01-01`,
      gwpSet: 'AR5',
      basis: 'fixture',
      source: 'fixture',
      licence: 'none',
      confidence: 'high',
      ...row,
    }),
  );
  const leaves = rows.map((row) => leafHash(canonical(row)));
  const paths = inclusionPaths(leaves);
  return {
    manifest: {
      publisher,
      dataset,
      version,
      publisherName: `Fixture of ${publisher}`,
      title: 'Fixture',
      published,
      citation: 'Made up for tests',
      terms: { licence: 'none', open: true },
      sourceName: 'none',
      rowCount: rows.length,
      root: merkleRoot(leaves),
    },
    rows,
    candidates: rows.map((row, index) => ({ release, published, index, hash: leaves[index] as string, row })),
    proven: new Map(rows.map((row, index) => [row.id, { release, row, index, path: paths[index] as string[] }])),
  };
}

export function figure(value: string, unit: FactorUnit = 'kg/kWh'): FactorValue {
  return { value, unit };
}

/** US grid averages and losses: fixtures, never to be compared with what EPA publishes. */
export const egrid = fixtureRelease({ publisher: 'us-epa', dataset: 'egrid', version: 'fixture' }, '2024-01-01', [
  { id: 'us:2021', year: 2021, co2e: figure('0.403403406') },
  { id: 'us:2022', year: 2022, co2e: figure('0.373127954') },
  { id: 'us:2023', year: 2023, co2e: figure('0.388753292') },
  { id: 'camx:2022', year: 2022, place: { country: 'US', region: 'CAMX' }, co2: figure('497.443', 'lb/MWh') },
  loss('us:2021:loss', 2021, '6'),
  loss('us:2022:loss', 2022, '5.1'),
]);

export const hub = fixtureRelease({ publisher: 'us-epa', dataset: 'ghg-hub', version: 'fixture' }, '2024-01-01', [
  {
    id: 'gas',
    year: 2023,
    validFrom: '2021-01-01',
    validTo: '2024-01-01',
    commodity: 'natural-gas',
    method: 'fuel',
    calorific: 'gross',
    co2: figure('53.06', 'kg/mmBtu'),
    ch4: figure('1', 'g/mmBtu'),
    n2o: figure('0.1', 'g/mmBtu'),
  },
]);

export const residual = fixtureRelease({ publisher: 'green-e', dataset: 'residual-mix', version: 'fixture' }, '2024', [
  { id: 'residual:2021', year: 2021, method: 'residual-mix', co2e: figure('0.411992734') },
  { id: 'residual:2022', year: 2022, method: 'residual-mix', co2e: figure('0.382795242') },
]);

/** Fiscal years, April to March. */
export const india = fixtureRelease({ publisher: 'cea', dataset: 'co2-baseline', version: 'fixture' }, '2023-12', [
  fiscalYear('in:2021', 2021, '0.7'),
  fiscalYear('in:2022', 2022, '0.8'),
]);

/** Gases given as CO2e, losses as kg CO2e a kWh. */
export const britain = fixtureRelease(
  { publisher: 'desnz', dataset: 'conversion-factors', version: 'fixture' },
  '2022-06',
  [
    {
      id: 'gb:2022',
      year: 2022,
      place: { country: 'GB' },
      gwpSet: 'AR4',
      co2e: figure('0.19338', 'kgCO2e/kWh'),
      co2: figure('0.19121', 'kgCO2e/kWh'),
      ch4: figure('0.0008', 'kgCO2e/kWh'),
      n2o: figure('0.00137', 'kgCO2e/kWh'),
    },
    {
      id: 'gb:2022:loss',
      year: 2022,
      place: { country: 'GB' },
      method: 'loss-rate',
      gwpSet: 'AR4',
      loss: { basis: 'factor' },
      co2e: figure('0.01769', 'kgCO2e/kWh'),
    },
  ],
);

/** The publisher's own word that no residual mix exists for GB. */
export const notApplicable = fixtureRelease({ publisher: 'aib', dataset: 'residual-mix', version: 'fixture' }, '2023', [
  {
    id: 'residual:gb:2022',
    year: 2022,
    place: { country: 'GB' },
    method: 'residual-mix',
    gwpSet: 'not-stated',
    notApplicable: true,
  },
]);

export const releases: readonly FixtureRelease[] = [egrid, hub, residual, india, britain, notApplicable];

function loss(id: string, year: number, percent: string): RowFields {
  return { id, year, method: 'loss-rate', loss: { basis: 'generation', share: figure(percent, 'percent') } };
}

function fiscalYear(id: string, year: number, tonnes: string): RowFields {
  return {
    id,
    year,
    place: { country: 'IN' },
    validFrom: `${year}-04-01`,
    validTo: `${year + 1}-04-01`,
    gwpSet: 'not-stated',
    co2: figure(tonnes, 't/MWh'),
  };
}
