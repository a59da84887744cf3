import { rmSync } from 'node:fs';
import { basename } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { isFull } from '../../disk/index.ts';
import { ChannelError } from '../../emissions/index.ts';
import type { Writes } from './outcome.ts';
import { Overlay, type StateView } from './overlay.ts';
import { SEAL_SUFFIX } from './state-seal.ts';

/** Where a committed transaction stands. */
export interface TransactionPlace {
  readonly height: number;
  readonly position: number;
}

/** What a block changes in the state. */
export interface StateChange {
  readonly height: number;
  readonly hash: string;
  readonly transactions: readonly { readonly id: string; readonly writes: Writes }[];
}

// A group is written when it reaches either bound. Each commit writes the pages that its keys touch, so large groups write
// fewer bytes; what was not written is applied from the log at the next start.
const GROUP_BLOCKS = 128;
const GROUP_KEYS = 50_000;

// The value stands in a table of its own order and the keys in an index: measured with the state's usual values of about
// 1 kB under random keys, this writes a quarter of the bytes of a table WITHOUT ROWID, where such values spill.
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS world (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, value TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS transactions (id BLOB PRIMARY KEY, height INTEGER NOT NULL, position INTEGER NOT NULL)
    STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS applied (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), height INTEGER NOT NULL,
    hash TEXT NOT NULL) STRICT;`;

/**
 * World state after a number of blocks: an SQLite file and, over it, the changes not yet written there. The file is a cache
 * of the log: it is written in groups, carries its height in the same transaction, and can be dropped.
 */
export class WorldState implements StateView {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #table: StateView;
  readonly #overlay: Overlay;
  readonly #places = new Map<string, TransactionPlace>();
  readonly #findPlace: StatementSync;
  #height: number;
  #hash: string;
  #written: number;

  private constructor(path: string, database: DatabaseSync) {
    this.#path = path;
    this.#database = database;
    this.#table = new Table(database, path);
    this.#overlay = new Overlay(this.#table);
    this.#findPlace = database.prepare('SELECT height, position FROM transactions WHERE id = ?');
    const applied = database.prepare('SELECT height, hash FROM applied').get();
    this.#height = Number(applied?.height ?? 0);
    this.#hash = String(applied?.hash ?? '');
    this.#written = this.#height;
  }

  /**
   * Opens the state file, or makes an empty one. `lasting` false: for a file that is thrown away after use.
   * @throws {ChannelError} STATE_CORRUPT when it cannot be read
   */
  static open(path: string, lasting = true): WorldState {
    let database: DatabaseSync | undefined;
    try {
      database = new DatabaseSync(path);
      database.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = ${lasting ? 'WAL' : 'OFF'};
        PRAGMA synchronous = ${lasting ? 'NORMAL' : 'OFF'}; PRAGMA wal_autocheckpoint = 20000;`);
      database.exec(SCHEMA);
      return new WorldState(path, database);
    } catch (cause) {
      database?.close();
      throw stateFault(cause, path);
    }
  }

  /** Removes a state file, its seal and what SQLite keeps beside it. */
  static remove(path: string): void {
    for (const suffix of ['', '-wal', '-shm', '-journal', SEAL_SUFFIX]) rmSync(path + suffix, { force: true });
  }

  get path(): string {
    return this.#path;
  }

  /** Number of blocks whose changes are in. */
  get height(): number {
    return this.#height;
  }

  /** Hash of the last of them; empty when there are none. */
  get hash(): string {
    return this.#hash;
  }

  /** Number of blocks whose changes are in the file. */
  get writtenHeight(): number {
    return this.#written;
  }

  get(key: string): string | undefined {
    return guarded(this.#path, () => this.#overlay.get(key));
  }

  range(start: string, end: string): Iterable<readonly [string, string]> {
    return this.#overlay.range(start, end);
  }

  findTransaction(id: string): TransactionPlace | undefined {
    const recent = this.#places.get(id);
    if (recent !== undefined) return recent;
    const row = guarded(this.#path, () => this.#findPlace.get(Buffer.from(id, 'hex')));
    return row === undefined ? undefined : { height: Number(row.height), position: Number(row.position) };
  }

  /** Takes in the next block's changes; they reach the file with their group. */
  apply(change: StateChange): void {
    for (const [position, { id, writes }] of change.transactions.entries()) {
      this.#overlay.apply(writes);
      this.#places.set(id, { height: change.height, position });
    }
    this.#height = change.height + 1;
    this.#hash = change.hash;
  }

  /** True when enough has come together for a group. */
  get groupIsFull(): boolean {
    return this.#height - this.#written >= GROUP_BLOCKS || this.#overlay.changes.size >= GROUP_KEYS;
  }

  /**
   * Writes what came since the last group, in one SQLite transaction. After an error nothing of it is written, and the
   * changes stay in memory.
   */
  flush(): void {
    if (this.#written === this.#height) return;
    guarded(this.#path, () => {
      this.#database.exec('BEGIN');
      try {
        this.#writeGroup();
        this.#database.exec('COMMIT');
      } catch (error) {
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
        throw error;
      }
    });
    this.#overlay.clear();
    this.#places.clear();
    this.#written = this.#height;
  }

  #writeGroup(): void {
    const put = this.#database.prepare(
      'INSERT INTO world (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    );
    const remove = this.#database.prepare('DELETE FROM world WHERE key = ?');
    for (const [key, value] of this.#overlay.changes) {
      if (value === null) remove.run(key);
      else put.run(key, value);
    }
    const place = this.#database.prepare('INSERT INTO transactions (id, height, position) VALUES (?, ?, ?)');
    for (const [id, { height, position }] of this.#places) place.run(Buffer.from(id, 'hex'), height, position);
    this.#database
      .prepare('INSERT OR REPLACE INTO applied (only_row, height, hash) VALUES (1, ?, ?)')
      .run(this.#height, this.#hash);
  }

  /** What SQLite's own check finds wrong in the file; empty when nothing. */
  integrity(): string[] {
    try {
      const rows = this.#database.prepare('PRAGMA integrity_check(20)').all();
      return rows.map((row) => String(row.integrity_check)).filter((line) => line !== 'ok');
    } catch (error) {
      return [(error as Error).message];
    }
  }

  /** Rows of the file in order, as comparable text: the keys, then the transactions. */
  *rows(): Generator<readonly [name: string, content: string], undefined> {
    yield ['height', `${this.#height} ${this.#hash}`];
    const world = 'SELECT key, value FROM world ORDER BY key';
    for (const row of this.#iterate(world)) yield [`key ${row.key}`, String(row.value)];
    const places = 'SELECT hex(id) AS id, height, position FROM transactions ORDER BY transactions.id';
    for (const row of this.#iterate(places))
      yield [`transaction ${row.id}`.toLowerCase(), `${row.height} ${row.position}`];
    return undefined;
  }

  *#iterate(query: string) {
    try {
      yield* this.#database.prepare(query).iterate();
    } catch (error) {
      throw stateFault(error, this.#path);
    }
  }

  /** Moves the write-ahead log into the file and closes it. */
  close(): void {
    this.#database.close();
  }
}

const PAGE = 500;

// A range is read in pages: no cursor stays open across an `await` of its reader.
class Table implements StateView {
  readonly #path: string;
  readonly #get: StatementSync;
  readonly #page: StatementSync;

  constructor(database: DatabaseSync, path: string) {
    this.#path = path;
    this.#get = database.prepare('SELECT value FROM world WHERE key = ?');
    this.#get.setReturnArrays(true);
    this.#page = database.prepare(`SELECT key, value FROM world WHERE key >= ? AND key < ? ORDER BY key LIMIT ${PAGE}`);
    this.#page.setReturnArrays(true);
  }

  get(key: string): string | undefined {
    const row = this.#get.get(key) as unknown as [string] | undefined;
    return row?.[0];
  }

  *range(start: string, end: string): Generator<readonly [string, string]> {
    let from = start;
    for (;;) {
      const rows = guarded(this.#path, () => this.#page.all(from, end)) as unknown as [string, string][];
      yield* rows;
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) return;
      // Keys hold no NUL, so this is the first text after the last key.
      from = `${last[0]}\0`;
    }
  }
}

function guarded<T>(path: string, task: () => T): T {
  try {
    return task();
  } catch (error) {
    throw stateFault(error, path);
  }
}

// SQLite's primary result codes.
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

function stateFault(cause: unknown, path: string): ChannelError {
  if (cause instanceof ChannelError) return cause;
  const where = basename(path);
  const { message, errcode } = cause as Error & { errcode?: number };
  if (isFull(cause))
    return new ChannelError('DISK_FULL', `the state file could not be written: ${message}`, { where, cause });
  const primary = (errcode ?? 0) & 0xff;
  const damaged = primary === SQLITE_CORRUPT || primary === SQLITE_NOTADB;
  const code = damaged ? 'STATE_CORRUPT' : 'LEDGER_UNAVAILABLE';
  return new ChannelError(code, `the state file: ${message}`, { where, cause });
}
