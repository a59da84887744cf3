import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { type ErrorCode, isChannelError } from '../emissions/index.ts';
import { saltFields } from './fields.ts';
import { createFileNodeKey, openFileNodeKey, openWithFileNodeKey, rotateFileNodeKey } from './file-node-key.ts';
import type { NodeKey } from './node-key.ts';
import { pseudonym } from './pseudonym.ts';
import { KeyVault } from './vault.ts';

/** The age command's companion is used where it is installed. */
const KEYGEN = 'age-keygen';
const order = { order: 'DSR-7', reason: 'data-subject-request' };
const now = (): Date => new Date('2026-03-01T12:00:00Z');
const ID = 'a'.repeat(32);
const OTHER = 'b'.repeat(32);

function scratch(t: TestContext): { folder: string; keyPath: string } {
  const root = mkdtempSync(join(tmpdir(), 'uec-vault-'));
  t.after(() => rmSync(root, { recursive: true }));
  return { folder: join(root, 'vault'), keyPath: join(root, 'node.key') };
}

async function openVault(t: TestContext, folder: string, key: NodeKey): Promise<KeyVault> {
  const vault = await KeyVault.open(folder, key, now);
  t.after(() => {
    try {
      vault.close();
    } catch {
      // closed by the test
    }
  });
  return vault;
}

/** The keys' bytes, copied before they are zeroed. */
async function keysOf(vault: KeyVault, id: string): Promise<{ kDoc: Buffer; identity: Buffer }> {
  return await vault.use(id, ({ kDoc, identity }) => ({ kDoc: Buffer.from(kDoc), identity: Buffer.from(identity) }));
}

/** True when any 8 bytes of `secret` stand anywhere in the folder's files. */
function holdsAny(folder: string, secret: Uint8Array): boolean {
  const wanted = Buffer.from(secret);
  return readdirSync(folder).some((name) => {
    const bytes = readFileSync(join(folder, name));
    for (let at = 0; at + 8 <= wanted.length; at += 1) if (bytes.includes(wanted.subarray(at, at + 8))) return true;
    return false;
  });
}

/** Wrapped secrets as they stand in the file of a closed vault. */
function wrappedRows(folder: string, table: string): Map<string, Uint8Array> {
  const db = new DatabaseSync(join(folder, 'vault.db'));
  const rows = db.prepare(`SELECT id, secret FROM ${table}`).all() as { id: string; secret: Uint8Array }[];
  db.close();
  return new Map(rows.map(({ id, secret }) => [id, secret]));
}

test('keys are of the right kind, differ between documents, last, and are zeroed after use', async (t) => {
  const { folder, keyPath } = scratch(t);
  const vault = await openVault(t, folder, await createFileNodeKey(keyPath));
  await vault.create(ID, saltFields({ kWh: '1000' }));
  await vault.create(OTHER);
  const first = await keysOf(vault, ID);
  const second = await keysOf(vault, OTHER);
  assert.equal(first.kDoc.length, 32);
  assert.match(first.identity.toString(), /^AGE-SECRET-KEY-1[A-Z0-9]{58}$/);
  assert.notDeepEqual(first.kDoc, second.kDoc);
  assert.notDeepEqual(first.identity, second.identity);
  assert.deepEqual(vault.ids(), [ID, OTHER]);
  const leaked = await vault.use(ID, (keys) => keys);
  assert.deepEqual(leaked.kDoc, Buffer.alloc(32));
  assert.deepEqual(leaked.identity, Buffer.alloc(74));
  assert.deepEqual(
    leaked.fields.map(({ name, value }) => name + value),
    ['kWh1000'],
  );
  vault.close();
  const again = await openVault(t, folder, await openFileNodeKey(keyPath));
  assert.deepEqual(await keysOf(again, ID), first);
});

