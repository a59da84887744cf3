// Tables as they lie in the folders of people: each was once read in silence as something that it is not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isChannelError } from '../emissions/index.ts';
import { type BillItem, parseMapping, proposeMapping, type ReadOptions, readBills } from './index.ts';
import { commodityOfText } from './mapping/column-words.ts';

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
const propose = (text: string) => proposeMapping(bytesOf(text));

/** Reads a table as a person would who fills what the proposal leaves open, and chooses nothing else. */
async function read(text: string, fill: object = {}, options: ReadOptions = {}): Promise<BillItem[]> {
  const proposal = await propose(text);
  const open = Object.entries({ commodity: 'electricity', zone: 'Etc/UTC', meter: 'M-1', ...fill });
  const filled = open.filter(([name]) => proposal.fixed[name] === null);
  const mapping = parseMapping(
    JSON.stringify({ ...proposal, fixed: { ...proposal.fixed, ...Object.fromEntries(filled) } }),
  );
  const end: ReadOptions = proposal.endConvention === null ? { statedEnd: 'inclusive' } : {};
  return Array.fromAsync(readBills({ body: bytesOf(text), options: { mapping, ...end, ...options } }));
}
const days = (count: number, amount: (at: number) => number) =>
  Array.from({ length: count }, (_, at) => `A,2022-01-${String(at + 1).padStart(2, '0')},${amount(at)}`).join('\n');
const told = (items: readonly BillItem[]) =>
  items.map((item) => ('line' in item ? `${item.line.quantity} ${item.line.readBasis}` : item.rejected.code));

test('what a register shows is no use of a day', async () => {
  const file = (amount: (at: number) => number) => `Meter,Date,Energy kWh\n${days(31, amount)}\n`;
  for (const shown of [(at: number) => 10_000 + 30 * at, (at: number) => 20_000 - 30 * at])
    await assert.rejects(
      read(file(shown)),
      (error) => isChannelError(error, 'ROW_INVALID') && /only ever grow, 30 times/.test(error.message),
    );
  // Use that rises and falls (four weeks of 0 to 6 and three days are 87); and a meter that stands still but for one day.
  assert.deepEqual(told(await read(file((at) => 30 + (at % 7)))), [`${30 * 31 + 87} actual`]);
  assert.deepEqual(told(await read(file((at) => (at < 30 ? 0 : 5)))), ['5 actual']);
});

test('dates that are a month apart are no days of use; hours without their time are not read as one', async () => {
  await assert.rejects(
    read('Meter,Date,Usage (kWh)\nA,2022-01-31,3100\nA,2022-02-28,2800\nA,2022-03-31,3000\n'),
    (error) => isChannelError(error, 'ROW_INVALID') && /28 days or more apart/.test(error.message),
  );
  const hours = Array.from({ length: 48 }, (_, at) => `A,2022-01-0${1 + Math.floor(at / 24)},${(at % 24) + 1},1`);
  await assert.rejects(
    read(`Meter,Date,Hour Ending,kWh\n${hours.join('\n')}\n`),
    (error) => isChannelError(error, 'ROW_INVALID') && /same date, and no column with their time/.test(error.message),
  );
});

test('a row of groups above the header names no meter', async () => {
  const text =
    'Meter,Period,,Usage\n,From,To,kWh\nA,2022-01-01,2022-01-31,100\nA,2022-02-01,2022-02-28,110\nA,2022-03-01,2022-03-31,120\n';
  const lines = await read(text);
  assert.deepEqual(
    lines.map((item) => 'line' in item && item.line.meter),
    ['M-1', 'M-1', 'M-1'],
  );
});

test('of two pairs of dates neither is chosen', async () => {
  const { columns, open } = await propose(
    'Meter,Invoice from,Invoice to,Read from,Read to,kWh\nA,2022-02-01,2022-02-28,2022-01-01,2022-01-31,100\nA,2022-03-01,2022-03-31,2022-02-01,2022-02-28,100\n',
  );
  assert.deepEqual([columns.start, columns.end, columns.quantity], [undefined, undefined, 'kWh']);
  assert.match(open.join('\n'), /columns\.start: Invoice from or Read from .*\n.*columns\.end: Invoice to or Read to/);
  // A reading date beside an end is no second end.
  const { columns: one } = await propose(
    'Meter,From,To,Read date,kWh\nA,2022-02-01,2022-02-28,2022-03-02,100\nA,2022-03-01,2022-03-31,2022-04-02,100\n',
  );
  assert.deepEqual([one.start, one.end], ['From', 'To']);
});

