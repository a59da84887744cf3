import { randomBytes } from 'node:crypto';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { sha256Bytes } from '../emissions/index.ts';
import { onSqlite, type SqliteFile } from './sqlite-fault.ts';

/** How a value is written down, and read again. */
export interface SpillForm<V> {
  /** Names nobody and nothing: what is written lies on the disk in the clear. */
  write(value: V): Uint8Array;
  read(bytes: Uint8Array): V;
}

/** Entries held in memory. */
const ROOM = 10_000;
/** Bytes of a digest that stands for a key: 2^64 keys would have to be tried for two that share one. */
const DIGEST = 16;

/**
 * A map that holds no more than a number of entries in memory. When it has more it sets them aside in a temporary file of
 * SQLite's, which has no name and is gone with the process, and takes back what is asked for. Keys are written as digests
 * under a salt that is never written, so that the file says nothing of a meter.
 */
export class SpilledMap<V> {
  readonly #form: SpillForm<V>;
  readonly #room: number;
  readonly #held = new Map<string, V>();
  readonly #salt = randomBytes(16).toString('hex');
  #file: SpillFile | undefined;

  constructor(form: SpillForm<V>, room = ROOM) {
    this.#form = form;
    this.#room = room;
  }

  /**
   * The value of a key. One that is changed must be `set` again before the next call.
   * @throws {ChannelError} like every method: DISK_FULL, STORE_UNAVAILABLE
   */
  get(key: string): V | undefined {
    const held = this.#held.get(key);
    if (held !== undefined || this.#file === undefined) return held;
    const bytes = this.#file.get(this.#digestOf(key));
    if (bytes === undefined) return undefined;
    const value = this.#form.read(bytes);
    this.#hold(key, value);
    return value;
  }

  set(key: string, value: V): void {
    this.#hold(key, value);
  }

  /** Puts in the place of each value what `change` gives for it; takes the entry out where that is undefined. */
  changeAll(change: (value: V) => V | undefined): void {
    const file = this.#file;
    if (file !== undefined) {
      this.#setAside();
      file.changeAll((bytes) => {
        const changed = change(this.#form.read(bytes));
        return changed === undefined ? undefined : this.#form.write(changed);
      });
      return;
    }
    for (const [key, value] of this.#held) {
      const changed = change(value);
      if (changed === undefined) this.#held.delete(key);
      else this.#held.set(key, changed);
    }
  }

  close(): void {
    this.#held.clear();
    this.#file?.close();
    this.#file = undefined;
  }

  #hold(key: string, value: V): void {
    if (this.#held.size >= this.#room && !this.#held.has(key)) this.#setAside();
    this.#held.set(key, value);
  }

  #setAside(): void {
    this.#file ??= new SpillFile();
    this.#file.putAll(this.#written());
    this.#held.clear();
  }

  *#written(): Generator<readonly [Uint8Array, Uint8Array]> {
    for (const [key, value] of this.#held) yield [this.#digestOf(key), this.#form.write(value)];
  }

  #digestOf(key: string): Uint8Array {
    return sha256Bytes(this.#salt + key).subarray(0, DIGEST);
  }
}

/** Digests and values in a temporary file: SQLite makes it in the folder for temporary files and unlinks it at once. */
class SpillFile {
  readonly #db: DatabaseSync;
  readonly #get: StatementSync;
  readonly #put: StatementSync;

  constructor() {
    this.#db = told(() => new DatabaseSync(''));
    told(() =>
      this.#db.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -4096;
        CREATE TABLE kept (digest BLOB PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;`),
    );
    this.#get = this.#db.prepare('SELECT value FROM kept WHERE digest = ?');
    this.#put = this.#db.prepare('INSERT OR REPLACE INTO kept (digest, value) VALUES (?, ?)');
  }

  get(digest: Uint8Array): Uint8Array | undefined {
    return told(() => this.#get.get(digest))?.value as Uint8Array | undefined;
  }

  putAll(entries: Iterable<readonly [Uint8Array, Uint8Array]>): void {
    told(() => {
      this.#db.exec('BEGIN');
      for (const [digest, value] of entries) this.#put.run(digest, value);
      this.#db.exec('COMMIT');
    });
  }

  changeAll(change: (bytes: Uint8Array) => Uint8Array | undefined): void {
    const next = this.#db.prepare('SELECT digest, value FROM kept WHERE digest > ? ORDER BY digest LIMIT 1000');
    const drop = this.#db.prepare('DELETE FROM kept WHERE digest = ?');
    told(() => {
      this.#db.exec('BEGIN');
      for (let from: Uint8Array | undefined = new Uint8Array(0); from !== undefined; ) {
        const rows = next.all(from) as unknown as { digest: Uint8Array; value: Uint8Array }[];
        for (const { digest, value } of rows) {
          const changed = change(value);
          if (changed === undefined) drop.run(digest);
          else this.#put.run(digest, changed);
        }
        from = rows.at(-1)?.digest;
      }
      this.#db.exec('COMMIT');
    });
  }

  close(): void {
    this.#db.close();
  }
}

const FILE: SqliteFile = {
  what: 'the temporary file of a long import',
  where: 'folder for temporary files',
  fix: 'Give room in /var/tmp, or name another folder in SQLITE_TMPDIR; some 50 bytes a line are needed.',
};

function told<T>(work: () => T): T {
  return onSqlite(FILE, work);
}
