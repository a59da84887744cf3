import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';

/** The state file's hash when it was last closed in order: finds a flipped bit where SQLite keeps no content, too. */
interface StateSeal {
  readonly height: number;
  readonly sha256: string;
}

export const SEAL_SUFFIX = '.seal';

/** Notes a closed state file's hash beside it. */
export async function sealState(path: string, height: number): Promise<void> {
  const seal: StateSeal = { height, sha256: await hashFile(path) };
  try {
    writeFileSync(path + SEAL_SUFFIX, `${JSON.stringify(seal)}\n`, { mode: 0o600 });
  } catch {
    // On a full disk the file stays unsealed: a later check then compares its rows alone.
  }
}

/**
 * True when the file still is what was sealed, false when not; `undefined` when it was written since (its height moved on)
 * or never sealed.
 */
export async function sealHolds(path: string, height: number): Promise<boolean | undefined> {
  const seal = readSeal(path);
  if (seal?.height !== height) return undefined;
  return (await hashFile(path)) === seal.sha256;
}

function readSeal(path: string): StateSeal | undefined {
  try {
    return JSON.parse(readFileSync(path + SEAL_SUFFIX, 'utf8')) as StateSeal;
  } catch {
    // Absent, or cut by a crash: then there is nothing to compare with.
    return undefined;
  }
}

/** Through one buffer: a stream makes a new one for each piece, and those of a large file wait long to be cleared up. */
async function hashFile(path: string): Promise<string> {
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

const PIECE = 1024 * 1024;
