import { open } from 'node:fs/promises';

/** The first bytes of a file, at most so many; undefined where it cannot be read, which whoever reads the whole of it says. */
export async function headOf(path: string, most: number): Promise<Uint8Array | undefined> {
  const file = await open(path).catch(() => undefined);
  try {
    const read = await file?.read(Buffer.alloc(most), 0, most, 0);
    return read?.buffer.subarray(0, read.bytesRead);
  } catch {
    return undefined;
  } finally {
    await file?.close();
  }
}
