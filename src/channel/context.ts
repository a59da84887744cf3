import type { AheadCheck, CheckedPage } from './checked-page.ts';

/** Who sent a transaction: on Fabric the MSP id and the hash of the certificate, on the embedded ledger the same from its key. */
export interface Caller {
  readonly member: string;
  /** SHA-256 of the submitter's public key (SPKI DER), lower-case hex. */
  readonly keyId: string;
  /** Roles to which a certificate limits this submitter; absent: whatever its member has. It can take roles away, never add one. */
  readonly roles?: readonly string[];
}

/**
 * Everything that a transaction may see. Fabric's semantics bind every implementation: reads do not see the
 * transaction's own writes; ranges run in byte order of the UTF-8 key; a key read here and changed by another
 * transaction before this one commits makes this one fail with NOT_COMMITTED. Keys are non-empty UTF-8 without NUL.
 * Values are canonical JSON text. There is no clock, no randomness and no network.
 */
export interface LedgerContext {
  readonly channel: string;
  readonly caller: Caller;
  readonly transactionId: string;
  /** Timestamp of the proposal, UTC, `YYYY-MM-DDTHH:MM:SS.sssZ`; the submitter's word, not a clock's. */
  readonly timestamp: string;
  /** SHA-256 of the arguments' UTF-8 bytes, lower-case hex; absent where the ledger has not computed it. */
  readonly argsHash?: string;
  get(key: string): Promise<string | undefined>;
  /** Values in the order of the keys; one round trip where the ledger can. */
  getMany(keys: readonly string[]): Promise<(string | undefined)[]>;
  put(key: string, value: string): void;
  delete(key: string): void;
  /** Keys k with start <= k < end, in byte order. */
  range(start: string, end: string): AsyncIterable<{ readonly key: string; readonly value: string }>;
  /** One event a transaction; a second call replaces the first. */
  emit(name: string, payload: string): void;
  /** Private collections; implementations without any refuse with STORE_UNAVAILABLE. */
  readonly collections: PrivateCollections;
  readonly endorsers: Endorsers;
}

/** Members whose own peers must endorse, beside whoever the channel asks for anyway. */
export interface Endorsers {
  /** Once a member: from the next transaction on what is demanded of it holds. */
  enrol(member: string): void;
  /** The transaction takes effect only if a peer of this member endorsed it too. */
  demand(member: string): void;
}

/** Where nobody endorses, the member's signature on its submission stands alone. */
export const nobodyEndorses: Endorsers = { enrol: () => undefined, demand: () => undefined };

/**
 * Sealed values that only some members' peers hold. A transaction reaches its caller's own collection alone.
 * @throws {ChannelError} STORE_UNAVAILABLE where there is no such collection; NOT_OWNER where it is another member's
 */
export interface PrivateCollections {
  get(collection: string, key: string): Promise<Uint8Array | undefined>;
  /**
   * Keeps what the submitter sent beside the arguments under `collection/key`: arguments stand in the block for all to read.
   * @throws {ChannelError} ARGUMENTS_INVALID where nothing was sent, or it is not encrypted (an age file)
   */
  put(collection: string, key: string): void;
  purge(collection: string, key: string): void;
}

/** Same as `LedgerContext` for reading only: what a query may see. */
export type QueryContext = Pick<LedgerContext, 'channel' | 'get' | 'getMany' | 'range'>;

/**
 * The channel's rules as a ledger runs them. `args` is canonical JSON; answers are canonical JSON. Refusals are
 * thrown as `ChannelError`; whatever was put before a throw is discarded by the ledger.
 */
export interface Contract {
  /**
   * `checked` is what `ahead` made of these very arguments: what it says is not checked again where the facts are the same.
   * The answer and the writes are the same with it and without.
   */
  run(context: LedgerContext, name: string, args: string, checked?: CheckedPage): Promise<string>;
  query(context: QueryContext, name: string, args: string): Promise<string>;
  /** What a ledger may check while it waits; a ledger that never does is as right. */
  readonly ahead?: AheadCheck;
}
