import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { mock, type TestContext, test } from 'node:test';
import { isChannelError } from '../../emissions/index.ts';
import { documentStoreConformance } from '../document-store.conformance.ts';
import { FolderStore } from './folder.ts';

const A = `aabb${'1'.repeat(28)}`;
const B = `ccdd${'2'.repeat(28)}`;

function scratch(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'uec-folder-'));
  t.after(() => rmSync(root, { recursive: true }));
  return root;
}

const pathOf = (root: string, id: string): string => join(root, id.slice(0, 2), id.slice(2, 4), id);

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function read(store: FolderStore, id: string): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync((await store.get(id)).body));
}

async function foundBy(store: FolderStore, known: string[]): Promise<string[]> {
  return (await Array.fromAsync(store.scrub(known))).map(({ id, finding }) => `${id} ${finding}`);
}

const corrupt = (error: unknown): boolean => isChannelError(error, 'DOCUMENT_CORRUPT');

documentStoreConformance('folder', async (t) => {
  const root = scratch(t);
  return {
    store: await FolderStore.open(root),
    damage: async (id) => {
      const bytes = readFileSync(pathOf(root, id));
      bytes[40_000] = (bytes[40_000] as number) ^ 1;
      writeFileSync(pathOf(root, id), bytes);
    },
    lose: async (id) => unlinkSync(pathOf(root, id)),
  };
});

test('a file holds the stored bytes after a first line of 128 bytes that describes them', async (t) => {
  const root = scratch(t);
  await (await FolderStore.open(root)).put(A, once(Buffer.from('abc')));
  const bytes = readFileSync(pathOf(root, A));
  // SHA-256 of "abc": FIPS 180-4, example B.1.
  const sha = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  assert.equal(bytes.toString(), `${`uec-document-1 ${A} ${sha} 3`.padEnd(127)}\nabc`);
  assert.deepEqual(readdirSync(join(root, 'uploads')), []);
});

test('any changed bit, any cut and any added byte is found', async (t) => {
  const root = scratch(t);
  const store = await FolderStore.open(root);
  const path = pathOf(root, A);
  await store.put(A, once(Buffer.from('some encrypted bytes')));
  const whole = readFileSync(path);
  for (let at = 0; at < whole.length; at += 1) {
    const changed = Buffer.from(whole);
    changed[at] = (changed[at] as number) ^ 4;
    writeFileSync(path, changed);
    await assert.rejects(read(store, A), corrupt, `byte ${at}`);
  }
  for (const length of [0, 1, 127, 128, whole.length - 1]) {
    writeFileSync(path, whole);
    truncateSync(path, length);
    await assert.rejects(read(store, A), corrupt);
    assert.deepEqual(await foundBy(store, [A]), [`${A} corrupt`]);
  }
  writeFileSync(path, whole);
  appendFileSync(path, 'x');
  await assert.rejects(read(store, A), corrupt);
});

test('files that changed places are found', async (t) => {
  const root = scratch(t);
  const store = await FolderStore.open(root);
  await store.put(A, once(Buffer.from('first')));
  await store.put(B, once(Buffer.from('second')));
  renameSync(pathOf(root, A), join(root, 'swap'));
  renameSync(pathOf(root, B), pathOf(root, A));
  renameSync(join(root, 'swap'), pathOf(root, B));
  await assert.rejects(store.get(A), corrupt);
  assert.deepEqual(await foundBy(store, [A, B]), [`${A} corrupt`, `${B} corrupt`]);
});

test('a file that comes back after its erasure stays unreadable and is found', async (t) => {
  const root = scratch(t);
  const store = await FolderStore.open(root);
  await store.put(A, once(Buffer.from('bytes')));
  copyFileSync(pathOf(root, A), join(root, 'backup'));
  await store.erase(A);
  copyFileSync(join(root, 'backup'), pathOf(root, A));
  await assert.rejects(store.get(A), (error) => isChannelError(error, 'DOCUMENT_ERASED'));
  assert.deepEqual(await foundBy(store, []), [`${A} undeleted-version`]);
  await store.erase(A);
  assert.deepEqual(await foundBy(store, []), []);
});

test('an erasure that cannot remove the file is not complete', async (t) => {
  const root = scratch(t);
  const store = await FolderStore.open(root);
  mkdirSync(pathOf(root, A), { recursive: true });
  const evidence = await store.erase(A);
  assert.equal(evidence.complete, false);
  assert.notEqual(evidence.places[0]?.result, 'erased');
});

test('a process killed while it writes leaves no document, and its upload is removed when it is old', async (t) => {
  const root = scratch(t);
  const script = `
    import { FolderStore } from ${JSON.stringify(join(import.meta.dirname, 'folder.ts'))};
    const store = await FolderStore.open(${JSON.stringify(root)});
    async function* body() {
      yield Buffer.alloc(100_000);
      process.kill(process.pid, 'SIGKILL');
      yield Buffer.alloc(1);
    }
    await store.put(${JSON.stringify(A)}, body());`;
  const child = spawnSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
  assert.equal(child.signal, 'SIGKILL', child.stderr);
  const store = await FolderStore.open(root);
  assert.equal(await store.head(A), undefined);
  assert.equal(readdirSync(join(root, 'uploads')).length, 1);
  assert.deepEqual(await foundBy(store, []), []);
  const later = await FolderStore.open(root, () => new Date(Date.now() + 2 * 3_600_000));
  assert.deepEqual(await foundBy(later, []), [`${A} stale-upload`]);
  assert.deepEqual(readdirSync(join(root, 'uploads')), []);
});

test('a full disk is told as such and leaves nothing', async (t) => {
  const root = scratch(t);
  const store = await FolderStore.open(root);
  const probe = await open(join(root, 'probe'), 'w');
  const handles = Object.getPrototypeOf(probe) as Record<'write' | 'sync', () => Promise<unknown>>;
  await probe.close();
  const full = (): Promise<never> => Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' }));
  for (const call of ['write', 'sync'] as const) {
    const mocked = mock.method(handles, call, full);
    await assert.rejects(
      store.put(A, once(Buffer.from('bytes'))),
      (error) => isChannelError(error, 'DISK_FULL') && error.details.where === basename(root),
    );
    mocked.mock.restore();
    assert.deepEqual(readdirSync(join(root, 'uploads')), []);
    assert.equal(await store.head(A), undefined);
  }
  assert.equal((await store.put(A, once(Buffer.from('bytes')))).length, 5);
});

test('a folder that is a file is unavailable', async (t) => {
  const root = scratch(t);
  writeFileSync(join(root, 'file'), '');
  await assert.rejects(
    FolderStore.open(join(root, 'file')),
    (error) => isChannelError(error, 'STORE_UNAVAILABLE') && error.details.where === 'file',
  );
});
