/** What erasing in a store achieves: `erase` bytes gone, `shred` only the key destroyed, `none` impossible. */
export type ErasureMode = 'erase' | 'shred' | 'none';

/** Probed at start and shown to the operator; differences between stores show here and nowhere else. */
export interface StoreCapabilities {
  readonly erasure: ErasureMode;
  readonly replication: 'none' | 'ciphertext' | 'plaintext';
  readonly versioned: boolean;
  readonly retention: 'none' | 'governance' | 'compliance';
  readonly conditionalPut: boolean;
  readonly range: boolean;
  readonly maxBytes?: number;
  readonly enumerable: boolean;
  readonly durable: 'fsync' | 'remote-ack' | 'memory';
}

export interface PutReceipt {
  readonly id: string;
  readonly length: number;
  /** Of the stored (encrypted) bytes, lower-case hex. */
  readonly sha256: string;
}

export interface StoredHead {
  readonly length: number;
  readonly sha256: string;
  readonly versions: number;
}

/** What became of each place in which a store had the bytes. `complete` only if each is erased or shredded. */
export interface StoreErasure {
  readonly id: string;
  readonly complete: boolean;
  readonly places: readonly {
    readonly place: string;
    readonly result: 'erased' | 'shredded' | 'blocked' | 'unreachable';
    readonly until?: string;
  }[];
}

export interface StoreFinding {
  readonly id: string;
  readonly finding: 'missing' | 'corrupt' | 'orphan' | 'undeleted-version' | 'stale-upload';
  readonly message: string;
}

/**
 * Holds ciphertext only; keys and salts live in the vault. Ids are random (32 lower-case hex digits), never an account
 * number or a file name. Every implementation passes document-store.conformance.ts.
 */
export interface DocumentStore {
  capabilities(): Promise<StoreCapabilities>;
  /**
   * Idempotent: same id and same bytes give the first receipt. Visible only when complete and durable.
   * @throws {ChannelError} DOCUMENT_CONFLICT when the id holds other bytes (nothing changed); DOCUMENT_CORRUPT when it
   * holds damaged ones; DOCUMENT_ERASED when a tombstone stands; DISK_FULL; STORE_UNAVAILABLE; and what `body` throws
   */
  put(id: string, body: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<PutReceipt>;
  /**
   * Streams the bytes; a body that does not match what was stored ends in DOCUMENT_CORRUPT, never in silence.
   * @throws {ChannelError} DOCUMENT_LOST when absent, DOCUMENT_ERASED when a tombstone stands
   */
  get(id: string, signal?: AbortSignal): Promise<{ readonly length: number; readonly body: AsyncIterable<Uint8Array> }>;
  /** `undefined` when absent or erased. */
  head(id: string): Promise<StoredHead | undefined>;
  /** Removes every copy and version and reads back; repeating gives the same answer. */
  erase(id: string): Promise<StoreErasure>;
  /** Ids in byte order after `cursor`. */
  list(cursor?: string, limit?: number): Promise<{ readonly ids: readonly string[]; readonly cursor?: string }>;
  /**
   * Checks stored bytes against what was stored; `known` are the ids that ought to be there. Changes nothing but uploads
   * that stopped long ago, which it removes unless it is to report only.
   */
  scrub(
    known: AsyncIterable<string> | Iterable<string>,
    options?: { readonly reportOnly?: boolean },
  ): AsyncIterable<StoreFinding>;
}
