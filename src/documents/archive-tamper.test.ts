// A catalogue, or a mark in the store, that somebody edited: nothing is destroyed that nobody ordered destroyed.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isChannelError } from '../emissions/index.ts';
import { Archive } from './archive.ts';
import { Database } from './database.ts';
import { createFileNodeKey } from './file-node-key.ts';
import { FolderStore } from './stores/folder.ts';

const bill = Buffer.from('sample bill of somebody at home\n');
const order = { order: 'DSR-7', reason: 'data-subject-request' };

interface Setting {
  readonly files: string;
  readonly id: string;
  readonly commitment: string;
  fileOf(id: string): string;
  edit(...changes: string[]): void;
  open(): Promise<Archive>;
}

/** An archive with one document, closed. */
async function setting(t: TestContext): Promise<Setting> {
  const root = mkdtempSync(join(tmpdir(), 'uec-tamper-'));
  t.after(() => rmSync(root, { recursive: true }));
  const [folder, files] = [join(root, 'archive'), join(root, 'files')];
  const nodeKey = await createFileNodeKey(join(root, 'node.key'));
  const store = await FolderStore.open(files);
  const open = (): Promise<Archive> =>
    Archive.open({ folder, nodeKey, store, now: () => new Date('2026-03-01T12:00:00Z') });
  const archive = await open();
  const { id, commitment } = await archive.keep([bill]);
  archive.close();
  const edit = (...changes: string[]): void => {
    const database = new Database(join(folder, 'catalogue.db'), 'SELECT 1');
    for (const change of changes) database.change(`UPDATE documents SET ${change} WHERE id = ?`, id);
    database.close();
  };
  const fileOf = (of: string): string => join(files, of.slice(0, 2), of.slice(2, 4), of);
  return { files, id, commitment, fileOf, edit, open };
}

async function found(archive: Archive, reportOnly: boolean): Promise<string[]> {
  const findings = await Array.fromAsync(archive.scrub({ reportOnly }));
  return findings.map(({ finding, action }) => `${finding} ${action}`);
}

const edits: [string, string[], RegExp][] = [
  ['erased', ["state = 'erased'"], /is 'erased' without an order/],
  ['erasing', ["state = 'erasing'"], /is 'erasing' without an order/],
  ['keeping', ["state = 'keeping'"], /is 'keeping' and has a commitment/],
  [
    'erasing while held',
    [
      "state = 'erasing'",
      "order_reference = 'X', order_reason = 'x'",
      "hold_until = '2026-03-01', hold_reason = 'tax-law'",
    ],
    /is 'erasing' and held until 2026-03-01/,
  ],
];

for (const [name, changes, message] of edits) {
  test(`a kept document whose row says ${name} stops the archive and stays whole`, async (t) => {
    const { id, commitment, edit, open } = await setting(t);
    edit(...changes);
    for (const _ of ['once', 'twice']) {
      await assert.rejects(open(), (error) => {
        assert.ok(isChannelError(error, 'VAULT_INVALID'));
        assert.match(error.message, message);
        return error.message.includes(id);
      });
    }
    edit("state = 'kept', order_reference = NULL, order_reason = NULL, hold_until = NULL, hold_reason = NULL");
    const archive = await open();
    assert.equal((await archive.verify(commitment)).state, 'matches');
    assert.deepEqual(archive.vault.tombstones(), []);
    archive.close();
  });
}

test('a mark of erasure in the store that nobody ordered does not make a scrub remove the file', async (t) => {
  const { id, commitment, fileOf, open } = await setting(t);
  writeFileSync(`${fileOf(id)}.erased`, '');
  const archive = await open();
  assert.deepEqual(await found(archive, false), ['missing marked-lost', 'undeleted-version none']);
  rmSync(`${fileOf(id)}.erased`);
  assert.deepEqual(await found(archive, false), ['restored marked-kept']);
  assert.equal((await archive.verify(commitment)).state, 'matches');
  archive.close();
});

test('reporting only finds what mending finds, and changes nothing', async (t) => {
  const { files, id, commitment, fileOf, edit, open } = await setting(t);
  let archive = await open();
  const [corrupt, erased, whole] = [await archive.keep([bill]), await archive.keep([bill]), await archive.keep([bill])];
  const backup = readFileSync(fileOf(erased.id));
  await archive.erase(erased.commitment, order);
  archive.close();
  writeFileSync(fileOf(erased.id), backup);
  writeFileSync(fileOf(corrupt.id), readFileSync(fileOf(corrupt.id)).subarray(0, -1));
  edit("state = 'lost'");
  const upload = join(files, 'uploads', `${'a'.repeat(32)}.0123456789abcdef`);
  writeFileSync(upload, 'x');
  utimesSync(upload, 0, 0);
  archive = await open();
  const states = (): string[] => archive.list().map((entry) => `${entry.id} ${entry.state}`);
  const all = (): string[] => readdirSync(files, { recursive: true }).map(String).sort();
  const before = [states(), all()];
  const expected = ['corrupt', 'undeleted-version', 'stale-upload', 'restored'];
  assert.deepEqual(
    await found(archive, true),
    expected.map((finding) => `${finding} none`),
  );
  assert.deepEqual([states(), all()], before);
  assert.deepEqual(await found(archive, false), [
    ...['corrupt marked-lost', 'undeleted-version erased-again', 'stale-upload removed', 'restored marked-kept'],
  ]);
  assert.deepEqual(
    [id, corrupt.id, erased.id, whole.id].map((of) => archive.list().find((entry) => entry.id === of)?.state),
    ['kept', 'lost', 'erased', 'kept'],
  );
  assert.equal((await archive.verify(commitment)).state, 'matches');
  archive.close();
});
