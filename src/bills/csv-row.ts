import {
  type Activity,
  ChannelError,
  type Commodity,
  commodities,
  defined,
  type ErrorCode,
  energyOf,
  flows,
  formatExact,
  type HeatContent,
  halfOpenPeriod,
  heatContentUnits,
  isChannelError,
  parseDate,
  parseDecimal,
  parseQuantity,
  parseUnit,
  readBases,
  type StatedEnd,
  statedEnds,
} from '../emissions/index.ts';
import type { BillLine, PlaceHint, ReadOptions } from './bill.ts';
import type { CsvColumn } from './csv-columns.ts';
import { nearMatch } from './near-match.ts';
import { faultsOf, type Read } from './row-faults.ts';
import { isZone } from './zone.ts';

/** Longest meter, account, utility, site, document and register. */
const MAX_TEXT = 200;

/** The cell of a column, trimmed; blank where the column or its content is absent. */
export type Cell = (column: CsvColumn) => string;

/**
 * One row as a bill line without warnings and parts.
 * @throws {ChannelError} naming the row and column, with what would be right there
 */
export function readRow(cell: Cell, options: ReadOptions, row: number): BillLine {
  const at = { row, cell };
  const { read, end } = faultsOf(row);
  const account = read(() => text(at, 'account')) || options.account;
  const line = {
    utility: read(() => text(at, 'utility')) || (options.utility ?? ''),
    ...defined({
      account,
      site: read(() => text(at, 'site')) || undefined,
      zone: read(() => zoneOf(at, options)),
    }),
    meter: read(() => meterOf(at, options.meter || account || cell('account'))),
    commodity: read(() => commodityOf(at, options)),
    flow: read(() => oneOf(at, 'flow', flows, 'delivered')),
    ...read(() => periodOf(at, options, read)),
    quantity: read(() => quantityOf(at)),
    unit: read(() => told(at, 'unit', () => parseUnit(unitText(at, options)))),
    readBasis: read(() => oneOf(at, 'read_basis', readBases, 'actual')),
    ...defined({
      heatContent: read(() => heatContentOf(at)),
      calorific: read(() => calorificOf(at)),
      document: read(() => documentOf(at)),
    }),
    place: read(() => placeOf(cell, options.place ?? {}, row)),
    warnings: [],
    where: `row ${row}`,
  };
  end();
  told(at, 'unit', () => energyOf(line));
  return line;
}

interface At {
  readonly row: number;
  readonly cell: Cell;
}

function fault(at: At, column: CsvColumn, code: ErrorCode, message: string, fix?: string): ChannelError {
  return new ChannelError(code, message, { where: `row ${at.row}, column ${column}`, ...defined({ fix }) });
}

/** Runs a parser of the core and names the row and column in its error. */
function told<T>(at: At, column: CsvColumn, parse: () => T, fix?: string): T {
  try {
    return parse();
  } catch (error) {
    if (!isChannelError(error)) throw error;
    throw fault(at, column, error.code, error.message, fix ?? error.fix);
  }
}

function text(at: At, column: CsvColumn): string {
  const value = at.cell(column);
  if (value.length > MAX_TEXT)
    throw fault(at, column, 'ROW_INVALID', `${column} is longer than ${MAX_TEXT} characters`);
  if (/\p{Cc}/u.test(value)) throw fault(at, column, 'ROW_INVALID', `${column} holds a control character`);
  if ((column === 'meter' || column === 'account') && /^[0-9](\.[0-9]+)?e\+?[0-9]+$/i.test(value)) {
    throw fault(
      at,
      column,
      'ROW_INVALID',
      `${column} is written with an exponent: a spreadsheet has cut its digits`,
      'Format the column as text in the spreadsheet and enter the number again from the bill.',
    );
  }
  return value;
}

function oneOf<T extends string>(at: At, column: CsvColumn, allowed: readonly T[], absent: T): T {
  const value = at
    .cell(column)
    .toLowerCase()
    .replace(/[\s_]+/g, '-');
  if (value === '') return absent;
  const found = allowed.find((name) => name === value);
  if (found === undefined) throw unknown(at, column, 'ROW_INVALID', value, allowed);
  return found;
}

function meterOf(at: At, given: string): string {
  const meter = text(at, 'meter') || given;
  if (meter === '') throw fault(at, 'meter', 'ROW_INVALID', 'neither meter nor account is given');
  return meter;
}

function commodityOf(at: At, options: ReadOptions): Commodity {
  const value = at
    .cell('commodity')
    .toLowerCase()
    .replace(/[\s_]+/g, '-');
  if (value === '' && options.commodity !== undefined) return options.commodity;
  const found = commodities.find((name) => name === value);
  if (found !== undefined) return found;
  throw unknown(at, 'commodity', 'COMMODITY_UNKNOWN', value, commodities);
}

