import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ChannelError, type ErrorCode, isChannelError } from '../emissions/index.ts';
import { Archive } from './archive.ts';
import { documentCommitment, verifyOpening } from './commitment.ts';
import type { DocumentStore } from './document-store.ts';
import { verifyFields } from './fields.ts';
import { createFileNodeKey, openFileNodeKey } from './file-node-key.ts';
import { FolderStore } from './stores/folder.ts';

const order = { order: 'DSR-7', reason: 'data-subject-request' };
/** The age command and its companion are used where they are installed. */
const AGE = 'age';
const bill = Buffer.from(`%PDF-1.4\n${'sample bill of somebody at home\n'.repeat(9000)}`);

interface Setting {
  readonly root: string;
  readonly folder: string;
  readonly files: string;
  readonly store: FolderStore;
  open(store?: DocumentStore): Promise<Archive>;
  reopen(): Promise<Archive>;
  fileOf(id: string): string;
}

async function setting(t: TestContext): Promise<Setting> {
  const root = mkdtempSync(join(tmpdir(), 'uec-archive-'));
  const [folder, files] = [join(root, 'archive'), join(root, 'files')];
  const nodeKey = await createFileNodeKey(join(root, 'node.key'));
  const store = await FolderStore.open(files);
  let last: Archive | undefined;
  const open = async (used: DocumentStore = store): Promise<Archive> => {
    last = await Archive.open({ folder, nodeKey, store: used, now: () => new Date('2026-03-01T12:00:00Z') });
    return last;
  };
  t.after(() => {
    last?.close();
    rmSync(root, { recursive: true });
  });
  return {
    root,
    folder,
    files,
    store,
    open,
    reopen: async () => {
      last?.close();
      last = undefined;
      return await open();
    },
    fileOf: (id) => join(files, id.slice(0, 2), id.slice(2, 4), id),
  };
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(body));
}

async function scrubbed(archive: Archive, removeOrphans = false): Promise<string[]> {
  const found = await Array.fromAsync(archive.scrub({ removeOrphans }));
  return found.map(({ id, finding, action }) => `${id} ${finding} ${action}`);
}

async function rejects(work: Promise<unknown>, code: ErrorCode): Promise<void> {
  await assert.rejects(work, (error) => isChannelError(error, code));
}

/** Every file below a folder, as one piece of bytes. */
function allBytes(folder: string): Buffer {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Buffer.concat(entries.map((entry) => readFileSync(join(entry.parentPath, entry.name))));
}

test('a document is kept encrypted, comes back, and is disclosed so that an auditor can check it', async (t) => {
  const { root, open } = await setting(t);
  const archive = await open();
  const { id, commitment } = await archive.keep([bill.subarray(0, 7), bill.subarray(7)], {
    mediaType: 'application/pdf',
  });
  assert.deepEqual(await collect(archive.open(commitment)), bill);
  assert.deepEqual(archive.list(), [
    { id, commitment, mediaType: 'application/pdf', keptAt: '2026-03-01T12:00:00.000Z', state: 'kept' },
  ]);
  const disclosed = await archive.disclose(commitment);
  const kDoc = Buffer.from(disclosed.kDoc, 'hex');
  assert.equal(documentCommitment(kDoc, bill), commitment);
  assert.equal((await verifyOpening(disclosed.body, kDoc, commitment)).state, 'matches');
  assert.equal((await archive.verify(commitment)).state, 'matches');
  assert.equal(allBytes(root).includes('somebody'), false);
});

test('the same bytes kept twice have two commitments; an empty document has one too', async (t) => {
  const archive = await (await setting(t)).open();
  const [one, two, empty] = [await archive.keep([bill]), await archive.keep([bill]), await archive.keep([])];
  assert.equal(new Set([one.commitment, two.commitment, empty.commitment]).size, 3);
  assert.equal((await collect(archive.open(empty.commitment))).length, 0);
  assert.equal((await archive.verify(empty.commitment)).state, 'matches');
});