test('thousands as India groups them', async () => {
  const rows = [
    '01/01/2022,31/01/2022,"1,24,805.5"',
    '01/02/2022,28/02/2022,"12,36,236"',
    '01/03/2022,31/03/2022,"9,805"',
  ];
  const items = await read(`Meter,From,To,Units (kWh)\n${rows.map((row) => `A,${row}\n`).join('')}`);
  assert.deepEqual(told(items), ['124805.5 actual', '1236236 actual', '9805 actual']);
});

test('an estimated reading is one, in whatever column and words the file says it', async () => {
  for (const [name, estimated, actual] of [
    ['Status', 'Estimated', 'Actual'],
    ['Read Type', 'E', 'A'],
    ['Bill Status', 'Est.', 'Act'],
    ['Estimated?', 'Yes', 'No'],
    ['Ableseart', 'geschätzt', 'gelesen'],
  ]) {
    const items = await read(
      `Meter,Start,End,kWh,${name}\nA,2022-01-01,2022-01-31,1,${estimated}\nA,2022-02-01,2022-02-28,2,${actual}\nA,2022-03-01,2022-03-31,3,${actual}\n`,
    );
    assert.deepEqual(told(items), ['1 estimated', '2 actual', '3 actual'], name);
  }
});

test('a bill that its row takes back is refused', async () => {
  const items = await read(
    'Meter,Start,End,kWh,State\nA,2022-01-01,2022-01-31,1,Cancelled\nB,2022-01-01,2022-01-31,2,Void\nC,2022-01-01,2022-01-31,3,Posted\nD,2022-01-01,2022-01-31,4,Storniert\n',
  );
  assert.deepEqual(told(items), ['ROW_INVALID', 'ROW_INVALID', '3 actual', 'ROW_INVALID']);
  assert.match(JSON.stringify(items[0]), /row 2, column State/);
});

test('the plain layout hears a column that it does not read say so', async () => {
  const items = await Array.fromAsync(
    readBills({
      body: bytesOf(
        'meter,commodity,start,end,end_convention,quantity,unit,status,CT ratio\nA,electricity,2022-01-01,2022-01-31,inclusive,5,kWh,ok,40\nB,electricity,2022-01-01,2022-01-31,inclusive,6,kWh,Voided,40\n',
      ),
      options: {},
    }),
  );
  assert.deepEqual(told(items), ['5 actual', 'ROW_INVALID']);
  assert.match(JSON.stringify(items[0]), /MULTIPLIER_UNUSED.*CT ratio/);
  assert.match(JSON.stringify(items[1]), /row 3, column status/);
});

test('energy that was generated or sent out does not count as delivered', async () => {
  const items = await read(
    'Meter,Start,End,Usage,Unit,Type\nA,2022-01-01,2022-01-31,100,kWh,Electric usage\nA,2022-01-01,2022-01-31,50,kWh,Electric generation\nA,2022-01-01,2022-01-31,50,kWh,Electricity exported\n',
  );
  assert.deepEqual(told(items), ['100 actual', 'ROW_INVALID', 'ROW_INVALID']);
});

test('a multiplier that is not applied is told', async () => {
  const [first] = await read(
    'Meter,Start,End,kWh,Multiplier\nA,2022-01-01,2022-01-31,100,40\nA,2022-02-01,2022-02-28,100,40\nA,2022-03-01,2022-03-31,90,40\n',
  );
  assert.ok(first !== undefined && 'line' in first);
  assert.ok(
    first.line.warnings.some(({ code, message }) => code === 'MULTIPLIER_UNUSED' && /Multiplier/.test(message)),
  );
});

test('other fuels and hot water are none of the commodities, and a cost of gas makes no table one of gas', async () => {
  const words: Record<string, string | undefined> = {
    'Gas oil': undefined,
    'Propane gas': undefined,
    'LP gas': undefined,
    Biogas: undefined,
    'Landfill gas': undefined,
    'Hot water': undefined,
    'Waste water': undefined,
    'Chilled water': 'cooling',
    'Natural gas': 'natural-gas',
    'Gas billing': 'natural-gas',
    Water: 'water',
    'Potable water': 'water',
  };
  for (const [text, commodity] of Object.entries(words)) assert.equal(commodityOfText(text), commodity, text);
  const { fixed } = await propose(
    'Meter,Start,End,kWh,Gas cost\nA,2022-01-01,2022-01-31,100,4\nA,2022-02-01,2022-02-28,100,4\nA,2022-03-01,2022-03-31,90,4\n',
  );
  assert.equal(fixed.commodity, null);
});