/** A value that its column does not have, with the one that was probably meant. A text that may be a number or name is not repeated. */
function unknown(at: At, column: CsvColumn, code: ErrorCode, value: string, allowed: readonly string[]): ChannelError {
  const near = nearMatch(value, allowed);
  const written = near !== undefined || /^[a-z-]{1,20}$/.test(value) ? ` '${at.cell(column).slice(0, 40)}'` : '';
  const message =
    value === ''
      ? `${column} is blank`
      : `${column}${written} is not known${near === undefined ? '' : `; did you mean ${near}?`}`;
  return fault(at, column, code, message, `Use one of ${allowed.join(', ')}.`);
}

function unitText(at: At, options: ReadOptions): string {
  const value = at.cell('unit') || options.unit;
  if (value === undefined) throw fault(at, 'unit', 'UNIT_UNKNOWN', 'unit is blank');
  return value;
}

function quantityOf(at: At): string {
  return told(
    at,
    'quantity',
    () => formatExact(parseQuantity(at.cell('quantity'))),
    decimalAdvice(at.cell('quantity')),
  );
}

/** What to write instead of an amount in another notation; undefined where the parser's own advice says it. */
function decimalAdvice(value: string): string | undefined {
  if (/^[0-9]+e[+-]?[0-9]+$/i.test(value) || /^[0-9]+\.[0-9]+e[+-]?[0-9]+$/i.test(value)) {
    return 'Write all digits, without an exponent: 1000 for 1e3.';
  }
  if (/^[0-9]{1,3}(,[0-9]{3})+\.[0-9]+$/.test(value)) return 'Leave out the thousands commas: 1234.5 for 1,234.5.';
  if (/^[0-9]{1,3}(\.[0-9]{3})+,[0-9]+$/.test(value))
    return 'Write a decimal point and no thousands dots: 1234.5 for 1.234,5.';
  if (/^[0-9]+,[0-9]+$/.test(value))
    return 'Write a decimal point, 1234.5 for 1234,5; and no thousands commas, 1234 for 1,234.';
  if (value.startsWith('=')) return 'Write the number itself; formulas are never evaluated.';
  return undefined;
}

type Period = Pick<Activity, 'start' | 'end' | 'statedEnd'>;

function periodOf(at: At, options: ReadOptions, read: Read): Period {
  const statedEnd = read(() => statedEndOf(at, options));
  const start = statedEnd === 'read-date' ? '' : read(() => dateOf(at, 'start'));
  const end = read(() => dateOf(at, 'end'));
  // Never used: the fault is kept.
  if (statedEnd === undefined || start === undefined || end === undefined)
    return { start: '', end: '', statedEnd: 'exclusive' };
  const days = daysOf(at);
  if (statedEnd === 'read-date') {
    if (days === undefined) throw fault(at, 'days', 'ROW_INVALID', 'days is blank, and end_convention is read-date');
    const period = told(at, 'end', () => halfOpenPeriod({ days }, end, statedEnd));
    if (at.cell('start') !== '' && dateOf(at, 'start') !== period.start) throw disagrees(at, 'start');
    return { ...period, statedEnd };
  }
  const period = toldPeriod(at, start, end, statedEnd);
  if (days !== undefined && parseDate(period.end) - parseDate(period.start) !== days) throw disagrees(at, 'days');
  return { ...period, statedEnd };
}

/** The period of the two dates; an error repeats them as they are written. */
function toldPeriod(at: At, start: string, end: string, statedEnd: StatedEnd): Pick<Period, 'start' | 'end'> {
  try {
    return halfOpenPeriod(start, end, statedEnd);
  } catch (error) {
    if (!isChannelError(error)) throw error;
    const message =
      error.code === 'PERIOD_INVALID'
        ? `the end ${end} is ${end < start ? 'before' : 'no day after'} the start ${start}`
        : `the bill from ${start} to ${end} is too long for one line`;
    throw fault(at, 'end', error.code, message, periodAdvice(statedEnd));
  }
}

function disagrees(at: At, column: CsvColumn): ChannelError {
  return fault(
    at,
    column,
    'PERIOD_INVALID',
    'start, end, end_convention and days do not agree',
    'Check end_convention first: an inclusive end makes the period a day longer.',
  );
}

function periodAdvice(statedEnd: StatedEnd): string {
  return statedEnd === 'inclusive'
    ? 'The end must not be before the start, and one bill spans at most 800 days.'
    : `The end must be after the start, and one bill spans at most 800 days; end_convention is ${statedEnd}.`;
}

function statedEndOf(at: At, options: ReadOptions): StatedEnd {
  if (at.cell('end_convention') === '' && options.statedEnd === undefined) {
    throw fault(at, 'end_convention', 'ROW_INVALID', 'end_convention is blank', `Use one of ${statedEnds.join(', ')}.`);
  }
  return oneOf(at, 'end_convention', statedEnds, options.statedEnd ?? 'exclusive');
}