test('fields are committed to and opened one by one', async (t) => {
  const archive = await (await setting(t)).open();
  const kept = await archive.keep([bill], { fields: { kWh: '1000', name: 'somebody', period: '2022-01' } });
  const opening = await archive.discloseFields(kept.commitment, ['kWh']);
  assert.equal(verifyFields(opening, kept.fieldsCommitment as string), true);
  assert.deepEqual(
    opening.fields.map(({ name, value }) => [name, value]),
    [['kWh', '1000']],
  );
  assert.equal(archive.find(kept.commitment)?.fieldsCommitment, kept.fieldsCommitment);
  await rejects(archive.discloseFields(kept.commitment, ['address']), 'FIELD_INVALID');
});

test('a stored file opens with the age command and the identity of its document', async (t) => {
  if (spawnSync(AGE, ['--version']).error !== undefined) {
    t.skip('age is not on PATH');
    return;
  }
  const { root, open, fileOf, store, reopen } = await setting(t);
  const archive = await open();
  const { id, commitment } = await archive.keep([bill]);
  const identity = join(root, 'identity');
  await archive.vault.use(id, (keys) => writeFileSync(identity, keys.identity, { mode: 0o600 }));
  const file = readFileSync(fileOf(id)).subarray(128);
  assert.deepEqual(execFileSync(AGE, ['-d', '-i', identity], { input: file }), bill);
  // And the other way: what age encrypts to the same recipient is the document too.
  const recipient = execFileSync(`${AGE}-keygen`, ['-y', identity]).toString().trim();
  const encrypted = execFileSync(AGE, ['-r', recipient], { input: bill });
  rmSync(fileOf(id));
  await store.put(id, new Blob([encrypted]).stream());
  assert.equal((await (await reopen()).verify(commitment)).state, 'matches');
});

test('damaged, cut, exchanged and re-encrypted bytes never verify', async (t) => {
  const { open, fileOf, store } = await setting(t);
  const archive = await open();
  const [one, two] = [await archive.keep([bill]), await archive.keep([Buffer.from('another')])];
  const whole = readFileSync(fileOf(one.id));
  for (const at of [100, 200, 400, 70_000, whole.length - 1]) {
    const changed = Buffer.from(whole);
    changed[at] = (changed[at] as number) ^ 1;
    writeFileSync(fileOf(one.id), changed);
    await rejects(collect(archive.open(one.commitment)), 'DOCUMENT_CORRUPT');
    assert.equal((await archive.verify(one.commitment)).state, 'does-not-match');
  }
  // Whole to the store, but cut where an encrypted chunk ends: only the encryption can tell.
  rmSync(fileOf(one.id));
  await store.put(one.id, new Blob([whole.subarray(128, 128 + 200 + 2 * 65_552)]).stream());
  await rejects(collect(archive.open(one.commitment)), 'DOCUMENT_CORRUPT');
  // Another document's bytes under this id.
  rmSync(fileOf(one.id));
  await store.put(one.id, new Blob([readFileSync(fileOf(two.id)).subarray(128)]).stream());
  await rejects(collect(archive.open(one.commitment)), 'DOCUMENT_CORRUPT');
  // Other bytes, rightly encrypted for this document: only the commitment can tell.
  const { encrypt } = await import('./encryption.ts');
  rmSync(fileOf(one.id));
  await archive.vault.use(one.id, async ({ identity }) => {
    await store.put(one.id, await encrypt([Buffer.from('another')], identity));
  });
  await rejects(collect(archive.open(one.commitment)), 'DOCUMENT_MISMATCH');
  const found = await archive.verify(one.commitment);
  assert.equal(found.state, 'does-not-match');
  assert.equal((await archive.verify(two.commitment)).state, 'matches');
});

