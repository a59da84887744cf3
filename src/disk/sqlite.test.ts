import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChannelError } from '../emissions/index.ts';
import { onSqlite, openDatabase } from './sqlite.ts';

const folder = mkdtempSync(join(tmpdir(), 'uec-disk-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('a file that another process is just making is waited for', async () => {
  const path = join(folder, 'shared.db');
  const other = new DatabaseSync(path);
  other.exec('CREATE TABLE made (a); BEGIN IMMEDIATE; INSERT INTO made VALUES (1)');
  const script = `import { openDatabase } from ${JSON.stringify(join(import.meta.dirname, 'sqlite.ts'))};
    console.log('opening');
    openDatabase(${JSON.stringify(path)}, 'CREATE TABLE IF NOT EXISTS mine (a);').close();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  await sleep(100);
  other.exec('COMMIT');
  other.close();
  assert.deepEqual(await ended, [0, null]);
});

test('a database is its user’s alone; what SQLite says has a code, and what this software says stays as it is', () => {
  const path = join(folder, 'own.db');
  const db = openDatabase(path, 'CREATE TABLE few (a);');
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const file = { what: 'the list', where: 'own.db', fix: 'Look at it.' };
  const error = (work: () => unknown) => {
    try {
      return onSqlite(file, work);
    } catch (caught) {
      return caught as ChannelError;
    }
  };
  const full = error(() => {
    db.exec('PRAGMA max_page_count = 3; INSERT INTO few VALUES (zeroblob(100000))');
  }) as ChannelError;
  assert.deepEqual([full.code, full.details.where, full.details.fix], ['DISK_FULL', 'own.db', 'Look at it.']);
  assert.match(full.message, /^the list: /);
  assert.equal((error(() => db.exec('SELECT * FROM none')) as ChannelError).code, 'STORE_UNAVAILABLE');
  const own = new ChannelError('TOKEN_NOT_FOUND', 'none');
  assert.equal(
    error(() => {
      throw own;
    }),
    own,
  );
  db.close();
});
