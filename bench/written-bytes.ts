import { readFileSync } from 'node:fs';

/**
 * Bytes that this process has handed to write calls so far (`wchar`): log, write-ahead log and checkpoints alike. Undefined
 * where the system does not count them.
 */
export function writtenBytes(): number | undefined {
  try {
    const found = /^wchar: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'));
    return found === null ? undefined : Number(found[1]);
  } catch {
    return undefined;
  }
}
