import fc from 'fast-check';
import { archived, brokenFile, checkBroken, checkCase, workbookCase } from '../../test/support/workbook-cases.ts';
import type { Failure, FuzzTarget } from './target.ts';

const RUNS = 100;

/** Workbooks: known entries in made-up styles must be read exactly or refused by name; broken files give an error with a code. */
export const workbook: FuzzTarget = {
  extension: 'xlsx',
  batchSize: 2 * RUNS,
  batch: async (seed) =>
    (await tried(workbookCase, checkCase, ({ parts }) => archived(parts), seed)) ??
    (await tried(
      brokenFile,
      async (file) => checkBroken(await file),
      (file) => file,
      seed,
    )),
};

async function tried<T>(
  arbitrary: fc.Arbitrary<T>,
  check: (one: T) => Promise<unknown>,
  bytes: (one: T) => Promise<Uint8Array>,
  seed: number,
): Promise<Failure | undefined> {
  const property = fc.asyncProperty(arbitrary, async (one) => {
    await check(one);
  });
  const details = await fc.check(property, { numRuns: RUNS, seed });
  if (!details.failed || details.counterexample === null) return undefined;
  return { file: await bytes(details.counterexample[0]), reason: String(details.errorInstance) };
}
