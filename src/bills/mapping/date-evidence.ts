import { ChannelError } from '../../emissions/index.ts';
import type { DateOrder } from './bill-mapping.ts';
import { type DateShape, dateShape, dayOfShape } from './date-form.ts';

/** The dates of a row that the order is told by. */
export interface DatedRow {
  readonly row: number;
  readonly dates: readonly (readonly [column: string, cell: string])[];
  /** Start and end of a bill, and its number of days where the file has them. */
  readonly start?: string;
  readonly end?: string;
  readonly days?: number;
}

/** An order of day and month, and what it was told by. */
export interface DateDecision {
  readonly order: DateOrder;
  readonly seen: string;
  /** True where numbers alone could have been read another way. */
  readonly stated: boolean;
  readonly shortYears: boolean;
}

type Order = 'month-first' | 'day-first';

/**
 * Whether the day or the month comes first in the dates of a file. A number above 12 is a day; a period cannot end before it
 * begins; and days billed must agree with the dates. Where none of these decides, rows that follow one another in one order
 * only do. Anything else is no evidence.
 * @throws {ChannelError} DATE_ORDER_UNKNOWN where there is no evidence or evidence of both, and none was told
 */
export function dateDecision(dated: readonly DatedRow[], told: DateOrder | undefined): DateDecision {
  const rows = dated.map(shapedRow);
  const { isNumbers, shortYears } = formsIn(rows);
  if (told !== undefined) return { order: told, seen: 'as told', stated: false, shortYears };
  if (!isNumbers)
    return {
      order: 'year-first',
      seen: 'each date has its year first or its month by name',
      stated: false,
      shortYears,
    };
  const against: Record<Order, string | undefined> = { 'month-first': undefined, 'day-first': undefined };
  // A number that is no month is shown before what follows from two dates.
  for (const check of [noSuchDate, noSuchPeriod]) {
    for (const row of rows) {
      against['month-first'] ??= check(row, 'month-first');
      against['day-first'] ??= check(row, 'day-first');
    }
  }
  if (against['month-first'] === undefined && against['day-first'] === undefined) {
    const following = followers(rows);
    if (following !== undefined) return { ...following, stated: true, shortYears };
  }
  const open = (['month-first', 'day-first'] as const).filter((order) => against[order] === undefined);
  const [order] = open;
  if (order !== undefined && open.length === 1) {
    const other = order === 'month-first' ? 'day-first' : 'month-first';
    return { order, seen: against[other] as string, stated: true, shortYears };
  }
  if (order === undefined) {
    throw ambiguous(
      `the dates cannot all be of one order: ${against['day-first']}, so the month would come first; ${against['month-first']}, so the day would`,
    );
  }
  throw ambiguous('each date could be read day-first or month-first, and nothing in the file decides');
}

/**
 * Whether dates are of numbers alone, and whether any such has a year of two digits. Two digits at the end that run over many
 * years are days, of dates that begin with the year.
 * @throws {ChannelError} DATE_ORDER_UNKNOWN for those
 */
function formsIn(rows: readonly ShapedRow[]): { isNumbers: boolean; shortYears: boolean } {
  let isNumbers = false;
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { shapes } of rows) {
    for (const shape of shapes) {
      if (shape?.form !== 'numbers') continue;
      isNumbers = true;
      if (!shape.short) continue;
      least = Math.min(least, shape.year);
      most = Math.max(most, shape.year);
    }
  }
  if (most - least > LONGEST_HISTORY)
    throw ambiguous(`the dates end in two digits that would be years from ${least} to ${most}: they may be days`);
  return { isNumbers, shortYears: most >= least };
}

/** More years than one file of bills covers. */
const LONGEST_HISTORY = 20;

function ambiguous(message: string): ChannelError {
  return new ChannelError('DATE_ORDER_UNKNOWN', message, { where: 'date columns' });
}

