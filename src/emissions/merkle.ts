// Merkle tree hash of RFC 9162 section 2.1, SHA-256: leaf = H(0x00 || data), node = H(0x01 || left || right).
import { hash } from 'node:crypto';

const EMPTY = hash('sha256', '', 'hex');
const HASH = /^[0-9a-f]{64}$/;

/** Leaf hash of a text's UTF-8 bytes, lower-case hex: also the id of a record and of a factor row. */
export function leafHash(text: string): string {
  return hash('sha256', `\0${text}`, 'hex');
}

function nodeHash(left: string, right: string): string {
  return hash('sha256', Buffer.from(`01${left}${right}`, 'hex'), 'hex');
}

/** Root over leaf hashes in their order; of no leaves, the hash of the empty string (RFC 9162 section 2.1.1). */
export function merkleRoot(leaves: readonly string[]): string {
  if (leaves.length === 0) return EMPTY;
  let level: readonly string[] = leaves;
  while (level.length > 1) level = parents(level);
  return level[0] as string;
}

/**
 * Audit path of leaf `index`, leaf to root (RFC 9162 section 2.1.3.1).
 * @throws {RangeError} when there is no such leaf
 */
export function inclusionPath(leaves: readonly string[], index: number): string[] {
  if (!Number.isInteger(index) || index < 0 || index >= leaves.length) {
    throw new RangeError(`no leaf ${index} among ${leaves.length}`);
  }
  const path: string[] = [];
  let level: readonly string[] = leaves;
  let at = index;
  while (level.length > 1) {
    const sibling = level[at ^ 1];
    if (sibling !== undefined) path.push(sibling);
    level = parents(level);
    at >>= 1;
  }
  return path;
}

/** Audit paths of all leaves at once: one pass over the tree instead of one a leaf. */
export function inclusionPaths(leaves: readonly string[]): string[][] {
  const paths: string[][] = leaves.map(() => []);
  let level: readonly string[] = leaves;
  for (let depth = 0; level.length > 1; depth += 1) {
    for (let leaf = 0; leaf < leaves.length; leaf += 1) {
      const sibling = level[(leaf >> depth) ^ 1];
      if (sibling !== undefined) paths[leaf]?.push(sibling);
    }
    level = parents(level);
  }
  return paths;
}

/**
 * True when the path leads from the leaf at `index` of `size` leaves to `root` (RFC 9162 section 2.1.3.2). False for a path or
 * leaf that is not lower-case hex of 32 bytes: a hash of another length could stand for a whole node and prove anything.
 */
export function verifyInclusion(
  leaf: string,
  index: number,
  size: number,
  path: readonly string[],
  root: string,
): boolean {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return false;
  if (![leaf, ...path].every((digest) => HASH.test(digest))) return false;
  let at = index;
  let last = size - 1;
  let digest = leaf;
  for (const sibling of path) {
    if (last === 0) return false;
    if ((at & 1) === 1 || at === last) {
      digest = nodeHash(sibling, digest);
      while ((at & 1) === 0 && at !== 0) {
        at = Math.floor(at / 2);
        last = Math.floor(last / 2);
      }
    } else {
      digest = nodeHash(digest, sibling);
    }
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && digest === root;
}

// A level's odd last node is carried up as it is: with leaves taken in pairs this is the same tree as RFC 9162's
// split at the largest power of two.
function parents(level: readonly string[]): string[] {
  const above: string[] = [];
  for (let at = 0; at + 1 < level.length; at += 2) {
    above.push(nodeHash(level[at] as string, level[at + 1] as string));
  }
  if (level.length % 2 === 1) above.push(level[level.length - 1] as string);
  return above;
}
