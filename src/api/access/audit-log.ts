import { timingSafeEqual } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { inTransaction, onSqlite, openDatabase } from '../../disk/index.ts';
import { ChannelError, canonical, defined, hmacSha256 } from '../../emissions/index.ts';
import type { AccessEntry } from './access.ts';
import { auditKey } from './audit-key.ts';

/** One thing done at the node. No names, addresses, paths or content: ids only. */
export interface AuditEntry {
  /** 1, 2, 3 without gaps, for as long as the node lives. */
  readonly number: number;
  /** UTC, ISO 8601 with milliseconds. */
  readonly at: string;
  readonly who: string;
  readonly role: string;
  readonly operation: string;
  readonly target?: string;
  readonly status: number;
  readonly code?: string;
  /** How long work ended that was begun by an entry with the same target, and numbers that say how much was done. */
  readonly outcome?: string;
  readonly counts?: Readonly<Record<string, number>>;
}

/** Where the log ends. Kept elsewhere, it pins everything before it: see `auditFaults`. */
export interface AuditHead {
  readonly number: number;
  /** HMAC of the last entry, 64 hex digits; of 64 zeros for an empty log. */
  readonly seal: string;
}

export interface StoredEntry {
  readonly number: number;
  readonly body: string;
  readonly seal: string;
}

export interface StoredHead {
  /** Number of the oldest entry kept, and the seal before it. */
  readonly first: number;
  readonly before: string;
  readonly number: number;
  readonly seal: string;
  /** HMAC over the four. */
  readonly proof: string;
}

export interface AuditOptions {
  readonly now?: () => Date;
  /** Most entries kept; the oldest are dropped by the thousand, and the head says where the log begins. */
  readonly keep?: number;
}

/** Where a log lies, and its key. */
export interface AuditFiles {
  readonly path: string;
  readonly keyPath: string;
}

const NO_SEAL = '0'.repeat(64);
/** Head of a log without entries. */
export const emptyHead: AuditHead = { number: 0, seal: NO_SEAL };

const DROPPED_AT_ONCE = 1000;
const MOST_WAITING = 10_000;

interface Waiting {
  readonly entry: Omit<AuditEntry, 'number'>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The node's audit log in one SQLite file: each entry is sealed by an HMAC over itself and the seal before it, under a key in
 * keys/; the head is sealed too. So an entry that is edited, removed, inserted or cut off is found by whoever has the key. What it
 * cannot show alone: the whole file put back to an older state, by somebody who had it. A head kept elsewhere shows that.
 */
export class AuditLog {
  readonly files: AuditFiles;
  readonly #db: DatabaseSync;
  readonly #key: Buffer;
  readonly #now: () => Date;
  readonly #keep: number;
  #waiting: Waiting[] = [];
  #turn: NodeJS.Immediate | undefined;

