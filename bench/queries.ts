import type { Inventory } from '../src/inventory/index.ts';
import type { Figure, Report } from './figure.ts';
import { randomNumbers } from './random.ts';
import { members } from './records.ts';
import { latencies, quantile } from './timing.ts';

/** Medians of a run by the name of the query. */
export type Medians = ReadonlyMap<string, number>;

/**
 * How long the read model takes to answer. With the medians of a smaller run, the ratio says how a larger inventory slows an
 * answer: 1 is not at all.
 */
export function benchQueries(
  report: Report,
  inventory: Inventory,
  run: { readonly records: number; readonly ids: readonly string[]; readonly smaller?: Medians },
): Medians {
  const random = randomNumbers(run.records);
  const any = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const queries: Readonly<Record<string, { readonly count: number; readonly ask: () => unknown }>> = {
    'record-by-id': { count: 3_000, ask: () => inventory.record(any(run.ids)) },
    'member-year': { count: 200, ask: () => inventory.inventory(any(members), 2022) },
    'totals-by-place': { count: 200, ask: () => inventory.totals({ by: ['place'] }) },
    'totals-by-month': { count: 200, ask: () => inventory.totals({ by: ['month'] }) },
  };
  const medians = new Map<string, number>();
  for (const [name, { count, ask }] of Object.entries(queries)) {
    const times = latencies(count, ask);
    const value = quantile(times, 0.5);
    const smaller = run.smaller?.get(name);
    medians.set(name, value);
    const figure: Figure = {
      name: `inventory.${name}`,
      ratio: smaller === undefined ? null : smaller / value,
      value,
      unit: 'ms p50',
      ...(smaller === undefined ? {} : { against: { what: 'the same with fewer records', value: smaller } }),
      also: { 'p99 ms': quantile(times, 0.99), records: run.records },
    };
    report(figure);
  }
  return medians;
}
