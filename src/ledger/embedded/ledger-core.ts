import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Contract } from '../../channel/index.ts';
import { ChannelError } from '../../emissions/index.ts';
import type { Evidence, SubmitReceipt, VerifyReport } from '../ledger.ts';
import { channelOf, encodeBlock, type FramedBlock, NO_BLOCK, readBlock } from './block-frame.ts';
import { BlockLog, type LoggedFrame } from './block-log.ts';
import { Committer, type Entry } from './committer.ts';
import { contractError } from './contract-run.ts';
import { checkEnvelope, type Envelope } from './envelope.ts';
import { makeEvidence } from './evidence.ts';
import { checkChain, fault, type Progress } from './log-check.ts';
import { Mutex, ReadWriteGate } from './mutex.ts';
import type { LedgerNotice } from './notice.ts';
import { decodeOutcome } from './outcome.ts';
import type { PageCheckOptions } from './page-checks.ts';
import { replayLog } from './replay.ts';
import { buildState } from './state-build.ts';
import { checkState, withScratch } from './state-check.ts';
import { knownHeight, openState } from './state-open.ts';
import { sealState } from './state-seal.ts';
import { StateContext } from './transaction-context.ts';
import { WorldState } from './world-state.ts';
import { WriteLock } from './write-lock.ts';

export interface CoreOptions {
  readonly dir: string;
  readonly contract: Contract;
  /** What the process does with the ledger: said to whoever finds it locked. */
  readonly purpose: string;
  readonly pageChecks?: PageCheckOptions;
}

export const LOG_FILE = 'blocks.log';
const STATE_FILE = 'state.db';
const SCRATCH_FILE = 'scratch.db';
const IDLE_MS = 250;

/** The one open log of a folder with its state; `MemberLedger`s act on it. */
export class LedgerCore {
  readonly channel: string;
  readonly notices: LedgerNotice[];
  readonly #dir: string;
  readonly #contract: Contract;
  readonly #lock: WriteLock;
  readonly #log: BlockLog;
  readonly #committer: Committer;
  // Order of taking: maintenance, then serial, then gate.
  readonly #maintenance = new Mutex();
  readonly #serial = new Mutex();
  readonly #gate = new ReadWriteGate();
  #state: WorldState;
  #height: number;
  #head: string;
  #grown = Promise.withResolvers<void>();
  #idle: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;

  private constructor(
    options: CoreOptions,
    parts: { channel: string; lock: WriteLock; log: BlockLog; state: WorldState; notices: LedgerNotice[] },
  ) {
    this.channel = parts.channel;
    this.notices = parts.notices;
    this.#dir = options.dir;
    this.#contract = options.contract;
    this.#lock = parts.lock;
    this.#log = parts.log;
    this.#state = parts.state;
    this.#height = parts.log.height;
    this.#head = parts.state.hash;
    this.#committer = new Committer({
      contract: options.contract,
      state: { get: (key) => this.#state.get(key), range: (start, end) => this.#state.range(start, end) },
      pageChecks: { ...options.pageChecks, onGivenUp: () => this.#tellGivenUp() },
      receiptOf: (id) => this.#receiptOf(id),
      commit: (entries) => this.#commit(entries),
    });
  }

  /** @throws {ChannelError} LEDGER_ABSENT, LEDGER_LOCKED, LEDGER_CORRUPT */
  static async open(options: CoreOptions): Promise<LedgerCore> {
    const path = join(options.dir, LOG_FILE);
    if (!existsSync(path)) throw new ChannelError('LEDGER_ABSENT', `there is no ledger in ${options.dir}`);
    const lock = WriteLock.take(options.dir, options.purpose);
    const closers = [async () => lock.release()];
    try {
      const notices: LedgerNotice[] = [];
      const { log, torn } = await BlockLog.open(path, knownHeight(join(options.dir, STATE_FILE)));
      closers.unshift(() => log.close());
      if (torn !== undefined) {
        const message = `cut ${torn.bytes} bytes at byte ${torn.offset}: ${torn.what}, never acknowledged`;
        notices.push({ kind: 'torn-tail', message });
      }
      const channel = channelOf((await log.frame(0)).bytes);
      // Nothing is appended to a last block that is damaged; the blocks before it are for `verify` to read.
      await readLogged(log, channel, log.height - 1);
      const state = await openState(join(options.dir, STATE_FILE), log, channel, notices);
      return new LedgerCore(options, { channel, lock, log, state, notices });
    } catch (error) {
      for (const close of closers) await close();
      throw error;
    }
  }

