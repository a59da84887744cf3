import { basename } from 'node:path';
import { ChannelError, type ErrorCode, isChannelError } from '../emissions/index.ts';

// SQLite's primary result codes (https://www.sqlite.org/rescode.html) and the system's error names.
const MEANINGS = new Map<number | string, readonly [ErrorCode, string]>([
  [13, ['DISK_FULL', 'no room is left']],
  ['ENOSPC', ['DISK_FULL', 'no room is left']],
  ['EDQUOT', ['DISK_FULL', 'no room is left']],
  ['EFBIG', ['DISK_FULL', 'no room is left']],
  [10, ['STORE_UNAVAILABLE', 'it could not be read or written']],
  ['EIO', ['STORE_UNAVAILABLE', 'it could not be read or written']],
  ['EROFS', ['STORE_UNAVAILABLE', 'it is read-only']],
  ['EACCES', ['STORE_UNAVAILABLE', 'access is denied']],
]);

/** Any error as one of this software's: what a disk says has its own code, everything else is a fault of the software. */
export function asChannelError(error: unknown): ChannelError {
  if (isChannelError(error)) return error;
  const { errcode = 0, code = '', path } = error as { errcode?: number; code?: string; path?: string };
  const meaning = MEANINGS.get(errcode & 0xff) ?? MEANINGS.get(code);
  const where = path === undefined ? 'folder of the node, or the one for temporary files' : basename(path);
  const details = { where, cause: error };
  if (meaning !== undefined) return new ChannelError(meaning[0], `a file of the node: ${meaning[1]}`, details);
  return new ChannelError('INTERNAL', error instanceof Error ? error.message : String(error), { cause: error });
}
