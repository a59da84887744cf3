import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Contract } from '../../channel/index.ts';
import { ChannelError } from '../../emissions/index.ts';
import type { Ledger, SubmitReceipt, VerifyReport } from '../ledger.ts';
import type { Signer } from '../signer.ts';
import { encodeBlock, NO_BLOCK } from './block-frame.ts';
import { BlockLog } from './block-log.ts';
import { runContract } from './contract-run.ts';
import { checkEnvelope, type Envelope, signEnvelope } from './envelope.ts';
import { LedgerCore, LOG_FILE } from './ledger-core.ts';
import type { Progress } from './log-check.ts';
import { MemberLedger } from './member-ledger.ts';
import type { LedgerNotice } from './notice.ts';
import { encodeOutcome } from './outcome.ts';
import type { PageCheckOptions } from './page-checks.ts';
import { type LedgerServer, serveCore } from './server.ts';
import { WriteLock } from './write-lock.ts';

export interface EmbeddedLedgerOptions {
  /** Folder of the log, the state and the socket. */
  readonly dir: string;
  readonly contract: Contract;
  readonly signer: Signer;
  /** What the process does with the ledger, such as "uec serve": said to whoever finds it locked. */
  readonly purpose?: string;
  /** How pages are checked before their turn; for tests. */
  readonly pageChecks?: PageCheckOptions;
  /** Clock for the timestamps of this process's own submissions. */
  readonly now?: () => Date;
}

export interface NewLedgerOptions extends EmbeddedLedgerOptions {
  readonly channel: string;
  /** The channel's first transaction, run on an empty state. */
  readonly genesis: { readonly name: string; readonly args: string };
}

/** The ledger in a folder, held by this process: the first member's view, and what concerns the folder as a whole. */
export class EmbeddedLedger extends MemberLedger {
  readonly #now: () => Date;
  readonly #servers = new Set<LedgerServer>();

  constructor(core: LedgerCore, signer: Signer, now: () => Date) {
    super(core, signer, now);
    this.#now = now;
  }

  /** What was found at opening and since; grows. */
  get notices(): readonly LedgerNotice[] {
    return this.core.notices;
  }

  /** The same ledger for another member of this process. */
  as(signer: Signer): Ledger {
    return new MemberLedger(this.core, signer, this.#now);
  }

  /**
   * Submits what was signed elsewhere or before. The same envelope sent again is answered with its first receipt.
   * @throws {ChannelError} SIGNATURE_INVALID, CHANNEL_WRONG, ARGUMENTS_INVALID; else as `submit`
   */
  submitEnvelope(envelope: Envelope): Promise<SubmitReceipt> {
    return this.core.submit(envelope);
  }

  /** Serves other processes of this machine's user over a Unix domain socket; closed with the ledger. */
  async serve(socketPath: string): Promise<LedgerServer> {
    const server = await serveCore(this.core, socketPath);
    this.#servers.add(server);
    return server;
  }

  /** `verify`, and the state file against what the log gives. */
  fsck(onProgress?: Progress): Promise<VerifyReport> {
    return this.core.fsck(onProgress);
  }

  /** Runs the rules again over the log and compares answers, events and write sets. */
  replay(onProgress?: Progress): Promise<VerifyReport> {
    return this.core.replay(onProgress);
  }

  /** Builds the state anew from the log's write sets; the rules are not run. */
  rebuild(onProgress?: Progress): Promise<void> {
    return this.core.rebuild(onProgress);
  }

  override async close(): Promise<void> {
    await super.close();
    for (const server of this.#servers) await server.close();
    await this.core.close();
  }
}

/**
 * Makes a ledger in a folder and opens it. The log appears with its genesis block whole, or not at all.
 * @throws {ChannelError} LEDGER_EXISTS; the rule's code when the genesis transaction is refused
 */
export async function createEmbeddedLedger(options: NewLedgerOptions): Promise<EmbeddedLedger> {
  const { dir, channel, contract, signer, genesis } = options;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const lock = WriteLock.take(dir, options.purpose ?? 'create');
  try {
    if (existsSync(join(dir, LOG_FILE))) throw new ChannelError('LEDGER_EXISTS', `there is a ledger in ${dir} already`);
    const timestamp = (options.now?.() ?? new Date()).toISOString();
    const submission = checkEnvelope(signEnvelope(signer, { channel, ...genesis, timestamp }), channel);
    const outcome = encodeOutcome(await runContract(contract, submission, EMPTY));
    const { frame } = encodeBlock({ channel, height: 0, previous: NO_BLOCK }, [{ submission, outcome }]);
    await BlockLog.create(join(dir, LOG_FILE), frame);
  } finally {
    lock.release();
  }
  return openEmbeddedLedger(options);
}

const EMPTY = { get: () => undefined, range: () => [] };

/**
 * Opens the ledger of a folder and holds its lock until closed. A tail that a crash left incomplete is cut, a state that
 * lags is caught up, one that does not fit is built anew: `notices` says so.
 * @throws {ChannelError} LEDGER_ABSENT, LEDGER_LOCKED (names the holder), LEDGER_CORRUPT (names block and byte; nothing is changed)
 */
export async function openEmbeddedLedger(options: EmbeddedLedgerOptions): Promise<EmbeddedLedger> {
  const { dir, contract, signer, purpose = 'open', pageChecks } = options;
  const core = await LedgerCore.open({ dir, contract, purpose, ...(pageChecks === undefined ? {} : { pageChecks }) });
  return new EmbeddedLedger(core, signer, options.now ?? (() => new Date()));
}