test('no secret stands in the files in the clear', async (t) => {
  const { folder, keyPath } = scratch(t);
  const vault = await openVault(t, folder, await createFileNodeKey(keyPath));
  await vault.create(ID, saltFields({ name: 'somebody at home' }));
  await vault.meterPseudonym('Acme Electric', '0012345678', 'Plant seven');
  const { kDoc, identity } = await keysOf(vault, ID);
  vault.close();
  for (const secret of [kDoc, identity, readFileSync(keyPath), 'somebody at home', '0012345678', 'Plant seven']) {
    assert.equal(holdsAny(folder, Buffer.from(secret)), false);
  }
  assert.equal(holdsAny(folder, Buffer.from(ID)), true);
});

test('a wrong node key is told at opening; a changed or exchanged row is told when used', async (t) => {
  const { folder, keyPath } = scratch(t);
  const key = await createFileNodeKey(keyPath);
  const vault = await openVault(t, folder, key);
  await vault.create(ID);
  await vault.create(OTHER);
  vault.close();
  const wrong = await createFileNodeKey(`${keyPath}.other`);
  await assert.rejects(KeyVault.open(folder, wrong), (error) => isChannelError(error, 'VAULT_KEY_WRONG'));

  const db = new DatabaseSync(join(folder, 'vault.db'));
  db.exec(`UPDATE documents SET secret = (SELECT secret FROM documents WHERE id = '${OTHER}') WHERE id = '${ID}'`);
  db.close();
  const changed = await openVault(t, folder, key);
  await assert.rejects(
    changed.use(ID, () => 0),
    (error) => isChannelError(error, 'VAULT_INVALID'),
  );
  assert.equal(await changed.use(OTHER, (keys) => keys.kDoc.length), 32);
});

test('one process at a time', async (t) => {
  const { folder, keyPath } = scratch(t);
  const key = await createFileNodeKey(keyPath);
  const vault = await openVault(t, folder, key);
  await assert.rejects(KeyVault.open(folder, key), (error) => isChannelError(error, 'STORE_UNAVAILABLE'));
  vault.close();
  (await openVault(t, folder, key)).close();
  const other = await openVault(t, folder, key);
  await assert.rejects(KeyVault.open(folder, key), (error) => isChannelError(error, 'STORE_UNAVAILABLE'));
  other.close();
});

test('a file that is no vault is refused', async (t) => {
  const { folder, keyPath } = scratch(t);
  const key = await createFileNodeKey(keyPath);
  (await openVault(t, folder, key)).close();
  writeFileSync(join(folder, 'vault.db'), 'x'.repeat(4096));
  await assert.rejects(KeyVault.open(folder, key), (error) => isChannelError(error, 'VAULT_INVALID'));
});

test('after shredding many documents in any order no piece of a wrapped key is left in the files', async (t) => {
  const { folder, keyPath } = scratch(t);
  const key = await createFileNodeKey(keyPath);
  const vault = await openVault(t, folder, key);
  const ids = Array.from({ length: 24 }, (_, at) => at.toString(16).padStart(32, '0'));
  for (const [at, id] of ids.entries()) await vault.create(id, saltFields({ note: 'x'.repeat((at * 97) % 700) }));
  vault.close();
  const wrapped = wrappedRows(folder, 'documents');
  const again = await openVault(t, folder, key);
  // 7 and 24 have no common divisor: every id comes once, neighbours far apart.
  const gone = Array.from({ length: 15 }, (_, at) => ids[(at * 7) % 24] as string);
  for (const id of gone) await again.shred(id, order);
  for (const id of gone) assert.equal(holdsAny(folder, wrapped.get(id) as Uint8Array), false);
  for (const id of ids) assert.equal(again.has(id), !gone.includes(id));
  const kept = ids.find((id) => !gone.includes(id)) as string;
  again.close();
  assert.equal(holdsAny(folder, wrapped.get(kept) as Uint8Array), true);
});

