import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { formatDate, parseDate } from '../../emissions/index.ts';
import { type BillItem, type BillLine, type ReadOptions, readBills } from '../index.ts';
import { type Value, writeWorkbook } from '../workbook/workbook-writer.ts';
import { type UploadEntry, writeUpload } from './upload.ts';

const folder = fileURLToPath(new URL('../../../test/data/workbooks/', import.meta.url));
const read = (body: AsyncIterable<Uint8Array>, options: ReadOptions = {}): Promise<BillItem[]> =>
  Array.fromAsync(readBills({ body, options }));
const fixture = (name: string) => read(createReadStream(`${folder}${name}.xlsx`));
const shown = (item: BillItem) => {
  if ('rejected' in item) return [item.where, item.rejected.code];
  const { where, meter, commodity, flow, start, end, statedEnd, quantity, unit, readBasis, warnings } = item.line;
  return [
    where,
    meter,
    commodity,
    flow,
    start,
    end,
    statedEnd,
    quantity,
    unit,
    readBasis,
    ...warnings.map(({ code }) => code),
  ];
};

// The rows of test/data/workbooks/make.py, worked out by hand.
const entries = [
  [
    'sheet 2, row 5',
    '11',
    'electricity',
    'delivered',
    '2022-02-01',
    '2022-03-01',
    'shared-day',
    '1234.5',
    'kWh',
    'estimated',
    'SHEET_HIDDEN',
  ],
  [
    'sheet 2, row 6',
    '11',
    'electricity',
    'delivered',
    '2022-01-01',
    '2022-02-01',
    'shared-day',
    '0.3',
    'kWh',
    'actual',
    'GREEN_POWER_NOTED',
  ],
  [
    'sheet 2, row 7',
    '12',
    'natural-gas',
    'delivered',
    '2022-01-01',
    '2022-02-01',
    'inclusive',
    '12000',
    'Mcf',
    'actual',
    'UNIT_RESTATED',
  ],
  ['sheet 2, row 8', '12', 'natural-gas', 'delivered', '2022-02-01', '2022-03-01', 'inclusive', '340', 'CCF', 'actual'],
  [
    'sheet 2, row 9',
    '13',
    'electricity',
    'self-consumed',
    '2022-06-01',
    '2022-07-01',
    'inclusive',
    '500',
    'kWh',
    'actual',
    'END_ASSUMED',
  ],
  [
    'sheet 2, row 9',
    '13',
    'electricity',
    'exported',
    '2022-06-01',
    '2022-07-01',
    'inclusive',
    '120.25',
    'kWh',
    'actual',
    'END_ASSUMED',
  ],
  ['sheet 2, row 10', 'COMMODITY_UNKNOWN'],
  ['sheet 2, row 11', 'QUANTITY_BLANK'],
  [
    'sheet 2, row 12',
    '16',
    'water',
    'delivered',
    '2022-01-15',
    '2022-02-15',
    'inclusive',
    '3000',
    'US gallon',
    'actual',
    'END_ASSUMED',
    'UNIT_RESTATED',
  ],
  ['sheet 2, row 13', 'DATE_INVALID'],
  [
    'sheet 2, row 14',
    '18',
    'electricity',
    'delivered',
    '2022-05-05',
    '2022-05-06',
    'inclusive',
    '7',
    'kWh',
    'actual',
    'ROW_HIDDEN',
  ],
  ['sheet 2, row 15', 'QUANTITY_BLANK'],
  ['sheet 2, row 16', 'QUANTITY_BLANK'],
];

test('meter entries of a workbook made by another program, with days counted from 1900 and from 1904', async () => {
  assert.deepEqual((await fixture('meter-entries')).map(shown), entries);
  assert.deepEqual((await fixture('meter-entries-1904')).map(shown), entries);
});

