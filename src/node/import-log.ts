import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { CorrectionReason } from '../channel/index.ts';
import { onSqlite, openDatabase } from '../disk/index.ts';
import { hmacSha256 } from '../emissions/index.ts';
import type { RecordTotals } from './record-totals.ts';
import type { ToldLines } from './told-settings.ts';

/** What is known of an import beside its records; nothing personal. */
export interface ImportDetails {
  readonly format?: string;
  /** Lines that are to be recorded, once all were checked. */
  readonly lines?: number;
  readonly finishedAt?: string;
  readonly totals?: RecordTotals;
  /** Settings of the request that its lines have. */
  readonly told?: ToldLines;
  /** The import whose rejected rows this one records. */
  readonly mends?: string;
  readonly undone?: { readonly at: string; readonly reason: CorrectionReason };
}

/** A line that an import recorded, or was about to record when it was cut off. */
export interface ImportLine {
  /** Its position among the lines and rejected rows of the file, from 0. */
  readonly at: number;
  readonly where: string;
  readonly record: string;
  /** Its warnings, sealed; undefined where there are none. */
  readonly sealed: Uint8Array | undefined;
}

/** A row that an import left out. */
export interface ImportRefusal {
  readonly at: number;
  readonly where: string;
  readonly code: string;
  /** The whole report, sealed. */
  readonly sealed: Uint8Array | undefined;
}

/** One import of one file. It names neither the file nor anything in it in the clear: a keyed digest tells the same file again. */
export interface ImportEntry {
  readonly id: string;
  readonly digest: string;
  readonly startedAt: string;
  /** False while its records are on their way: a crash leaves it so, and the same file goes on where it stopped. */
  readonly done: boolean;
  readonly records: number;
  /** Commitments of the evidence kept for it, by a keyed digest of the document's name: names hold personal data too. */
  readonly evidence: readonly (readonly [string, string])[];
  readonly details: ImportDetails;
  /** Name, label and note, sealed. */
  readonly sealed: Uint8Array | undefined;
}

interface Row {
  readonly id: string;
  readonly digest: string;
  readonly started_at: string;
  readonly done: number;
  readonly records: number;
  readonly evidence: string;
  readonly details: string;
  readonly sealed: Uint8Array | null;
}

interface LineRow {
  readonly line: number;
  readonly place: string;
  readonly record: Uint8Array;
  readonly sealed: Uint8Array | null;
}

interface RefusalRow extends Omit<LineRow, 'record'> {
  readonly code: string;
}

const WHAT = 'the list of imports';
const HAS_LINES = "coalesce(json_extract(details, '$.lines'), 1) > 0";

/** What was imported, so that a file is not recorded twice and an import that was cut off can be finished. */
export class ImportLog {
  readonly #db: DatabaseSync;
  readonly #key: Uint8Array;

  /** @throws {ChannelError} like every method: DISK_FULL, STORE_UNAVAILABLE */
  constructor(path: string, key: Uint8Array) {
    this.#key = key;
    this.#db = openDatabase(
      path,
      `CREATE TABLE IF NOT EXISTS imports (id TEXT PRIMARY KEY, digest TEXT NOT NULL, started_at TEXT NOT NULL,
        done INTEGER NOT NULL, records INTEGER NOT NULL, evidence TEXT NOT NULL, details TEXT NOT NULL DEFAULT '{}',
        sealed BLOB) STRICT;
      CREATE INDEX IF NOT EXISTS imports_by_digest ON imports (digest);
      CREATE TABLE IF NOT EXISTS lines (import BLOB NOT NULL, line INTEGER NOT NULL, place TEXT NOT NULL,
        record BLOB NOT NULL, sealed BLOB, PRIMARY KEY (import, line)) STRICT, WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS refusals (import BLOB NOT NULL, line INTEGER NOT NULL, place TEXT NOT NULL,
        code TEXT NOT NULL, sealed BLOB, PRIMARY KEY (import, line)) STRICT, WITHOUT ROWID;`,
      WHAT,
    );
    this.#change(addNewColumns);
    this.#change((db) =>
      db.exec("CREATE INDEX IF NOT EXISTS imports_by_mended ON imports (json_extract(details, '$.mends'))"),
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

  /** The newest import of the same content; not one that left out every row, which stands in no later one's way. */
  find(digest: string): ImportEntry | undefined {
    return this.#rows(`WHERE digest = ? AND ${HAS_LINES} ORDER BY started_at DESC, rowid DESC LIMIT 1`, digest)[0];
  }

  /** The import before this one of the same content. */
  before({ digest, id }: Pick<ImportEntry, 'digest' | 'id'>): ImportEntry | undefined {
    const all = this.#rows(`WHERE digest = ? AND ${HAS_LINES} ORDER BY started_at DESC, rowid DESC`, digest);
    return all[all.findIndex((entry) => entry.id === id) + 1];
  }

  /** Imports whose id begins so, at most two. */
  byPrefix(prefix: string): ImportEntry[] {
    return this.#rows('WHERE id >= ? AND id < ? ORDER BY id LIMIT 2', prefix, `${prefix}g`);
  }

