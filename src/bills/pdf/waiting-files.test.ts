import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { billBytes } from '../../../test/support/pdf-bills.ts';
import { readProposal } from '../index.ts';
import { readableFolders } from './readable-folders.ts';

const MB = 1024 ** 2;

test('of six large files at once two are taken in, piece by piece, and the others wait unread', async () => {
  let [open, most, mostBytes] = [0, 0, 0];
  const before = process.memoryUsage().rss;
  async function* large(): AsyncGenerator<Uint8Array> {
    open += 1;
    most = Math.max(most, open);
    try {
      yield Buffer.from('%PDF-1.7\n');
      for (let piece = 0; piece < 30 * 16; piece += 1) {
        yield Buffer.alloc(MB / 16, 32);
        mostBytes = Math.max(mostBytes, process.memoryUsage().rss);
      }
    } finally {
      open -= 1;
    }
  }
  const asked = Array.from({ length: 6 }, () => readProposal(large(), {}));
  // None has an end mark, so that none is read further.
  for (const one of await Promise.allSettled(asked)) {
    assert.equal(one.status, 'rejected');
    assert.deepEqual((one.reason as { code: string }).code, 'FILE_MALFORMED');
  }
  assert.equal(most, 2);
  // Six of them are 180 MB.
  assert.ok(mostBytes - before < 120 * MB, `${Math.round((mostBytes - before) / MB)} MB`);
  const { pages } = await readProposal([billBytes('us-electricity')] as never, {});
  assert.equal(pages, 2);
});

test('a body that fails gives its turn to the next', async () => {
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield Buffer.alloc(4_096, '%PDF-1.7\n');
    throw new Error('the disk is gone');
  }
  for (let time = 0; time < 3; time += 1) await assert.rejects(readProposal(failing(), {}), /the disk is gone/);
  await assert.rejects(readProposal([Buffer.from('no bill')] as never, {}), { code: 'FILE_KIND_UNKNOWN' });
  const pieces = [...billBytes('us-electricity')].map((byte) => Uint8Array.of(byte));
  const { pages } = await readProposal(pieces as never, {});
  assert.equal(pages, 2);
});

test('the process that reads a PDF may read this software and the one library that it needs', () => {
  const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  assert.deepEqual(readableFolders(), [here('../..').replace(/\/$/, ''), here('../../../node_modules/unpdf')]);
});
