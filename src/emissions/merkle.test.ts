import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { inclusionPath, inclusionPaths, leafHash, merkleRoot, verifyInclusion } from './merkle.ts';

// The reference inputs, roots and paths of Certificate Transparency (google/certificate-transparency, merkletree tests).
const inputs = ['', '\0', '\x10', ' !', '01', '@ABC', 'PQRSTUVW', '`abcdefghijklmno'];
const roots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const paths: [size: number, index: number, path: string[]][] = [
  [1, 0, []],
  [
    8,
    0,
    [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  ],
  [
    8,
    5,
    [
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  ],
  [3, 2, ['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125']],
  [
    5,
    1,
    [
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ],
  ],
];

const sha = (...parts: (string | Buffer)[]) => {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part);
  return digest.digest();
};

// RFC 9162 section 2.1.1 as it is written: split at the largest power of two below n.
function rootOf(texts: readonly string[]): Buffer {
  if (texts.length === 0) return sha('');
  if (texts.length === 1) return sha(Buffer.from([0]), texts[0] as string);
  let split = 1;
  while (split * 2 < texts.length) split *= 2;
  return sha(Buffer.from([1]), rootOf(texts.slice(0, split)), rootOf(texts.slice(split)));
}

const texts = (size: number) => Array.from({ length: size }, (_, at) => `leaf ${at} ü`);

test('roots and paths of Certificate Transparency', () => {
  assert.equal(merkleRoot([]), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  const leaves = inputs.map((text) => leafHash(text));
  roots.forEach((root, at) => {
    assert.equal(merkleRoot(leaves.slice(0, at + 1)), root);
  });
  for (const [size, index, path] of paths) {
    assert.deepEqual(inclusionPath(leaves.slice(0, size), index), path);
    assert.equal(verifyInclusion(leaves[index] as string, index, size, path, roots[size - 1] as string), true);
  }
});

test('trees of 1 to 70 leaves: the root is that of RFC 9162, every leaf proves and nothing else does', () => {
  for (let size = 1; size <= 70; size += 1) {
    const leaves = texts(size).map((text) => leafHash(text));
    const root = merkleRoot(leaves);
    assert.equal(root, rootOf(texts(size)).toString('hex'));
    const all = inclusionPaths(leaves);
    assert.equal(all.length, size);
    leaves.forEach((leaf, index) => {
      const path = inclusionPath(leaves, index);
      assert.deepEqual(all[index], path);
      assert.equal(verifyInclusion(leaf, index, size, path, root), true);
      const other = leaves[(index + 1) % size] as string;
      const stranger = leafHash('stranger');
      assert.equal(verifyInclusion(stranger, index, size, path, root), false);
      if (size > 1) {
        assert.equal(verifyInclusion(other, index, size, path, root), false);
        assert.equal(verifyInclusion(leaf, (index + 1) % size, size, path, root), false);
        assert.equal(verifyInclusion(leaf, index, size, path.slice(1), root), false);
        assert.equal(verifyInclusion(leaf, index, size, path.slice(0, -1), root), false);
        assert.equal(verifyInclusion(leaf, index, size, path.with(0, stranger), root), false);
      }
      assert.equal(verifyInclusion(leaf, index, size, [...path, stranger], root), false);
      assert.equal(verifyInclusion(leaf, index, size, path, stranger), false);
    });
  }
});

test('a position that is none proves nothing', () => {
  const leaves = texts(5).map((text) => leafHash(text));
  const root = merkleRoot(leaves);
  const path = inclusionPath(leaves, 2);
  const leaf = leaves[2] as string;
  assert.equal(verifyInclusion(leaf, 2, 5, path, root), true);
  for (const index of [-1, 5, 6, 2.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '2' as never]) {
    assert.equal(verifyInclusion(leaf, index, 5, path, root), false, String(index));
  }
  for (const size of [0, -5, 2, 5.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60]) {
    assert.equal(verifyInclusion(leaf, 2, size, path, root), false, String(size));
  }
  for (const index of [-1, 5, 1.5, Number.NaN]) assert.throws(() => inclusionPath(leaves, index), RangeError);
  assert.throws(() => inclusionPath([], 0), RangeError);
});

test('a node of a larger tree is no leaf of a smaller one, and a position after the last none at all', () => {
  const [left, right] = texts(2).map((text) => leafHash(text)) as [string, string];
  const root = merkleRoot([left, right]);
  assert.equal(verifyInclusion(right, 0, 1, [left], root), false);
  assert.equal(verifyInclusion(left, 0, 1, [], left), true);
  for (const index of [1, 2, 3]) assert.equal(verifyInclusion(left, index, 1, [], left), false);
});

test('a position beyond 32 bits follows its own bits', () => {
  // Size 2^33: 33 siblings. The leaf at 2^32 is the first of the right half, so that only its last sibling stands on the left.
  const siblings = Array.from({ length: 33 }, (_, at) => leafHash(`sibling ${at}`));
  const node = (left: string, right: string) => sha(Buffer.from(`01${left}${right}`, 'hex')).toString('hex');
  const leaf = leafHash('far');
  const half = siblings.slice(0, 32).reduce((digest, sibling) => node(digest, sibling), leaf);
  assert.equal(verifyInclusion(leaf, 2 ** 32, 2 ** 33, siblings, node(siblings[32] as string, half)), true);
  assert.equal(verifyInclusion(leaf, 0, 2 ** 33, siblings, node(half, siblings[32] as string)), true);
  assert.equal(verifyInclusion(leaf, 2 ** 32, 2 ** 33, siblings, node(half, siblings[32] as string)), false);
});

test('a path that is not hashes cannot stand for a whole node', () => {
  const leaves = texts(4).map((text) => leafHash(text));
  const root = merkleRoot(leaves);
  const [a, b] = leaves as [string, string];
  const [, above] = inclusionPath(leaves, 1) as [string, string];
  const evil = leafHash('evil');
  // A hex decoder that stops at the z would hash a and b, and never the leaf in question.
  assert.equal(verifyInclusion(evil, 1, 4, [`${a}${b}z`, above], root), false);
  assert.equal(verifyInclusion(`${a}${b}z`, 0, 4, [evil, above], root), false);
  const path = inclusionPath(leaves, 1);
  for (const wrong of ['', 'zz', a.toUpperCase(), a.slice(2), `${a}00`, `${a}\n`]) {
    assert.equal(verifyInclusion(b, 1, 4, [wrong, above], root), false, wrong);
    assert.equal(verifyInclusion(wrong, 1, 4, path, root), false, wrong);
  }
  assert.equal(verifyInclusion('', 0, 1, [], ''), false);
});
