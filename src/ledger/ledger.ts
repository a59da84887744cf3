/** One transaction as it stands in a block, in the same shape for every ledger. */
export interface CommittedTransaction {
  /** Lower-case hex, unique on the channel. */
  readonly id: string;
  readonly name: string;
  /** The arguments exactly as submitted: canonical JSON. */
  readonly args: string;
  /** The contract's answer, canonical JSON; `undefined` where the transaction is invalid. */
  readonly result: string | undefined;
  readonly caller: { readonly member: string; readonly keyId: string };
  /** The proposal's timestamp, UTC ISO 8601 with milliseconds. */
  readonly timestamp: string;
  /** False on Fabric where a transaction stands in a block without effect; always true on the embedded ledger. */
  readonly valid: boolean;
  readonly event?: { readonly name: string; readonly payload: string };
}

export interface Block {
  /** 0 is the genesis block. */
  readonly height: number;
  /** Lower-case hex of the header's hash. */
  readonly hash: string;
  readonly previous: string;
  readonly transactions: readonly CommittedTransaction[];
}

export interface SubmitReceipt {
  readonly transactionId: string;
  /** Block that holds it; absent where the transaction changed nothing (a repeated submission) and so was not written. */
  readonly height?: number;
  /** The contract's answer, canonical JSON. */
  readonly result: string;
}

export interface SubmitOptions {
  /** Gives up waiting after this; a submission that may have been committed is never reported as failed. */
  readonly signal?: AbortSignal;
  /**
   * Sealed values for the contract's private collections, by `COLLECTION/KEY`. They go to the endorsing peers beside the arguments
   * and stand in no block. A ledger without collections has no use for them.
   */
  readonly sealed?: Readonly<Record<string, Uint8Array>>;
}

export interface BlockOptions {
  /** True: wait for further blocks when the last is reached, until aborted or closed; false (default): end there. */
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
}

/** What proves to a third party that a transaction stands on the channel; its content differs by ledger. */
export interface Evidence {
  readonly ledger: 'embedded' | 'fabric';
  readonly transactionId: string;
  readonly height: number;
  /** Ledger's own proof material, JSON. */
  readonly proof: unknown;
}

/** What a full check of the ledger found. `faults` empty means that every byte is what it was. */
export interface VerifyReport {
  readonly blocks: number;
  readonly transactions: number;
  readonly bytes: number;
  readonly head: string;
  readonly faults: readonly { readonly code: string; readonly where: string; readonly message: string }[];
}

/**
 * The shared ledger as a node sees it. One instance acts for one member with one key. Submissions run the
 * channel's rules; errors say the step: a rule's own code (refused), NOT_ENDORSED, NOT_COMMITTED (send again),
 * LEDGER_UNAVAILABLE. Implementations may differ in latency, block size and evidence, never in results.
 */
export interface Ledger {
  readonly channel: string;
  readonly member: string;
  /**
   * Runs a transaction and resolves once it is durable. `args` is canonical JSON.
   * @throws {ChannelError} the rule's code when refused; NOT_COMMITTED when a concurrent write came first
   */
  submit(name: string, args: string, options?: SubmitOptions): Promise<SubmitReceipt>;
  /** Runs a query against the committed state; writes nothing. */
  evaluate(name: string, args: string): Promise<string>;
  /**
   * Blocks in order from `from`, inclusive, read as they are taken. Aborted or closed here, it ends; a lost connection throws.
   * @throws {ChannelError} LEDGER_CORRUPT when a block is not what was written; LEDGER_UNAVAILABLE: go on from the next height
   */
  blocks(from: number, options?: BlockOptions): AsyncIterable<Block>;
  /** Number of blocks, genesis included: the height of the next block. */
  height(): Promise<number>;
  /** Proof material of a committed transaction; `undefined` when the channel has none of that id. */
  evidence(transactionId: string): Promise<Evidence | undefined>;
  /** Reads everything back and checks hashes, links and signatures. */
  verify(onProgress?: (done: number, total: number) => void): Promise<VerifyReport>;
  close(): Promise<void>;
}
