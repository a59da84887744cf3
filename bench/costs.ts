import { join } from 'node:path';
import { channelContract } from '../src/channel/index.ts';
import { MeterYears } from '../src/channel/meter-years.ts';
import { PageRecords, readHead } from '../src/channel/page-reading.ts';
import { RecordCheck } from '../src/channel/record-check.ts';
import { leafHash, merkleRoot, sha256 } from '../src/emissions/index.ts';
import type { Release } from '../src/factors/index.ts';
import { encodeBlock } from '../src/ledger/embedded/block-frame.ts';
import { BlockLog } from '../src/ledger/embedded/block-log.ts';
import { runContract } from '../src/ledger/embedded/contract-run.ts';
import { checkEnvelope, type Envelope } from '../src/ledger/embedded/envelope.ts';
import { encodeOutcome } from '../src/ledger/embedded/outcome.ts';
import { TransactionContext } from '../src/ledger/embedded/transaction-context.ts';
import { WorldState } from '../src/ledger/embedded/world-state.ts';
import { CHANNEL, makeChannel, signPage } from './channel-setup.ts';
import type { Report } from './figure.ts';
import type { PageFile } from './page-file.ts';
import { RECORDS_A_PAGE } from './records.ts';
import { quantile } from './timing.ts';

const PAGES = 60;

/** What each step of an ingest costs, each timed alone on the same pages; a step's ratio is its share of them all. */
export async function benchCosts(
  report: Report,
  dir: string,
  releases: readonly Release[],
  pages: PageFile,
): Promise<void> {
  const { ledger, signers } = await makeChannel(dir, releases);
  // Its files are worked on below, one step at a time, as the ledger itself does.
  await ledger.close();
  const { log } = await BlockLog.open(join(dir, 'blocks.log'));
  const state = WorldState.open(join(dir, 'state.db'));
  const clock = new StepClock();
  for (const page of pages.read(0, PAGES)) await timePage(signPage(signers, page), clock, log, state);
  await clock.time('state', () => state.flush(), PAGES);
  clock.tell(report);
  state.close();
  await log.close();
}

async function timePage(envelope: Envelope, clock: StepClock, log: BlockLog, state: WorldState): Promise<void> {
  const submission = await clock.time('signature', () => checkEnvelope(envelope, CHANNEL));
  const { args } = submission;
  const head = await clock.time('head', () => present(readHead(args)));
  const context = new TransactionContext(submission, state);
  const check = await clock.time('factor-proofs', () => RecordCheck.of(context, head.factors));
  const records = await clock.time('records', () => present(new PageRecords(args, check).read(head.length)));
  const ids = await clock.time('record-ids', () => records.map(({ text }) => leafHash(text)));
  await clock.time('merkle-root', () => merkleRoot(ids));
  await clock.time('digest', () => sha256(args));
  await clock.time('overlap', async () => {
    const years = await MeterYears.load(
      context,
      records.map(({ period }) => period),
    );
    for (const [at, { period }] of records.entries()) years.enter(period, ids[at] as string);
    years.write(context);
  });
  const outcome = await runContract(channelContract, submission, state);
  const place = { channel: CHANNEL, height: log.height, previous: state.hash };
  const { frame, hash } = await clock.time('block', () =>
    encodeBlock(place, [{ submission, outcome: encodeOutcome(outcome) }]),
  );
  await clock.time('log-and-sync', () => log.append(frame));
  state.apply({ height: place.height, hash, transactions: [{ id: submission.id, writes: outcome.writes }] });
}

function present<T>(found: T | undefined): T {
  if (found === undefined) throw new Error('a page of the bench is not canonical');
  return found;
}

/** Times of steps by name. */
class StepClock {
  readonly #times = new Map<string, number[]>();

  async time<T>(step: string, task: () => T | Promise<T>, pages = 1): Promise<T> {
    const start = performance.now();
    const value = await task();
    const time = (performance.now() - start) / pages;
    this.#times.set(step, [...(this.#times.get(step) ?? []), time]);
    return value;
  }

  tell(report: Report): void {
    const costs = [...this.#times].map(([step, times]): [string, number] => [
      step,
      (quantile(times, 0.5) * 1_000) / RECORDS_A_PAGE,
    ]);
    const all = costs.reduce((sum, [, cost]) => sum + cost, 0);
    for (const [step, value] of costs) {
      const against = { what: 'all steps', value: all };
      report({ name: `ledger.cost.${step}`, ratio: value / all, value, unit: 'us/record', against });
    }
  }
}
