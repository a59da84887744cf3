import {
  ChannelError,
  type Commodity,
  defined,
  type ErrorCode,
  energyOf,
  type Flow,
  formatExact,
  halfOpenPeriod,
  isChannelError,
  multiply,
  parseDate,
  parseQuantity,
  pow10,
  type ReadBasis,
  ratio,
  type StatedEnd,
} from '../../emissions/index.ts';
import type { BillLine, BillWarning, ReadOptions } from '../bill.ts';
import { faultsOf } from '../row-faults.ts';
import type { Cell } from '../workbook/sheet-rows.ts';
import type { EntryColumn } from './columns.ts';
import type { EndEvidence, EndReading } from './end-convention.ts';
import { meterKind } from './meter-types.ts';
import { usageUnit } from './usage-units.ts';

/** The cells of one entry by column, and where it stands. */
export interface Entry {
  readonly row: number;
  readonly where: string;
  readonly hidden: boolean;
  readonly cell: (column: EntryColumn) => Cell | undefined;
  /** Headings of columns whose cell is blank because a merged area covers it. */
  readonly covered: readonly string[];
  /** The column's heading in the sheet; its name here where the sheet has none. */
  readonly heading: (column: EntryColumn) => string;
}

const MAX_TEXT = 200;

/** The meter of an entry: Portfolio Manager's number of it, else its name. Blank where neither is given. */
function meterOf({ cell }: Entry): string {
  return textOf(cell('meterId')) || textOf(cell('meterName'));
}

/** The meter of an entry with what it counts: entries of one series follow one another. Blank where no meter is named. */
export function seriesOf(entry: Entry): string {
  const meter = meterOf(entry);
  return meter === '' ? '' : `${meter}\n${textOf(entry.cell('meterType')).toLowerCase()}`;
}

/** The stated days of an entry as day numbers, for `EndEvidence`; undefined where one of them cannot be read. */
export function statedDays({ cell }: Entry): { start: number; end: number } | undefined {
  const start = isoDate(cell('start'));
  const end = isoDate(cell('end'));
  return typeof start === 'string' && typeof end === 'string'
    ? { start: parseDate(start), end: parseDate(end) }
    : undefined;
}

/**
 * The lines of one entry: one, or two where an on-site meter also tells what it sent away.
 * @throws {ChannelError} naming the columns, with what would be right
 */
export function readEntry(entry: Entry, ends: EndEvidence, options: ReadOptions): BillLine[] {
  const { cell, where } = entry;
  const { read, end } = faultsOf(entry.row);
  const told = <T>(column: EntryColumn, part: () => T): T => read(() => named(entry, column, part));
  const warnings: BillWarning[] = [];
  const kind = told('meterType', () => kindOf(cell('meterType'), options));
  const meter = told('meterId', () => nameOf(entry, options));
  const site = told('property', () => shortText(cell('property'))) || undefined;
  const start = told('start', () => startOf(entry));
  const period = told('end', () => periodOf(entry, start, ends, options, warnings));
  const measure = told('unit', () => usageUnit(textOf(cell('unit')) || (options.unit ?? '')));
  const quantity = told('quantity', () => quantityOf(cell('quantity'), measure?.power ?? 0));
  const exported = told('exported', () =>
    textOf(cell('exported')) === '' ? undefined : quantityOf(cell('exported'), measure?.power ?? 0),
  );
  const readBasis = told('estimated', () => readBasisOf(cell('estimated')));
  end();
  noteRest(entry, measure, warnings);
  const line = (flow: Flow, amount: string): BillLine => ({
    utility: options.utility ?? '',
    ...defined({ account: options.account, site, zone: options.zone }),
    meter,
    commodity: kind.commodity,
    flow,
    ...period,
    quantity: amount,
    unit: measure.unit,
    readBasis,
    place: options.place ?? {},
    warnings,
    where,
  });
  const lines = [line(kind.flow, quantity)];
  if (exported !== undefined && kind.flow !== 'self-consumed') {
    throw new ChannelError(
      'ROW_INVALID',
      'an amount exported stands beside a meter that is not on-site solar or wind',
      { where },
    );
  }
  if (exported !== undefined && parseQuantity(exported).num > 0n) lines.push(line('exported', exported));
  named(entry, 'unit', () => energyOf(lines[0] as BillLine));
  return lines;
}

function named<T>({ where, heading }: Entry, column: EntryColumn, part: () => T): T {
  try {
    return part();
  } catch (error) {
    if (!isChannelError(error)) throw error;
    throw new ChannelError(error.code, error.message, {
      where: `${where}, column ${heading(column)}`,
      ...defined({ fix: error.fix }),
    });
  }
}

