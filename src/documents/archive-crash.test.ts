import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock, type TestContext, test } from 'node:test';
import { isChannelError } from '../emissions/index.ts';
import { Archive } from './archive.ts';
import { Database } from './database.ts';
import { createFileNodeKey, openFileNodeKey } from './file-node-key.ts';
import { FolderStore } from './stores/folder.ts';

/** Commands of the system, used where they are allowed. */
const [MOUNT, UNMOUNT] = ['mount', 'umount'] as const;
const order = { order: 'DSR-7', reason: 'data-subject-request' };
const bill = Buffer.alloc(200_000, 'sample bill of somebody at home\n');

/** Every call that changes something that lasts. */
const durable: [object, string][] = [
  [Database.prototype, 'change'],
  [Database.prototype, 'transaction'],
  [Database.prototype, 'rebuild'],
  [FolderStore.prototype, 'put'],
  [FolderStore.prototype, 'erase'],
  [FolderStore.prototype, 'head'],
];

/** From the `allowed + 1`-th change on nothing happens any more, as for a process that is gone. */
function dieAfter(allowed: number): { died: () => boolean; revive: () => void } {
  let calls = 0;
  const mocks = durable.map(([prototype, name]) => {
    const methods = prototype as Record<string, (...values: unknown[]) => unknown>;
    const original = methods[name] as (...values: unknown[]) => unknown;
    return mock.method(methods, name, function (this: unknown, ...values: unknown[]) {
      calls += 1;
      if (calls > allowed) throw new Error('the process is gone');
      return original.apply(this, values);
    });
  });
  const revive = (): void => {
    for (const each of mocks) each.mock.restore();
  };
  return { died: () => calls > allowed, revive };
}

interface Place {
  readonly root: string;
  open(): Promise<Archive>;
}

async function place(t: TestContext): Promise<Place> {
  const root = mkdtempSync(join(tmpdir(), 'uec-crash-'));
  t.after(() => rmSync(root, { recursive: true }));
  await createFileNodeKey(join(root, 'node.key'));
  return { root, open: () => openAt(root) };
}

async function openAt(root: string): Promise<Archive> {
  const nodeKey = await openFileNodeKey(join(root, 'node.key'));
  return await Archive.open({
    folder: join(root, 'archive'),
    nodeKey,
    store: await FolderStore.open(join(root, 'files')),
  });
}

function storedFiles(root: string): string[] {
  return readdirSync(join(root, 'files'), { recursive: true })
    .map(String)
    .filter((name) => /[0-9a-f]{32}(\.[0-9a-f]{16})?$/.test(name));
}

function files(root: string): Buffer {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Buffer.concat(entries.map((entry) => readFileSync(join(entry.parentPath, entry.name))));
}

async function nothingWrong(archive: Archive): Promise<void> {
  assert.deepEqual(await Array.fromAsync(archive.scrub()), []);
}

test('a keep that dies between any two steps is there whole or not at all', async (t) => {
  let steps = 0;
  for (let died = true; died; steps += 1) {
    const { root, open } = await place(t);
    const archive = await open();
    const fault = dieAfter(steps);
    const kept = await archive.keep([bill]).catch(() => undefined);
    died = fault.died();
    fault.revive();
    archive.close();
    const again = await open();
    const entries = again.list();
    if (kept === undefined) {
      assert.deepEqual([entries, again.vault.ids(), storedFiles(root)], [[], [], []], `step ${steps}`);
    } else {
      assert.deepEqual(
        entries.map((entry) => entry.commitment),
        [kept.commitment],
      );
      assert.equal((await again.verify(kept.commitment)).state, 'matches');
    }
    await nothingWrong(again);
    again.close();
  }
  assert.ok(steps >= 5, `${steps} steps were seen`);
});

test('an erasure that dies between any two steps was not begun, or is finished at the next start', async (t) => {
  let steps = 0;
  for (let died = true; died; steps += 1) {
    const { root, open } = await place(t);
    const archive = await open();
    const { id, commitment } = await archive.keep([bill]);
    const kDoc = await archive.vault.use(id, (keys) => Buffer.from(keys.kDoc));
    const fault = dieAfter(steps);
    const evidence = await archive.erase(commitment, order).catch(() => undefined);
    died = fault.died();
    fault.revive();
    archive.close();
    const again = await open();
    const state = again.find(commitment)?.state;
    if (steps === 0) {
      assert.equal(state, 'kept');
      assert.equal((await again.verify(commitment)).state, 'matches');
    } else {
      assert.equal(state, 'erased', `step ${steps}`);
      const finished = await again.erase(commitment, { order: 'second', reason: 'retention-end' });
      assert.deepEqual([finished.complete, finished.order], [true, order.order]);
      if (evidence !== undefined) assert.deepEqual(finished, evidence);
      assert.deepEqual([again.vault.ids(), storedFiles(root)], [[], []]);
      assert.equal(files(root).includes(kDoc), false);
    }
    await nothingWrong(again);
    again.close();
  }
  assert.ok(steps >= 7, `${steps} steps were seen`);
});

