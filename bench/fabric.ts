import { join } from 'node:path';
import { type ActivityRecord, buildRecord, channelContract, maxPageBytes, recordText } from '../src/channel/index.ts';
import { canonical, defaultPolicy, isChannelError } from '../src/emissions/index.ts';
import { MemoryFactorStore, type Release } from '../src/factors/index.ts';
import { Inventory } from '../src/inventory/index.ts';
import { createEmbeddedLedger } from '../src/ledger/embedded/index.ts';
import { bundleChaincode } from '../src/ledger/fabric/chaincode/index.ts';
import { openFabricLedger, readProfile } from '../src/ledger/fabric/index.ts';
import { findBinaries } from '../src/ledger/fabric/network/binaries.ts';
import { fabricDown, fabricStatus, fabricUp } from '../src/ledger/fabric/network/index.ts';
import type { Ledger } from '../src/ledger/index.ts';
import { FactorDesk } from '../src/node/factor-desk.ts';
import { type Progress, publishReleases } from '../src/node/index.ts';
import { pageArguments } from '../src/node/pages.ts';
import { signerOf } from './channel-setup.ts';
import { compared, type Report } from './figure.ts';
import { processCost } from './process-costs.ts';
import { loadReleases, pageFacts } from './records.ts';
import { alternated, quantile, seconds } from './timing.ts';

const OWNER = 'ACME';
// With the others just over 100,000 records.
const PAGES = 118;
const PAGES_IN_FLIGHT = 4;
const SINGLES = 1_000;
const SINGLES_IN_FLIGHT = 64;
const LATENCIES = 25;
const BATCH_TIMEOUT_MS = 200;
const YEARS_A_UTILITY = 3;
// Room for the factor rows with their proofs.
const RECORD_BYTES = maxPageBytes - 60_000;

interface Made {
  readonly pages: readonly string[];
  readonly singles: readonly string[];
  readonly lone: readonly string[];
  /** Records of `pages`. */
  readonly records: number;
}

/** The channel on a network of two members, both endorsing, made for this run; beside it the embedded ledger with the same pages. */
export async function benchFabric(report: Report, folder: string, progress: Progress): Promise<void> {
  try {
    findBinaries(process.env.PATH);
  } catch (error) {
    if (!isChannelError(error, 'FABRIC_BINARY_MISSING')) throw error;
    console.error("fabric: skipped, needs Fabric's binaries on PATH");
    return;
  }
  const releases = loadReleases();
  const made = await makePages(releases, progress);
  const dir = join(folder, 'network');
  const stop = new AbortController();
  const interrupt = (): void => stop.abort(new Error('interrupted'));
  process.once('SIGINT', interrupt);
  try {
    const { members } = await fabricUp({
      dir,
      members: [OWNER, { id: 'BETA', roles: ['reporter'] }],
      chaincode: bundleChaincode,
      onStep: (what) => progress({ what, done: 0, total: 1 }),
      signal: stop.signal,
    });
    const ledger = await openFabricLedger({ profile: readProfile(members[0]?.profile as string) });
    try {
      await publishReleases({ ledger, factors: new MemoryFactorStore() }, releases, progress);
      await benchSubmission(report, ledger, dir, made, progress);
      await benchFollowing(report, ledger, folder, made, releases);
    } finally {
      await ledger.close();
    }
  } finally {
    process.off('SIGINT', interrupt);
    await fabricDown(dir);
  }
}

/**
 * Pages as full as the channel takes them, and pages of one record. No two share a meter, as a node sees to it for what it has
 * in flight: all that is compared is then free of conflicts.
 */
async function makePages(releases: readonly Release[], progress: Progress): Promise<Made> {
  const store = new MemoryFactorStore();
  for (const release of releases) await store.importRelease(release);
  const desk = new FactorDesk(store, defaultPolicy);
  const meters = metersOf(desk);
  const pages: string[] = [];
  let page: ActivityRecord[] = [];
  let [bytes, records] = [0, 0];
  while (pages.length < PAGES) {
    const meter = (await meters.next()).value as ActivityRecord[];
    const size = meter.reduce((sum, record) => sum + recordText(record).length + 1, 0);
    if (bytes + size > RECORD_BYTES) {
      pages.push(await pageArguments(`page-${pages.length}`, page, desk));
      progress({ what: 'making pages', done: pages.length, total: PAGES });
      records += page.length;
      [page, bytes] = [[], 0];
    }
    page.push(...meter);
    bytes += size;
  }
  const single: string[] = [];
  while (single.length < SINGLES + LATENCIES) {
    const [record] = (await meters.next()).value as ActivityRecord[];
    single.push(await pageArguments(`single-${single.length}`, [record as ActivityRecord], desk));
  }
  return { pages, singles: single.slice(0, SINGLES), lone: single.slice(SINGLES), records };
}

/** The records of a year, meter by meter, each meter once. */
async function* metersOf(desk: FactorDesk): AsyncGenerator<ActivityRecord[]> {
  // Made pages are a utility's years one after the other.
  for (let index = 0; ; index += YEARS_A_UTILITY) {
    for (const lines of Map.groupBy(pageFacts(index), ({ meter }) => meter).values()) {
      const made: ActivityRecord[] = [];
      for (const facts of lines) made.push(buildRecord({ ...facts, owner: OWNER }, await desk.choose(facts)));
      yield made;
    }
  }
}

