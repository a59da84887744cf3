import { randomBytes } from 'node:crypto';
import { link, lstat, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ChannelError } from '../emissions/index.ts';

export interface Target {
  readonly path: string;
  /** The option that names it. */
  readonly option: string;
  readonly overwrite: boolean;
}

/**
 * Looks at the place of a file before the work for it is done.
 * @throws {ChannelError} OPTION_INVALID for what stands there already, unless it is a file to be overwritten, and for a folder that is none
 */
export async function demandPlace({ path, option, overwrite }: Target): Promise<void> {
  const folder = await lstat(join(dirname(path), '.')).catch(() => undefined);
  if (folder?.isDirectory() !== true)
    throw new ChannelError('OPTION_INVALID', 'the folder of the file to write does not exist', {
      where: option,
      fix: 'Name a file in a folder that exists.',
    });
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isFile())
    throw new ChannelError('OPTION_INVALID', 'what stands under the name of the file to write is no file', {
      where: option,
      fix: 'Name another file.',
    });
  if (!overwrite) throw taken(option);
}

/**
 * Writes a file whole or not at all: beside its place, and moved there when it is on the disk. Readable by this user alone.
 * @throws {ChannelError} OPTION_INVALID where a file came there meanwhile and is not to be overwritten; FILE_UNREADABLE
 */
export async function writeWhole({ path, option, overwrite }: Target, bytes: Uint8Array): Promise<void> {
  const beside = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const file = await open(beside, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    // A link is refused where a file stands, a rename replaces it.
    await (overwrite ? rename(beside, path) : link(beside, path));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw taken(option);
    throw new ChannelError('FILE_UNREADABLE', `the file cannot be written (${code ?? 'unknown error'})`, {
      where: option,
      fix: 'Name a file in a folder that you can write to.',
      cause,
    });
  } finally {
    await rm(beside, { force: true });
  }
}

function taken(option: string): ChannelError {
  return new ChannelError('OPTION_INVALID', 'a file of this name exists already', {
    where: option,
    fix: 'Name another file, or give --overwrite.',
  });
}
