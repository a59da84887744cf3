import { readFileSync, writeFileSync } from 'node:fs';
import { hashOfFile } from '../../disk/index.ts';

/** The state file's hash when it was last closed in order: finds a flipped bit where SQLite keeps no content, too. */
interface StateSeal {
  readonly height: number;
  readonly sha256: string;
}

export const SEAL_SUFFIX = '.seal';

/** Notes a closed state file's hash beside it. */
export async function sealState(path: string, height: number): Promise<void> {
  const seal: StateSeal = { height, sha256: await hashOfFile(path) };
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
  return (await hashOfFile(path)) === seal.sha256;
}

function readSeal(path: string): StateSeal | undefined {
  try {
    return JSON.parse(readFileSync(path + SEAL_SUFFIX, 'utf8')) as StateSeal;
  } catch {
    // Absent, or cut by a crash: then there is nothing to compare with.
    return undefined;
  }
}