test('a shredded key is gone for good, with a tombstone that the first order made', async (t) => {
  const { folder, keyPath } = scratch(t);
  const vault = await openVault(t, folder, await createFileNodeKey(keyPath));
  await vault.create(ID);
  const stone = await vault.shred(ID, order);
  assert.deepEqual({ ...stone }, { kind: 'documents', id: ID, ...order, date: '2026-03-01T12:00:00.000Z' });
  assert.deepEqual(await vault.shred(ID, { order: 'other', reason: 'retention-end' }), stone);
  await assert.rejects(
    vault.use(ID, () => 0),
    (error) => isChannelError(error, 'KEY_SHREDDED'),
  );
  await assert.rejects(vault.create(ID), (error) => isChannelError(error, 'KEY_SHREDDED'));
  await assert.rejects(
    vault.use(OTHER, () => 0),
    (error) => isChannelError(error, 'DOCUMENT_NOT_FOUND'),
  );
  for (const bad of [
    { ...order, order: ' ' },
    { ...order, reason: 'Asked by A. Person' },
  ]) {
    await assert.rejects(vault.shred(ID, bad), (error) => isChannelError(error, 'FIELD_INVALID'));
  }
});

test('an older copy of the vault with a shredded key is shredded again at opening', async (t) => {
  const { folder, keyPath } = scratch(t);
  const key = await createFileNodeKey(keyPath);
  const vault = await openVault(t, folder, key);
  await vault.create(ID);
  const meter = await vault.meterPseudonym('acme', '1');
  vault.close();
  const wrapped = wrappedRows(folder, 'documents').get(ID) as Uint8Array;
  cpSync(join(folder, 'vault.db'), `${keyPath}.backup`);
  const shredding = await openVault(t, folder, key);
  await shredding.shred(ID, order);
  await shredding.shredMeter(meter, order);
  shredding.close();
  cpSync(`${keyPath}.backup`, join(folder, 'vault.db'));
  assert.equal(holdsAny(folder, wrapped), true);
  const restored = await openVault(t, folder, key);
  assert.equal(restored.has(ID), false);
  assert.deepEqual(await restored.meters(), []);
  assert.equal(holdsAny(folder, wrapped), false);
});

test('a meter keeps its pseudonym, is listed for its owner, and is unlinked by shredding', async (t) => {
  const { folder, keyPath } = scratch(t);
  const key = await createFileNodeKey(keyPath);
  const vault = await openVault(t, folder, key);
  const [first, same] = await Promise.all([
    vault.meterPseudonym('Acme Electric', '0012 345 678'),
    vault.meterPseudonym('ACME  Electric ', '0012345678', 'Plant seven'),
  ]);
  assert.match(first, /^[0-9a-f]{64}$/);
  assert.equal(same, first);
  const other = await vault.meterPseudonym('Acme Electric', '0012345679');
  assert.notEqual(other, first);
  vault.close();
  const again = await openVault(t, folder, key);
  assert.deepEqual(
    await again.meters(),
    [
      { pseudonym: first, utility: 'Acme Electric', number: '0012 345 678', site: 'Plant seven' },
      { pseudonym: other, utility: 'Acme Electric', number: '0012345679' },
    ].sort((a, b) => (a.pseudonym < b.pseudonym ? -1 : 1)),
  );
  assert.equal(await again.meterPseudonym('acme electric', '0012345678'), first);
  await again.shredMeter(first, order);
  const fresh = await again.meterPseudonym('acme electric', '0012345678');
  assert.notEqual(fresh, first);
  assert.deepEqual((await again.meters()).map((meter) => meter.pseudonym).sort(), [fresh, other].sort());
});

