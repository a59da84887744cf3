import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A temporary file that only this process can open; gone when it is closed or the process ends. */
export interface Spool {
  readonly file: FileHandle;
  close(): Promise<void>;
}

/**
 * An empty spool. Its name is removed at once where the system allows that for open files (not on Windows), so that nothing of a
 * bill outlives the process even when it is killed.
 */
export async function openSpool(): Promise<Spool> {
  const folder = await mkdtemp(join(tmpdir(), 'uec-spool-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const file = await open(join(folder, 'spool'), 'wx+', 0o600);
    await remove().catch(() => {});
    return {
      file,
      async close() {
        await file.close();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Writes the body into a spool until it ends or is longer than `most` bytes; gives its length. */
export async function fillSpool({ file }: Spool, body: AsyncIterable<Uint8Array>, most: number): Promise<number> {
  let length = 0;
  for await (const piece of body) {
    length += piece.length;
    if (length > most) return length;
    await file.writeFile(piece);
  }
  return length;
}
