import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type BillItem, type BillMapping, type ReadOptions, readBills } from '../../src/bills/index.ts';
import { formatDate, isChannelError, parseDate } from '../../src/emissions/index.ts';
import { comparable } from './bill-items.ts';

/** A bill as it is known before it is written: day numbers, half-open, and hundredths of the unit. */
interface KnownBill {
  readonly start: number;
  readonly end: number;
  readonly hundredths: number;
}

/** Bills written in one of the many ways in which files write them. */
export interface CsvCase {
  readonly bills: readonly KnownBill[];
  readonly file: Uint8Array;
  readonly options: ReadOptions;
  /** How it was written, for a person who looks at a failure. */
  readonly style: string;
}

const layouts = ['green-button', 'eversource', 'utility-api', 'mapped'] as const;
const dateStyles = ['iso', 'month-first', 'day-first', 'dots', 'short', 'name'] as const;
const encodings = ['utf-8', 'utf-8 with mark', 'utf-16le', 'utf-16be', 'windows-1252'] as const;

type DateStyle = (typeof dateStyles)[number];

const mapping: BillMapping = {
  kind: 'bills',
  columns: { meter: 'Zähler', start: 'Von', end: 'Bis', quantity: 'Menge' },
  fixed: { unit: 'kWh', commodity: 'electricity' },
};

const style = fc.record({
  layout: fc.constantFrom(...layouts),
  date: fc.constantFrom(...dateStyles),
  inclusive: fc.boolean(),
  comma: fc.boolean(),
  grouped: fc.boolean(),
  encoding: fc.constantFrom(...encodings),
  lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
  delimiter: fc.constantFrom(',', ';', '\t'),
  preamble: fc.boolean(),
  total: fc.boolean(),
  newestFirst: fc.boolean(),
});
type Style = typeof style extends fc.Arbitrary<infer S> ? S : never;

const bills = fc
  .tuple(
    fc.integer({ min: parseDate('2010-01-01'), max: parseDate('2024-06-01') }),
    fc.array(fc.tuple(fc.integer({ min: 20, max: 45 }), fc.integer({ min: 0, max: 999_999_99 })), {
      minLength: 1,
      maxLength: 14,
    }),
  )
  .map(([first, parts]) => {
    let start = first;
    return parts.map(([days, hundredths]): KnownBill => {
      const bill = { start, end: start + days, hundredths };
      start += days;
      return bill;
    });
  });

export const csvCase: fc.Arbitrary<CsvCase> = fc.tuple(bills, style).map(([known, how]) => written(known, how));

function written(known: readonly KnownBill[], asked: Style): CsvCase {
  // A US layout with one bill does what its layout does; its amounts have a decimal point.
  const isMapped = asked.layout === 'mapped';
  const alone = asked.layout === 'green-button' && known.length === 1;
  const how = { ...asked, comma: asked.comma && isMapped, inclusive: asked.inclusive || alone };
  const rows = (how.newestFirst ? known.toReversed() : known).map((bill) => rowOf(bill, how));
  const table = [headers[how.layout], ...rows];
  if (how.total && how.layout === 'green-button') table.push(['Total', '', '', '1', 'kWh', '', '']);
  const preamble = [['Name', 'X'], ['Account Number', '42'], []];
  const text = [...(how.preamble ? preamble : []), ...table]
    .map((cells) => cells.map((cell) => quoted(cell, how.delimiter)).join(how.delimiter) + how.lineEnd)
    .join('');
  const told = { meter: 'M1', commodity: 'electricity', unit: 'kWh' } as const;
  return {
    bills: known,
    file: encoded(text, how.encoding),
    options: isMapped ? { mapping } : told,
    style: JSON.stringify(how),
  };
}

const headers: Readonly<Record<Style['layout'], readonly string[]>> = {
  'green-button': ['TYPE', 'START DATE', 'END DATE', 'USAGE', 'UNITS', 'COST', 'NOTES'],
  eversource: ['Read Date', 'Usage', 'Number of Days', 'Usage per day', 'Charge', 'Average Temperature'],
  'utility-api': ['utility_meter_number', 'bill_start_date', 'bill_end_date', 'bill_total_kwh', 'bill_total'],
  mapped: ['Zähler', 'Von', 'Bis', 'Menge', 'Kosten'],
};

function rowOf({ start, end, hundredths }: KnownBill, how: Style): string[] {
  const from = dateText(start, how.date);
  const to = dateText(how.inclusive ? end - 1 : end, how.date);
  const amount = amountText(hundredths, how);
  if (how.layout === 'green-button') return ['Electric billing', from, to, amount, 'kWh', '$1.50 ', ''];
  if (how.layout === 'utility-api') return ['M1', from, to, amount, '12.50'];
  if (how.layout === 'eversource') return [dateText(end, how.date), amount, String(end - start), '1.5', '$3.10', '60'];
  return ['M1', from, to, amount, '3,10 €'];
}

