import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { factorStoreConformance, sampleRelease } from '../factor-store.conformance.ts';
import { SqliteFactorStore } from './sqlite.ts';

const folder = mkdtempSync(join(tmpdir(), 'factors-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Changes a file behind the store's back. */
function inFile(path: string, sql: string): void {
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
}

const ROW = "release_id = (SELECT id FROM release WHERE publisher = 'tester' AND version = '1') AND row_index = 1";
const path = join(folder, 'conformance.sqlite');
factorStoreConformance({
  name: 'sqlite file',
  open: async () => new SqliteFactorStore(path),
  reopen: async () => new SqliteFactorStore(path),
  tamper: () => inFile(path, `UPDATE factor SET content = replace(content, '322.5', '322.4') WHERE ${ROW}`),
});
factorStoreConformance({ name: 'sqlite in memory', open: async () => new SqliteFactorStore(':memory:') });

test('a scrub says where the change is', async () => {
  const cases: readonly [string, readonly string[]][] = [
    [`UPDATE factor SET content = replace(content, '322.5', '322.4') WHERE ${ROW}`, ['row 1', 'root']],
    [`UPDATE factor SET content = 'x' WHERE ${ROW}`, ['row 1', 'root']],
    [`UPDATE factor SET hash = replace(hash, substr(hash, 1, 1), 'z') WHERE ${ROW}`, ['row 1']],
    [`UPDATE factor SET place = 'electricity|FR||' WHERE ${ROW}`, ['row 1']],
    [`DELETE FROM factor WHERE ${ROW}`, ['root']],
    ["UPDATE release SET manifest = replace(manifest, 'Grid', 'Grit')", ['manifest']],
    ["UPDATE release SET signature = '{}'", ['manifest']],
  ];
  for (const [at, [sql, where]] of cases.entries()) {
    const file = join(folder, `scrub-${at}.sqlite`);
    const store = new SqliteFactorStore(file);
    await store.importRelease(sampleRelease(3));
    inFile(file, sql);
    assert.deepEqual(
      (await store.scrub()).map((problem) => problem.where),
      where,
      sql,
    );
    await store.close();
  }
});

test('a file of another kind or version is refused', () => {
  const other = join(folder, 'other.sqlite');
  writeFileSync(other, 'this is no database, and long enough to be told from an empty one by its first page');
  assert.throws(() => new SqliteFactorStore(other), { code: 'STORE_UNAVAILABLE' });
  const newer = join(folder, 'newer.sqlite');
  inFile(newer, 'PRAGMA user_version = 9');
  assert.throws(() => new SqliteFactorStore(newer), { code: 'STORE_UNAVAILABLE', message: /version 9/ });
  assert.throws(() => new SqliteFactorStore(join(folder, 'absent', 'x.sqlite')), { code: 'STORE_UNAVAILABLE' });
});

test('an import that fails halfway leaves nothing', async () => {
  const file = join(folder, 'full.sqlite');
  const store = new SqliteFactorStore(file);
  await store.importRelease(sampleRelease(1));
  inFile(
    file,
    "CREATE TRIGGER full BEFORE INSERT ON factor WHEN new.row_index = 2 BEGIN SELECT raise(abort, 'full'); END",
  );
  const second = sampleRelease(3, { version: '2' });
  await assert.rejects(() => store.importRelease(second), { code: 'STORE_UNAVAILABLE' });
  assert.equal((await store.manifests()).length, 1);
  assert.equal((await store.candidates({ commodity: 'electricity', places: [{ country: 'DE' }] })).length, 1);
  inFile(file, 'DROP TRIGGER full');
  assert.deepEqual(await store.importRelease(second), { imported: true });
  await store.close();
});
