import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { KeptFile } from './kept-file.ts';

test('what stood under the name of a file that is written is kept, once a command', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'uec-test-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'errors.csv');
  const read = () =>
    Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  const first = new KeptFile(path);
  await first.write('before');
  await first.write('first');
  assert.deepEqual([read(), first.kept], [{ 'errors.csv': 'first' }, undefined]);
  assert.equal(statSync(path).mode & 0o777, 0o600);

  writeFileSync(path, 'mended by hand');
  const second = new KeptFile(path);
  await second.write('second');
  await second.write('second, with imports');
  assert.equal(second.kept, `${path}.1`);
  const third = new KeptFile(path);
  await third.write('third');
  assert.deepEqual(read(), {
    'errors.csv': 'third',
    'errors.csv.1': 'mended by hand',
    'errors.csv.2': 'second, with imports',
  });
});
