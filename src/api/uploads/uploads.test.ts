import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isChannelError } from '../../emissions/index.ts';
import type { Principal } from '../access/principal.ts';
import { Uploads } from './uploads.ts';

const GIB = 2 ** 30;
const someone = (id: string) => ({ id }) as Principal;

test('what waits of one caller is bounded in number and in announced bytes; others have room of their own', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'uec-uploads-'));
  let now = new Date('2024-01-01T00:00:00Z');
  try {
    const uploads = new Uploads(folder, () => now, 20);
    const { id } = await uploads.create(someone('a'), 4 * GIB);
    for (let count = 1; count < 4; count += 1) await uploads.create(someone('a'), 4 * GIB);
    await assert.rejects(uploads.create(someone('a'), 1), (error) => {
      assert.ok(isChannelError(error, 'BUSY'));
      assert.match(error.message, /^4 uploads of this caller wait to be used, with this one of 17179869185 bytes/);
      return true;
    });
    await uploads.create(someone('b'), 4 * GIB);
    await uploads.remove(id, someone('a'));
    await uploads.create(someone('a'), 4 * GIB);
    now = new Date('2024-01-02T00:00:01Z');
    const asked = await Promise.allSettled(Array.from({ length: 30 }, () => uploads.create(someone('a'), 1)));
    assert.equal(asked.filter(({ status }) => status === 'fulfilled').length, 20);
    await assert.rejects(
      uploads.create(someone('a'), 1),
      (error) => isChannelError(error, 'BUSY') && /^20 uploads/.test(error.message),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
