import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ChannelError, type ErrorCode, isChannelError } from '../emissions/index.ts';

// SQLite's primary result codes (https://www.sqlite.org/rescode.html).
const meanings: Readonly<Record<number, { readonly code: ErrorCode; readonly found: string }>> = {
  5: { code: 'STORE_UNAVAILABLE', found: 'is open in another process' },
  6: { code: 'STORE_UNAVAILABLE', found: 'is open in another process' },
  8: { code: 'STORE_UNAVAILABLE', found: 'is read-only' },
  10: { code: 'STORE_UNAVAILABLE', found: 'could not be read or written' },
  11: { code: 'VAULT_INVALID', found: 'is damaged' },
  13: { code: 'DISK_FULL', found: 'has no room left' },
  26: { code: 'VAULT_INVALID', found: 'is not a database' },
};

/**
 * A SQLite file in which deleted content is overwritten and every commit is on disk before it returns. One process owns it:
 * no other reader can hold back the overwriting of what was deleted.
 */
export class Database {
  readonly #db: DatabaseSync;
  readonly #name: string;

  /** @throws {ChannelError} STORE_UNAVAILABLE when another process has it open, VAULT_INVALID when it is damaged */
  constructor(path: string, schema: string) {
    this.#name = basename(path);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'a', 0o600));
    chmodSync(path, 0o600);
    this.#db = new DatabaseSync(path);
    try {
      // EXCLUSIVE stands before WAL so that no shared-memory file is made; FULL is one fsync a commit.
      this.#run(() => {
        this.#db.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
          PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; BEGIN IMMEDIATE; ${schema}; COMMIT`);
      });
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  /** Rows of a query. */
  all<Row>(sql: string, ...values: (string | number | null | Uint8Array)[]): Row[] {
    return this.#run(() => this.#db.prepare(sql).all(...values) as Row[]);
  }

  /** First row of a query. */
  get<Row>(sql: string, ...values: (string | number | null | Uint8Array)[]): Row | undefined {
    return this.#run(() => this.#db.prepare(sql).get(...values) as Row | undefined);
  }

  /** Changes rows and gives how many. */
  change(sql: string, ...values: (string | number | null | Uint8Array)[]): number {
    return this.#run(() => Number(this.#db.prepare(sql).run(...values).changes));
  }

  /** All of the changes or none. */
  transaction(changes: () => void): void {
    this.#run(() => {
      this.#db.exec('BEGIN IMMEDIATE');
      try {
        changes();
        this.#db.exec('COMMIT');
      } catch (error) {
        if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
        throw error;
      }
    });
  }

  /**
   * Rewrites the file so that no byte of deleted rows is left in it or in its log. `secure_delete` alone does not give
   * this: when SQLite rearranges a page, pieces of a row can stay in its unused part (seen for 3 of 34,000 deleted rows).
   */
  rebuild(): void {
    this.#run(() => {
      this.#db.exec('VACUUM');
      this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    });
  }

  close(): void {
    this.#db.close();
  }

  #run<T>(work: () => T): T {
    try {
      return work();
    } catch (cause) {
      if (isChannelError(cause)) throw cause;
      const meaning = meanings[((cause as { errcode?: number }).errcode ?? 0) & 0xff];
      if (meaning === undefined) throw cause;
      throw new ChannelError(meaning.code, `${this.#name} ${meaning.found}`, { where: this.#name, cause });
    }
  }
}