function fail(code: ErrorCode, message: string, fix?: string): never {
  throw new ChannelError(code, message, defined({ fix }));
}

function textOf(cell: Cell | undefined): string {
  return cell === undefined ? '' : cell.text.trim();
}

function shortText(cell: Cell | undefined): string {
  const text = textOf(cell);
  if (text.length > MAX_TEXT) fail('ROW_INVALID', `the cell is longer than ${MAX_TEXT} characters`);
  if (/\p{Cc}/u.test(text)) fail('ROW_INVALID', 'the cell holds a control character');
  return text;
}

function kindOf(cell: Cell | undefined, options: ReadOptions): { commodity: Commodity; flow: Flow } {
  const type = textOf(cell);
  if (type === '') {
    if (options.commodity !== undefined) return { commodity: options.commodity, flow: 'delivered' };
    return fail(
      'COMMODITY_UNKNOWN',
      'the meter type is blank',
      'Write it as Portfolio Manager does, or give --commodity.',
    );
  }
  const kind = meterKind(type);
  if (kind === undefined) return fail('COMMODITY_UNKNOWN', 'the meter type is none that Portfolio Manager has');
  if (typeof kind === 'string')
    return fail('COMMODITY_UNKNOWN', `the meter type is ${kind}`, 'Leave the row out; it is not recorded here.');
  return kind;
}

function nameOf(entry: Entry, options: ReadOptions): string {
  const meter =
    shortText(entry.cell('meterId')) || shortText(entry.cell('meterName')) || options.meter || options.account;
  return meter ?? fail('ROW_INVALID', 'the entry names no meter');
}

type Period = Pick<BillLine, 'start' | 'end' | 'statedEnd'>;

function startOf({ cell }: Entry): string {
  if (textOf(cell('delivery')) !== '' && textOf(cell('start')) === '') {
    fail(
      'PERIOD_INVALID',
      'the entry is a delivery on one day, without a period of use',
      'Only metered use is recorded; leave the row out.',
    );
  }
  return dateOf(cell('start'), 'start');
}

function periodOf(
  entry: Entry,
  start: string | undefined,
  ends: EndEvidence,
  options: ReadOptions,
  warnings: BillWarning[],
): Period {
  // Never used: the fault of the start is kept.
  if (start === undefined) return { start: '', end: '', statedEnd: 'inclusive' };
  const end = dateOf(entry.cell('end'), 'end');
  const told = options.statedEnd;
  if (told === 'read-date') {
    fail(
      'OPTION_INVALID',
      'the workbook gives start and end, not days',
      'Give --end-convention inclusive, exclusive or shared-day.',
    );
  }
  const reading = ends.readingOf(seriesOf(entry), parseDate(start), parseDate(end));
  const statedEnd = reading.by === 'entries' ? reading.statedEnd : (told ?? assumedEnd(reading));
  const period = { ...halfOpenPeriod(start, end, statedEnd), statedEnd };
  if (told === undefined && reading.by === 'rule') {
    warnings.push({
      code: 'END_ASSUMED',
      message: `the end ${end} was taken as the last day billed: no neighbouring entry shows it`,
    });
  } else if (told !== undefined && start !== end && halfOpenPeriod(start, end, told).end !== period.end) {
    warnings.push({
      code: 'END_AGAINST_TOLD',
      message: `the end ${end} is ${statedEnd}, as the entries of the meter show, and not ${told} as was told`,
    });
  }
  return period;
}

function assumedEnd(reading: Exclude<EndReading, { by: 'entries' }>): StatedEnd {
  if (reading.by === 'rule') return reading.statedEnd;
  return fail(
    'END_CONVENTION_UNKNOWN',
    `no neighbouring entry shows what the end date means, and ${reading.against}`,
    'Write the last day billed, or give --end-convention: it decides for the ends that no entry shows.',
  );
}

function dateOf(cell: Cell | undefined, name: string): string {
  const date = isoDate(cell);
  if (typeof date === 'string') return date;
  return fail('DATE_INVALID', `the ${name} date ${date.fault}`, date.fix);
}

