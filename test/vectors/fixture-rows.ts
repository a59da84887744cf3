import { canonical } from '../../src/emissions/canonical.ts';
import type { Candidate, FactorRow } from '../../src/emissions/factor.ts';
import { leafHash } from '../../src/emissions/merkle.ts';

/** A row of the US average for 2022 in kg CO2e a kWh, the fixture of vectors T1 to T6, with what a test changes. */
export function factorRow(changes: Partial<FactorRow> = {}): FactorRow {
  const year = changes.year ?? 2022;
  return {
    id: `fixture${year}:US`,
    publisher: 'us-epa',
    dataset: 'egrid',
    edition: `fixture${year}`,
    commodity: 'electricity',
    method: 'location',
    place: { country: 'US' },
    year,
    validFrom: `${year}-01-01`,
    validTo: `${year + 1}-01-01`,
    ...(changes.co2 === undefined && changes.loss === undefined && changes.notApplicable === undefined
      ? { co2e: { value: '0.373127954', unit: 'kg/kWh' } as const }
      : {}),
    gwpSet: 'AR5',
    basis: 'total output',
    source: 'fixture',
    licence: 'fixture',
    confidence: 'high',
    ...changes,
  };
}

/** A row that may be chosen; published at the end of the year after its own unless said otherwise. */
export function candidate(row: FactorRow, published = `${row.year + 1}-12-31`): Candidate {
  return {
    release: { publisher: row.publisher, dataset: row.dataset, version: row.edition },
    published,
    index: 0,
    hash: leafHash(canonical(row)),
    row,
  };
}

const usLocation = { 2021: '0.403403406', 2022: '0.373127954', 2023: '0.388753292' };
const usResidual = { 2021: '0.411992734', 2022: '0.382795242' };

/** The fixture factors of the worked examples: kg CO2e a kWh, US average. */
export const usLocationRows: readonly FactorRow[] = Object.entries(usLocation).map(([year, value]) =>
  factorRow({ year: Number(year), co2e: { value, unit: 'kg/kWh' } }),
);
export const usResidualRows: readonly FactorRow[] = Object.entries(usResidual).map(([year, value]) =>
  factorRow({
    id: `residual${year}:US`,
    publisher: 'green-e',
    dataset: 'residual-mix',
    method: 'residual-mix',
    year: Number(year),
    co2e: { value, unit: 'kg/kWh' },
  }),
);
