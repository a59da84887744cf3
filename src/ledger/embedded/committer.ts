import type { Contract } from '../../channel/index.ts';
import { ChannelError } from '../../emissions/index.ts';
import type { SubmitReceipt } from '../ledger.ts';
import { runContract } from './contract-run.ts';
import type { Submission } from './envelope.ts';
import { encodeOutcome, type Outcome } from './outcome.ts';
import { Overlay, type StateView } from './overlay.ts';
import { type PageCheckOptions, PageChecks } from './page-checks.ts';

/** A transaction that goes into the next block. */
export interface Entry {
  readonly submission: Submission;
  readonly result: string;
  readonly writes: Outcome['writes'];
  readonly outcome: Buffer;
}

/** What the committer needs of the ledger. */
export interface CommitTarget {
  readonly contract: Contract;
  readonly state: StateView;
  readonly pageChecks?: PageCheckOptions;
  /** The first receipt of a transaction that is on the ledger already. */
  receiptOf(transactionId: string): Promise<SubmitReceipt | undefined>;
  /** Makes a block durable, then visible, and gives its height. Nothing is changed when it throws. */
  commit(entries: readonly Entry[]): Promise<number>;
}

interface Job {
  readonly submission: Submission;
  readonly resolve: (receipt: SubmitReceipt) => void;
  readonly reject: (error: unknown) => void;
  started: boolean;
}

type Answer = (height: number | undefined) => void;

/** Submissions that were run together and share a block. */
interface Group {
  readonly jobs: readonly Job[];
  readonly entries: Entry[];
  readonly answers: Answer[];
  /** State after what the group writes. */
  readonly pending: Overlay;
  height?: number;
}

const GROUP_JOBS = 256;
// A few large pages: more of them in one block would leave none to run while it is being synced.
const GROUP_BYTES = 1_500_000;
// After so many, whoever else waits for the ledger has his turn.
const GROUPS_A_RUN = 32;

/**
 * Serialises submissions. Those that wait at one moment share a block, and so one fdatasync; each runs against the state
 * after the one before it. Nobody is answered, not even with a refusal, before the block is durable: a refusal may rest on
 * what an earlier transaction of the same block wrote. While a block is being synced the next group runs already, over what
 * the block will write; when the block fails, so does that group.
 */
export class Committer {
  readonly #target: CommitTarget;
  readonly #checks: PageChecks | undefined;
  #waiting: Job[] = [];
  #running = false;

  constructor(target: CommitTarget) {
    this.#target = target;
    const { ahead } = target.contract;
    if (ahead !== undefined) this.#checks = new PageChecks(ahead, target.state, target.pageChecks);
  }

  get idle(): boolean {
    return this.#waiting.length === 0;
  }

  enqueue(submission: Submission, signal?: AbortSignal): Promise<SubmitReceipt> {
    const { promise, resolve, reject } = Promise.withResolvers<SubmitReceipt>();
    const job: Job = { submission, resolve, reject, started: false };
    const abandon = () => {
      this.#waiting = this.#waiting.filter((waiting) => waiting !== job);
      if (!job.started) this.#checks?.drop(submission);
      reject(abandoned(submission, job.started));
    };
    if (signal?.aborted) {
      abandon();
      return promise;
    }
    signal?.addEventListener('abort', abandon, { once: true });
    // What comes to an idle ledger is run at once.
    if (this.#running || !this.idle) this.#checks?.offer(submission);
    this.#waiting.push(job);
    return promise.finally(() => signal?.removeEventListener('abort', abandon));
  }

  /** Runs the submissions that wait, block after block. */
  async runGroups(): Promise<void> {
    this.#running = true;
    try {
      await this.#runGroups();
    } finally {
      this.#running = false;
    }
  }

  /** Ends the thread that checks pages; submissions that are still to come are run without. */
  async close(): Promise<void> {
    await this.#checks?.close();
  }

  async #runGroups(): Promise<void> {
    let before: Group | undefined;
    let written: Promise<unknown> = Promise.resolve(undefined);
    for (let left = GROUPS_A_RUN; left > 0 && !this.idle; left -= 1) {
      const group = await this.#runGroup(before);
      const failure = await written;
      if (failure === undefined) {
        written = this.#write(group);
        before = group;
      } else {
        for (const job of group.jobs) job.reject(failure);
        written = Promise.resolve(undefined);
        before = undefined;
      }
    }
    await written;
  }

