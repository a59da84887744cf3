import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { code, tableRows } from '../../../test/docs/documents.ts';
import { brokenFile, checkBroken, checkCase, codeOf, workbookCase } from '../../../test/support/workbook-cases.ts';

// The same checks as `npm run fuzz -- workbook`, for a short time.

test('known entries in any style are read exactly, or refused or marked where nothing shows their end', async () => {
  const outcomes = { read: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(workbookCase, async (one) => {
      outcomes[await checkCase(one)] += 1;
    }),
    { numRuns: 60 },
  );
  // A reader that refused everything would keep its promise, and be of no use.
  assert.ok(outcomes.read > outcomes.refused / 4, JSON.stringify(outcomes));
});

test('broken workbooks give lines, rejected rows or an error with a code', async () => {
  await fc.assert(
    fc.asyncProperty(brokenFile, async (file) => checkBroken(await file)),
    { numRuns: 40 },
  );
});

const corpus = new URL('../../../test/fuzz-corpus/workbook/', import.meta.url);

test('every file of the corpus is refused as its table says', async () => {
  const rows = tableRows(readFileSync(new URL('README.md', corpus), 'utf8'), '# Workbooks');
  const names = readdirSync(corpus).filter((name) => name.endsWith('.xlsx'));
  assert.deepEqual(rows.map(([name]) => code(name)).sort(), names.sort());
  for (const [name, , expected] of rows) {
    const file = readFileSync(new URL(code(name), corpus));
    assert.equal(await codeOf(file), code(expected), name);
    await checkBroken(file);
  }
});