const child = `
  import { Archive } from ${JSON.stringify(join(import.meta.dirname, 'archive.ts'))};
  import { openFileNodeKey } from ${JSON.stringify(join(import.meta.dirname, 'file-node-key.ts'))};
  import { FolderStore } from ${JSON.stringify(join(import.meta.dirname, 'stores/folder.ts'))};
  const [root] = process.argv.slice(-1);
  const nodeKey = await openFileNodeKey(root + '/node.key');
  const archive = await Archive.open({ folder: root + '/archive', nodeKey, store: await FolderStore.open(root + '/files') });
  for (;;) {
    const { commitment } = await archive.keep([Buffer.alloc(100_000, 'x')]);
    process.stdout.write('kept ' + commitment + '\\n');
    if (Math.random() < 0.5) {
      process.stdout.write('erasing ' + commitment + '\\n');
      await archive.erase(commitment, { order: 'DSR-7', reason: 'test' });
      process.stdout.write('erased ' + commitment + '\\n');
    }
  }`;

/** Runs the child until it has told of `documents` kept, kills it, and gives the last it told of each. */
async function tellings(root: string, documents: number): Promise<[commitment: string, what: string][]> {
  const running = spawn(process.execPath, ['--input-type=module', '--eval', child, root]);
  let output = '';
  running.stdout.on('data', (data: Buffer) => {
    output += data.toString();
    if (output.split('kept ').length > documents) running.kill('SIGKILL');
  });
  await once(running, 'close');
  assert.equal(running.signalCode, 'SIGKILL');
  // What follows the last line end may be cut.
  const lines = output.split('\n').slice(0, -1);
  return lines.map((line) => line.split(' ').toReversed() as [string, string]);
}

test('a process killed at any moment loses nothing that it told of', async (t) => {
  const { root, open } = await place(t);
  const told = new Map<string, string>();
  for (const documents of [1, 3, 7]) {
    for (const [commitment, what] of await tellings(root, documents)) told.set(commitment, what);
    const archive = await open();
    for (const [commitment, what] of told) {
      const state = archive.find(commitment)?.state ?? 'absent';
      // The telling that an erasure begins may itself be cut off.
      const allowed = what === 'erased' ? ['erased'] : ['kept', 'erased'];
      assert.ok(allowed.includes(state), `${what}, found ${state}`);
      if (state === 'kept') assert.equal((await archive.verify(commitment)).state, 'matches');
    }
    assert.ok(archive.list().every(({ state }) => state === 'kept' || state === 'erased'));
    await nothingWrong(archive);
    archive.close();
  }
});

test('a disk that fills up refuses the document, keeps the others, and takes it when there is room', async (t) => {
  const { root, open } = await place(t);
  const disk = mkdtempSync(join(tmpdir(), 'uec-disk-'));
  t.after(() => {
    spawnSync(UNMOUNT, ['--lazy', disk]);
    rmSync(disk, { recursive: true });
  });
  if (spawnSync(MOUNT, ['-t', 'tmpfs', '-o', 'size=1m', 'none', disk]).status !== 0) {
    t.skip('mounting a small disk is not allowed here');
    return;
  }
  (await open()).close();
  const nodeKey = await openFileNodeKey(join(root, 'node.key'));
  const store = await FolderStore.open(join(disk, 'files'));
  let archive = await Archive.open({ folder: join(disk, 'archive'), nodeKey, store });
  const first = await archive.keep([bill]);
  const full = (error: unknown): boolean => isChannelError(error, 'DISK_FULL');
  await assert.rejects(archive.keep([Buffer.alloc(2_000_000)]), full);
  // Fill what is left to the last byte, so that even the databases cannot grow.
  for (let at = 0; at < 400; at += 1) {
    const kept = await archive.keep([Buffer.alloc(2000)]).catch((error: unknown) => assert.ok(full(error)));
    if (kept === undefined) break;
  }
  assert.equal((await archive.verify(first.commitment)).state, 'matches');
  for (const { commitment } of archive.list()) assert.equal((await archive.verify(commitment)).state, 'matches');
  archive.close();
  assert.equal(spawnSync(MOUNT, ['-o', 'remount,size=8m', disk]).status, 0);
  archive = await Archive.open({ folder: join(disk, 'archive'), nodeKey, store });
  await archive.keep([Buffer.alloc(2_000_000)]);
  const known = archive.list().map(({ id }) => id);
  assert.deepEqual([(await store.list()).ids, archive.vault.ids()], [known, known]);
  await nothingWrong(archive);
  archive.close();
});
