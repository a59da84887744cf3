import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { channelContract } from '../src/channel/index.ts';
import { MeterYears } from '../src/channel/meter-years.ts';
import { parsePage, type RecordPage } from '../src/channel/page.ts';
import { recordShape } from '../src/channel/record-shape.ts';
import { provenRows } from '../src/channel/releases.ts';
import { recordCheck } from '../src/channel/submission.ts';
import { canonical, leafHash, merkleRoot } from '../src/emissions/index.ts';
import type { Release } from '../src/factors/index.ts';
import { encodeBlock, NO_BLOCK } from '../src/ledger/embedded/block-frame.ts';
import { BlockLog } from '../src/ledger/embedded/block-log.ts';
import { runContract } from '../src/ledger/embedded/contract-run.ts';
import { checkEnvelope, type Envelope, type Submission } from '../src/ledger/embedded/envelope.ts';
import { encodeOutcome, type Outcome } from '../src/ledger/embedded/outcome.ts';
import { Overlay } from '../src/ledger/embedded/overlay.ts';
import { TransactionContext } from '../src/ledger/embedded/transaction-context.ts';
import { WorldState } from '../src/ledger/embedded/world-state.ts';
import { CHANNEL, makeChannel, signPage } from './channel-setup.ts';
import type { Report } from './figure.ts';
import type { PageFile } from './page-file.ts';
import { RECORDS_A_PAGE } from './records.ts';
import { quantile } from './timing.ts';

const PAGES = 60;

/** What each step of an ingest costs, each timed alone on the same pages; a step's ratio is its share of all of them. */
export async function benchCosts(report: Report, folder: string, releases: readonly Release[], pages: PageFile) {
  mkdirSync(folder);
  const { ledger, signers } = await makeChannel(join(folder, 'ledger'), releases);
  const state = new Overlay({ get: () => undefined, range: () => [] });
  for await (const block of ledger.blocks(0)) {
    // The channel's own set-up, so that members, policy and releases are there.
    for (const { id, name, args, caller, timestamp } of block.transactions) {
      const header = { channel: CHANNEL, name, timestamp };
      const submission = { id, header, args, caller } as unknown as Submission;
      state.apply((await runContract(channelContract, submission, state)).writes);
    }
  }
  await ledger.close();
  const log = await openLog(join(folder, 'cost.log'));
  const world = WorldState.open(join(folder, 'cost.db'));
  const clock = new Costs();
  const envelopes = pages.read(0, PAGES).map((page) => signPage(signers, page));
  for (const envelope of envelopes) await costsOf(envelope, { clock, state, log, world });
  clock.flushed(world);
  clock.tell(report);
  world.close();
  await log.close();
}

interface Parts {
  readonly clock: Costs;
  readonly state: Overlay;
  readonly log: BlockLog;
  readonly world: WorldState;
}

async function costsOf(envelope: Envelope, { clock, state, log, world }: Parts): Promise<void> {
  const submission = await clock.time('signature', () => checkEnvelope(envelope, CHANNEL));
  const { args } = submission;
  const page = await clock.time('parse', () => JSON.parse(args) as RecordPage);
  await clock.time('shape', () => {
    for (const record of page.records) recordShape(record, 'record');
  });
  const texts = await clock.time('canonical-text', () => {
    const made = page.records.map((record) => JSON.stringify(record));
    if (!args.endsWith(`"records":[${made.join(',')}]}`)) throw new Error('a page of the bench is not canonical');
    return made;
  });
  const ids = await clock.time('record-ids', () => texts.map(leafHash));
  await clock.time('merkle-root', () => merkleRoot(ids));
  const context = new TransactionContext(submission, state);
  await clock.time('factor-proofs', () => provenRows(context, page.factors));
  const check = await recordCheck(context, page.factors);
  await clock.time('arithmetic', () => page.records.forEach(check));
  await clock.time('overlap', async () => {
    const years = await MeterYears.load(context, page.records);
    page.records.forEach((record, at) => years.enter(record, ids[at] as string));
    years.write(context);
  });
  // Writes as the whole transaction makes them, from here on.
  const outcome: Outcome = await runContract(channelContract, submission, state);
  parsePage(args);
  const encoded = await clock.time('outcome', () => encodeOutcome(outcome));
  const { frame } = await clock.time('block', () =>
    encodeBlock({ channel: CHANNEL, height: log.height, previous: NO_BLOCK }, [{ submission, outcome: encoded }]),
  );
  await clock.time('log-and-sync', () => log.append(frame));
  state.apply(outcome.writes);
  world.apply({ height: log.height, hash: NO_BLOCK, transactions: [{ id: submission.id, writes: outcome.writes }] });
}

async function openLog(path: string): Promise<BlockLog> {
  const { frame } = encodeBlock({ channel: CHANNEL, height: 0, previous: NO_BLOCK }, []);
  await BlockLog.create(path, frame);
  return (await BlockLog.open(path)).log;
}

class Costs {
  readonly #times = new Map<string, number[]>();

  async time<T>(step: string, task: () => T | Promise<T>): Promise<T> {
    const start = performance.now();
    const value = await task();
    this.#add(step, performance.now() - start);
    return value;
  }

  /** The state is written once a group: its time is shared out over the group's pages. */
  flushed(world: WorldState): void {
    const start = performance.now();
    world.flush();
    this.#add('state', (performance.now() - start) / PAGES);
  }

  tell(report: Report): void {
    const costs = [...this.#times].map(
      ([step, times]) => [step, (quantile(times, 0.5) * 1_000) / RECORDS_A_PAGE] as const,
    );
    const all = costs.reduce((sum, [, cost]) => sum + cost, 0);
    for (const [step, value] of costs) {
      report({
        name: `ledger.cost.${step}`,
        ratio: value / all,
        value,
        unit: 'us/record',
        against: { what: 'all steps', value: all },
      });
    }
  }

  #add(step: string, milliseconds: number): void {
    this.#times.set(step, [...(this.#times.get(step) ?? []), milliseconds]);
  }
}
void canonical;