test('T25: a document that is absent, out of reach, erased or unknown is not verified', async (t) => {
  const { open, fileOf, store, reopen } = await setting(t);
  const away = altered(store, {
    get: () => Promise.reject(new ChannelError('STORE_UNAVAILABLE', 'the store does not answer')),
  });
  let archive = await open(away);
  const { id, commitment } = await archive.keep([bill]);
  const erased = await archive.keep([bill]);
  assert.deepEqual(await archive.verify(commitment), { state: 'not-verified', reason: 'the store does not answer' });
  archive = await reopen();
  assert.equal((await archive.verify(commitment)).state, 'matches');
  await archive.erase(erased.commitment, order);
  assert.equal((await archive.verify(erased.commitment)).state, 'not-verified');
  rmSync(fileOf(id));
  assert.equal((await archive.verify(commitment)).state, 'not-verified');
  assert.equal((await archive.verify('0'.repeat(64))).state, 'not-verified');
  await rejects(archive.verify('not a commitment'), 'COMMITMENT_INVALID');
  await rejects(collect(archive.open('0'.repeat(64))), 'DOCUMENT_NOT_FOUND');
});

test('after an erasure no byte of document, keys and salts is in any file, and the evidence stands', async (t) => {
  const { root, open, reopen, store, fileOf } = await setting(t);
  let archive = await open();
  const bystander = await archive.keep([Buffer.from('stays')]);
  const { id, commitment } = await archive.keep([bill], { mediaType: 'application/pdf', fields: { kWh: '1000' } });
  const secrets = await archive.vault.use(id, (keys) => [
    Buffer.from(keys.kDoc),
    Buffer.from(keys.kDoc.toString('hex')),
    Buffer.from(keys.identity),
    Buffer.from(keys.fields[0]?.salt ?? ''),
  ]);
  const stored = readFileSync(fileOf(id));
  const evidence = await archive.erase(commitment, order);
  assert.deepEqual(evidence, {
    id,
    ...order,
    before: 'kept',
    places: [
      { place: 'vault', result: 'shredded' },
      { place: 'folder', result: 'erased' },
    ],
    checkedAt: '2026-03-01T12:00:00.000Z',
    complete: true,
  });
  const bytes = allBytes(root);
  for (const secret of [...secrets, stored.subarray(128, 200), stored.subarray(-64), Buffer.from('somebody')]) {
    assert.equal(bytes.includes(secret), false);
  }
  assert.equal(await store.head(id), undefined);
  assert.deepEqual(await archive.erase(commitment, { order: 'second', reason: 'retention-end' }), evidence);
  archive = await reopen();
  assert.deepEqual(await archive.erase(commitment, order), evidence);
  assert.equal(archive.find(commitment)?.state, 'erased');
  assert.equal(archive.find(commitment)?.mediaType, undefined);
  await rejects(collect(archive.open(commitment)), 'DOCUMENT_ERASED');
  await rejects(archive.disclose(commitment), 'DOCUMENT_ERASED');
  await rejects(archive.discloseFields(commitment, ['kWh']), 'DOCUMENT_ERASED');
  assert.deepEqual(await scrubbed(archive), []);
  assert.equal((await archive.verify(bystander.commitment)).state, 'matches');
});

test('a legal hold refuses with its reason and date until its last day is over', async (t) => {
  const { open } = await setting(t);
  const archive = await open();
  const { commitment } = await archive.keep([bill]);
  archive.hold(commitment, { until: '2026-03-01', reason: 'tax-law' });
  assert.deepEqual(archive.find(commitment)?.hold, { until: '2026-03-01', reason: 'tax-law' });
  await assert.rejects(archive.erase(commitment, order), (error) => {
    return isChannelError(error, 'LEGAL_HOLD') && /2026-03-01.*tax-law/.test(error.message);
  });
  assert.equal((await archive.verify(commitment)).state, 'matches');
  assert.throws(() => archive.hold(commitment, { until: '2026-02-30', reason: 'tax-law' }), { code: 'DATE_INVALID' });
  assert.throws(() => archive.hold(commitment, { until: '2026-02-28', reason: 'A. B.' }), { code: 'FIELD_INVALID' });
  archive.hold(commitment, { until: '2026-02-28', reason: 'tax-law' });
  assert.equal((await archive.erase(commitment, order)).complete, true);
  assert.throws(() => archive.hold(commitment, undefined), { code: 'DOCUMENT_ERASED' });
});

