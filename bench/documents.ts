import { execFileSync, spawnSync } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { closeSync, createReadStream, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { Archive, createFileNodeKey } from '../src/documents/index.ts';
import { FolderStore } from '../src/documents/stores/folder.ts';
import { compared, type Report } from './figure.ts';
import { alternated, quantile, seconds } from './timing.ts';

const ROUNDS = 5;
const PIECE = 1_048_576;
const BILLS = 100;
const BILL_BYTES = 200_000;

/** Keeping documents: hashed, encrypted, stored and synced, against commands that do one of these with the same file. */
export async function benchDocuments(report: Report, folder: string, pieces: number): Promise<void> {
  const path = join(folder, 'document');
  writeRandom(path, pieces);
  const archive = await openArchive(folder);
  const recipient = await identityToRecipient(await generateIdentity());
  const put = () => archive.keep(createReadStream(path, { highWaterMark: PIECE }));
  const megabytes = (pieces * PIECE) / 1e6;
  for (const [command, ...args] of [
    ['sha256sum', path],
    ['age', '-r', recipient, '-o', `${path}.age`, path],
  ] as const) {
    const name = `documents.put-${command}`;
    if (spawnSync(command, ['--version']).error !== undefined) {
      process.stderr.write(`${name} is left out: the command ${command} is not installed\n`);
      continue;
    }
    const times = await alternated(ROUNDS, put, () => execFileSync(command, args));
    const against = { what: `${command} on the same file`, value: megabytes / times.theirs };
    report(compared({ name, value: megabytes / times.ours, unit: 'MB/s', against }));
  }
  await benchBillSized(report, archive);
  archive.close();
}

/** Documents of a usual size, one after the other: each is durable before the next. */
async function benchBillSized(report: Report, archive: Archive): Promise<void> {
  const times: number[] = [];
  for (let bill = 0; bill < BILLS; bill += 1) {
    const bytes = randomFillSync(Buffer.alloc(BILL_BYTES));
    times.push((await seconds(() => archive.keep([bytes]))) * 1_000);
  }
  const also = { 'p99 ms': quantile(times, 0.99), bytes: BILL_BYTES };
  report({ name: 'documents.put-bill', ratio: null, value: quantile(times, 0.5), unit: 'ms p50', also });
}

async function openArchive(folder: string): Promise<Archive> {
  const nodeKey = await createFileNodeKey(join(folder, 'node.key'));
  const store = await FolderStore.open(join(folder, 'documents'));
  return Archive.open({ folder: join(folder, 'archive'), nodeKey, store });
}

function writeRandom(path: string, pieces: number): void {
  const file = openSync(path, 'w');
  const piece = Buffer.alloc(PIECE);
  for (let at = 0; at < pieces; at += 1) writeSync(file, randomFillSync(piece));
  closeSync(file);
}
