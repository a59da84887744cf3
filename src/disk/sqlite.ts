import { chmodSync } from 'node:fs';
import { basename } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ChannelError, isChannelError } from '../emissions/index.ts';

/** What a file is called, where it lies, and what would be right when it fails. */
export interface SqliteFile {
  readonly what: string;
  readonly where: string;
  readonly fix?: string;
}

/**
 * Opens or makes a database that is this user's alone and durable at every commit. `what`: how errors call it.
 * @throws {ChannelError} DISK_FULL, STORE_UNAVAILABLE
 */
export function openDatabase(path: string, schema: string, what: string = basename(path)): DatabaseSync {
  return onSqlite({ what, where: basename(path) }, () => {
    const db = new DatabaseSync(path, { timeout: 5_000 });
    try {
      if (path !== ':memory:') chmodSync(path, 0o600);
      patiently(() => db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; ${schema}`));
    } catch (error) {
      db.close();
      throw error;
    }
    return db;
  });
}

const PATIENCE_MS = 5_000;
const PAUSE_MS = 5;
const pause = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/** Tries again while another process opens the file: SQLite does not wait by itself where the journal's mode changes. */
export function patiently(work: () => void): void {
  for (const end = Date.now() + PATIENCE_MS; ; ) {
    try {
      work();
      return;
    } catch (error) {
      if (!isBusy(error) || Date.now() > end) throw error;
      Atomics.wait(pause, 0, 0, PAUSE_MS);
    }
  }
}

// SQLite's primary result codes (https://www.sqlite.org/rescode.html).
const SQLITE_BUSY = 5;
const SQLITE_FULL = 13;

/** True where another connection holds what SQLite needs: nothing is wrong with the file or the disk. */
export function isBusy(error: unknown): boolean {
  return primaryCode(error) === SQLITE_BUSY;
}

/** True where the disk has no room. */
export function isFull(error: unknown): boolean {
  return primaryCode(error) === SQLITE_FULL;
}

function primaryCode(error: unknown): number {
  return ((error as { errcode?: number }).errcode ?? 0) & 0xff;
}

/**
 * Runs `work` on a SQLite file, and tells what SQLite says as an error of this software. A file that errors call by its name needs
 * no more than that.
 * @throws {ChannelError} DISK_FULL, STORE_UNAVAILABLE, and the ChannelErrors of `work`
 */
export function onSqlite<T>(file: SqliteFile | string, work: () => T): T {
  const { what, ...details } = typeof file === 'string' ? { what: file, where: file } : file;
  try {
    return work();
  } catch (cause) {
    if (isChannelError(cause)) throw cause;
    const code = isFull(cause) ? 'DISK_FULL' : 'STORE_UNAVAILABLE';
    throw new ChannelError(code, `${what}: ${(cause as Error).message}`, { ...details, cause });
  }
}

/** Runs `work` in a transaction that no other process writes beside; nothing of it stands when it throws. */
export function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