  /** @throws {ChannelError} like every method: DISK_FULL, STORE_UNAVAILABLE; AUDIT_CORRUPT when key and file do not fit */
  constructor(path: string, keyPath: string, { now = () => new Date(), keep = 1_000_000 }: AuditOptions = {}) {
    this.files = { path, keyPath };
    this.#now = now;
    this.#keep = keep;
    const { key, beginning, begun } = auditKey(keyPath, path);
    this.#key = key;
    this.#db = openDatabase(
      path,
      `CREATE TABLE IF NOT EXISTS entries (number INTEGER PRIMARY KEY, body TEXT NOT NULL, seal TEXT NOT NULL) STRICT;
       CREATE TABLE IF NOT EXISTS head (one INTEGER PRIMARY KEY CHECK (one = 1), first INTEGER NOT NULL,
        before TEXT NOT NULL, number INTEGER NOT NULL, seal TEXT NOT NULL, proof TEXT NOT NULL) STRICT;`,
    );
    try {
      onSqlite('audit.db', () => inTransaction(this.#db, () => this.#begin(beginning)));
      begun();
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  /** Appends an entry. Those that wait at the same moment are written together; resolves once they are on the disk. */
  append(entry: AccessEntry): Promise<void> {
    const { principal, ...rest } = entry;
    if (this.#waiting.length >= MOST_WAITING) this.#flush();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({
      entry: {
        at: this.#now().toISOString(),
        who: principal.id,
        role: principal.role,
        ...defined(rest),
      },
      resolve,
      reject,
    });
    this.#turn ??= setImmediate(() => this.#flush());
    return promise;
  }

  /** Where the log ends now. */
  head(): AuditHead {
    const { number, seal } = onSqlite('audit.db', () => readHead(this.#db));
    return { number, seal };
  }

  /** Entries in order, from a number on. Their seals are not checked here. */
  entries(from = 1, limit = 1000): AuditEntry[] {
    return storedEntries(this.#db, from, limit).map(({ number, body }) => ({
      number,
      ...(JSON.parse(body) as Omit<AuditEntry, 'number'>),
    }));
  }

  /** The newest entries, newest last. */
  newest(limit: number): AuditEntry[] {
    return this.entries(Math.max(1, this.head().number - limit + 1), limit);
  }

  /** Pseudonym of a person of an identity provider: the same person has the same one, and it names nobody without the key. */
  pseudonym(issuer: string, subject: string): string {
    return hmacSha256(this.#key, 'UEC/subject/v1\0', canonical([issuer, subject])).slice(0, 32);
  }

  close(): void {
    if (this.#turn !== undefined) {
      clearImmediate(this.#turn);
      this.#flush();
    }
    this.#db.close();
  }

  #begin(beginning: boolean): void {
    const head = this.#db.prepare('SELECT * FROM head').get() as unknown as StoredHead | undefined;
    if (head === undefined) {
      const any = this.#db.prepare('SELECT 1 FROM entries LIMIT 1').get();
      if (any !== undefined || !beginning) throw corrupt('the audit log has lost its head');
      this.#writeHead({ first: 1, before: NO_SEAL, number: 0, seal: NO_SEAL });
      return;
    }
    if (!sameText(head.proof, proofOf(this.#key, head)))
      throw corrupt('the head of the audit log was changed, or its key is another');
    const last = storedEntries(this.#db, head.number, 2);
    const lastSeal = head.number < head.first ? head.before : last[0]?.seal;
    if (lastSeal !== head.seal || last.length > 1) throw corrupt('the audit log does not end where its head says');
  }

  #flush(): void {
    this.#turn = undefined;
    const batch = this.#waiting;
    this.#waiting = [];
    try {
      onSqlite('audit.db', () => inTransaction(this.#db, () => this.#write(batch)));
    } catch (error) {
      for (const { reject } of batch) reject(error);
      return;
    }
    for (const { resolve } of batch) resolve();
  }

  #write(batch: readonly Waiting[]): void {
    const insert = this.#db.prepare('INSERT INTO entries (number, body, seal) VALUES (?, ?, ?)');
    let { first, before, number, seal } = readHead(this.#db);
    for (const { entry } of batch) {
      number += 1;
      const body = canonical(entry);
      seal = sealOf(this.#key, seal, number, body);
      insert.run(number, body, seal);
    }
    if (number - first + 1 > this.#keep + DROPPED_AT_ONCE) {
      first = number - this.#keep + 1;
      before = (this.#db.prepare('SELECT seal FROM entries WHERE number = ?').get(first - 1) as { seal: string }).seal;
      this.#db.prepare('DELETE FROM entries WHERE number < ?').run(first);
    }
    this.#writeHead({ first, before, number, seal });
  }

  #writeHead(head: Omit<StoredHead, 'proof'>): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO head (one, first, before, number, seal, proof) VALUES (1, ?, ?, ?, ?, ?)')
      .run(head.first, head.before, head.number, head.seal, proofOf(this.#key, head));
  }
}

export function sealOf(key: Buffer, before: string, number: number, body: string): string {
  return hmacSha256(key, 'UEC/audit/v1\0', before, `\0${number}\0`, body);
}

export function proofOf(key: Buffer, { first, before, number, seal }: Omit<StoredHead, 'proof'>): string {
  return hmacSha256(key, 'UEC/audit-head/v1\0', canonical([first, before, number, seal]));
}

export function storedEntries(db: DatabaseSync, from: number, limit: number): StoredEntry[] {
  return onSqlite('audit.db', () =>
    db.prepare('SELECT number, body, seal FROM entries WHERE number >= ? ORDER BY number LIMIT ?').all(from, limit),
  ) as unknown as StoredEntry[];
}

/** @throws {ChannelError} AUDIT_CORRUPT */
function readHead(db: DatabaseSync): StoredHead {
  const head = db.prepare('SELECT first, before, number, seal, proof FROM head').get() as StoredHead | undefined;
  if (head === undefined) throw corrupt('the audit log has lost its head');
  return head;
}

function corrupt(message: string): ChannelError {
  return new ChannelError('AUDIT_CORRUPT', message, { where: 'audit.db' });
}

function sameText(left: string, right: string): boolean {
  return left.length === right.length && timingSafeEqual(Buffer.from(left), Buffer.from(right));
}
