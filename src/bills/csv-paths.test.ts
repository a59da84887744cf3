// The short way of usual rows and the long way of all others give the same; and so do files however they are written. Totals
// are added up here, as whole hundredths, from what the files were made of.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isChannelError } from '../emissions/index.ts';
import { type CsvColumn, csvColumns, placesOf } from './csv-columns.ts';
import { readRow } from './csv-row.ts';
import { type BillItem, parseMapping, type ReadOptions, readBills } from './index.ts';
import { PlainRows } from './plain-rows.ts';

/** Cells as people write them: usual ones, odd ones, and wrong ones. */
const cells: Readonly<Record<CsvColumn, readonly string[]>> = {
  utility: ['', 'Sample Power', ' Sample Power ', 'Süd-Strom', "'=Power"],
  account: ['', 'A-1', '4711', '4.7e11', ' 12 ', 'x'.repeat(201)],
  meter: ['', 'M-1', '12E5', '1e5', "'-7", 'Zähler 9', 'a\tb', 'Total Station 4'],
  commodity: ['electricity', 'natural-gas', 'Natural Gas', 'WATER', '', 'gas', 'electricty'],
  flow: ['', 'delivered', 'exported', 'Net only', 'sent'],
  start: ['2022-01-01', '2022-02-28', '2020-02-29', '2021-02-29', '1/1/2022', '', ' 2022-01-01', '20220101'],
  end: ['2022-01-31', '2022-02-01', '2022-01-01', '2024-06-01', '', '2022-13-01', '2022-02-01 '],
  end_convention: ['inclusive', 'exclusive', 'shared-day', 'read-date', 'Shared Day', '', 'last'],
  days: ['', '31', '30', '031', '31.0', '0', '800'],
  quantity: ['0', '12', '12.50', '0.10', '.5', '1,234', '-3', '', '1e3', '007', '5.', '12.5 ', '9'.repeat(31), '=1'],
  unit: ['kWh', 'KWH', 'MWh', 'therm', 'Therms', 'CCF', 'm3', 'ton', '', 'kW', ' kWh '],
  read_basis: ['', 'actual', 'estimated', 'Estimated', 'guess'],
  country: ['', 'US', 'de', 'Germany'],
  subdivision: ['', 'US-CA', 'us-ca', 'CA'],
  region: ['', 'CAMX', 'camx', 'X\n94105', 'X'],
  zip: ['', '94105', '94106', '94105-1234', '2139', 'x'],
  utility_id: ['', '14328', '94106\nU', 'U'],
  zone: ['', 'America/Los_Angeles', 'Mars/Olympus', ' Europe/Berlin'],
  site: ['', 'Harbor Office', 'Büro', ' x'],
  heat_content: ['', '1.037', '1,037'],
  heat_content_unit: ['', 'therm/CCF', 'THERM/ccf', 'x'],
  calorific: ['', 'gross', 'Net', 'both'],
  document: ['', 'bills/a.pdf', '../a.pdf', '/etc/passwd'],
  register: ['', 'peak'],
};

const row = fc.record(
  Object.fromEntries(
    // The first of a column is the usual one: most rows have few odd cells.
    csvColumns.map((name) => [
      name,
      fc.oneof(
        { arbitrary: fc.constant(cells[name][0]), weight: 6 },
        { arbitrary: fc.constantFrom(...cells[name]), weight: 1 },
      ),
    ]),
  ) as Record<CsvColumn, fc.Arbitrary<string>>,
);

const options: fc.Arbitrary<ReadOptions> = fc.record(
  {
    utility: fc.constant('Told Power'),
    account: fc.constantFrom('T-1', ''),
    meter: fc.constantFrom('T-2', ''),
    commodity: fc.constantFrom('electricity' as const, 'natural-gas' as const),
    unit: fc.constantFrom('kWh', 'therm', 'nonsense'),
    zone: fc.constantFrom('Europe/Berlin', 'Mars/Olympus'),
    statedEnd: fc.constantFrom('inclusive' as const, 'exclusive' as const),
    place: fc.constantFrom({ zip: '10001' }, { country: 'DE' }),
  },
  { requiredKeys: [] },
);

const outcome = (read: () => unknown): unknown => {
  try {
    return { line: read() };
  } catch (error) {
    if (!isChannelError(error)) throw error;
    return { error: error.report() };
  }
};

test('a row is read to the same line, or refused with the same words, by the short way and the long one', () => {
  const counts = { lines: 0, errors: 0 };
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 1, maxLength: 8 }),
      fc.subarray([...csvColumns], { minLength: 4 }),
      options,
      (rows, columns, told) => {
        const at = placesOf(new Map(columns.map((name, place) => [name, place])));
        // One reader for all rows: what it remembers of one must not change another.
        const reader = new PlainRows(at, told);
        for (const [index, one] of rows.entries()) {
          const written = columns.map((name) => one[name]);
          const long = outcome(() => readRow(reader.cellOf(written), told, index + 2));
          assert.deepEqual(
            outcome(() => reader.read(written, index + 2)),
            long,
          );
          counts[typeof long === 'object' && long !== null && 'line' in long ? 'lines' : 'errors'] += 1;
        }
      },
    ),
    { numRuns: 2_000 },
  );
  // Neither way would be tried by rows that are all of one kind.
  assert.ok(counts.lines > 200 && counts.errors > 200, JSON.stringify(counts));
});

