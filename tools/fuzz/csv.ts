import fc from 'fast-check';
import { brokenFile, checkBroken, checkCase, csvCase } from '../../test/support/csv-cases.ts';
import type { Failure, FuzzTarget } from './target.ts';

const RUNS = 200;

/** Delimited text: known bills in made-up styles must be read exactly or refused by name; broken files give an error with a code. */
export const csv: FuzzTarget = {
  extension: 'csv',
  batchSize: 2 * RUNS,
  batch: async (seed) =>
    (await tried(csvCase, (one) => checkCase(one), seed)) ??
    (await tried(brokenFile, ({ file, options }) => checkBroken(file, options), seed)),
};

async function tried<T extends { readonly file: Uint8Array }>(
  arbitrary: fc.Arbitrary<T>,
  check: (one: T) => Promise<unknown>,
  seed: number,
): Promise<Failure | undefined> {
  const property = fc.asyncProperty(arbitrary, async (one) => {
    await check(one);
  });
  const details = await fc.check(property, { numRuns: RUNS, seed });
  if (!details.failed || details.counterexample === null) return undefined;
  return { file: details.counterexample[0].file, reason: String(details.errorInstance) };
}
