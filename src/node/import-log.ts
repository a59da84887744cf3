import { randomBytes } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { ChannelError, hmacSha256 } from '../emissions/index.ts';

/** One import of one file. It names neither the file nor anything in it: a keyed digest tells the same file again. */
export interface ImportEntry {
  readonly id: string;
  readonly digest: string;
  readonly startedAt: string;
  /** False while its records are on their way: a crash leaves it so, and the same file goes on where it stopped. */
  readonly done: boolean;
  readonly records: number;
  /** Commitments of the evidence kept for it, by a keyed digest of the document's name: names hold personal data too. */
  readonly evidence: readonly (readonly [string, string])[];
}

interface Row {
  readonly id: string;
  readonly digest: string;
  readonly started_at: string;
  readonly done: number;
  readonly records: number;
  readonly evidence: string;
}

/** What was imported, so that a file is not recorded twice and an import that was cut off can be finished. */
export class ImportLog {
  readonly #db: DatabaseSync;
  readonly #key: Uint8Array;

  /** @throws {ChannelError} like every method: DISK_FULL, STORE_UNAVAILABLE */
  constructor(path: string, key: Uint8Array) {
    this.#key = key;
    this.#db = told(() => new DatabaseSync(path, { timeout: 5_000 }));
    this.#change((db) =>
      db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
      CREATE TABLE IF NOT EXISTS imports (id TEXT PRIMARY KEY, digest TEXT NOT NULL, started_at TEXT NOT NULL,
        done INTEGER NOT NULL, records INTEGER NOT NULL, evidence TEXT NOT NULL) STRICT;
      CREATE INDEX IF NOT EXISTS imports_by_digest ON imports (digest);`),
    );
  }

  /** Keyed digest of a file's SHA-256: without the node's key nobody can test a guess at the content. */
  digestOf(sha256: string): string {
    return hmacSha256(this.#key, 'UEC/import/v1\0', sha256);
  }

  /** Keyed digest of a document's name. */
  digestOfName(name: string): string {
    return hmacSha256(this.#key, 'UEC/import-name/v1\0', name);
  }

  /** The newest import of the same content. */
  find(digest: string): ImportEntry | undefined {
    return this.#rows('WHERE digest = ? ORDER BY started_at DESC, rowid DESC LIMIT 1', digest)[0];
  }

  /** Imports that were cut off. */
  unfinished(): ImportEntry[] {
    return this.#rows('WHERE done = 0');
  }

  /** Imports whose records are all on the ledger. */
  finished(): ImportEntry[] {
    return this.#rows('WHERE done = 1');
  }

  /** Opens an import before anything of it is kept or reaches the ledger. */
  start(digest: string, startedAt: string): ImportEntry {
    const entry = { id: randomBytes(16).toString('hex'), digest, startedAt, done: false, records: 0, evidence: [] };
    this.#change((db) =>
      db
        .prepare("INSERT INTO imports (id, digest, started_at, done, records, evidence) VALUES (?, ?, ?, 0, 0, '[]')")
        .run(entry.id, digest, startedAt),
    );
    return entry;
  }

  keepEvidence(id: string, evidence: ImportEntry['evidence']): void {
    const text = JSON.stringify(evidence);
    this.#change((db) => db.prepare('UPDATE imports SET evidence = ? WHERE id = ?').run(text, id));
  }

  finish(id: string, records: number): void {
    this.#change((db) => db.prepare('UPDATE imports SET done = 1, records = ? WHERE id = ?').run(records, id));
  }

  /** Forgets an import of which nothing reached the ledger. */
  forget(id: string): void {
    this.#change((db) => db.prepare('DELETE FROM imports WHERE id = ?').run(id));
  }

  close(): void {
    this.#db.close();
  }

  #rows(condition: string, ...values: string[]): ImportEntry[] {
    return told(() => this.#db.prepare(`SELECT * FROM imports ${condition}`).all(...values)).map((row) =>
      entryOf(row as unknown as Row),
    );
  }

  #change(change: (db: DatabaseSync) => unknown): void {
    told(() => change(this.#db));
  }
}

// SQLite's primary result code for a full disk (https://www.sqlite.org/rescode.html).
const SQLITE_FULL = 13;

function told<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const full = (((cause as { errcode?: number }).errcode ?? 0) & 0xff) === SQLITE_FULL;
    throw new ChannelError(
      full ? 'DISK_FULL' : 'STORE_UNAVAILABLE',
      `the list of imports: ${(cause as Error).message}`,
      {
        where: 'imports.db',
        cause,
      },
    );
  }
}

function entryOf(row: Row): ImportEntry {
  return {
    id: row.id,
    digest: row.digest,
    startedAt: row.started_at,
    done: row.done === 1,
    records: row.records,
    evidence: JSON.parse(row.evidence) as ImportEntry['evidence'],
  };
}
