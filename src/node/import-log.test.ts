import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ImportLog } from './import-log.ts';

const folder = mkdtempSync(join(tmpdir(), 'uec-imports-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('an import is open until it is finished, and stays so over a restart', () => {
  const path = join(folder, 'imports.db');
  const key = Buffer.alloc(32, 1);
  const log = new ImportLog(path, key);
  const digest = log.digestOf('ab'.repeat(32));
  assert.equal(log.find(digest), undefined);
  const { id } = log.start(digest, '2024-01-01T00:00:00.000Z');
  log.keepEvidence(id, [['name', '{"document":"c"}']]);
  log.close();

  const again = new ImportLog(path, key);
  const open = again.find(digest);
  assert.deepEqual([open?.id, open?.done, open?.evidence], [id, false, [['name', '{"document":"c"}']]]);
  assert.deepEqual(
    again.unfinished().map((entry) => entry.id),
    [id],
  );
  again.finish(id, 7);
  assert.deepEqual([again.find(digest)?.done, again.find(digest)?.records, again.unfinished()], [true, 7, []]);
  const newer = again.start(digest, '2024-01-01T00:00:00.000Z');
  assert.equal(again.find(digest)?.id, newer.id, 'the newest of the same moment');
  again.forget(newer.id);
  assert.equal(again.find(digest)?.id, id);
  again.close();
});

test('digests depend on the key and on what they are of', () => {
  const one = new ImportLog(join(folder, 'one.db'), Buffer.alloc(32, 1));
  const two = new ImportLog(join(folder, 'two.db'), Buffer.alloc(32, 2));
  assert.notEqual(one.digestOf('a'), two.digestOf('a'));
  assert.notEqual(one.digestOf('a'), one.digestOfName('a'));
  assert.equal(one.digestOf('a').includes('a'.repeat(5)), false);
  one.close();
  two.close();
});

test('a file that cannot be opened is told with a code', () => {
  assert.throws(() => new ImportLog(join(folder, 'absent', 'imports.db'), Buffer.alloc(32)), {
    code: 'STORE_UNAVAILABLE',
  });
});
