import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { read, root, tableRows } from './documents.ts';

test('every row of the attack table names a test that exists', () => {
  const rows = tableRows(read('docs/security.md'), '## Attacks');
  assert.ok(rows.length > 40);
  const wrong = rows.filter(([, , where = '']) => {
    const [, path, name] = /^`([^`]+)`: (.+)$/.exec(where) ?? [];
    if (path === undefined || name === undefined || !existsSync(join(root, path))) return true;
    const titles = [...read(path).matchAll(/\b(?:test|describe)\(\s*(['`])((?:(?!\1).)*)\1/g)].map((match) => match[2]);
    return !titles.some((title) => title?.includes(name));
  });
  assert.deepEqual(wrong, []);
});
