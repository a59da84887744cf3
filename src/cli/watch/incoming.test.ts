import assert from 'node:assert/strict';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { billFilesOf } from './bill-names.ts';
import { Incoming } from './incoming.ts';
import { putAside } from './put-aside.ts';

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'uec-incoming-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('a file is ready once it is the same at two looks two seconds apart', async (t) => {
  const folder = scratch(t);
  let now = 0;
  const incoming = new Incoming(folder, () => now);
  const file = join(folder, 'a.csv');
  writeFileSync(file, 'x');
  assert.deepEqual(await incoming.look(), { ready: [], settling: 1, others: [] });
  now = 1_999;
  assert.deepEqual((await incoming.look()).ready, []);
  appendFileSync(file, 'y');
  now = 2_500;
  assert.deepEqual((await incoming.look()).ready, [], 'it grew');
  now = 4_500;
  assert.deepEqual((await incoming.look()).ready, ['a.csv']);
  const other = join(folder, '.b');
  writeFileSync(other, 'xy');
  renameSync(other, file);
  assert.deepEqual((await incoming.look()).ready, [], 'another file under the same name');
});

test('an empty file is waited for longer', async (t) => {
  const folder = scratch(t);
  let now = 0;
  const incoming = new Incoming(folder, () => now);
  writeFileSync(join(folder, 'a.csv'), '');
  await incoming.look();
  now = 59_999;
  assert.deepEqual((await incoming.look()).ready, []);
  now = 60_000;
  assert.deepEqual((await incoming.look()).ready, ['a.csv']);
});

test('hidden and unfinished names are left out, links and sockets told and never taken', async (t) => {
  const folder = scratch(t);
  for (const name of [
    '.h.csv',
    'a.csv~',
    'a.csv.tmp',
    'a.CRDOWNLOAD',
    'a.part',
    '~$a.xlsx',
    '#a#',
    'b.csv',
    'partial.csv',
  ])
    writeFileSync(join(folder, name), 'x');
  mkdirSync(join(folder, 'done'));
  symlinkSync('b.csv', join(folder, 'l.csv'));
  const socket = createServer().listen(join(folder, 'p.csv'));
  t.after(() => socket.close());
  await once(socket, 'listening');
  assert.deepEqual(await billFilesOf(folder), { names: ['b.csv', 'partial.csv'], others: ['l.csv', 'p.csv'] });
  const incoming = new Incoming(folder, () => 0);
  assert.deepEqual((await incoming.look()).others, ['l.csv', 'p.csv']);
  assert.deepEqual((await incoming.look()).others, [], 'told once');
  await assert.rejects(billFilesOf(join(folder, 'absent')), { code: 'FILE_UNREADABLE' });
});

test('moving a file aside replaces none', async (t) => {
  const folder = scratch(t);
  for (const text of ['1', '2', '3']) {
    writeFileSync(join(folder, 'a.csv'), text);
    await putAside(folder, 'a.csv', 'done');
  }
  assert.deepEqual((await billFilesOf(join(folder, 'done'))).names, ['a-2.csv', 'a-3.csv', 'a.csv']);
});