test('the upload spreadsheet has its tables on two sheets, and no ids', async () => {
  assert.deepEqual((await fixture('upload')).map(shown), [
    [
      'sheet 1, row 2',
      'E-7',
      'electricity',
      'delivered',
      '2024-02-01',
      '2024-03-01',
      'inclusive',
      '88.25',
      'MWh',
      'actual',
      'END_ASSUMED',
    ],
    [
      'sheet 2, row 2',
      'G-7',
      'natural-gas',
      'delivered',
      '2024-02-01',
      '2024-03-01',
      'inclusive',
      '61',
      'therm',
      'estimated',
      'END_ASSUMED',
    ],
  ]);
});

test('a property is the site, and stands in no place of a rejected row', async () => {
  const items = await fixture('meter-entries');
  for (const item of items) {
    if ('line' in item) assert.equal(item.line.site, 'Sample Hall');
    else assert.ok(!JSON.stringify({ ...item.rejected, where: item.where }).includes('Sample Hall'));
  }
  const [row] = items.filter((item) => 'rejected' in item && item.rejected.code === 'DATE_INVALID');
  assert.equal(row && 'rejected' in row && row.rejected.where, 'sheet 2, row 13, column Start Date');
});

const HEADINGS = [
  'Portfolio Manager Meter ID',
  'Meter Type',
  'Start Date',
  'End Date',
  'Usage/Quantity',
  'Usage Units',
];
const sheet = (...rows: (readonly Value[])[]) => writeWorkbook('Entries', [HEADINGS, ...rows]);
const one = (unit: Value, quantity: Value = { number: '5' }, type = 'Electric - Grid') =>
  sheet(['1', type, { date: '2022-01-01' }, { date: '2022-01-31' }, quantity, unit]);
const outcome = async (body: AsyncIterable<Uint8Array>) =>
  (await read(body)).map((item) => ('line' in item ? `${item.line.quantity} ${item.line.unit}` : item.rejected.code));

test('units are those of Portfolio Manager, whose M is a million; without its words they are refused', async () => {
  const gas = (unit: string) => outcome(one(unit, { number: '2.5' }, 'Natural Gas'));
  assert.deepEqual(await gas('MCF(million cubic feet)'), ['2500 Mcf']);
  assert.deepEqual(await gas('kcf (thousand cubic feet)'), ['2.5 Mcf']);
  assert.deepEqual(await gas('MCF'), ['UNIT_AMBIGUOUS']);
  assert.deepEqual(await gas('MBtu (million Btu)'), ['2.5 mmBtu']);
  assert.deepEqual(await gas('Gallons (US)'), ['2.5 US gallon']);
  assert.deepEqual(await outcome(one('ccf (hundred cubic feet)')), ['UNIT_UNFIT']);
  assert.deepEqual(await outcome(one(undefined)), ['UNIT_UNKNOWN']);
});

test('an amount is what the sheet shows exactly, or is refused', async () => {
  const amount = (value: Value) => outcome(one('kWh (thousand Watt-hours)', value));
  assert.deepEqual(await amount({ number: '0' }), ['0 kWh']);
  assert.deepEqual(await amount({ number: '0.0000001' }), ['0.0000001 kWh']);
  assert.deepEqual(await amount('12345678901234567890.5'), ['12345678901234567890.5 kWh']);
  assert.deepEqual(await amount('1,234.5'), ['DECIMAL_INVALID']);
  assert.deepEqual(await amount('=5*2'), ['DECIMAL_INVALID']);
  assert.deepEqual(await amount({ number: '-5' }), ['QUANTITY_NEGATIVE']);
  assert.deepEqual(await amount({ date: '2022-01-01' }), ['DECIMAL_INVALID']);
});

const days = (meter: string, start: string, end: string): Value[] => [
  meter,
  'Electric',
  { date: start },
  { date: end },
  { number: '1' },
  'GJ',
];
/** The exclusive end of each line with the codes of its warnings, or why the row was refused. */
const ends = async (rows: Value[][], options?: ReadOptions) =>
  (await read(sheet(...rows), options)).map((item) =>
    'line' in item ? [item.line.end, ...item.line.warnings.map(({ code }) => code)] : item.rejected.code,
  );

