import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isChannelError } from '../../emissions/index.ts';
import { type BillItem, parseMapping, proposeMapping, type ReadOptions, readBills } from '../index.ts';

const supplier = fileURLToPath(new URL('../../../samples/layouts/supplier-decimal-comma.csv', import.meta.url));

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

const propose = (text: string) => proposeMapping(bytesOf(text));
const read = (text: string, options: ReadOptions): Promise<BillItem[]> =>
  Array.fromAsync(readBills({ body: bytesOf(text), options }));

test('a mapping is proposed from what the file shows, with its evidence, and what is open is left open', async () => {
  const proposal = await proposeMapping(createReadStream(supplier));
  assert.deepEqual(proposal.columns, {
    meter: 'Zählernummer',
    site: 'Standort',
    start: 'Von',
    end: 'Bis',
    quantity: 'Verbrauch',
    unit: 'Einheit',
  });
  assert.deepEqual(
    [proposal.kind, proposal.dateOrder, proposal.endConvention, proposal.decimalSign],
    ['bills', 'day-first', 'inclusive', 'comma'],
  );
  // kWh are billed for gas, heat and cooling too.
  assert.deepEqual(proposal.fixed, { commodity: null });
  assert.equal(proposal.open.length, 1);
  assert.match(proposal.open[0] ?? '', /^fixed\.commodity: /);
  assert.match(proposal.evidence.dateOrder ?? '', /row 2, column Bis, has 31 where month-first has the month/);
});

test('a proposal that was filled reads the file; its total is the one of the sample', async () => {
  const proposal = await proposeMapping(createReadStream(supplier));
  const filled = { ...proposal, fixed: { commodity: 'electricity' } };
  const mapping = parseMapping(JSON.stringify(filled));
  const items = await Array.fromAsync(readBills({ body: createReadStream(supplier), options: { mapping } }));
  const lines = items.map((item) => ('line' in item ? item.line : assert.fail(JSON.stringify(item))));
  // Added up by the Python script that made the sample; the row of the total is left out.
  assert.equal(
    lines.reduce((sum, line) => sum + Math.round(Number(line.quantity) * 10), 0),
    1_021_230,
  );
  assert.deepEqual([lines[0]?.start, lines[0]?.end, lines[0]?.site], ['2023-01-01', '2023-02-01', 'Werk Süd']);
  assert.deepEqual(
    lines.at(-1)?.warnings.map(({ code }) => code),
    ['ROWS_LEFT_OUT'],
  );
});

test('a proposal never chooses between two columns or two orders', async () => {
  const rows = ['A,1,01/02/2022,01/03/2022,500,12,510', 'A,1,01/03/2022,01/04/2022,600,12,610'];
  const proposal = await propose(['Property,Meter,From,To,Usage kWh,Peak Demand (kW),Billed kWh', ...rows].join('\n'));
  assert.equal(proposal.columns.quantity, undefined);
  assert.equal(proposal.dateOrder, null);
  const open = proposal.open.join('\n');
  assert.match(open, /columns\.quantity: Usage kWh or Billed kWh/);
  assert.match(open, /dateOrder: each date could be read/);
  assert.doesNotMatch(open, /Demand/);
  // It cannot be used before it is filled.
  assert.throws(
    () => parseMapping(JSON.stringify(proposal)),
    (error) =>
      isChannelError(error, 'MAPPING_INVALID') &&
      /quantity/.test(error.message) &&
      // The candidates once more: the proposal may not be at hand.
      /Usage kWh or Billed kWh/.test(error.fix),
  );
});

test('a proposal holds nothing of the bill but names of columns and numbers of rows', async () => {
  const file =
    'Name,SECRET-NAME\nAccount Number,SECRET-1\n\nMeter,Start,End,kWh\nSECRET-2,2022-01-01,2022-02-01,7\nSECRET-2,2022-02-01,2022-03-01,8\n';
  const text = JSON.stringify(await propose(file));
  assert.doesNotMatch(text, /SECRET/);
});

test('a file that is read without a mapping says so; what is no table is refused', async () => {
  const known = await propose('TYPE,START DATE,END DATE,USAGE,UNITS\nElectric billing,2022-01-01,2022-01-31,5,kWh\n');
  assert.match(known.evidence.layout ?? '', /read without a mapping/);
  const plain = await propose(
    'Meter,Commodity,Start,End,End Convention,Quantity,Unit\nM,electricity,2022-01-01,2022-01-31,inclusive,5.5,kWh\n',
  );
  assert.match(plain.evidence.layout ?? '', /plain layout: the file is read without a mapping/);
  const other = await propose('Meter,Start,End,Quantity,Unit\nM,2022-01-01,2022-01-31,5.5,kWh\n');
  assert.equal(other.evidence.layout, undefined);
  for (const text of ['', 'hello\nworld\n', 'a,b,c\nd,e,f\n'])
    await assert.rejects(propose(text), (error) => isChannelError(error, 'FILE_KIND_UNKNOWN'), text);
});

test('a file that is no table to be mapped is refused with what it is and how it is read', async () => {
  const kinds: [string, RegExp, RegExp][] = [
    ['%PDF-1.7\n', /a PDF/, /uec bills read FILE/],
    ['PK\x03\x04\x14\0', /a workbook \(xlsx\)/, /Portfolio Manager is read as it is: uec record.*any other as CSV/],
    ['<feed xmlns:e="http://naesb.org/espi">', /Green Button XML/, /without a mapping: uec record/],
    [
      'Meter ID,Meter Type,Start Date,End Date,Usage/Quantity,Usage Units\n1,Electric - Grid,2022-01-01,2022-01-31,5,kWh\n',
      /a sheet of Portfolio Manager/,
      /without a mapping: uec record/,
    ],
  ];
  for (const [text, kind, fix] of kinds)
    await assert.rejects(
      propose(text),
      (error) => isChannelError(error, 'FILE_KIND_UNKNOWN') && kind.test(error.message) && fix.test(error.fix),
      text,
    );
});

