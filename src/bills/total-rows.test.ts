import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BillItem, parseMapping, type ReadOptions, readBills } from './index.ts';
import { totalWord } from './total-words.ts';

async function read(text: string, options: ReadOptions = {}): Promise<BillItem[]> {
  const body = (async function* () {
    yield Buffer.from(text);
  })();
  return Array.fromAsync(readBills({ body, options }));
}

const mapping = parseMapping(
  JSON.stringify({
    kind: 'bills',
    columns: { meter: 'Meter', site: 'Site', start: 'From', end: 'To', quantity: 'kWh' },
    fixed: { unit: 'kWh', commodity: 'electricity' },
    endConvention: 'inclusive',
  }),
);
const mapped = (...rows: string[]) => read(`Meter,Site,From,To,kWh\n${rows.join('\n')}\n`, { mapping });
const plain = (...rows: string[]) =>
  read(`meter,commodity,start,end,end_convention,quantity,unit\n${rows.join('\n')}\n`);

const quantities = (items: readonly BillItem[]) =>
  items.map((item) => ('line' in item ? item.line.quantity : item.rejected.code));
const warnings = (items: readonly BillItem[], code: string) =>
  items.flatMap((item) => ('line' in item ? item.line.warnings : [])).filter((one) => one.code === code);

test('a cell that says total and nothing else, in the words of several languages', () => {
  const totals = [
    ...['Total', 'Jahressumme', 'All meters', 'Overall total', 'Total 2022', 'Grand Total 2022', 'YTD', 'Year to date'],
    ...[
      'Summe',
      'Gesamt',
      'Suma',
      'Total général',
      'Sous-total',
      'Sub-Total:',
      'Totals (kWh)',
      'Alle Zähler',
      'Totaal',
    ],
    ...['Gesamtverbrauch 2022', 'FY22 total', 'Average', 'Portfolio total', 'Tous les compteurs'],
  ];
  for (const text of totals) assert.equal(totalWord(text), 'total', text);
  for (const text of ['Total Station 4', 'Building A Total', 'Summe Zähler 17', 'Total M-1', 'ALL'])
    assert.equal(totalWord(text), 'like', text);
  for (const text of ['TotalEnergies', 'All Saints', 'Sumner Hall', 'Max Planck Str.', 'Tottenham', 'M-2022', '', '17'])
    assert.equal(totalWord(text), undefined, text);
});

test('rows that only their words make totals are left out and named', async () => {
  for (const name of ['Jahressumme', 'All meters', 'Total 2022', 'Grand Total 2022', 'YTD', 'Suma', 'Total général']) {
    const items = await mapped(
      'A,,2022-01-01,2022-01-31,100',
      'B,,2022-01-01,2022-01-31,50.5',
      `${name},,2022-01-01,2022-01-31,999`,
    );
    assert.deepEqual(quantities(items), ['100', '50.5'], name);
    assert.match(warnings(items, 'ROWS_LEFT_OUT')[0]?.message ?? '', /totals were not counted: row 4/, name);
  }
});

test('a genuine meter named like a total is counted and told; where its amount is the sum of the others it is refused', async () => {
  const rows = ['A,,2022-01-01,2022-01-31,100', 'B,,2022-01-01,2022-01-31,50.5'];
  const genuine = await mapped(...rows, 'Total Station 4,,2022-01-01,2022-01-31,77');
  assert.deepEqual(quantities(genuine), ['100', '50.5', '77']);
  assert.match(warnings(genuine, 'TOTAL_SUSPECTED')[0]?.message ?? '', /named like a total/);

  const sum = await mapped(...rows, 'Total Building A,,2022-01-01,2022-01-31,150.5');
  assert.deepEqual(quantities(sum), ['100', '50.5', 'ROW_INVALID']);
  const [, , refused] = sum;
  assert.ok(refused !== undefined && 'rejected' in refused);
  assert.match(refused.rejected.message, /sum of the 2 lines from row 2 to row 3/);
  assert.match(refused.rejected.fix, /file of its own/);
  // Sent in alone, it is a meter of its own.
  const alone = await read(
    'meter,commodity,start,end,end_convention,quantity,unit\nTotal Building A,electricity,2022-01-01,2022-01-31,inclusive,150.5,kWh\n',
  );
  assert.deepEqual(quantities(alone), ['150.5']);
});