test('a hold can be lifted', async (t) => {
  const archive = await (await setting(t)).open();
  const { commitment } = await archive.keep([bill]);
  archive.hold(commitment, { until: '2030-12-31', reason: 'tax-law' });
  archive.hold(commitment, undefined);
  assert.equal((await archive.erase(commitment, order)).complete, true);
});

test('an erasure is not complete while a place is out of reach, and goes on later', async (t) => {
  const { open, store, reopen } = await setting(t);
  const refusing = altered(store, {
    erase: () => Promise.reject(new ChannelError('STORE_UNAVAILABLE', 'the store does not answer')),
  });
  let archive = await open(refusing);
  const { id, commitment } = await archive.keep([bill]);
  const first = await archive.erase(commitment, order);
  assert.equal(first.complete, false);
  assert.deepEqual(first.places, [
    { place: 'vault', result: 'shredded' },
    { place: 'store', result: 'unreachable' },
  ]);
  assert.equal(archive.find(commitment)?.state, 'erasing');
  assert.equal(archive.vault.has(id), false);
  await rejects(collect(archive.open(commitment)), 'DOCUMENT_ERASED');
  archive = await reopen();
  assert.equal(archive.find(commitment)?.state, 'erased');
  assert.equal(archive.find(commitment)?.evidence?.complete, true);
});

test('a store that says erased and still has the bytes is not believed', async (t) => {
  const { open, store } = await setting(t);
  const lying = altered(store, {
    erase: (id) => Promise.resolve({ id, complete: true, places: [{ place: 'cloud', result: 'erased' }] }),
  });
  const archive = await open(lying);
  const { commitment } = await archive.keep([bill]);
  assert.equal((await archive.erase(commitment, order)).complete, false);
});

test('two erasures at once give one evidence', async (t) => {
  const archive = await (await setting(t)).open();
  const { commitment } = await archive.keep([bill]);
  const both = await Promise.all([
    archive.erase(commitment, order),
    archive.erase(commitment, { order: 'second', reason: 'retention-end' }),
  ]);
  assert.deepEqual(both[0], both[1]);
  assert.equal(both[0].order, 'DSR-7');
});

test('a scrub marks missing and damaged documents lost, and kept again when they are restored', async (t) => {
  const { open, fileOf } = await setting(t);
  const archive = await open();
  const whole = await archive.keep([bill]);
  const [missing, damaged] = [await archive.keep([bill]), await archive.keep([bill])];
  renameSync(fileOf(missing.id), `${fileOf(missing.id)}.away`);
  const bytes = readFileSync(fileOf(damaged.id));
  writeFileSync(fileOf(damaged.id), bytes.subarray(0, 1000));
  const found = [`${missing.id} missing marked-lost`, `${damaged.id} corrupt marked-lost`].sort();
  assert.deepEqual((await scrubbed(archive)).sort(), found);
  assert.equal(archive.find(missing.commitment)?.state, 'lost');
  assert.equal(archive.find(damaged.commitment)?.state, 'lost');
  assert.equal(archive.find(whole.commitment)?.state, 'kept');
  assert.deepEqual((await scrubbed(archive)).sort(), found);
  renameSync(`${fileOf(missing.id)}.away`, fileOf(missing.id));
  writeFileSync(fileOf(damaged.id), bytes);
  assert.deepEqual(
    (await scrubbed(archive)).sort(),
    [`${missing.id} restored marked-kept`, `${damaged.id} restored marked-kept`].sort(),
  );
  assert.deepEqual(await scrubbed(archive), []);
  assert.equal((await archive.verify(missing.commitment)).state, 'matches');
});

