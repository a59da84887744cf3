import { rmSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { patiently } from '../disk/index.ts';
import { ChannelError, isChannelError } from '../emissions/index.ts';
import { schema, schemaVersion } from './schema.ts';

export type SqlValue = null | number | bigint | string | Uint8Array;

export const REBUILD = 'The read model is a copy of the ledger: uec fsck DIR --rebuild builds it again.';

/** The read model's SQLite file with its statements kept prepared. */
export class Database {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #exact = new Map<string, StatementSync>();

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /**
   * Opens or makes the file; one of another version of the schema is dropped, since the ledger holds everything.
   * @throws {ChannelError} STATE_CORRUPT when the file cannot be read
   */
  static open(path: string): Database {
    const opened = prepared(path);
    const version = Number(opened.prepare('PRAGMA user_version').get()?.user_version);
    if (version === schemaVersion) return new Database(opened);
    const empty = opened.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.tables === 0;
    if (empty) {
      opened.exec(schema);
      return new Database(opened);
    }
    opened.close();
    Database.remove(path);
    return Database.open(path);
  }

  /** Removes the file and what SQLite keeps beside it. */
  static remove(path: string): void {
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true });
  }

  /** Gives the number of rows changed. */
  run(sql: string, ...values: SqlValue[]): number {
    return Number(this.#step(() => this.#prepared(sql).run(...values)).changes);
  }

  get<T>(sql: string, ...values: SqlValue[]): T | undefined {
    return this.#step(() => this.#prepared(sql).get(...values)) as T | undefined;
  }

  all<T>(sql: string, ...values: SqlValue[]): T[] {
    return this.#step(() => this.#prepared(sql).all(...values)) as T[];
  }

  /** As `all`, with every integer as a bigint: for figures, which can exceed the safe numbers. */
  allExact<T>(sql: string, ...values: SqlValue[]): T[] {
    let statement = this.#exact.get(sql);
    if (statement === undefined) {
      statement = this.#step(() => this.#database.prepare(sql));
      statement.setReadBigInts(true);
      this.#exact.set(sql, statement);
    }
    const ready = statement;
    return this.#step(() => ready.all(...values)) as T[];
  }

  get inTransaction(): boolean {
    return this.#database.isTransaction;
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #step<T>(work: () => T): T {
    try {
      return work();
    } catch (cause) {
      throw isChannelError(cause) ? cause : fault(cause);
    }
  }
}

function prepared(path: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    const opened = new DatabaseSync(path, { timeout: 5_000 });
    database = opened;
    patiently(() =>
      opened.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 20000;
      PRAGMA cache_size = -4096; PRAGMA temp_store = MEMORY;`),
    );
    return opened;
  } catch (cause) {
    database?.close();
    throw fault(cause);
  }
}

/**
 * What `work` gives; rows that it cannot make sense of are a fault of the file, since nobody but a follower writes it.
 * @throws {ChannelError} STATE_CORRUPT, and the ChannelErrors of `work`
 */
export function sound<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (isChannelError(cause)) throw cause;
    throw new ChannelError('STATE_CORRUPT', 'the read model holds rows that its ledger does not give', {
      where: 'inventory',
      fix: REBUILD,
      cause,
    });
  }
}

function fault(cause: unknown): ChannelError {
  const text = cause instanceof Error ? cause.message : String(cause);
  const where = 'inventory';
  if (/database or disk is full/.test(text))
    return new ChannelError('DISK_FULL', `the read model: ${text}`, { where, cause });
  if (/locked|busy|not open/.test(text))
    return new ChannelError('STORE_UNAVAILABLE', `the read model: ${text}`, { where, cause });
  return new ChannelError('STATE_CORRUPT', `the read model: ${text}`, { where, fix: REBUILD, cause });
}