  /** Imports, newest first, from after the one named. */
  newest(limit: number, after?: string): ImportEntry[] {
    const order = `ORDER BY started_at DESC, rowid DESC LIMIT ${Math.trunc(limit)}`;
    if (after === undefined) return this.#rows(order);
    return this.#rows(
      `WHERE (started_at, rowid) < (SELECT started_at, rowid FROM imports WHERE id = ?) ${order}`,
      after,
    );
  }

  /** Imports that were made of rows which this one rejected, oldest first. */
  mendedBy(id: string): string[] {
    return this.#rows("WHERE json_extract(details, '$.mends') = ? ORDER BY started_at, rowid", id).map(
      (entry) => entry.id,
    );
  }

  /** Imports that were cut off and can go on. */
  unfinished(): ImportEntry[] {
    return this.#rows("WHERE done = 0 AND json_extract(details, '$.undone') IS NULL");
  }

  /** Imports whose records are all on the ledger. */
  finished(): ImportEntry[] {
    return this.#rows('WHERE done = 1');
  }

  /** Opens an import before anything of it is kept or reaches the ledger. */
  start(digest: string, startedAt: string): ImportEntry {
    const entry: ImportEntry = {
      ...{ id: randomBytes(16).toString('hex'), digest, startedAt, done: false, records: 0, evidence: [] },
      ...{ details: {}, sealed: undefined },
    };
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

  /** Puts details beside those that stand, which stay; `sealed` replaces the one that stood. */
  describe(id: string, details: ImportDetails, sealed?: Uint8Array): void {
    this.#change((db) =>
      db
        .prepare('UPDATE imports SET details = json_patch(details, ?), sealed = coalesce(?, sealed) WHERE id = ?')
        .run(JSON.stringify(details), sealed ?? null, id),
    );
  }

  /** Lines that are about to be submitted: before they reach the ledger, so that none stands there unknown. */
  keepLines(id: string, lines: readonly ImportLine[]): void {
    this.#together((db) => {
      const insert = db.prepare(
        'INSERT OR REPLACE INTO lines (import, line, place, record, sealed) VALUES (?, ?, ?, ?, ?)',
      );
      for (const { at, where, record, sealed } of lines)
        insert.run(bytes(id), at, where, bytes(record), sealed ?? null);
    });
  }

  keepRefusals(id: string, refusals: Iterable<ImportRefusal>): void {
    this.#together((db) => {
      const insert = db.prepare(
        'INSERT OR REPLACE INTO refusals (import, line, place, code, sealed) VALUES (?, ?, ?, ?, ?)',
      );
      for (const { at, where, code, sealed } of refusals) insert.run(bytes(id), at, where, code, sealed ?? null);
    });
  }

  /** Lines of an import in file order, from the position on. */
  lines(id: string, from: number, limit: number): ImportLine[] {
    const sql = 'SELECT line, place, record, sealed FROM lines WHERE import = ? AND line >= ? ORDER BY line LIMIT ?';
    return told(() => this.#db.prepare(sql).all(bytes(id), from, limit)).map((row) => {
      const { line, place, record, sealed } = row as unknown as LineRow;
      return { at: line, where: place, record: Buffer.from(record).toString('hex'), sealed: sealed ?? undefined };
    });
  }

  refusals(id: string, from: number, limit: number): ImportRefusal[] {
    const sql = 'SELECT line, place, code, sealed FROM refusals WHERE import = ? AND line >= ? ORDER BY line LIMIT ?';
    return told(() => this.#db.prepare(sql).all(bytes(id), from, limit)).map((row) => {
      const { line, place, code, sealed } = row as unknown as RefusalRow;
      return { at: line, where: place, code, sealed: sealed ?? undefined };
    });
  }

  /** How many lines and rejected rows are known of an import. */
  counts(id: string): { readonly lines: number; readonly rejected: number } {
    const count = (table: string): number =>
      Number(told(() => this.#db.prepare(`SELECT count(*) AS n FROM ${table} WHERE import = ?`).get(bytes(id)))?.n);
    return { lines: count('lines'), rejected: count('refusals') };
  }

  finish(id: string, records: number): void {
    this.#change((db) => db.prepare('UPDATE imports SET done = 1, records = ? WHERE id = ?').run(records, id));
  }

  /** Forgets an import of which nothing reached the ledger. */
  forget(id: string): void {
    this.#together((db) => {
      for (const table of ['lines', 'refusals']) db.prepare(`DELETE FROM ${table} WHERE import = ?`).run(bytes(id));
      db.prepare('DELETE FROM imports WHERE id = ?').run(id);
    });
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

  /** All of it or nothing. */
  #together(change: (db: DatabaseSync) => void): void {
    this.#change((db) => {
      db.exec('BEGIN IMMEDIATE');
      try {
        change(db);
        db.exec('COMMIT');
      } catch (error) {
        if (db.isTransaction) db.exec('ROLLBACK');
        throw error;
      }
    });
  }
}

// Lists of an earlier version of this software lack them.
function addNewColumns(db: DatabaseSync): void {
  const names = db
    .prepare('PRAGMA table_info(imports)')
    .all()
    .map(({ name }) => name);
  if (!names.includes('details')) db.exec("ALTER TABLE imports ADD COLUMN details TEXT NOT NULL DEFAULT '{}'");
  if (!names.includes('sealed')) db.exec('ALTER TABLE imports ADD COLUMN sealed BLOB');
}

function bytes(hex: string): Buffer {
  return Buffer.from(hex, 'hex');
}

function told<T>(work: () => T): T {
  return onSqlite({ what: WHAT, where: 'imports.db' }, work);
}

function entryOf(row: Row): ImportEntry {
  return {
    id: row.id,
    digest: row.digest,
    startedAt: row.started_at,
    done: row.done === 1,
    records: row.records,
    evidence: JSON.parse(row.evidence) as ImportEntry['evidence'],
    details: JSON.parse(row.details) as ImportDetails,
    sealed: row.sealed ?? undefined,
  };
}
