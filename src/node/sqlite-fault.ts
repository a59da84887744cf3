import { ChannelError } from '../emissions/index.ts';

// SQLite's primary result code for a full disk (https://www.sqlite.org/rescode.html).
const SQLITE_FULL = 13;

/** What a file is called, where it lies, and what would be right when it fails. */
export interface SqliteFile {
  readonly what: string;
  readonly where: string;
  readonly fix?: string;
}

/**
 * Runs `work` on one of the node's SQLite files, and tells what SQLite says as an error of this software.
 * @throws {ChannelError} DISK_FULL, STORE_UNAVAILABLE
 */
export function onSqlite<T>({ what, ...details }: SqliteFile, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const { errcode = 0, message } = cause as { errcode?: number; message: string };
    const code = (errcode & 0xff) === SQLITE_FULL ? 'DISK_FULL' : 'STORE_UNAVAILABLE';
    throw new ChannelError(code, `${what}: ${message}`, { ...details, cause });
  }
}