  async #runGroup(before: Group | undefined): Promise<Group> {
    const jobs = this.#take();
    const pending = new Overlay(this.#stateAfter(before));
    const group: Group = { jobs, entries: [], answers: [], pending };
    for (const job of jobs) group.answers.push(await this.#run(job, group, before));
    return group;
  }

  // One group at most is being written: what came before it is in the state.
  #stateAfter(group: Group | undefined): StateView {
    if (group === undefined) return this.#target.state;
    const after = new Overlay(this.#target.state);
    after.apply(group.pending.changes);
    return after;
  }

  /** Makes the group's block durable and answers; gives the error where that fails. */
  async #write(group: Group): Promise<unknown> {
    try {
      if (group.entries.length > 0) group.height = await this.#target.commit(group.entries);
      for (const { writes } of group.entries) this.#checks?.written(writes.keys());
      for (const answer of group.answers) answer(group.height);
      return undefined;
    } catch (error) {
      for (const job of group.jobs) job.reject(error);
      return error;
    }
  }

  #take(): Job[] {
    let count = 0;
    let bytes = 0;
    for (const { submission } of this.#waiting) {
      bytes += submission.argsBytes.length;
      if (count > 0 && (count >= GROUP_JOBS || bytes > GROUP_BYTES)) break;
      count += 1;
    }
    const jobs = this.#waiting.splice(0, count);
    for (const job of jobs) job.started = true;
    return jobs;
  }

  async #run(job: Job, { entries, pending }: Group, before: Group | undefined): Promise<Answer> {
    const { submission, resolve, reject } = job;
    const transactionId = submission.id;
    try {
      // The same envelope sent twice is one transaction, answered with the first receipt.
      const twin = entries.find((entry) => entry.submission.id === transactionId);
      if (twin !== undefined) return (height) => resolve(receipt(twin, height));
      const earlier = before?.entries.find((entry) => entry.submission.id === transactionId);
      if (earlier !== undefined) return () => resolve(receipt(earlier, before?.height));
      const first = await this.#target.receiptOf(transactionId);
      if (first !== undefined) return () => resolve(first);
      const checked = await this.#checks?.take(submission);
      const outcome = await runContract(this.#target.contract, submission, pending, checked);
      if (outcome.writes.size === 0 && outcome.event === undefined) {
        return () => resolve({ transactionId, result: outcome.result });
      }
      const entry = { submission, result: outcome.result, writes: outcome.writes, outcome: encodeOutcome(outcome) };
      pending.apply(outcome.writes);
      entries.push(entry);
      return (height) => resolve(receipt(entry, height));
    } catch (error) {
      return () => reject(error);
    } finally {
      this.#checks?.drop(submission);
    }
  }
}

function receipt(entry: Entry, height: number | undefined): SubmitReceipt {
  const { submission, result } = entry;
  return { transactionId: submission.id, ...(height === undefined ? {} : { height }), result };
}

/** The error of a submission whose caller gave up waiting. */
export function abandoned(submission: { readonly id: string }, started: boolean): ChannelError {
  const { id } = submission;
  return started
    ? new ChannelError('LEDGER_UNAVAILABLE', `gave up waiting for transaction ${id}: it may be on the ledger`, {
        transactionId: id,
        fix: 'Look the transaction up before sending its content again.',
      })
    : new ChannelError('LEDGER_UNAVAILABLE', `gave up waiting for transaction ${id}: it was not run`, {
        transactionId: id,
      });
}
