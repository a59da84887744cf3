import { join } from 'node:path';
import type { Release } from '../src/factors/index.ts';
import { Inventory } from '../src/inventory/index.ts';
import type { Progress } from '../src/node/index.ts';
import { benchAudits } from './audits.ts';
import { BareTable } from './bare-rows.ts';
import { makeChannel, openChannel } from './channel-setup.ts';
import { benchCosts } from './costs.ts';
import { compared, type Report } from './figure.ts';
import { IngestRun } from './ingest.ts';
import { PageFile } from './page-file.ts';
import { benchQueries, type Medians } from './queries.ts';
import { loadReleases, PageMaker, RECORDS_A_PAGE } from './records.ts';
import { quantile, seconds } from './timing.ts';

/** The embedded ledger and the read model over it, with as many records as each size says; the sizes rise. */
export async function benchLedger(
  report: Report,
  folder: string,
  sizes: readonly number[],
  progress: Progress,
): Promise<void> {
  const releases = loadReleases();
  const total = Math.max(...sizes) / RECORDS_A_PAGE;
  const pages = await makePages(join(folder, 'pages'), releases, total, progress);
  await benchCosts(report, join(folder, 'costs'), releases, pages);

  const dir = join(folder, 'ledger');
  const { ledger: made, signers } = await makeChannel(dir, releases);
  const bare = new BareTable(join(folder, 'bare.db'));
  const inventory = Inventory.open(join(folder, 'inventory.db'));
  const run = new IngestRun(signers, bare);
  let ledger = made;
  let followed = 0;
  let smaller: Medians | undefined;
  for (const records of sizes) {
    await run.run(ledger, pages, records / RECORDS_A_PAGE, (done) =>
      progress({ what: 'ingesting pages', done, total }),
    );
    ledger = await openChannel(dir, signers);
    followed += await seconds(() => inventory.catchUp(ledger));
    smaller = benchQueries(report, inventory, { records, ids: run.ids, ...(smaller === undefined ? {} : { smaller }) });
  }
  reportIngest(report, run, followed);
  const { records, ledgerSeconds } = run;
  await benchAudits(report, ledger, { log: join(dir, 'blocks.log'), records, rate: records / ledgerSeconds }, progress);
  inventory.close();
  bare.close();
  pages.close();
  await ledger.close();
}

async function makePages(path: string, releases: readonly Release[], total: number, progress: Progress) {
  const file = new PageFile(path);
  const maker = await PageMaker.open(releases);
  for (let index = 0; index < total; index += 1) {
    file.add(await maker.page(index));
    progress({ what: 'making pages', done: index + 1, total });
  }
  return file;
}

function reportIngest(report: Report, run: IngestRun, followed: number): void {
  const { records, ledgerSeconds, bareSeconds, payloadBytes, written, ratios } = run;
  const unit = 'records/s';
  const against = { what: 'bare SQLite inserts', value: records / bareSeconds };
  report({
    ...compared({ name: 'ledger.ingest', value: records / ledgerSeconds, unit, against, target: '>= 0.30' }),
    also: { 'median of the rounds': quantile(ratios, 0.5), records },
  });
  report(compared({ name: 'inventory.ingest', value: records / followed, unit, against }));
  if (written === undefined) return;
  report({
    name: 'ledger.written',
    ratio: null,
    value: written / payloadBytes,
    unit: 'bytes a payload byte',
    target: '<= 2.5',
    also: { 'payload bytes a record': payloadBytes / records },
  });
}
