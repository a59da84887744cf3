import fc from 'fast-check';
import { type GreenButtonCase, greenButtonCase } from '../../test/support/green-button-cases.ts';
import { brokenFile, checkBroken, checkCase } from '../../test/support/green-button-checks.ts';
import type { Failure, FuzzTarget } from './target.ts';

const RUNS = 100;

/** Green Button: made-up feeds must give the totals counted beside the reader; broken ones an answer or an error with a code. */
export const greenButton: FuzzTarget = {
  extension: 'xml',
  batchSize: 2 * RUNS,
  batch: async (seed) =>
    (await tried(greenButtonCase, (one) => checkCase(one, 1 << 16), fileOf, seed)) ??
    (await tried(
      brokenFile,
      (file) => checkBroken(file),
      (file) => file,
      seed,
    )),
};

function fileOf({ file }: GreenButtonCase): Uint8Array {
  return Buffer.from(file);
}

async function tried<T>(
  arbitrary: fc.Arbitrary<T>,
  check: (one: T) => Promise<void>,
  bytes: (one: T) => Uint8Array,
  seed: number,
): Promise<Failure | undefined> {
  const details = await fc.check(fc.asyncProperty(arbitrary, check), { numRuns: RUNS, seed });
  if (!details.failed || details.counterexample === null) return undefined;
  return { file: bytes(details.counterexample[0]), reason: String(details.errorInstance) };
}
