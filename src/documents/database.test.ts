import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isChannelError } from '../emissions/index.ts';
import { Database } from './database.ts';

const draw = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Every run of 8 bytes in a folder's files. */
function runsOf(folder: string): Set<bigint> {
  const runs = new Set<bigint>();
  for (const name of readdirSync(folder)) {
    const bytes = readFileSync(join(folder, name));
    for (let at = 0; at + 8 <= bytes.length; at += 1) runs.add(bytes.readBigUInt64LE(at));
  }
  return runs;
}

function standsIn(runs: Set<bigint>, content: Buffer): boolean {
  for (let at = 0; at + 8 <= content.length; at += 1) if (runs.has(content.readBigUInt64LE(at))) return true;
  return false;
}

// This order of insertions and deletions (found by trying) leaves pieces of two deleted rows in the file when SQLite's
// secure_delete is all that is done.
test('a rebuilt file holds no piece of a deleted row', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'uec-database-'));
  const db = new Database(join(folder, 'd.db'), 'CREATE TABLE d (id TEXT PRIMARY KEY, s BLOB NOT NULL) STRICT');
  t.after(() => {
    db.close();
    rmSync(folder, { recursive: true });
  });
  const live: [string, Buffer][] = [];
  const gone: Buffer[] = [];
  for (let step = 0; step < 400; step += 1) {
    const drawn = draw(`14/${step}`);
    const number = drawn.readUInt16LE(1);
    if (step < 200 || (drawn[0] as number) < 80) {
      const pieces = Array.from({ length: 13 }, (_, at) => draw(`14/${step}:${at}`));
      const content = Buffer.concat(pieces).subarray(0, 100 + (number % 300));
      db.change('INSERT INTO d VALUES (?, ?)', drawn.toString('hex'), content);
      live.push([drawn.toString('hex'), content]);
    } else {
      const [[id, content]] = live.splice(number % live.length, 1) as [[string, Buffer]];
      db.change('DELETE FROM d WHERE id = ?', id);
      gone.push(content);
    }
  }
  db.rebuild();
  const runs = runsOf(folder);
  assert.equal(gone.filter((content) => standsIn(runs, content)).length, 0);
  assert.equal(live.filter(([, content]) => standsIn(runs, content)).length, live.length);
});

test('a transaction is whole or nothing', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'uec-database-'));
  const db = new Database(join(folder, 'd.db'), 'CREATE TABLE d (id TEXT PRIMARY KEY) STRICT');
  t.after(() => {
    db.close();
    rmSync(folder, { recursive: true });
  });
  assert.throws(() =>
    db.transaction(() => {
      db.change("INSERT INTO d VALUES ('a')");
      throw new Error('in between');
    }),
  );
  assert.deepEqual(db.all('SELECT id FROM d'), []);
  assert.throws(
    () => new Database(join(folder, 'd.db'), 'SELECT 1'),
    (error) => isChannelError(error, 'STORE_UNAVAILABLE'),
  );
});
