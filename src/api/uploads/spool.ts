import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ChannelError } from '../../emissions/index.ts';

// The file's kind is read from its bytes; only of a document the media type is kept, by the ending that the node gives the file.
const ENDINGS: ReadonlyMap<string, string> = new Map([
  ['text/csv', '.csv'],
  ['application/xml', '.xml'],
  ['text/xml', '.xml'],
  ['application/pdf', '.pdf'],
  ['text/plain', '.txt'],
  ['image/png', '.png'],
  ['image/jpeg', '.jpg'],
]);

export function endingOf(mediaType: string | undefined): string {
  const type = (mediaType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  return ENDINGS.get(type) ?? '';
}

export function newUploadId(): string {
  return randomBytes(16).toString('hex');
}

export interface SpooledFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  remove(): Promise<void>;
}

/**
 * Writes a stream to a file of this user's alone, under a name that the node chose, hashing it on the way. Nothing is left of it
 * when the stream breaks; what a crash leaves is removed at the next start.
 * @throws {ChannelError} DISK_FULL, STORE_UNAVAILABLE, and what the stream throws
 */
export async function spool(
  folder: string,
  bytes: AsyncIterable<Uint8Array>,
  mediaType: string | undefined,
): Promise<SpooledFile> {
  const path = join(folder, `${newUploadId()}.spool${endingOf(mediaType)}`);
  const hash = createHash('sha256');
  let count = 0;
  const remove = () => rm(path, { force: true });
  try {
    const file = await stored(() => open(path, 'wx', 0o600));
    try {
      for await (const chunk of bytes) {
        hash.update(chunk);
        count += chunk.length;
        await writeAll(file, chunk);
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    await remove();
    throw error;
  }
  return { path, bytes: count, sha256: hash.digest('hex'), remove };
}

export async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  let at = 0;
  while (at < chunk.length) at += (await stored(() => file.write(chunk, at))).bytesWritten;
}

export async function stored<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT')
      throw new ChannelError('DISK_FULL', 'the upload cannot be written: the disk is full', {
        where: 'uploads',
        cause,
      });
    throw new ChannelError('STORE_UNAVAILABLE', `the upload cannot be kept (${code ?? 'unknown error'})`, {
      where: 'uploads',
      cause,
    });
  }
}