/** The date of a cell, or why it is none. */
function isoDate(cell: Cell | undefined): string | { fault: string; fix: string } {
  const fix = 'Format the column as a date, or write 2022-01-31.';
  const text = textOf(cell);
  if (cell === undefined || text === '') return { fault: 'is blank', fix };
  if (cell.kind === 'date') return text;
  if (cell.kind === 'number' || cell.kind === 'percent' || cell.kind === 'scaled')
    return { fault: 'is a bare number, not a date', fix };
  if (cell.kind !== 'text') return { fault: 'cannot be read: it is an error, or holds a time of day', fix };
  const iso = /^([0-9]{4}-[0-9]{2}-[0-9]{2})([ T]00:00(:00)?(\.0+)?)?$/.exec(text)?.[1];
  const parts = /^([0-9]{1,2})\/([0-9]{1,2})\/([0-9]{4})$/.exec(text);
  if (iso === undefined && parts === null) return { fault: 'is text that is no date', fix };
  const candidate = iso ?? monthFirst(parts as RegExpExecArray);
  if (candidate === undefined) return { fault: 'is text in which month and day could be exchanged', fix };
  return isDay(candidate) ? candidate : { fault: 'does not exist', fix };
}

/** The date of 1/31/2022, where nothing else can be meant. */
function monthFirst([, first, second, year]: RegExpExecArray): string | undefined {
  const [month, day] = [Number(first), Number(second)];
  if (month > 12 || (day <= 12 && day !== month)) return undefined;
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

function isDay(date: string): boolean {
  try {
    parseDate(date);
    return true;
  } catch {
    return false;
  }
}

function quantityOf(cell: Cell | undefined, power: number): string {
  const text = textOf(cell);
  if (cell === undefined || text === '') {
    if (cell?.kind === 'unreadable')
      fail('QUANTITY_BLANK', 'the cell is a formula without a stored value', 'Write the number itself.');
    return fail('QUANTITY_BLANK', 'the quantity is blank');
  }
  if (cell.kind === 'error')
    return fail('QUANTITY_BLANK', 'the cell holds an error of the spreadsheet', 'Write the number itself.');
  if (cell.kind === 'unreadable')
    return fail('DECIMAL_INVALID', 'the number is beyond what a spreadsheet keeps exactly', 'Write it as text.');
  if (cell.kind === 'percent')
    return fail(
      'DECIMAL_INVALID',
      'the cell is shown as a percentage',
      'Format it as a number, or write the amount itself.',
    );
  if (cell.kind !== 'number' && cell.kind !== 'scaled' && cell.kind !== 'text')
    return fail('DECIMAL_INVALID', `the cell holds a ${cell.kind}, not a number`);
  return formatExact(multiply(parseQuantity(text), ratio(pow10(power))));
}

function readBasisOf(cell: Cell | undefined): ReadBasis {
  const text = textOf(cell).toLowerCase();
  if (['', 'no', 'false', 'n', '0'].includes(text)) return 'actual';
  if (['yes', 'true', 'y', '1', 'estimated'].includes(text)) return 'estimated';
  return fail('ROW_INVALID', 'the cell does not say whether the entry is an estimate', 'Write Yes or No.');
}

function noteRest(
  { cell, hidden, covered }: Entry,
  measure: { unit: string; power: number },
  warnings: BillWarning[],
): void {
  if (measure.power > 0) {
    const message = `the unit of the workbook is 10^${measure.power} ${measure.unit}; the quantity is given in ${measure.unit}`;
    warnings.push({ code: 'UNIT_RESTATED', message });
  }
  if (hidden) warnings.push({ code: 'ROW_HIDDEN', message: 'the row is hidden in the workbook, and was read' });
  if (covered.length > 0)
    warnings.push({ code: 'CELL_MERGED', message: `blank because merged cells cover them: ${covered.join(', ')}` });
  const scaled = (['quantity', 'exported'] as const).filter((column) => cell(column)?.kind === 'scaled');
  if (scaled.length > 0) {
    const message = `shown divided by thousands; the number in the cell was taken: ${scaled.join(', ')}`;
    warnings.push({ code: 'NUMBER_SCALED', message });
  }
  const formulas = (['start', 'end', 'quantity', 'exported', 'unit'] as const).filter(
    (column) => cell(column)?.formula === true,
  );
  if (formulas.length > 0) {
    const message = `the value that the workbook stores for a formula was taken: ${formulas.join(', ')}`;
    warnings.push({ code: 'FORMULA_STORED', message });
  }
  if (!['', 'no', 'false', 'n', '0'].includes(textOf(cell('greenPower')).toLowerCase())) {
    const message = 'green power is noted for the entry; the market-based result does not count it';
    warnings.push({ code: 'GREEN_POWER_NOTED', message });
  }
}
