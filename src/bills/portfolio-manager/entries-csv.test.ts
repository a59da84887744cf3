import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { errorFile, type ReadOptions, type RejectedRow, readBills } from '../index.ts';

const workbook = fileURLToPath(new URL('../../../test/data/workbooks/meter-entries.xlsx', import.meta.url));
const read = (body: AsyncIterable<Uint8Array>, options: ReadOptions = {}) =>
  Array.fromAsync(readBills({ body, options }));
async function* bytes(text: string) {
  yield Buffer.from(text);
}

test('the error file of a workbook is mended and read again', async () => {
  const rejected = (await read(createReadStream(workbook))).filter((item): item is RejectedRow => 'rejected' in item);
  const file = [...errorFile(rejected)].join('');
  // What a person does: the delivery goes out, the others are filled in.
  const mended = file
    .split('\r\n')
    .filter((line) => !line.includes('Fuel Oil'))
    .map((line) =>
      line.replace(/(2022-01-31,,),(kBtu)/, '$1340,$2').replace('01/02/2022,02/02/2022', '2022-01-02,2022-02-01'),
    )
    .map((line) => line.replace(/(2022-05-31,,)(#REF!)?,(kWh)/, '$1500,$3'))
    .join('\r\n');
  const items = await read(bytes(mended));
  assert.deepEqual(
    items.map((item) =>
      'rejected' in item
        ? item.rejected
        : [item.line.where, item.line.meter, item.line.end, item.line.quantity, item.line.unit],
    ),
    [
      ['row 2', '15', '2022-02-01', '340', 'kBtu'],
      ['row 3', '17', '2022-02-02', '3', 'kWh'],
      ['row 4', '19', '2022-06-01', '500', 'kWh'],
      ['row 5', '20', '2022-06-01', '500', 'kWh'],
    ],
  );
  assert.ok(!JSON.stringify(items).includes('COLUMN_IGNORED'));
});

test('a sheet saved as CSV: below titles, with semicolons; text that a spreadsheet wrote for itself is refused', async () => {
  const head = 'Meter Consumption Data\n\nMeter Name;Meter Type;Start Date;End Date;Usage/Quantity;Usage Units\n';
  const row = (amount: string, start = '2022-01-01') =>
    `m;Electric - Grid;${start};2022-01-31;${amount};MBtu (million Btu)\n`;
  const [line] = await read(bytes(head + row('7.5')));
  assert.deepEqual(line !== undefined && 'line' in line && [line.line.quantity, line.line.unit, line.line.where], [
    ...['7.5', 'mmBtu', 'row 4'],
  ]);
  const code = async (text: string) =>
    (await read(bytes(head + text))).map((item) => 'rejected' in item && item.rejected.code);
  assert.deepEqual(await code(row('"1,234.5"')), ['DECIMAL_INVALID']);
  assert.deepEqual(await code(row('7', '44562')), ['DATE_INVALID']);
  assert.deepEqual(await code(row('7', '01/02/2022')), ['DATE_INVALID']);
  await assert.rejects(read(bytes(`${head}m;"Electric"x;2022-01-01;2022-01-31;1;kWh\n`)), { code: 'FILE_MALFORMED' });
});
