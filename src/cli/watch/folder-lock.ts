import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isBusy } from '../../disk/index.ts';
import { ChannelError } from '../../emissions/index.ts';

/**
 * The right to take files out of a folder: a lock of the operating system on a hidden file in it, which ends with its process,
 * however that ends. Gives what releases it.
 * @throws {ChannelError} FOLDER_WATCHED; FILE_UNREADABLE where nothing can be written to the folder
 */
export function lockFolder(folder: string): () => void {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(join(folder, '.uec-watch'), { timeout: 0 });
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock?.close();
    if (isBusy(cause))
      throw new ChannelError('FOLDER_WATCHED', 'another process watches the folder', { where: '--watch', cause });
    throw new ChannelError('FILE_UNREADABLE', 'the folder cannot be written to', {
      where: '--watch',
      fix: 'Name a folder that exists and that you can write to: files are moved inside it.',
      cause,
    });
  }
  const held = lock;
  return () => held.close();
}