test('several meters are kept together: the same as one by one, and none where one of them is blank', async (t) => {
  const { folder, keyPath } = scratch(t);
  const vault = await openVault(t, folder, await createFileNodeKey(keyPath));
  const known = await vault.meterPseudonym('acme', '1');
  await assert.rejects(
    vault.meterPseudonyms([
      { utility: 'acme', number: '8' },
      { utility: ' ', number: '9' },
    ]),
    (error) => isChannelError(error, 'FIELD_INVALID'),
  );
  const [one, two, again, other] = await vault.meterPseudonyms([
    { utility: 'Acme', number: '1', site: 'Plant one' },
    { utility: 'acme', number: '2' },
    { utility: 'ACME ', number: '2', site: 'Plant two' },
    { utility: 'beta', number: '2' },
  ]);
  assert.equal(one, known);
  assert.equal(again, two);
  assert.notEqual(other, two);
  assert.equal(await vault.meterPseudonym('acme', '2'), two);
  const named = (await vault.meters()).map(({ utility, number, site }) => `${utility} ${number} ${site}`);
  assert.deepEqual(named.toSorted(), ['acme 1 Plant one', 'acme 2 Plant two', 'beta 2 undefined']);
});

test('two vaults give one meter two pseudonyms, and neither comes from a key that the file shows', async (t) => {
  const [one, two] = [scratch(t), scratch(t)];
  const a = await openVault(t, one.folder, await createFileNodeKey(one.keyPath));
  const b = await openVault(t, two.folder, await createFileNodeKey(two.keyPath));
  const p = await a.meterPseudonym('acme', '1');
  assert.notEqual(p, await b.meterPseudonym('acme', '1'));
  assert.notEqual(p, pseudonym(readFileSync(one.keyPath), 'acme', '1'));
});

test('a new node key opens everything and the old one nothing; no secret under the old key is left', async (t) => {
  const { folder, keyPath } = scratch(t);
  const oldKey = await createFileNodeKey(keyPath);
  const vault = await openVault(t, folder, oldKey);
  await vault.create(ID);
  const keys = await keysOf(vault, ID);
  const meter = await vault.meterPseudonym('acme', '1');
  vault.close();
  const before = wrappedRows(folder, 'documents').get(ID) as Uint8Array;
  const rotating = await openVault(t, folder, oldKey);
  const [, , after] = await Promise.all([
    rotating.create(OTHER),
    rotateFileNodeKey(rotating, keyPath),
    rotating.create('c'.repeat(32)),
  ]);
  assert.equal(after, undefined);
  assert.equal(holdsAny(folder, before), false);
  rotating.close();
  await assert.rejects(KeyVault.open(folder, oldKey), (error) => isChannelError(error, 'VAULT_KEY_WRONG'));
  const again = await openVault(t, folder, await openFileNodeKey(keyPath));
  assert.deepEqual(await keysOf(again, ID), keys);
  assert.equal(await again.meterPseudonym('acme', '1'), meter);
  for (const id of again.ids()) assert.equal(await again.use(id, ({ kDoc }) => kDoc.length), 32);
  assert.equal(again.ids().length, 3);
});

test('a rewrap that fails changes nothing', async (t) => {
  const { folder, keyPath } = scratch(t);
  const key = await createFileNodeKey(keyPath);
  const vault = await openVault(t, folder, key);
  await vault.create(ID);
  await vault.create(OTHER);
  let calls = 0;
  const failing: NodeKey = {
    wrap: async (secret, context) => {
      calls += 1;
      if (calls === 3) throw new Error('service gone');
      return await key.wrap(secret, context);
    },
    unwrap: key.unwrap,
  };
  await assert.rejects(vault.rewrap(failing), /service gone/);
  await vault.create('c'.repeat(32));
  vault.close();
  const again = await openVault(t, folder, key);
  for (const id of again.ids()) assert.equal(await again.use(id, ({ kDoc }) => kDoc.length), 32);
});