function dateText(day: number, how: DateStyle): string {
  const iso = formatDate(day);
  const [year, month, date] = iso.split('-') as [string, string, string];
  const name = 'JanFebMarAprMayJunJulAugSepOctNovDec'.slice(3 * Number(month) - 3, 3 * Number(month));
  const texts: Readonly<Record<DateStyle, string>> = {
    iso,
    'month-first': `${Number(month)}/${Number(date)}/${year}`,
    'day-first': `${date}/${month}/${year}`,
    dots: `${date}.${month}.${year}`,
    short: `${Number(month)}/${Number(date)}/${year.slice(2)}`,
    name: `${name} ${Number(date)}, ${year}`,
  };
  return texts[how];
}

function amountText(hundredths: number, { comma, grouped }: Style): string {
  const whole = String(Math.floor(hundredths / 100));
  const [group, sign] = comma ? ['.', ','] : [',', '.'];
  const shown = grouped ? whole.replace(/\B(?=(\d{3})+$)/g, group as string) : whole;
  return hundredths % 100 === 0 ? shown : `${shown}${sign}${String(hundredths % 100).padStart(2, '0')}`;
}

function quoted(cell: string, delimiter: string): string {
  return cell.includes(delimiter) || cell.includes('"') ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function encoded(text: string, how: (typeof encodings)[number]): Uint8Array {
  if (how === 'utf-8') return Buffer.from(text);
  if (how === 'utf-8 with mark') return Buffer.from(`\uFEFF${text}`);
  if (how === 'utf-16le') return Buffer.from(`\uFEFF${text}`, 'utf16le');
  if (how === 'utf-16be') return Buffer.from(`\uFEFF${text}`, 'utf16le').swap16();
  return Buffer.from(text.replaceAll('€', '\u0080'), 'latin1');
}

export function readPieces(file: Uint8Array, options: ReadOptions, size: number): Promise<BillItem[]> {
  const body = (async function* () {
    for (let at = 0; at < file.length; at += size) yield file.subarray(at, at + size);
  })();
  return Array.fromAsync(readBills({ body, options }));
}

/** Codes with which a file is refused that shows too little of how it is written. */
const UNDECIDED = ['DATE_ORDER_UNKNOWN', 'END_CONVENTION_UNKNOWN', 'DECIMAL_SIGN_UNKNOWN'] as const;

/** No silent misread: the bills exactly as they were known, or a refusal that names what the file does not show. */
export async function checkCase(
  { bills: known, file, options, style: how }: CsvCase,
  size = 1 << 20,
): Promise<'read' | 'refused'> {
  let items: BillItem[];
  try {
    items = await readPieces(file, options, size);
  } catch (error) {
    assert.ok(
      UNDECIDED.some((code) => isChannelError(error, code)),
      `${how}: ${error}`,
    );
    return 'refused';
  }
  const read = items.map((item) => {
    assert.ok('line' in item, `${how}: ${JSON.stringify(item)}`);
    return `${item.line.start} ${item.line.end} ${item.line.quantity} ${item.line.unit}`;
  });
  const wanted = known.map(({ start, end, hundredths }) => {
    const quantity = `${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, '0')}`.replace(
      /\.?0+$/,
      '',
    );
    return `${formatDate(start)} ${formatDate(end)} ${Math.floor(hundredths / 100) === 0 && quantity === '' ? '0' : quantity} kWh`;
  });
  assert.deepEqual(read.toSorted(), wanted.toSorted(), how);
  return 'read';
}

/** A file with bytes changed, left out or repeated. */
export const brokenFile: fc.Arbitrary<{ readonly file: Uint8Array; readonly options: ReadOptions }> = fc
  .tuple(
    csvCase,
    fc.array(fc.tuple(fc.nat(), fc.constantFrom(0, 10, 13, 34, 44, 59, 0xc3, 0xff, 48, 45)), { maxLength: 8 }),
    fc.nat(),
    fc.nat(200),
  )
  .map(([{ file, options }, changes, at, length]) => {
    const bytes = Buffer.from(file);
    for (const [place, byte] of changes) bytes[place % bytes.length] = byte;
    const cut = at % bytes.length;
    return { file: Buffer.concat([bytes.subarray(0, cut), bytes.subarray(cut + length)]), options };
  });

/** Whatever the bytes: lines, rejected rows or an error with a code, the same however the file arrives. */
export async function checkBroken(file: Uint8Array, options: ReadOptions): Promise<void> {
  const outcome = (size: number) =>
    readPieces(file, options, size).then(comparable, (error: unknown) => {
      assert.ok(isChannelError(error), String(error));
      return error.code;
    });
  assert.deepEqual(await outcome(7), await outcome(1 << 20));
}