test('a table without the columns of the mapping is refused, and told where it needs none', async () => {
  const mapping = parseMapping(
    JSON.stringify({ kind: 'bills', columns: { start: 'Von', end: 'Bis', quantity: 'Verbrauch' } }),
  );
  const known = 'TYPE,START DATE,END DATE,USAGE,UNITS\nElectric billing,2022-01-01,2022-01-31,5,kWh\n';
  const plain = 'Meter,Commodity,Start,End,End Convention,Quantity,Unit\n';
  const entries = 'Meter ID,Meter Type,Start Date,End Date,Usage/Quantity,Usage Units\n';
  for (const text of [known, plain, entries])
    await assert.rejects(
      read(text, { mapping }),
      (error) =>
        isChannelError(error, 'FILE_KIND_UNKNOWN') &&
        /of the mapping; it is of a layout that is read without a mapping/.test(error.message) &&
        /without --map/.test(error.fix),
      text,
    );
  await assert.rejects(
    read('Property,Bill Start,Bill End,kWh Used\n', { mapping }),
    (error) =>
      isChannelError(error, 'FILE_KIND_UNKNOWN') &&
      /of the mapping$/.test(error.message) &&
      /bills map/.test(error.fix),
  );
});

test('a mapping file is checked field by field', () => {
  const good = { kind: 'bills', columns: { start: 'a', end: 'b', quantity: 'c' }, fixed: { unit: null } };
  assert.deepEqual(parseMapping(JSON.stringify(good)), { ...good, fixed: {} });
  const cases: [object, string][] = [
    [{ ...good, kind: 'x' }, 'kind'],
    [{ ...good, format: 'other/1' }, 'format'],
    [{ ...good, columns: { start: 'a', end: 'b' } }, 'columns.quantity'],
    [{ ...good, columns: { end: 'b', quantity: 'c' } }, 'columns.start'],
    [{ ...good, columns: { ...good.columns, colour: 'c' } }, 'columns.colour'],
    [{ ...good, columns: { ...good.columns, unit: 5 } }, 'columns.unit'],
    [{ ...good, fixed: { commodity: 'coal' } }, 'fixed.commodity'],
    [{ ...good, dateOrder: 'american' }, 'dateOrder'],
    [{ ...good, endConvention: 'last' }, 'endConvention'],
    [{ ...good, decimalSign: '.' }, 'decimalSign'],
    [{ ...good, columns: [] }, 'columns'],
  ];
  for (const [file, field] of cases) {
    assert.throws(
      () => parseMapping(JSON.stringify(file)),
      (error) => isChannelError(error, 'MAPPING_INVALID') && error.details.where === field,
      field,
    );
  }
  assert.throws(
    () => parseMapping('{'),
    (error) => isChannelError(error, 'MAPPING_INVALID'),
  );
});

test('a mapping names columns by text or place; what is not there or stands twice is told', async () => {
  const file = 'a,b,b,d\n2022-01-01,2022-02-01,5,M1\n2022-02-01,2022-03-01,6,M1\n';
  const map = (quantity: string, meter: string) =>
    parseMapping(
      JSON.stringify({
        kind: 'bills',
        columns: { start: 'a', end: 'column 2', quantity, meter },
        fixed: { unit: 'kWh', commodity: 'electricity' },
      }),
    );
  const items = await read(file, { mapping: map('column 3', 'd') });
  assert.deepEqual(
    items.map((item) => 'line' in item && item.line.quantity),
    ['5', '6'],
  );
  await assert.rejects(
    read(file, { mapping: map('b', 'd') }),
    (error) => isChannelError(error, 'FILE_MALFORMED') && /twice/.test(error.message),
  );
  await assert.rejects(read(file, { mapping: map('column 3', 'e') }), (error) =>
    isChannelError(error, 'FILE_KIND_UNKNOWN'),
  );
  await assert.rejects(read(file, { mapping: map('column 9', 'd') }), (error) =>
    isChannelError(error, 'COLUMN_MISSING'),
  );
});

test('the rows that decide are held, and no more than those: memory does not grow with the file', async () => {
  const head = 'Account Number,1\nTYPE,START DATE,END DATE,USAGE,UNITS\n';
  let asked = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(head);
    for (;;) {
      asked += 1;
      yield Buffer.from('Electric billing,1/15/2022,2/14/2022,5,kWh\n'.repeat(1_000));
    }
  }
  const items = readBills({ body: endless(), options: { statedEnd: 'inclusive' } });
  let given = 0;
  for await (const item of items) {
    assert.ok('line' in item);
    given += 1;
    if (given === 100_000) break;
  }
  // 20,000 rows are looked at before the first line; from there on lines come as rows do.
  assert.ok(asked <= 102, `${asked} thousand rows were read for ${given} lines`);
});

test('while two columns could be the amount, no decimal sign is stated for either', async () => {
  const text =
    'Von;Bis;Verbrauch alt;Verbrauch;Einheit\n01.01.2023;31.01.2023;900,5;1.200;kWh\n01.02.2023;28.02.2023;800,5;1.100;kWh\n';
  const proposal = await propose(text);
  assert.equal(proposal.columns.quantity, undefined);
  assert.deepEqual([proposal.decimalSign, proposal.evidence.decimalSign], [null, undefined]);
  assert.ok(proposal.open.some((question) => question.startsWith('decimalSign: ')));
});