test('an end without a neighbour follows the other ends of its meter', async () => {
  const shared = [days('1', '2022-01-01', '2022-02-01'), days('1', '2022-02-01', '2022-03-01')];
  assert.deepEqual(await ends(shared), [['2022-02-01'], ['2022-03-01']]);
  // Shared once and following once: the last has no answer.
  const both = [...shared.slice(0, 1), days('1', '2022-02-01', '2022-02-28'), days('1', '2022-03-01', '2022-03-31')];
  assert.deepEqual(await ends(both), [['2022-02-01'], ['2022-03-01'], 'END_CONVENTION_UNKNOWN']);
  // A gas bill that starts on the last day of an electricity bill under the same number shows nothing of it.
  const gas = [...days('1', '2022-01-31', '2022-02-27')].with(1, 'Natural Gas');
  assert.deepEqual(await ends([days('1', '2022-01-01', '2022-01-31'), gas]), [
    ['2022-02-01', 'END_ASSUMED'],
    ['2022-02-28', 'END_ASSUMED'],
  ]);
});

test('an end that nothing shows is the last day billed, said so; and refused where the workbook speaks against it', async () => {
  assert.deepEqual(await ends([days('1', '2022-01-10', '2022-02-08')]), [['2022-02-09', 'END_ASSUMED']]);
  assert.deepEqual(await ends([days('1', '2022-01-10', '2022-02-10')]), ['END_CONVENTION_UNKNOWN']);
  const beside = (start: string, end: string) => [
    days('2', '2022-01-05', '2022-02-03'),
    days('2', '2022-02-03', '2022-03-04'),
    days('1', start, end),
  ];
  assert.deepEqual((await ends(beside('2022-01-10', '2022-02-08'))).at(-1), 'END_CONVENTION_UNKNOWN');
  // A whole month as it stands: the last day is in it.
  assert.deepEqual((await ends(beside('2022-01-10', '2022-02-09'))).at(-1), ['2022-02-10', 'END_ASSUMED']);
});

test('what is told decides for the ends that no entry shows, and is told where entries show another', async () => {
  const lone = [days('1', '2022-01-10', '2022-02-10')];
  assert.deepEqual(await ends(lone, { statedEnd: 'shared-day' }), [['2022-02-10']]);
  assert.deepEqual(await ends(lone, { statedEnd: 'inclusive' }), [['2022-02-11']]);
  const following = [days('2', '2022-01-01', '2022-01-31'), days('2', '2022-02-01', '2022-02-28')];
  assert.deepEqual(await ends([...lone, ...following], { statedEnd: 'shared-day' }), [
    ['2022-02-10'],
    ['2022-02-01', 'END_AGAINST_TOLD'],
    ['2022-03-01', 'END_AGAINST_TOLD'],
  ]);
});

test('other workbooks say what they are', async () => {
  const code = (body: AsyncIterable<Uint8Array>) =>
    assert.rejects(read(body), { code: 'FILE_KIND_UNKNOWN', message: /no sheet of this workbook has the columns/ });
  await code(writeWorkbook('Sheet', [['meter', 'quantity']]));
  await assert.rejects(read(writeWorkbook('S', [HEADINGS])), { code: 'FILE_MALFORMED', message: /no rows/ });
  await assert.rejects(read(writeWorkbook('S', [[...HEADINGS, 'Usage']])), {
    code: 'FILE_MALFORMED',
    message: /one meaning/,
  });
});

const uploads: UploadEntry[] = (['electricity', 'natural-gas', 'heat', 'cooling', 'steam', 'water'] as const).map(
  (commodity, at) => ({
    meter: `M-${at} <"&'>`,
    property: '=1+1 Hall é',
    commodity,
    flow: 'delivered',
    start: `2022-0${at + 1}-01`,
    end: `2022-0${at + 2}-01`,
    quantity: at === 0 ? '12345678901234567890.123456' : `${at}.25`,
    unit: commodity === 'water' ? 'm3' : 'kWh',
    estimated: at % 2 === 1,
  }),
);

