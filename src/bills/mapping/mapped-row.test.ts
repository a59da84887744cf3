// The short way of usual rows of a foreign table gives what the long way gives, and takes no row that needs a closer look.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ReadOptions } from '../bill.ts';
import type { DelimitedRow } from '../delimited.ts';
import { parseMapping } from '../index.ts';
import { isNoUsage } from './column-words.ts';
import { DateReader } from './date-form.ts';
import { MappedRows } from './mapped-row.ts';
import { RowShape } from './row-shape.ts';
import { bindTable } from './table-binding.ts';
import { TotalRows } from './total-rows.ts';

/** The usual cell first; then odd ones and wrong ones. */
const columns: Readonly<Record<string, readonly string[]>> = {
  Meter: ['M-1', 'M-2', ' M-1', 'Total', 'Station 4 total', '1e5', '', "'=7", 'x'.repeat(201)],
  Site: ['Harbour', 'Büro', '', 'a\tb'],
  Service: ['Electric billing', 'Natural gas', 'Solar generation', 'propane gas', '', 'sewer'],
  From: ['1/31/2022', '3/1/2022', '13/1/2022', 'Total', '', ' 1/31/2022 ', '2022-01-31', '2/30/2022'],
  To: ['3/1/2022', '3/31/2022', '1/1/2022', '', '3/1/2032', 'void'],
  Days: ['', '29', '30', '29.0', '31'],
  Use: [
    '1,234.50',
    '12',
    '0',
    '-3',
    '(5)',
    '',
    'n/a',
    '1.234,5',
    '9'.repeat(31),
    `0.${'1'.repeat(19)}`,
    '007',
    '5.',
    '10.00',
  ],
  Unit: ['kWh', 'MWh', 'therms', 'kW', '$', '', 'ton', 'kwh'],
  Read: ['Actual', 'Estimated', 'E', ''],
  Notes: ['', 'estimated by us', 'customer reading', 'cancelled', 'Void'],
  Cost: ['$10.10', '$11.00', 'credit memo', 'total'],
  ZIP: ['94105', '', '2139'],
};
const names = Object.keys(columns);
const mapping = parseMapping(
  JSON.stringify({
    kind: 'bills',
    columns: {
      ...{
        meter: 'Meter',
        site: 'Site',
        commodity: 'Service',
        start: 'From',
        end: 'To',
        days: 'Days',
        quantity: 'Use',
      },
      ...{ unit: 'Unit', read_basis: 'Read', notes: 'Notes', zip: 'ZIP' },
    },
  }),
);
const row = fc.tuple(
  ...names.map((name) => {
    const [usual, ...odd] = columns[name] as readonly string[];
    return fc.oneof(
      { arbitrary: fc.constant(usual as string), weight: 12 },
      { arbitrary: fc.constantFrom(...odd), weight: 1 },
    );
  }),
);

test('rows that take the short way become the lines that the long way gives, and are bills by every word in them', () => {
  const counts = { short: 0, long: 0 };
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 1, maxLength: 10 }),
      fc.constantFrom('inclusive' as const, 'exclusive' as const, 'shared-day' as const),
      fc.boolean(),
      (cells, statedEnd, isPlaced) => {
        const options: ReadOptions = { mapping, ...(isPlaced ? { place: { country: 'US' } } : {}) };
        const binding = bindTable({ name: 'the mapping', mapping }, names, [], options);
        const rows = cells.map((one, at): DelimitedRow => ({ row: at + 2, cells: one, misquoted: false }));
        const made = () =>
          new MappedRows(
            binding,
            { dates: new DateReader('month-first'), sign: 'point', statedEnd },
            new RowShape(binding, rows),
            options,
          );
        const totals = new TotalRows((column) => binding.at[column]);
        // One reader for all rows: what it remembers of one must not change another. A fresh one remembers nothing.
        const reader = made();
        for (const record of rows) {
          const short = reader.usual(record);
          counts[short === undefined ? 'long' : 'short'] += 1;
          if (short === undefined) continue;
          assert.deepEqual({ line: short }, made().read(record));
          assert.ok(!totals.is(record.cells) && !isNoUsage(record.cells[binding.at.unit] as string));
          assert.ok(!record.cells.some((cell) => /^(cancelled|void|credit memo)$/i.test(cell)));
          assert.equal(reader.length, (Date.parse(short.end) - Date.parse(short.start)) / 86_400_000);
        }
      },
    ),
    { numRuns: 2_000 },
  );
  assert.ok(counts.short > 1_000 && counts.long > 1_000, JSON.stringify(counts));
});
