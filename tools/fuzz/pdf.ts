import fc from 'fast-check';
import { type KnownPdf, knownPdf } from '../../test/support/pdf-cases.ts';
import { checkAltered, checkKnown, outcomeOf, type PdfReader } from '../../test/support/pdf-checks.ts';
import { alteredPdf, brokenPdf } from '../../test/support/pdf-damage.ts';
import type { Failure, FuzzTarget } from './target.ts';

const RUNS = 10;
/** Longer than a reader's own limit: then it hangs. */
const LONGEST_MS = 90_000;

/**
 * PDF bills: made-up ones are read as printed or refused by a code; of those with a changed structure nothing is proposed that
 * is not printed; broken ones give a reading or an error with a code. All of it in time.
 */
export function pdfTarget(reader: PdfReader): FuzzTarget {
  const read: PdfReader = (file) => inTime(reader(file));
  const bytes = ({ file }: KnownPdf) => file;
  return {
    extension: 'pdf',
    batchSize: 3 * RUNS,
    batch: async (seed) =>
      (await tried(knownPdf, (one) => checkKnown(one, read), bytes, seed)) ??
      (await tried(alteredPdf, (one) => checkAltered(one, read), bytes, seed)) ??
      (await tried(
        brokenPdf,
        (file) => outcomeOf(read, file),
        (file) => file,
        seed,
      )),
  };
}

async function tried<T>(
  arbitrary: fc.Arbitrary<T>,
  check: (one: T) => Promise<unknown>,
  bytes: (one: T) => Uint8Array,
  seed: number,
): Promise<Failure | undefined> {
  const property = fc.asyncProperty(arbitrary, async (one) => {
    await check(one);
  });
  const details = await fc.check(property, { numRuns: RUNS, seed });
  if (!details.failed || details.counterexample === null) return undefined;
  return { file: bytes(details.counterexample[0]), reason: String(details.errorInstance) };
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer in ${LONGEST_MS / 1_000} s`)), LONGEST_MS);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
