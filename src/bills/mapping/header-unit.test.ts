import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isChannelError } from '../../emissions/index.ts';
import { type BillItem, parseMapping, proposeMapping, type ReadOptions, readBills } from '../index.ts';
import { columnNameOf } from './column-words.ts';
import { headerUnit } from './header-unit.ts';
import { isNoMeteredUse } from './no-metered-use.ts';

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

const propose = (text: string) => proposeMapping(bytesOf(text));
const read = (text: string, options: ReadOptions): Promise<BillItem[]> =>
  Array.fromAsync(readBills({ body: bytesOf(text), options }));

const table = (amount: string, more = '', preamble = '') =>
  `${preamble}Meter,Start,End,${amount}${more && ',Unit'}\n${[
    ['2022-01-01', '2022-01-31', '12.5'],
    ['2022-02-01', '2022-02-28', '11.5'],
    ['2022-03-01', '2022-03-31', '10.5'],
  ]
    .map((row) => `A1,${row.join(',')}${more && `,${more}`}\n`)
    .join('')}`;

test('the unit in a column name is known exactly, or not at all', () => {
  const exact: Record<string, string | undefined> = {
    kWh: 'kWh',
    'Usage (kWh)': 'kWh',
    'Usage MWh': 'MWh',
    bill_total_kwh: 'kWh',
    'kWh 2022': 'kWh',
    'thousand kWh': 'MWh',
    "'000 kWh": 'MWh',
    'kWh (000s)': 'MWh',
    'Usage (thousands of kWh)': 'MWh',
    'Verbrauch in Tsd. kWh': 'MWh',
    '1,000 kWh': 'MWh',
    'Mio. kWh': 'GWh',
    'Usage (thousand cubic feet)': 'Mcf',
    'Usage (hundred cubic feet)': 'CCF',
    'Volume (L)': 'L',
    // Two units, letters, and nothing.
    'kWh or therms': undefined,
    'Usage kWh (therms)': undefined,
    'Total L': undefined,
    'Usage/Quantity': undefined,
  };
  for (const [name, unit] of Object.entries(exact))
    assert.deepEqual(headerUnit(name), { unit, factor: undefined }, name);
  for (const name of [
    'kWh x1000',
    'kWh × 1,000',
    'GWh/1000',
    'kWh*10^3',
    'kWh (1000)',
    '10 kWh',
    'M kWh',
    'Usage 1e3 kWh',
  ])
    assert.deepEqual([headerUnit(name).unit, headerUnit(name).factor !== undefined], [undefined, true], name);
});

test('thousands of kWh are MWh; a factor that is not certain is asked for, and refused until it is told', async () => {
  const proposal = await propose(table('thousand kWh'));
  assert.equal(proposal.fixed.unit, 'MWh');

  const open = await propose(table('kWh x1000'));
  assert.equal(open.fixed.unit, null);
  assert.match(open.open.join('\n'), /fixed\.unit: the file says x1000/);
  const filled = (unit: string | null) =>
    parseMapping(JSON.stringify({ ...open, fixed: { unit, commodity: 'electricity' } }));
  await assert.rejects(
    read(table('kWh x1000'), { mapping: filled(null) }),
    (error) => isChannelError(error, 'UNIT_AMBIGUOUS') && /kWh x1000/.test(error.details.where ?? ''),
  );
  // Not by an option for many files either.
  await assert.rejects(read(table('kWh x1000'), { mapping: filled(null), unit: 'kWh' }), (error) =>
    isChannelError(error, 'UNIT_AMBIGUOUS'),
  );
  const [first] = await read(table('kWh x1000'), { mapping: filled('MWh') });
  assert.ok(first !== undefined && 'line' in first);
  assert.deepEqual([first.line.quantity, first.line.unit], ['12.5', 'MWh']);
});

test('a known layout with a factor in its header is not read as the plain unit', async () => {
  const text =
    'TYPE,START DATE,END DATE,USAGE (kWh x1000),COST\nElectric,2022-01-01,2022-01-31,5.5,1\nElectric,2022-02-01,2022-02-28,6,1\n';
  await assert.rejects(read(text, { meter: 'A', unit: 'kWh' }), (error) => isChannelError(error, 'UNIT_AMBIGUOUS'));
});

