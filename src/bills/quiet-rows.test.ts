import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { QuietRows } from './quiet-rows.ts';

/** Loud ones by docs/bills.md: they add up others, or take a bill back. */
const LOUD = new Set(['Total', 'Grand total 2022', 'Jahressumme', 'cancelled', 'VOID']);
const cell = fc.constantFrom('1', '1.50', '1/2/2022', 'kWh', 'M-1', 'Harbour', '', ...LOUD);

test('a row is quiet where no cell of it is loud, whatever rows of whatever length came before', () => {
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 1, maxLength: 5 }), { maxLength: 12 }), (rows) => {
      const all = new QuietRows();
      const butSecond = new QuietRows([1]);
      for (const cells of rows) {
        assert.equal(all.isQuiet(cells), !cells.some((one) => LOUD.has(one)));
        assert.equal(butSecond.isQuiet(cells), !cells.some((one, at) => at !== 1 && LOUD.has(one)));
      }
    }),
    { numRuns: 1_000 },
  );
});

test('a loud row that is shorter does not hide the end of the next', () => {
  const rows = new QuietRows();
  assert.equal(rows.isQuiet(['1', '2', '3', '4', '5', '6']), true);
  assert.equal(rows.isQuiet(['Total', '2', '3']), false);
  assert.equal(rows.isQuiet(['1', '2', '3', '4', '5', 'Total']), false);
});
