import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { channelContract } from '../src/channel/index.ts';
import type { Release } from '../src/factors/index.ts';
import { Inventory } from '../src/inventory/index.ts';
import { type EmbeddedLedger, openEmbeddedLedger } from '../src/ledger/embedded/index.ts';
import type { Progress } from '../src/node/index.ts';
import { BareTable } from './bare-rows.ts';
import { type BenchChannel, makeChannel } from './channel-setup.ts';
import { benchCosts } from './costs.ts';
import { compared, type Report } from './figure.ts';
import { IngestRun } from './ingest.ts';
import { PageFile } from './page-file.ts';
import { benchQueries, type Medians } from './queries.ts';
import { loadReleases, members, PageMaker, RECORDS_A_PAGE } from './records.ts';
import { alternated, quantile, seconds } from './timing.ts';

/** The embedded ledger and the read model over it, with as many records as each size says; the sizes rise. */
export async function benchLedger(report: Report, folder: string, sizes: readonly number[], progress: Progress) {
  const releases = loadReleases();
  const pages = await makePages(join(folder, 'pages'), releases, sizes.at(-1) as number, progress);
  await benchCosts(report, join(folder, 'costs'), releases, pages);
  const dir = join(folder, 'ledger');
  const channel = await makeChannel(dir, releases);
  const ingestRate = await benchIngest(report, folder, channel, pages, sizes, progress);
  const ledger = await openEmbeddedLedger({
    dir,
    contract: channelContract,
    signer: [...channel.signers.values()][0] as never,
    purpose: 'bench',
  });
  const records = pages.count * RECORDS_A_PAGE;
  await benchAudits(report, ledger, join(dir, 'blocks.log'), { records, ingestRate }, progress);
  await ledger.close();
  pages.close();
}

async function makePages(path: string, releases: readonly Release[], records: number, progress: Progress) {
  const file = new PageFile(path);
  const maker = await PageMaker.open(releases);
  const total = records / RECORDS_A_PAGE;
  for (let index = 0; index < total; index += 1) {
    file.add(await maker.page(index));
    progress({ what: 'making pages', done: index + 1, total });
  }
  return file;
}

async function benchIngest(
  report: Report,
  folder: string,
  channel: BenchChannel,
  pages: PageFile,
  sizes: readonly number[],
  progress: Progress,
): Promise<number> {
  const run = new IngestRun(channel, new BareTable(join(folder, 'bare.db')));
  const inventory = Inventory.open(join(folder, 'inventory.db'));
  let smaller: Medians | undefined;
  let followed = 0;
  for (const records of sizes) {
    const from = run.records / RECORDS_A_PAGE;
    await run.run(pages, from, records / RECORDS_A_PAGE, (done) =>
      progress({ what: 'ingesting pages', done, total: pages.count }),
    );
    followed += await seconds(() => inventory.catchUp(channel.ledger));
    smaller = benchQueries(report, inventory, { records, ids: run.ids, ...(smaller === undefined ? {} : { smaller }) });
  }
  await run.close();
  const { records, ledgerSeconds, bareSeconds, payloadBytes, written, spread } = run;
  const bare = { what: 'bare SQLite inserts', value: records / bareSeconds };
  const rate = records / ledgerSeconds;
  const [low, , high] = spread;
  report({
    ...compared({ name: 'ledger.ingest', value: rate, unit: 'records/s', against: bare, target: '>= 0.30' }),
    also: { 'rounds from': low, to: high, records },
  });
  report(compared({ name: 'inventory.ingest', value: records / followed, unit: 'records/s', against: bare }));
  if (written !== undefined) {
    const value = written / payloadBytes;
    report({
      name: 'ledger.written',
      ratio: null,
      value,
      unit: 'bytes a payload byte',
      target: '<= 2.5',
      also: { 'payload bytes a record': payloadBytes / records },
    });
  }
  inventory.close();
  return rate;
}

async function benchAudits(
  report: Report,
  ledger: EmbeddedLedger,
  log: string,
  ingest: { readonly records: number; readonly ingestRate: number },
  progress: Progress,
) {
  const { records, ingestRate } = ingest;
  const step = (what: string) => (done: number, total: number) => progress({ what, done, total });
  let bytes = 0;
  const verify = await alternated(
    5,
    async () => sound(await ledger.verify(step('verifying'))),
    () => {
      bytes = hashFile(log);
    },
  );
  report(
    compared({
      name: 'ledger.verify',
      value: bytes / 1e6 / verify.ours,
      unit: 'MB/s',
      against: { what: 'SHA-256 of the log, read the same way', value: bytes / 1e6 / verify.theirs },
      target: '>= 0.5',
    }),
  );
  const against = { what: 'ledger.ingest', value: ingestRate };
  const replayed = await seconds(async () => sound(await ledger.replay(step('replaying'))));
  report(compared({ name: 'ledger.replay', value: records / replayed, unit: 'records/s', against }));
  const rebuilt: number[] = [];
  for (let round = 0; round < 3; round += 1) rebuilt.push(await seconds(() => ledger.rebuild(step('rebuilding'))));
  const value = records / quantile(rebuilt, 0.5);
  report(compared({ name: 'ledger.rebuild', value, unit: 'records/s', against, target: '>= 1.0' }));
}

function sound({ faults }: { readonly faults: readonly { readonly message: string }[] }): void {
  if (faults.length > 0) throw new Error(`the ledger of the bench has a fault: ${faults[0]?.message}`);
}

function hashFile(path: string): number {
  const file = openSync(path, 'r');
  const buffer = Buffer.allocUnsafe(4 * 1024 * 1024);
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
void mkdirSync;
void members;