test('lines before the header that speak of thousands are heard', async () => {
  const text = table('kWh', '', 'Energy report\nAll figures in thousands,\n');
  assert.match((await propose(text)).open.join('\n'), /fixed\.unit: .*in thousands/);
  const mapping = (unit: object) =>
    parseMapping(
      JSON.stringify({
        kind: 'bills',
        columns: { meter: 'Meter', start: 'Start', end: 'End', quantity: 'kWh' },
        fixed: { commodity: 'electricity', ...unit },
      }),
    );
  await assert.rejects(
    read(text, { mapping: mapping({}) }),
    (error) => isChannelError(error, 'UNIT_AMBIGUOUS') && /row 2/.test(error.message),
  );
  const [first] = await read(text, { mapping: mapping({ unit: 'MWh' }) });
  assert.ok(first !== undefined && 'line' in first && first.line.unit === 'MWh');
});

test('a header and a unit column that contradict each other: both places are named', async () => {
  const text = table('Usage kWh', 'MWh');
  const proposal = await propose(text);
  assert.match(proposal.open.join('\n'), /column Usage kWh says kWh, row 2 of column Unit says MWh/);
  const mapping = parseMapping(JSON.stringify({ ...proposal, fixed: { commodity: 'electricity' } }));
  const items = await read(text, { mapping });
  assert.equal(items.length, 3);
  for (const item of items) {
    assert.ok('rejected' in item);
    assert.equal(item.rejected.code, 'UNIT_AMBIGUOUS');
    assert.match(item.rejected.where ?? '', /row \d, column Unit/);
    assert.match(item.rejected.message, /the cell says MWh, and the name of column Usage kWh kWh/);
  }
  await assert.rejects(
    read(table('Usage kWh'), {
      mapping: parseMapping(
        JSON.stringify({
          ...proposal,
          columns: { ...proposal.columns, unit: null },
          fixed: { unit: 'MWh', commodity: 'electricity' },
        }),
      ),
    }),
    (error) => isChannelError(error, 'MAPPING_INVALID') && /kWh.*MWh/.test(error.message),
  );
});

test('readings whose unit column contradicts the header are refused', async () => {
  const text = 'Meter,Date,Usage (kWh),Unit\nA,2022-01-01,5,MWh\nA,2022-01-02,6,MWh\nA,2022-01-13,6,MWh\n';
  const proposal = await propose(text);
  const mapping = parseMapping(
    JSON.stringify({ ...proposal, fixed: { commodity: 'electricity', zone: 'Europe/Berlin' } }),
  );
  await assert.rejects(read(text, { mapping }), (error) => isChannelError(error, 'UNIT_AMBIGUOUS'));
});

test('plans, comparisons, rates and registers are never proposed as the amount used', async () => {
  const never = [
    ...['Budget kWh', 'Forecast kWh', 'Target (kWh)', 'Baseline kWh', 'Normalised kWh', 'Weather-normalised usage'],
    ...['Last year kWh', 'Previous kWh', 'Average kWh', 'Estimated next kWh', 'Benchmark kWh', 'Contracted kWh'],
    ...['kWh/day', 'kWh per day', 'kWh/m2', 'ct/kWh', 'Net kWh', 'Exported kWh', 'Closing reading kWh', 'CO2 (kg)'],
    ...['Vorjahresverbrauch kWh', 'Budgetverbrauch kWh', 'Écart kWh', 'YTD kWh', 'Usage degree days'],
  ];
  for (const name of never) {
    const alone = await propose(table(name));
    assert.equal(alone.columns.quantity, undefined, name);
    assert.match(alone.open.join('\n'), /^columns\.(quantity|exported): /m, name);
  }
  for (const name of ['kWh', 'Usage', 'Billed usage', 'Consumption (m3)', 'Verbrauch', 'Energy delivered', 'kWh 2022'])
    assert.equal(isNoMeteredUse(columnNameOf(name)), false, name);

  const beside = await propose(
    'Meter,Start,End,Budget kWh,kWh\nA,2022-01-01,2022-02-01,900,870\nA,2022-02-01,2022-03-01,900,860\n',
  );
  assert.equal(beside.columns.quantity, 'kWh');
});

test('the only column that could be an amount is named with what speaks against it', async () => {
  const { open } = await propose(table('Budget kWh'));
  assert.match(open.join('\n'), /columns\.quantity: no column is named as the amount used; Budget kWh may be a plan/);
});

test('energy sent out, in a table of bills, is not lost in silence', async () => {
  const text = 'Meter,Start,End,kWh,Export\nA,2022-01-01,2022-02-01,900,20\nA,2022-02-01,2022-03-01,900,20\n';
  const proposal = await propose(text);
  assert.equal(proposal.columns.exported, undefined);
  assert.match(proposal.open.join('\n'), /columns\.exported: Export looks like energy sent/);
  assert.throws(
    () => parseMapping(JSON.stringify({ ...proposal, columns: { ...proposal.columns, exported: 'Export' } })),
    (error) => isChannelError(error, 'MAPPING_INVALID') && error.details.where === 'columns.exported',
  );
});
