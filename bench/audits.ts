import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import type { EmbeddedLedger } from '../src/ledger/embedded/index.ts';
import type { VerifyReport } from '../src/ledger/index.ts';
import type { Progress } from '../src/node/index.ts';
import { compared, type Report } from './figure.ts';
import { alternated, quantile, seconds } from './timing.ts';

const READ_BYTES = 4 * 1024 * 1024;

/** What was ingested, and where. */
export interface Ingested {
  readonly log: string;
  readonly records: number;
  /** Records a second. */
  readonly rate: number;
}

/** Checking a whole ledger: hashes and signatures against plain hashing, the rules and the state against the ingest. */
export async function benchAudits(
  report: Report,
  ledger: EmbeddedLedger,
  { log, records, rate }: Ingested,
  progress: Progress,
): Promise<void> {
  const telling = (what: string) => (done: number, total: number) => progress({ what, done, total });
  let bytes = 0;
  const times = await alternated(
    5,
    async () => demandSound(await ledger.verify(telling('verifying'))),
    () => {
      bytes = hashFile(log);
    },
  );
  report(
    compared({
      name: 'ledger.verify',
      value: bytes / 1e6 / times.ours,
      unit: 'MB/s',
      against: { what: 'SHA-256 of the log', value: bytes / 1e6 / times.theirs },
      target: '>= 0.5',
    }),
  );
  const against = { what: 'ledger.ingest', value: rate };
  const unit = 'records/s';
  const replayed = await seconds(async () => demandSound(await ledger.replay(telling('replaying'))));
  report(compared({ name: 'ledger.replay', value: records / replayed, unit, against }));
  const rebuilt: number[] = [];
  for (let round = 0; round < 3; round += 1) rebuilt.push(await seconds(() => ledger.rebuild(telling('rebuilding'))));
  const value = records / quantile(rebuilt, 0.5);
  report(compared({ name: 'ledger.rebuild', value, unit, against, target: '>= 1.0' }));
}

function demandSound({ faults }: VerifyReport): void {
  if (faults.length > 0) throw new Error(`the ledger of the bench has a fault: ${faults[0]?.message}`);
}

/** Reads a file in pieces and hashes it; gives its size. */
function hashFile(path: string): number {
  const file = openSync(path, 'r');
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  const digest = createHash('sha256');
  let bytes = 0;
  for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer)) {
    digest.update(buffer.subarray(0, read));
    bytes += read;
  }
  digest.digest();
  closeSync(file);
  return bytes;
}