const encode: Readonly<Record<string, (text: string) => Uint8Array>> = {
  utf8: (text) => Buffer.from(text),
  'utf8 with mark': (text) => Buffer.from(`\ufeff${text}`),
  utf16: (text) => Buffer.from(`\ufeff${text}`, 'utf16le'),
  'utf16 big': (text) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
  latin1: (text) => Buffer.from(text, 'latin1'),
};
const look = fc.record({
  encoding: fc.constantFrom(...Object.keys(encode)),
  delimiter: fc.constantFrom(',', ';', '\t'),
  lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
  quotes: fc.constantFrom('none', 'some', 'all'),
  blankRows: fc.boolean(),
  piece: fc.integer({ min: 1, max: 400 }),
});
type Look = typeof look extends fc.Arbitrary<infer L> ? L : never;

function fileOf(rows: readonly (readonly string[])[], how: Look): Uint8Array {
  const cell = (text: string, at: number) => {
    const must = /["\r\n]/.test(text) || text.includes(how.delimiter);
    const quoted = must || how.quotes === 'all' || (how.quotes === 'some' && at % 2 === 1);
    return quoted ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = rows.map((one) => one.map(cell).join(how.delimiter));
  const text = lines.flatMap((line) => (how.blankRows ? [line, ''] : [line])).join(how.lineEnd);
  return (encode[how.encoding] as (text: string) => Uint8Array)(text + how.lineEnd);
}

async function read(file: Uint8Array, piece: number, told: ReadOptions): Promise<BillItem[]> {
  const body = (async function* () {
    for (let at = 0; at < file.length; at += piece) yield file.subarray(at, at + piece);
  })();
  return Array.fromAsync(readBills({ body, options: told }));
}

/** A decimal of hundredths as a whole number of them. */
const hundredths = (text: string): bigint => {
  const [whole = '', part = ''] = text.split('.');
  return BigInt(whole + part.padEnd(2, '0'));
};
const written = (value: number): string => `${Math.floor(value / 100)}.${String(value % 100).padStart(2, '0')}`;
const day = (at: number): string => new Date(Date.UTC(2022, 0, 1 + at)).toISOString().slice(0, 10);

test('plain rows in any encoding, with quotes, blanks and line ends of any kind: each once, and the total to the hundredth', async () => {
  const amounts = fc.array(fc.integer({ min: 0, max: 99_999_99 }), { minLength: 1, maxLength: 40 });
  const site = fc.constantFrom('', 'Büro', 'Harbor, "Pier 3"', 'line\nbreak', ' x ', 'plain');
  await fc.assert(
    fc.asyncProperty(amounts, fc.array(site, { minLength: 1 }), look, async (values, sites, how) => {
      const head = ['meter', 'site', 'commodity', 'start', 'end', 'end_convention', 'quantity', 'unit'];
      const rows = values.map((value, at) => {
        const where = sites[at % sites.length] as string;
        return [`M-${at}`, where, 'electricity', day(at), day(at + 1), 'exclusive', written(value), 'kWh'];
      });
      const items = await read(fileOf([head, ...rows], how), how.piece, {});
      assert.equal(items.length, rows.length);
      let total = 0n;
      for (const [at, item] of items.entries()) {
        const isBroken = /\n/.test(rows[at]?.[1] ?? '');
        // A name over two lines is refused, and only that.
        assert.equal('rejected' in item, isBroken, JSON.stringify(item));
        if ('line' in item) total += hundredths(item.line.quantity);
      }
      const known = values.filter((_, at) => !/\n/.test(sites[at % sites.length] as string));
      assert.equal(
        total,
        known.reduce((sum, value) => sum + BigInt(value), 0n),
      );
    }),
    { numRuns: 150 },
  );
});

test('readings in any encoding, with quotes, blanks and line ends of any kind: months to the hundredth', async () => {
  const mapping = parseMapping(
    JSON.stringify({
      kind: 'readings',
      columns: { meter: 'Zähler', date: 'Datum', time: 'Zeit', quantity: 'Menge' },
      fixed: { unit: 'kWh', commodity: 'electricity', zone: 'Etc/UTC' },
      dateOrder: 'day-first',
      decimalSign: 'comma',
    }),
  );
  const reading = fc.oneof(
    { arbitrary: fc.integer({ min: 0, max: 9_999_99 }), weight: 9 },
    { arbitrary: fc.constant(undefined), weight: 1 },
  );
  const readings = fc.array(reading, { minLength: 30, maxLength: 150 });
  await fc.assert(
    fc.asyncProperty(
      readings,
      fc.integer({ min: 0, max: 800 }),
      look,
      fc.boolean(),
      async (values, first, how, grouped) => {
        const sums = new Map<string, bigint>();
        const rows = values.map((value, at) => {
          const when = new Date(Date.UTC(2022, 0, 1, first + at));
          const iso = when.toISOString();
          if (value !== undefined) sums.set(iso.slice(0, 7), (sums.get(iso.slice(0, 7)) ?? 0n) + BigInt(value));
          const [whole = '', part = ''] = value === undefined ? [] : written(value).split('.');
          const dots = grouped ? whole.replace(/\B(?=(\d{3})+$)/g, '.') : whole;
          const date = `${iso.slice(8, 10)}.${iso.slice(5, 7)}.${iso.slice(0, 4)}`;
          return ['Z-1', date, iso.slice(11, 16), value === undefined ? '' : `${dots},${part}`];
        });
        const items = await read(fileOf([['Zähler', 'Datum', 'Zeit', 'Menge'], ...rows], how), how.piece, { mapping });
        const found = new Map<string, bigint>();
        for (const item of items) {
          assert.ok('line' in item, JSON.stringify(item));
          const month = item.line.start.slice(0, 7);
          found.set(month, (found.get(month) ?? 0n) + hundredths(item.line.quantity));
        }
        assert.deepEqual([...found].toSorted(), [...sums].toSorted());
      },
    ),
    { numRuns: 150 },
  );
});