async function benchSubmission(
  report: Report,
  ledger: Ledger,
  dir: string,
  { pages, singles, lone, records }: Made,
  progress: Progress,
): Promise<void> {
  const [warm, ...measured] = pages as [string, ...string[]];
  const perPage = records / pages.length;
  await ledger.submit('records.submit', warm);
  const before = await costs(dir);
  const time = await seconds(() => inFlight(ledger, measured, PAGES_IN_FLIGHT, 'submitting pages', progress));
  const between = await costs(dir);
  const singleTime = await seconds(() => inFlight(ledger, singles, SINGLES_IN_FLIGHT, 'submitting records', progress));
  const after = await costs(dir);
  const pageRecords = measured.length * perPage;
  report({
    ...compared({
      name: 'fabric.pages',
      value: pageRecords / time,
      unit: 'records/s',
      against: { what: `one record a transaction, ${SINGLES_IN_FLIGHT} in flight`, value: singles.length / singleTime },
      target: '>= 40',
    }),
    also: { 'records a page': perPage, 'bytes a page': Buffer.byteLength(warm), records: pageRecords },
  });
  reportCost(report, 'fabric.pages.cpu', between, before, pageRecords);
  reportCost(report, 'fabric.singles.cpu', after, between, singles.length);
  report({
    name: 'fabric.memory',
    ratio: null,
    value: Math.max(...after.values().map(({ peak }) => peak)),
    unit: 'MB, the largest group at its peak',
    also: Object.fromEntries([...after].map(([name, { peak }]) => [`${name} MB`, peak])),
  });
  const times: number[] = [];
  for (const args of lone) times.push(1_000 * (await seconds(() => ledger.submit('records.submit', args))));
  report({
    name: 'fabric.latency',
    ratio: null,
    value: quantile(times, 0.5),
    unit: 'ms p50, one record',
    against: { what: 'the batch timeout', value: BATCH_TIMEOUT_MS },
    target: `<= ${BATCH_TIMEOUT_MS + 100} ms`,
    also: { 'p90 ms': quantile(times, 0.9) },
  });
}

async function inFlight(
  ledger: Ledger,
  pages: readonly string[],
  width: number,
  what: string,
  progress: Progress,
): Promise<void> {
  let next = 0;
  let done = 0;
  const lane = async (): Promise<void> => {
    for (let args = pages[next++]; args !== undefined; args = pages[next++]) {
      await ledger.submit('records.submit', args);
      done += 1;
      progress({ what, done, total: pages.length });
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
}

/** CPU seconds and the largest process's peak memory, by kind of process. */
type Costs = ReadonlyMap<string, { readonly cpu: number; readonly peak: number }>;

async function costs(dir: string): Promise<Costs> {
  const { processes } = await fabricStatus(dir);
  const all = [{ name: 'client-', pid: process.pid }, ...processes].flatMap(({ name, pid }) => {
    const cost = pid === null ? undefined : processCost(pid);
    return cost === undefined ? [] : [{ kind: name.replace(/-.*|\d+$/, ''), ...cost }];
  });
  return new Map(
    [...Map.groupBy(all, ({ kind }) => kind)].map(([kind, group]) => [
      kind,
      {
        cpu: group.reduce((sum, { cpu }) => sum + cpu, 0),
        peak: Math.max(...group.map(({ peakMegabytes }) => peakMegabytes)),
      },
    ]),
  );
}

function reportCost(report: Report, name: string, after: Costs, before: Costs, records: number): void {
  const spent = [...after].map(([kind, { cpu }]) => [kind, cpu - (before.get(kind)?.cpu ?? 0)] as const);
  if (spent.length === 0) return;
  report({
    name,
    ratio: null,
    value: (spent.reduce((sum, [, cpu]) => sum + cpu, 0) * 10_000) / records,
    unit: 'CPU s per 10,000 records, all processes',
    also: Object.fromEntries(spent.map(([kind, cpu]) => [`${kind} s`, (cpu * 10_000) / records])),
  });
}

/** Blocks read alone, and the read model built from them; both ledgers hold the same submissions. */
async function benchFollowing(
  report: Report,
  fabric: Ledger,
  folder: string,
  { pages, singles, lone, records }: Made,
  releases: readonly Release[],
): Promise<void> {
  const signer = signerOf(OWNER);
  const embedded = await createEmbeddedLedger({
    dir: join(folder, 'embedded'),
    channel: 'bench',
    contract: channelContract,
    signer,
    purpose: 'bench',
    genesis: {
      name: 'channel.create',
      args: canonical({ member: { id: OWNER, name: OWNER, publicKey: signer.publicKey } }),
    },
  });
  await publishReleases({ ledger: embedded, factors: new MemoryFactorStore() }, releases, () => undefined);
  for (const args of [...pages, ...singles, ...lone]) await embedded.submit('records.submit', args);
  const total = records + singles.length + lone.length;
  for (const [name, task] of [
    ['fabric.blocks', drain],
    ['fabric.follow', (ledger: Ledger) => build(join(folder, `${ledger.channel}.db`), ledger)],
  ] as const) {
    const times = await alternated(
      3,
      () => task(fabric),
      () => task(embedded),
    );
    report({
      ...compared({
        name,
        value: total / times.ours,
        unit: 'records/s',
        against: { what: 'the embedded ledger', value: total / times.theirs },
      }),
      also: { records: total },
    });
  }
  await embedded.close();
}

async function drain(ledger: Ledger): Promise<void> {
  for await (const _block of ledger.blocks(0));
}

async function build(path: string, ledger: Ledger): Promise<void> {
  Inventory.drop(path);
  const inventory = Inventory.open(path);
  await inventory.catchUp(ledger);
  inventory.close();
}