test('a word in a column that does not name the row makes no total of a bill', async () => {
  const items = await read(
    'Meter,Rating,From,To,kWh\nA,Average,2022-01-01,2022-01-31,10\nB,Total,2022-01-01,2022-01-31,20\n',
    { mapping: { ...mapping, columns: { meter: 'Meter', start: 'From', end: 'To', quantity: 'kWh' } } },
  );
  assert.deepEqual(quantities(items), ['10', '20']);
});

test('amounts and periods tell a total without words: refused where its period is longer, else told on the line', async () => {
  for (const read_ of [
    (rows: string[][]) => mapped(...rows.map(([meter, start, end, amount]) => `${meter},,${start},${end},${amount}`)),
    (rows: string[][]) =>
      plain(
        ...rows.map(([meter, start, end, amount]) => `${meter},electricity,${start},${end},inclusive,${amount},kWh`),
      ),
  ]) {
    const months = [
      ['A', '2022-01-01', '2022-01-31', '100.25'],
      ['A', '2022-02-01', '2022-02-28', '90.5'],
      ['B', '2022-01-01', '2022-01-31', '0'],
      ['B', '2022-02-01', '2022-02-28', '10'],
    ];
    const year = await read_([...months, ['Campus', '2022-01-01', '2022-02-28', '200.75']]);
    assert.deepEqual(quantities(year), ['100.25', '90.5', '0', '10', 'ROW_INVALID']);

    const month = await read_([
      ['A', '2022-01-01', '2022-01-31', '100.25'],
      ['B', '2022-01-01', '2022-01-31', '50'],
      ['Main', '2022-01-01', '2022-01-31', '150.25'],
      ['A', '2022-02-01', '2022-02-28', '90'],
      ['B', '2022-02-01', '2022-02-28', '60'],
      ['Main', '2022-02-01', '2022-02-28', '150'],
    ]);
    assert.deepEqual(quantities(month), ['100.25', '50', '150.25', '90', '60', '150']);
    const told = month.map(
      (item) => 'line' in item && item.line.warnings.some(({ code }) => code === 'TOTAL_SUSPECTED'),
    );
    assert.deepEqual(told, [false, false, true, false, false, true]);

    // Months that follow one another: 60 is 10 + 50, and no total of them. Nor is an amount beside zeros.
    const chance = await read_([
      ['A', '2022-01-01', '2022-01-31', '10'],
      ['A', '2022-02-01', '2022-02-28', '50'],
      ['A', '2022-03-01', '2022-03-31', '60'],
      ['B', '2022-01-01', '2022-03-31', '0'],
    ]);
    assert.deepEqual(warnings(chance, 'TOTAL_SUSPECTED'), []);
    assert.deepEqual(quantities(chance), ['10', '50', '60', '0']);
  }
});

test('a total that stands before what it adds up is told on the last line', async () => {
  const items = await mapped(
    'Campus,,2022-01-01,2022-01-31,600',
    'A,,2022-01-01,2022-01-31,100',
    'B,,2022-01-01,2022-01-31,200',
    'C,,2022-01-01,2022-01-31,300',
  );
  assert.match(warnings(items.slice(-1), 'TOTAL_SUSPECTED')[0]?.message ?? '', /row 2 is the sum of all other lines/);
});

test('the plain layout refuses a meter that is named Total, and a register that is the total of others', async () => {
  const [, named] = await plain(
    'A,electricity,2022-01-01,2022-01-31,inclusive,5,kWh',
    'Grand Total 2022,electricity,2022-01-01,2022-01-31,inclusive,7,kWh',
  );
  assert.ok(named !== undefined && 'rejected' in named);
  assert.match(`${named.rejected.where} ${named.rejected.message}`, /row 3, column meter .*named like a total/);

  const registers = await read(
    `meter,commodity,start,end,end_convention,quantity,unit,register\n${[
      ['peak', 4],
      ['off-peak', 6],
      ['total', 10],
    ]
      .map(([name, amount]) => `A,electricity,2022-01-01,2022-01-31,inclusive,${amount},kWh,${name}\n`)
      .join('')}`,
  );
  assert.deepEqual(quantities(registers), ['ROW_INVALID', 'ROW_INVALID', 'ROW_INVALID']);
});
