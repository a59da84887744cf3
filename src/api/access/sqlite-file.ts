import { chmodSync } from 'node:fs';
import { basename } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ChannelError, isChannelError } from '../../emissions/index.ts';

/**
 * Opens or makes a database that is this user's alone and durable at every commit.
 * @throws {ChannelError} DISK_FULL, STORE_UNAVAILABLE
 */
export function openDatabase(path: string, schema: string): DatabaseSync {
  return stored(basename(path), () => {
    const db = new DatabaseSync(path, { timeout: 5_000 });
    if (path !== ':memory:') chmodSync(path, 0o600);
    try {
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
function patiently(work: () => void): void {
  for (const end = Date.now() + PATIENCE_MS; ; ) {
    try {
      work();
      return;
    } catch (error) {
      if (((error as { errcode?: number }).errcode ?? 0) % 256 !== SQLITE_BUSY || Date.now() > end) throw error;
      Atomics.wait(pause, 0, 0, PAUSE_MS);
    }
  }
}

// SQLite's primary result codes (https://www.sqlite.org/rescode.html).
const SQLITE_BUSY = 5;
const SQLITE_FULL = 13;

/** Runs `work` on a database file, and tells what SQLite says as an error of this software. */
export function stored<T>(where: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (isChannelError(cause)) throw cause;
    const { errcode = 0, message } = cause as { errcode?: number; message: string };
    const code = (errcode & 0xff) === SQLITE_FULL ? 'DISK_FULL' : 'STORE_UNAVAILABLE';
    throw new ChannelError(code, `${where}: ${message}`, { where, cause });
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