/** The date of a row that does not exist under an order, in words. */
function noSuchDate({ row: { row, dates }, shapes }: ShapedRow, order: Order): string | undefined {
  const unit = order === 'month-first' ? 'day' : 'month';
  for (let at = 0; at < shapes.length; at += 1) {
    const shape = shapes[at];
    if (shape?.form === 'numbers' && dayOfShape(shape, order) === undefined) {
      const number = order === 'month-first' ? shape.first : shape.second;
      const [column] = dates[at] as DatedRow['dates'][number];
      if (number > 12) return `row ${row}, column ${column}, has ${number} where ${order} has the month`;
      return `row ${row}, column ${column}, would be a ${unit} that does not exist`;
    }
  }
  return undefined;
}

/** What cannot be of a row's period under an order, in words. */
function noSuchPeriod({ row, start, end }: ShapedRow, order: Order): string | undefined {
  if (start === undefined || end === undefined) return undefined;
  const [first, last] = [dayOfShape(start, order), dayOfShape(end, order)];
  if (first === undefined || last === undefined) return undefined;
  if (last < first) return `row ${row.row} would end before it begins`;
  const length = last - first;
  if (row.days !== undefined && length !== row.days && length !== row.days - 1)
    return `row ${row.row} would not have the ${row.days} days that it states`;
  return undefined;
}

/** Rows that follow one another without a gap in one order, and never in the other. */
function followers(rows: readonly ShapedRow[]): { order: Order; seen: string } | undefined {
  const found = (['month-first', 'day-first'] as const).map((order) => ({ order, ...countFollowers(rows, order) }));
  const [most, other] = found.toSorted((a, b) => b.count - a.count) as [Followers, Followers];
  if (most.count < LEAST_FOLLOWERS || other.count > 0) return undefined;
  return {
    order: most.order,
    seen: `${most.count} rows follow one another in this order (first ${most.first}), none in the other`,
  };
}

/** One pair could be chance. */
const LEAST_FOLLOWERS = 2;

interface Followers {
  readonly order: Order;
  readonly count: number;
  readonly first: string;
}

function countFollowers(rows: readonly ShapedRow[], order: Order): { count: number; first: string } {
  let count = 0;
  let first = '';
  for (let at = 1; at < rows.length; at += 1) {
    const [before, next] = [rows[at - 1] as ShapedRow, rows[at] as ShapedRow];
    // Files run forwards or backwards.
    if (!follows(before, next, order) && !follows(next, before, order)) continue;
    count += 1;
    if (count === 1) first = `rows ${before.row.row} and ${next.row.row}`;
  }
  return { count, first };
}

/** True where the later row begins where the earlier ends: on that day, on the next, or by its own number of days. */
function follows(before: ShapedRow, next: ShapedRow, order: Order): boolean {
  const [earlier, later] = [before.row, next.row];
  const last = earlier.end === undefined || earlier.end === '' ? before.shapes[0] : before.end;
  const first = later.start === undefined || later.start === '' ? next.shapes[0] : next.start;
  const end = last && dayOfShape(last, order);
  const start = first && dayOfShape(first, order);
  if (end === undefined || start === undefined) return false;
  if (later.start === '' && later.days !== undefined) return start - later.days === end;
  return start - end === 1 || (start === end && later.start !== undefined && later.start !== earlier.start);
}

/** A row with its dates as they were read: each is looked at many times. */
interface ShapedRow {
  readonly row: DatedRow;
  readonly shapes: readonly (DateShape | undefined)[];
  readonly start: DateShape | undefined;
  readonly end: DateShape | undefined;
}

function shapedRow(row: DatedRow): ShapedRow {
  const start = row.start === undefined ? undefined : dateShape(row.start);
  const end = row.end === undefined ? undefined : dateShape(row.end);
  const shapes: (DateShape | undefined)[] = [];
  for (const [, cell] of row.dates) shapes.push(cell === row.start ? start : cell === row.end ? end : dateShape(cell));
  return { row, shapes, start, end };
}
