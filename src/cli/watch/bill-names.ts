import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ChannelError } from '../../emissions/index.ts';

/** What programs call a file while they write it, and what editors and office programs leave beside one. */
const UNFINISHED = /^(\.|~\$|#)|(~|\.(tmp|temp|part|partial|crdownload|download|filepart|swp|lock))$/i;

export interface FolderFiles {
  /** Names of regular files, in order. */
  readonly names: readonly string[];
  /** Names of what is no file and no folder: links, pipes, sockets, devices. They are never opened. */
  readonly others: readonly string[];
}

/**
 * The files of a folder that may be bills. Hidden and unfinished files are left out, and so is everything in folders below.
 * @throws {ChannelError} FILE_UNREADABLE
 */
export async function billFilesOf(folder: string): Promise<FolderFiles> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new ChannelError('FILE_UNREADABLE', `the folder cannot be read (${reason})`, { where: 'folder', cause });
  }
  const shown = entries.filter((entry) => !UNFINISHED.test(entry.name) && !entry.isDirectory());
  const sorted = (list: readonly Dirent[]): string[] => list.map(({ name }) => name).sort();
  return {
    names: sorted(shown.filter((entry) => entry.isFile())),
    others: sorted(shown.filter((entry) => !entry.isFile())),
  };
}

/** The paths as they are, with a folder's files in place of the folder. `folders` is true where there was one. */
export async function withoutFolders(
  paths: readonly string[],
  isFolder: (path: string) => Promise<boolean>,
): Promise<{ readonly files: readonly string[]; readonly folders: boolean; readonly others: number }> {
  const files: string[] = [];
  let folders = false;
  let others = 0;
  for (const path of paths) {
    if (await isFolder(path)) {
      const found = await billFilesOf(path);
      folders = true;
      others += found.others.length;
      files.push(...found.names.map((name) => join(path, name)));
    } else files.push(path);
  }
  if (folders && files.length === 0)
    throw new ChannelError('FILE_UNREADABLE', 'the folder holds no files that could be bills', { where: 'folder' });
  return { files, folders, others };
}