test('a lost document that is erased on order says in its evidence that it was lost before', async (t) => {
  const { open, fileOf } = await setting(t);
  const archive = await open();
  const { id, commitment } = await archive.keep([bill]);
  rmSync(fileOf(id));
  await scrubbed(archive);
  const evidence = await archive.erase(commitment, order);
  assert.deepEqual([evidence.complete, evidence.before], [true, 'lost']);
});

test('a scrub tells of files and keys that nobody knows and removes them only when asked', async (t) => {
  const { open, store } = await setting(t);
  const archive = await open();
  const [file, key] = ['d'.repeat(32), 'e'.repeat(32)];
  await store.put(file, new Blob(['unknown']).stream());
  await archive.vault.create(key);
  assert.deepEqual(await scrubbed(archive), [`${file} orphan none`, `${key} orphan none`]);
  assert.deepEqual(await scrubbed(archive, true), [`${file} orphan removed`, `${key} orphan removed`]);
  assert.deepEqual(await scrubbed(archive), []);
  assert.deepEqual([(await store.list()).ids, archive.vault.ids()], [[], []]);
});

test('a lost catalogue is made again from vault and store', async (t) => {
  const { open, reopen, folder } = await setting(t);
  let archive = await open();
  const { id, commitment, fieldsCommitment } = await archive.keep([bill], { fields: { kWh: '1000' } });
  const erased = await archive.keep([bill]);
  await archive.erase(erased.commitment, order);
  archive.close();
  rmSync(join(folder, 'catalogue.db'));
  archive = await open();
  assert.equal(archive.find(commitment), undefined);
  assert.deepEqual(await scrubbed(archive), [`${id} orphan adopted`]);
  assert.equal((await archive.verify(commitment)).state, 'matches');
  assert.equal(archive.find(commitment)?.fieldsCommitment, fieldsCommitment);
  assert.deepEqual(await scrubbed(await reopen()), []);
});

test('an older copy of everything but the tombstones brings no erased document back', async (t) => {
  const { root, open, folder, files } = await setting(t);
  let archive = await open();
  const { id, commitment } = await archive.keep([bill]);
  archive.close();
  for (const name of ['vault.db', 'catalogue.db']) cpSync(join(folder, name), join(root, name));
  cpSync(files, join(root, 'files-backup'), { recursive: true });
  archive = await open();
  await archive.erase(commitment, order);
  archive.close();
  for (const name of ['vault.db', 'catalogue.db']) cpSync(join(root, name), join(folder, name));
  cpSync(join(root, 'files-backup'), files, { recursive: true });
  archive = await open();
  assert.equal(archive.vault.has(id), false);
  assert.equal(archive.find(commitment)?.state, 'erased');
  assert.equal(archive.find(commitment)?.evidence?.order, 'DSR-7');
  assert.deepEqual(
    (await readdirDeep(files)).filter((name) => name.endsWith(id)),
    [],
  );
});

test('an older copy of vault and tombstones is shredded again from the catalogue', async (t) => {
  const { root, open, folder, files, fileOf } = await setting(t);
  let archive = await open();
  const { id, commitment } = await archive.keep([bill]);
  archive.close();
  for (const name of ['vault.db', 'tombstones.db']) cpSync(join(folder, name), join(root, name));
  cpSync(fileOf(id), join(root, 'file'));
  archive = await open();
  await archive.erase(commitment, order);
  archive.close();
  for (const name of ['vault.db', 'tombstones.db']) cpSync(join(root, name), join(folder, name));
  cpSync(join(root, 'file'), fileOf(id));
  archive = await open();
  assert.equal(archive.vault.has(id), false);
  assert.deepEqual(await scrubbed(archive), [`${id} undeleted-version erased-again`]);
  assert.deepEqual(
    (await readdirDeep(files)).filter((name) => name.endsWith(id)),
    [],
  );
});