  get height(): number {
    return this.#height;
  }

  /** Runs a signed submission; the same envelope sent again is answered with its first receipt. */
  async submit(envelope: Envelope, signal?: AbortSignal): Promise<SubmitReceipt> {
    this.#mustBeOpen();
    const submission = checkEnvelope(envelope, this.channel);
    const receipt = this.#committer.enqueue(submission, signal);
    this.#serial.run(() => this.#runGroups()).catch(() => undefined);
    return receipt;
  }

  async evaluate(name: string, args: string): Promise<string> {
    this.#mustBeOpen();
    return this.#gate.read(async () => {
      try {
        return await this.#contract.query(new StateContext(this.channel, this.#state), name, args);
      } catch (error) {
        throw contractError(error, name);
      }
    });
  }

  /** Frames from height `from` to the last block; with `follow`, the blocks to come too, until closed or aborted. */
  async *frames(from: number, follow: boolean, signal: AbortSignal): AsyncGenerator<LoggedFrame> {
    const aborted = Promise.withResolvers<void>();
    const abort = () => aborted.resolve();
    signal.addEventListener('abort', abort, { once: true });
    const ended = () => signal.aborted || (follow && this.#closing !== undefined);
    try {
      for (let next = from; !ended(); ) {
        const grown = this.#grown.promise;
        for await (const frame of this.#log.frames(next, this.#height)) {
          yield frame;
          next = frame.height + 1;
          if (ended()) return;
          // Without `follow`, an end means that all was read.
          this.#mustBeOpen();
        }
        if (!follow) return;
        if (next >= this.#height) await Promise.race([grown, aborted.promise]);
      }
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  async evidence(transactionId: string): Promise<Evidence | undefined> {
    this.#mustBeOpen();
    const place = this.#state.findTransaction(transactionId);
    if (place === undefined) return undefined;
    const head = { height: this.#height - 1, hash: this.#head };
    return makeEvidence(await readLogged(this.#log, this.channel, place.height), place.position, head);
  }

  async verify(onProgress?: Progress): Promise<VerifyReport> {
    this.#mustBeOpen();
    return this.#maintenance.run(() => this.#verify(onProgress));
  }

  async #verify(onProgress?: Progress): Promise<VerifyReport> {
    const height = this.#height;
    const bytes = this.#log.offsetOf(height);
    const framed = await this.#log.isFramed();
    const report = await checkChain(this.#log.frames(0, height), { channel: this.channel, height }, onProgress);
    const broken = fault('LEDGER_CORRUPT', 'byte 0', 'the first bytes or the size of the log are not what they were');
    return { ...report, bytes, faults: framed ? report.faults : [broken, ...report.faults] };
  }

  /** `verify`, and the state file: SQLite's own check, then every row against what the log gives. */
  async fsck(onProgress?: Progress): Promise<VerifyReport> {
    const report = await this.verify(onProgress);
    if (report.faults.length > 0) return report;
    const faults = await this.#maintenance.run(() =>
      this.#serial.run(async () => {
        this.#mustBeOpen();
        const checked = { log: this.#log, channel: this.channel, height: this.#height, state: this.#state };
        return checkState(checked, join(this.#dir, SCRATCH_FILE));
      }),
    );
    return { ...report, faults };
  }

  /** Runs the rules again over the whole log. */
  async replay(onProgress?: Progress): Promise<VerifyReport> {
    this.#mustBeOpen();
    const chain = { channel: this.channel, height: this.#height, contract: this.#contract };
    return this.#maintenance.run(() =>
      withScratch(join(this.#dir, SCRATCH_FILE), (scratch) => replayLog(this.#log, chain, scratch, onProgress)),
    );
  }

  /** Builds the state file anew from the log's write sets, and puts it in the place of the old one. */
  async rebuild(onProgress?: Progress): Promise<void> {
    this.#mustBeOpen();
    await this.#maintenance.run(() =>
      this.#serial.run(async () => {
        const fresh = join(this.#dir, 'state.new.db');
        await buildState(fresh, this.#log, this.channel, this.#height, onProgress);
        // In one turn of the event loop: no query meets a closed state.
        await this.#gate.write(() => {
          const { path } = this.#state;
          this.#state.close();
          WorldState.remove(path);
          renameSync(fresh, path);
          this.#state = WorldState.open(path);
        });
      }),
    );
  }

  /** Answers what was submitted before, writes the state and lets go of the folder. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#grown.resolve();
    await this.#maintenance.run(() =>
      this.#serial.run(async () => {
        while (!this.#committer.idle) await this.#committer.runGroups();
        await this.#committer.close();
        clearTimeout(this.#idle);
        await this.#flush();
        await this.#gate.write(() => this.#state.close());
        if (this.#state.writtenHeight === this.#height) await sealState(this.#state.path, this.#height);
        await this.#log.close();
        this.#lock.release();
      }),
    );
  }

  #mustBeOpen(): void {
    if (this.#closing !== undefined) throw new ChannelError('LEDGER_CLOSED', 'the ledger was closed');
  }

  async #runGroups(): Promise<void> {
    if (this.#committer.idle) return;
    await this.#committer.runGroups();
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#serial.run(() => this.#flushIdle()), IDLE_MS).unref();
  }

  async #commit(entries: readonly Entry[]): Promise<number> {
    const height = this.#height;
    const { frame, hash } = encodeBlock({ channel: this.channel, height, previous: this.#head }, entries);
    await this.#log.append(frame);
    const transactions = entries.map(({ submission, writes }) => ({ id: submission.id, writes }));
    await this.#gate.write(() => this.#state.apply({ height, hash, transactions }));
    this.#head = hash;
    this.#height = height + 1;
    const grown = this.#grown;
    this.#grown = Promise.withResolvers();
    grown.resolve();
    if (this.#state.groupIsFull) await this.#flush();
    return height;
  }

  #tellGivenUp(): void {
    const message =
      'the second thread that checks pages ended or hung three times: pages are checked in place until the next start, more slowly';
    this.notices.push({ kind: 'no-second-thread', message });
  }

  async #flushIdle(): Promise<void> {
    if (this.#closing === undefined) await this.#flush();
  }

  // The log has it all: a state file that cannot be written now is written later, or caught up at the next start.
  async #flush(): Promise<void> {
    try {
      await this.#gate.write(() => this.#state.flush());
    } catch (error) {
      const { message } = error as Error;
      if (this.notices.at(-1)?.message !== message) this.notices.push({ kind: 'state-not-written', message });
    }
  }

  async #receiptOf(transactionId: string): Promise<SubmitReceipt | undefined> {
    const place = this.#state.findTransaction(transactionId);
    if (place === undefined) return undefined;
    const block = await readLogged(this.#log, this.channel, place.height);
    const transaction = block.transactions[place.position];
    if (transaction?.id !== transactionId) {
      throw new ChannelError('STATE_CORRUPT', `transaction ${transactionId} is not where the state says`, {
        where: `block ${place.height}, transaction ${place.position}`,
      });
    }
    return { transactionId, height: place.height, result: decodeOutcome(transaction.outcome).result };
  }
}

async function readLogged(log: BlockLog, channel: string, height: number): Promise<FramedBlock> {
  const previous = height === 0 ? NO_BLOCK : await log.hashAt(height - 1);
  const { offset, bytes } = await log.frame(height);
  return readBlock(bytes, { channel, height, previous, offset }, false);
}