test('a rotation that was killed before or after the vault changed still opens', async (t) => {
  const { folder, keyPath } = scratch(t);
  const vault = await openVault(t, folder, await createFileNodeKey(keyPath));
  await vault.create(ID);
  const keys = await keysOf(vault, ID);
  // Killed with the next key written and the vault not changed: the old key opens.
  const next = await createFileNodeKey(`${keyPath}.next`);
  vault.close();
  const opening = (key: NodeKey): Promise<KeyVault> => openVault(t, folder, key);
  const unchanged = await openWithFileNodeKey(keyPath, opening);
  assert.deepEqual(await keysOf(unchanged, ID), keys);
  // Killed with the vault changed and the file not yet in its place.
  await unchanged.rewrap(next);
  unchanged.close();
  const changed = await openWithFileNodeKey(keyPath, opening);
  assert.deepEqual(await keysOf(changed, ID), keys);
  assert.equal(existsSync(`${keyPath}.next`), false);
  changed.close();
  (await openVault(t, folder, await openFileNodeKey(keyPath))).close();
});

test('the node key file is made once, for its owner alone, and refused when others may read it', async (t) => {
  const { keyPath, folder } = scratch(t);
  await createFileNodeKey(keyPath);
  assert.equal(readFileSync(keyPath).length, 32);
  const told = (code: ErrorCode, where = keyPath) => {
    return (error: unknown) => isChannelError(error, code) && error.details.where === where;
  };
  await assert.rejects(createFileNodeKey(keyPath), told('NODE_EXISTS'));
  const absent = `${keyPath}.absent`;
  await assert.rejects(openFileNodeKey(absent), told('FILE_UNREADABLE', absent));
  const nowhere = join(absent, 'node.key');
  await assert.rejects(createFileNodeKey(nowhere), told('FILE_UNREADABLE', nowhere));
  if (process.platform !== 'win32') {
    assert.equal(statSync(keyPath).mode & 0o777, 0o600);
    for (const mode of [0o640, 0o604, 0o644]) {
      chmodSync(keyPath, mode);
      await assert.rejects(openFileNodeKey(keyPath), told('CONFIG_INVALID'));
    }
    chmodSync(keyPath, 0o400);
    (await openVault(t, folder, await openFileNodeKey(keyPath))).close();
    assert.deepEqual(
      readdirSync(folder).map((name) => statSync(join(folder, name)).mode & 0o077),
      readdirSync(folder).map(() => 0),
    );
    chmodSync(keyPath, 0o600);
  }
  for (const length of [0, 31, 33, 64]) {
    writeFileSync(keyPath, Buffer.alloc(length));
    await assert.rejects(openFileNodeKey(keyPath), told('VAULT_KEY_WRONG'));
  }
});

test('a wrapped secret is bound to its context, its version and every byte', async (t) => {
  const key = await createFileNodeKey(scratch(t).keyPath);
  const wrapped = await key.wrap(Buffer.from('secret'), 'documents|a');
  assert.deepEqual(await key.unwrap(wrapped, 'documents|a'), Buffer.from('secret'));
  assert.notDeepEqual(await key.wrap(Buffer.from('secret'), 'documents|a'), wrapped);
  const wrong = (error: unknown): boolean => isChannelError(error, 'VAULT_KEY_WRONG');
  await assert.rejects(key.unwrap(wrapped, 'documents|b'), wrong);
  for (let at = 0; at < wrapped.length; at += 1) {
    const changed = Buffer.from(wrapped);
    changed[at] = (changed[at] as number) ^ 1;
    await assert.rejects(key.unwrap(changed, 'documents|a'), wrong);
    await assert.rejects(key.unwrap(wrapped.subarray(0, at), 'documents|a'), wrong);
  }
});

test('an age identity of the vault is one that the age command knows', async (t) => {
  if (spawnSync(KEYGEN, ['--version']).error !== undefined) {
    t.skip('age-keygen is not on PATH');
    return;
  }
  const { folder, keyPath } = scratch(t);
  const vault = await openVault(t, folder, await createFileNodeKey(keyPath));
  await vault.create(ID);
  const { identity } = await keysOf(vault, ID);
  assert.match(execFileSync(KEYGEN, ['-y'], { input: identity }).toString(), /^age1[a-z0-9]{58}\n$/);
});
