import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { GivenDocument } from './given-document.ts';

test('a given document is read once for all files, and named by what it holds', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'uec-test-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'bill.pdf');
  writeFileSync(path, 'abc');
  const document = new GivenDocument(path);
  // FIPS 180-4, the one-block message of its examples.
  const name = 'given ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  assert.equal(await document.name(), name);
  rmSync(path);
  assert.equal(await document.name(), name);
  await assert.rejects(new GivenDocument(path).name(), { code: 'FILE_UNREADABLE', message: /--document/ });
});
