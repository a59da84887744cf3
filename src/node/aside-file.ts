import { DatabaseSync } from 'node:sqlite';
import { onSqlite, type SqliteFile } from '../disk/index.ts';

/**
 * A temporary file of SQLite's for what an import cannot hold in memory: SQLite makes it in the folder for temporary files and
 * unlinks it at once, so that it is gone with the process. Nothing of it is needed after a crash: it has no journal.
 * @throws {ChannelError} DISK_FULL, STORE_UNAVAILABLE
 */
export function openAside(schema: string): DatabaseSync {
  return onAside(() => {
    const db = new DatabaseSync('');
    // Rows are written in the order of their keys, so that a little is enough.
    db.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1024; ${schema}`);
    return db;
  });
}

/**
 * Runs `work` on such a file.
 * @throws {ChannelError} DISK_FULL, STORE_UNAVAILABLE
 */
export function onAside<T>(work: () => T): T {
  return onSqlite(FILE, work);
}

const FILE: SqliteFile = {
  what: 'the temporary file of a long import',
  where: 'folder for temporary files',
  fix: 'Give room in /var/tmp, or name another folder in SQLITE_TMPDIR; some 50 bytes a line are needed.',
};