function dateOf(at: At, column: 'start' | 'end'): string {
  const value = at.cell(column);
  if (value === '') throw fault(at, column, 'DATE_INVALID', `${column} is blank`);
  told(at, column, () => parseDate(value, column), dateAdvice(value));
  return value;
}

/** Says which reading of a date in another notation would be right, where there is only one. */
function dateAdvice(value: string): string | undefined {
  const parts = /^([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})$/.exec(value);
  if (parts === null) return undefined;
  const [, first, second, year] = parts as unknown as [string, string, string, string];
  const iso = (month: string, day: string) => `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  if (Number(first) > 12) return `Write ${iso(second, first)}.`;
  if (Number(second) > 12 || Number(first) === Number(second)) return `Write ${iso(first, second)}.`;
  return `Write ${iso(first, second)} if the month comes first, ${iso(second, first)} if the day does.`;
}

function daysOf(at: At): number | undefined {
  const value = at.cell('days');
  if (value === '') return undefined;
  if (!/^[1-9][0-9]{0,3}$/.test(value)) {
    throw fault(
      at,
      'days',
      'ROW_INVALID',
      'days is not a whole number of days',
      'Write the number of days billed, such as 31.',
    );
  }
  return Number(value);
}

function zoneOf(at: At, options: ReadOptions): string | undefined {
  const value = at.cell('zone') || options.zone;
  if (value !== undefined && !isZone(value)) throw fault(at, 'zone', 'ZONE_UNKNOWN', 'zone is not an IANA time zone');
  return value;
}

function heatContentOf(at: At): HeatContent | undefined {
  const value = at.cell('heat_content');
  const unit = at.cell('heat_content_unit');
  if (value === '' && unit === '') return undefined;
  const known = heatContentUnits.find((name) => name.toLowerCase() === unit.toLowerCase());
  if (known === undefined) {
    const fix = `Use one of ${heatContentUnits.join(', ')}.`;
    throw fault(at, 'heat_content_unit', 'ROW_INVALID', 'heat_content_unit is none of its values', fix);
  }
  return {
    value: told(at, 'heat_content', () => formatExact(parseDecimal(value, 'heat_content')), decimalAdvice(value)),
    unit: known,
  };
}

function calorificOf(at: At): 'gross' | 'net' | undefined {
  return at.cell('calorific') === '' ? undefined : oneOf(at, 'calorific', ['gross', 'net'] as const, 'gross');
}

/** A file beside the bill file or below it: a row must not make the node read anything else. */
function documentOf(at: At): string | undefined {
  const value = text(at, 'document').replaceAll('\\', '/');
  if (value === '') return undefined;
  if (/^(\/|[a-z][a-z0-9+.-]*:)/i.test(value) || value.split('/').includes('..')) {
    throw fault(
      at,
      'document',
      'ROW_INVALID',
      'document is not a file beside the bill file',
      'Put the document into the folder of the bill file and give its name.',
    );
  }
  return value;
}

/** The row's place over the options', part by part; a row in another country takes nothing from the options. */
export function placeOf(cell: Cell, given: PlaceHint, row = 0): PlaceHint {
  const at = { row, cell };
  const own = defined({
    country: at.cell('country').toUpperCase() || undefined,
    subdivision: at.cell('subdivision').toUpperCase() || undefined,
    region: at.cell('region').toUpperCase() || undefined,
    zip: zipOf(at),
    utilityId: at.cell('utility_id') || undefined,
  });
  if (own.country !== undefined && !/^[A-Z]{2}$/.test(own.country)) {
    throw fault(at, 'country', 'PLACE_INVALID', 'country is not an ISO 3166-1 alpha-2 code', 'Write US, GB, DE, IN.');
  }
  if (own.subdivision !== undefined && !/^[A-Z]{2}-[A-Z0-9]{1,3}$/.test(own.subdivision)) {
    throw fault(at, 'subdivision', 'PLACE_INVALID', 'subdivision is not an ISO 3166-2 code', 'Write US-CA.');
  }
  const country = own.country ?? own.subdivision?.slice(0, 2);
  return country !== undefined && given.country !== undefined && country !== given.country ? own : { ...given, ...own };
}

function zipOf(at: At): string | undefined {
  const value = at.cell('zip');
  if (value === '') return undefined;
  const zip = /^([0-9]{5})(-?[0-9]{4})?$/.exec(value)?.[1];
  if (zip === undefined) {
    const fix = /^[0-9]{3,4}$/.test(value)
      ? 'Write all five digits: a spreadsheet drops leading zeros unless the column is text.'
      : 'Write the five digits of a US ZIP code; elsewhere give country.';
    throw fault(at, 'zip', 'ZIP_UNKNOWN', 'zip is not a US ZIP code', fix);
  }
  return zip;
}