test('a wrong node key, a second opener and a body that breaks leave everything as it was', async (t) => {
  const { root, folder, store, open } = await setting(t);
  const archive = await open();
  const { commitment } = await archive.keep([bill]);
  const nodeKey = await openFileNodeKey(join(root, 'node.key'));
  await rejects(Archive.open({ folder, nodeKey, store }), 'STORE_UNAVAILABLE');
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield bill;
    throw new Error('the source broke');
  }
  await assert.rejects(archive.keep(broken()), /the source broke/);
  await rejects(archive.keep([bill], { mediaType: 'bill of A. Person' }), 'FIELD_INVALID');
  assert.equal(archive.list().length, 1);
  assert.deepEqual([(await store.list()).ids.length, archive.vault.ids().length], [1, 1]);
  assert.deepEqual(await scrubbed(archive), []);
  archive.close();
  const wrong = await createFileNodeKey(join(root, 'wrong.key'));
  await rejects(Archive.open({ folder, nodeKey: wrong, store }), 'VAULT_KEY_WRONG');
  assert.equal((await (await open()).verify(commitment)).state, 'matches');
});

test('keeps, scrubs and erasures at once do not disturb each other', async (t) => {
  const archive = await (await setting(t)).open();
  const first = await Promise.all(Array.from({ length: 5 }, () => archive.keep([randomBytes(1000)])));
  const erased = first.slice(0, 2);
  const [later, found] = await Promise.all([
    Promise.all(Array.from({ length: 5 }, () => archive.keep([randomBytes(100_000)]))),
    scrubbed(archive),
    Promise.all(erased.map(({ commitment }) => archive.erase(commitment, order))),
  ]);
  assert.deepEqual(found, []);
  for (const { commitment } of [...first.slice(2), ...later]) {
    assert.equal((await archive.verify(commitment)).state, 'matches');
  }
  for (const { commitment } of erased) assert.equal(archive.find(commitment)?.state, 'erased');
});

test('a scrub leaves alone what is being kept', async (t) => {
  const archive = await (await setting(t)).open();
  const waiting = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  async function* slow(): AsyncGenerator<Uint8Array> {
    yield bill;
    begun.resolve();
    await waiting.promise;
  }
  const keeping = archive.keep(slow());
  await begun.promise;
  assert.deepEqual(await scrubbed(archive, true), []);
  assert.deepEqual(archive.list(), []);
  waiting.resolve();
  const { commitment } = await keeping;
  assert.equal((await archive.verify(commitment)).state, 'matches');
});

test('a large document is read and written piece by piece', async (t) => {
  const { open, store } = await setting(t);
  const [pieces, piece] = [256, Buffer.alloc(65_536, 'x')];
  let ahead = 0;
  let most = 0;
  async function* source(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < pieces; at += 1) {
      ahead += 1;
      most = Math.max(most, ahead);
      yield piece;
    }
  }
  async function* counted(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      if (chunk.length > 65_536) ahead -= 1;
      await new Promise(setImmediate);
      yield chunk;
    }
  }
  const archive = await open(altered(store, { put: (id, body) => store.put(id, counted(body)) }));
  const { commitment } = await archive.keep(source());
  assert.ok(most < 16, `${most} of ${pieces} pieces were held at once`);
  assert.equal((await archive.verify(commitment)).state, 'matches');
});

/** The store with some of its answers replaced. */
function altered(store: DocumentStore, changes: Partial<DocumentStore>): DocumentStore {
  return {
    capabilities: () => store.capabilities(),
    put: (id, body, signal) => store.put(id, body, signal),
    get: (id, signal) => store.get(id, signal),
    head: (id) => store.head(id),
    erase: (id) => store.erase(id),
    list: (cursor, limit) => store.list(cursor, limit),
    scrub: (known) => store.scrub(known),
    ...changes,
  };
}

async function readdirDeep(folder: string): Promise<string[]> {
  return readdirSync(folder, { recursive: true }).map(String);
}
