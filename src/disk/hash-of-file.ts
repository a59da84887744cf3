import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

/** Bytes read at a time. */
const PIECE = 262_144;

/**
 * The SHA-256 of a file, in lower-case hex. It is read into one buffer: a stream makes a new one for each piece, and memory that
 * was taken for those of a long file is not given back.
 * @throws what the operating system says of a file that cannot be read
 */
export async function hashOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path);
  try {
    const buffer = Buffer.allocUnsafeSlow(PIECE);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, PIECE, null);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