test('what is written for upload is read back to the same lines', async () => {
  const lines = (await read(writeUpload(uploads))).map((item) => (item as { line: BillLine }).line);
  assert.deepEqual(
    lines.map(({ meter, site, commodity, flow, start, end, quantity, unit, readBasis }) => {
      return {
        meter,
        property: site,
        commodity,
        flow,
        start,
        end,
        quantity,
        unit,
        estimated: readBasis === 'estimated',
      };
    }),
    uploads,
  );
});

test('every unit is written as one that Portfolio Manager has, exactly', async () => {
  // By hand: powers of ten.
  const cases = [
    ['electricity', 'Wh', '1234567.5', '1234.5675 kWh'],
    ['electricity', 'GWh', '0.25', '250 MWh'],
    ['natural-gas', 'kJ', '1', '0.000001 GJ'],
    ['natural-gas', 'TJ', '2.5', '2500 GJ'],
    ['natural-gas', 'Btu', '99', '0.099 kBtu'],
    ['steam', 'MJ', '1.5', '0.0015 GJ'],
    ['water', 'imperial gallon', '7', '7 imperial gallon'],
  ] as const;
  for (const [commodity, unit, quantity, expected] of cases) {
    const entry = { meter: 'm', commodity, flow: 'delivered', start: '2022-01-01', end: '2022-02-01' } as const;
    assert.deepEqual(await outcome(writeUpload([{ ...entry, quantity, unit, estimated: false }])), [expected]);
  }
});

test('any entry is read back as it was written, whatever its texts and however long its amount', async () => {
  const words = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
    .map((text) => text.replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, '').trim())
    .filter((text) => text !== '');
  const entry = fc.record({
    meter: words,
    property: words,
    start: fc.integer({ min: parseDate('1990-01-01'), max: parseDate('2040-01-01') }),
    days: fc.integer({ min: 1, max: 400 }),
    whole: fc.bigInt({ min: 0n, max: 10n ** 24n }),
    decimals: fc.integer({ min: 1, max: 9_999 }),
    estimated: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 6 }), async (all) => {
      // Each meter has one entry, so that none shows another's end.
      const written = all.map(({ start, days: length, whole, decimals, meter, ...rest }, at): UploadEntry => {
        const quantity = `${whole}.${String(decimals).padStart(4, '0').replace(/0+$/, '')}`;
        const period = { start: formatDate(start), end: formatDate(start + length) };
        const line = { commodity: 'electricity', flow: 'delivered', unit: 'kWh' } as const;
        return { ...rest, ...line, ...period, quantity, meter: `${meter} ${at}` };
      });
      const items = await read(writeUpload(written), { statedEnd: 'inclusive' });
      const back = items.map((item) => ('line' in item ? item.line : item.rejected));
      for (const [at, { meter, property, start, end, quantity, estimated }] of written.entries()) {
        const readBasis = estimated ? 'estimated' : 'actual';
        assert.partialDeepStrictEqual(back[at], { meter, site: property, start, end, quantity, readBasis });
      }
    }),
    { numRuns: 60 },
  );
});

test('rows are told while the first line waits for all of them, and reading ends on request', async () => {
  const row = (at: number) => days(String(at % 50), formatDate(at + 10_000), formatDate(at + 10_020));
  const body = () => sheet(...Array.from({ length: 2_000 }, (_, at) => row(at)));
  const seen: number[] = [];
  for await (const _ of readBills({ body: body(), options: {}, looked: (rows) => seen.push(rows) })) break;
  assert.ok(seen.length > 3 && (seen.at(-1) as number) > 1_000, String(seen));
  const looked = () => {
    throw new RangeError('stopped');
  };
  await assert.rejects(Array.fromAsync(readBills({ body: body(), options: {}, looked })), { message: 'stopped' });
});
