import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
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

test('a list of an earlier version gets what it lacks', () => {
  const path = join(folder, 'old.db');
  const old = new DatabaseSync(path);
  old.exec(`CREATE TABLE imports (id TEXT PRIMARY KEY, digest TEXT NOT NULL, started_at TEXT NOT NULL,
    done INTEGER NOT NULL, records INTEGER NOT NULL, evidence TEXT NOT NULL) STRICT;
    INSERT INTO imports VALUES ('${'a'.repeat(32)}', 'd', '2024-01-01T00:00:00.000Z', 1, 3, '[]')`);
  old.close();
  for (let time = 0; time < 2; time += 1) {
    const log = new ImportLog(path, Buffer.alloc(32));
    const [entry] = log.newest(10);
    assert.deepEqual([entry?.records, entry?.details, entry?.sealed], [3, {}, undefined]);
    log.close();
  }
});

test('pages of imports and lines come in order; what is forgotten is gone whole', () => {
  const log = new ImportLog(join(folder, 'pages.db'), Buffer.alloc(32));
  const ids = ['2024-01-01', '2024-01-03', '2024-01-03', '2024-01-02'].map((day, at) => log.start(`${at}`, day).id);
  const order = [ids[2], ids[1], ids[3], ids[0]];
  const seen = log.newest(2).map(({ id }) => id);
  assert.deepEqual([...seen, ...log.newest(9, seen[1]).map(({ id }) => id)], order);
  const id = ids[0] as string;
  const lines = [3, 1, 2].map((at) => ({ at, where: `row ${at}`, record: `${at}`.repeat(64), sealed: undefined }));
  log.keepLines(id, lines);
  log.keepLines(id, lines.slice(0, 1));
  log.keepRefusals(id, [{ at: 0, where: 'row 0', code: 'ROW_INVALID', sealed: Buffer.from('x') }]);
  assert.deepEqual(
    log.lines(id, 2, 9).map(({ record }) => record),
    ['2'.repeat(64), '3'.repeat(64)],
  );
  assert.deepEqual(log.counts(id), { lines: 3, rejected: 1 });
  log.describe(ids[1] as string, { mends: id });
  log.describe(ids[1] as string, { lines: 4 });
  assert.deepEqual(log.mendedBy(id), [ids[1]]);
  assert.deepEqual(
    log.byPrefix(id.slice(0, 8)).map((entry) => entry.id),
    [id],
  );
  log.forget(id);
  assert.deepEqual([log.counts(id), log.byPrefix(id)], [{ lines: 0, rejected: 0 }, []]);
  log.close();
});
