import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { brokenFile, checkBroken, checkCase, csvCase } from './support/csv-cases.ts';

test('known bills in any layout, date order, sign, encoding and line end are read exactly, or refused by name', async () => {
  const outcomes = { read: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(csvCase, fc.integer({ min: 1, max: 200 }), async (one, size) => {
      outcomes[await checkCase(one, size)] += 1;
    }),
    { numRuns: 300 },
  );
  // A reader that refused everything would keep its promise, and be of no use.
  assert.ok(outcomes.read > outcomes.refused, JSON.stringify(outcomes));
});

test('broken files give lines, rejected rows or an error with a code', async () => {
  await fc.assert(
    fc.asyncProperty(brokenFile, ({ file, options }) => checkBroken(file, options)),
    { numRuns: 150 },
  );
});

const corpus = new URL('./fuzz-corpus/csv/', import.meta.url);

test('files that were found once are read or refused', async () => {
  const names = readdirSync(corpus);
  assert.ok(names.length > 0);
  for (const name of names) await checkBroken(readFileSync(new URL(name, corpus)), {});
});
