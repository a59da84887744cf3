import { formatDate, isChannelError, parseDate } from '../../emissions/index.ts';
import type { ReadDay } from '../iso-day.ts';
import { ownText } from '../own-text.ts';
import type { DateOrder } from './bill-mapping.ts';

/** A date as it stands in a cell, before it is known which number is the day. */
export type DateShape =
  | { readonly form: 'certain'; readonly day: number }
  | {
      readonly form: 'numbers';
      readonly first: number;
      readonly second: number;
      readonly year: number;
      readonly short: boolean;
      /** The day under each order; undefined where there is no such day. */
      readonly monthFirst: number | undefined;
      readonly dayFirst: number | undefined;
    };

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
/** Two digits are a year of this century up to here, and of the last above: bills of before 1980 are not read. */
const LAST_SHORT_YEAR = 79;

const NUMBERS = /^(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})$/;
const YEAR_FIRST = /^(\d{4})([/.-]?)(\d{1,2})\2(\d{1,2})$/;
const MONTH_NAME = /^([a-z]{3,9})\.?[ -](\d{1,2})(?:st|nd|rd|th)?,?[ -](\d{4}|\d{2})$/i;
const DAY_MONTH_NAME = /^(\d{1,2})(?:st|nd|rd|th)?\.?[ -]([a-z]{3,9})\.?,?[ -](\d{4}|\d{2})$/i;
/** A time of day after the date, which bills write for midnight. */
const TIME = /[T ,]\s*\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*([ap]\.?m\.?)?\s*(z|[+-]\d{2}:?\d{2}|utc)?$/i;

/** Shapes of the cells met: bills repeat their dates, and evidence looks at each many times. */
const known = new Map<string, DateShape | undefined>();
const MAX_KNOWN = 10_000;

/** The date of a cell; undefined where it is none. A time of day after it is left out. */
export function dateShape(cell: string): DateShape | undefined {
  const found = known.get(cell);
  if (found !== undefined || known.has(cell)) return found;
  const shape = readShape(cell);
  if (known.size >= MAX_KNOWN) known.clear();
  if (cell.length <= LONGEST_DATE) known.set(ownText(cell), shape);
  return shape;
}

/** Longer cells are not remembered. */
const LONGEST_DATE = 40;

function readShape(cell: string): DateShape | undefined {
  const text = (cell.includes(':') ? cell.replace(TIME, '') : cell).trim();
  const iso = YEAR_FIRST.exec(text);
  if (iso !== null && (iso[2] !== '' || text.length === 8)) return certain(iso[1], iso[3], iso[4]);
  const named = MONTH_NAME.exec(text);
  if (named !== null) return certain(yearOf(named[3] as string), monthOf(named[1] as string), named[2]);
  const dayNamed = DAY_MONTH_NAME.exec(text);
  if (dayNamed !== null) return certain(yearOf(dayNamed[3] as string), monthOf(dayNamed[2] as string), dayNamed[1]);
  const numbers = NUMBERS.exec(text);
  if (numbers === null) return undefined;
  const [first, second] = [Number(numbers[1]), Number(numbers[3])];
  if (first < 1 || second < 1 || first > 31 || second > 31 || (first > 12 && second > 12)) return undefined;
  const written = numbers[4] as string;
  const year = yearOf(written);
  const days = { monthFirst: dayOrNone(year, first, second), dayFirst: dayOrNone(year, second, first) };
  return { form: 'numbers', first, second, year: Number(year), short: written.length === 2, ...days };
}

/** Day number of a date under an order; undefined where there is no such day. */
export function dayOfShape(shape: DateShape, order: DateOrder): number | undefined {
  if (shape.form === 'certain') return shape.day;
  if (order === 'year-first') return undefined;
  return order === 'month-first' ? shape.monthFirst : shape.dayFirst;
}

/** Minutes since midnight of `14:30`, `2:30 PM` or `14:30:00`; 1440 for `24:00`. */
export function minutesOfTime(cell: string): number | undefined {
  const match = /^(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([ap])?\.?(?:m\.?)?$/i.exec(cell.trim());
  if (match === null) return undefined;
  let hour = Number(match[1]);
  const minute = Number(match[2]);
  const half = match[4]?.toLowerCase();
  if (minute > 59 || Number(match[3] ?? 0) > 59) return undefined;
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return undefined;
    hour = (hour % 12) + (half === 'p' ? 12 : 0);
  }
  if (hour > 24 || (hour === 24 && minute > 0)) return undefined;
  return hour * 60 + minute;
}

function certain(
  year: string | undefined,
  month: string | number | undefined,
  day: string | undefined,
): DateShape | undefined {
  const found = dayOrNone(String(year), Number(month), Number(day));
  return found === undefined ? undefined : { form: 'certain', day: found };
}

function dayOrNone(year: string, month: number, day: number): number | undefined {
  // Most often it is the other order that is tried: errors are made for days alone that look like one.
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= 31)) return undefined;
  try {
    return parseDate(`${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`);
  } catch (error) {
    if (isChannelError(error)) return undefined;
    throw error;
  }
}

function yearOf(digits: string): string {
  if (digits.length === 4) return digits;
  return String(Number(digits) + (Number(digits) <= LAST_SHORT_YEAR ? 2_000 : 1_900));
}

/** 1 to 12 by the first three letters of an English name; 0 for another word. */
function monthOf(name: string): number {
  const at = MONTHS.indexOf(name.slice(0, 3).toLowerCase());
  const whole = FULL_NAMES[at] ?? '';
  return whole.startsWith(name.toLowerCase()) || name.toLowerCase() === 'sept' ? at + 1 : 0;
}

const FULL_NAMES = 'january february march april may june july august september october november december'.split(' ');

/** Reads the dates of one file, of which the order is known; remembers what it read, as bills repeat their dates. */
export class DateReader {
  readonly order: DateOrder;
  readonly #known = new Map<string, ReadDay | undefined>();
  /** The same of cells that hold three numbers: a number is found sooner than a text. */
  readonly #numbers = new Map<number, ReadDay>();

  constructor(order: DateOrder) {
    this.order = order;
  }

  /** `YYYY-MM-DD`; undefined where the cell holds no date of this order. */
  iso(cell: string): string | undefined {
    return this.read(cell)?.iso;
  }

  /** The day; undefined where the cell holds no date of this order. */
  read(cell: string): ReadDay | undefined {
    const key = numbersIn(cell);
    return (key < 0 ? undefined : this.#numbers.get(key)) ?? this.#look(cell, key);
  }

  #look(cell: string, key: number): ReadDay | undefined {
    const found = this.#known.get(cell);
    if (found !== undefined || this.#known.has(cell)) return found;
    const shape = dateShape(cell);
    const day = shape === undefined ? undefined : dayOfShape(shape, this.order);
    const read = day === undefined ? undefined : { day, iso: formatDate(day) };
    if (key >= 0 && read !== undefined) {
      if (this.#numbers.size >= MAX_KNOWN) this.#numbers.clear();
      this.#numbers.set(key, read);
    } else if (cell.length <= LONGEST_DATE) {
      if (this.#known.size >= MAX_KNOWN) this.#known.clear();
      this.#known.set(ownText(cell), read);
    }
    return read;
  }
}

/** The three numbers of `1/31/2022`, where nothing else is in the cell, as one number; -1 for any other text. */
function numbersIn(cell: string): number {
  const { length } = cell;
  if (length < 8 || length > 10) return -1;
  let [parts, count, part, digits] = [0, 0, 0, 0];
  for (let at = 0; at < length; at += 1) {
    const code = cell.charCodeAt(at);
    if (code === SLASH) {
      if (digits === 0 || digits > 2) return -1;
      parts = parts * 100 + part;
      count += 1;
      [part, digits] = [0, 0];
    } else if (code >= ZERO && code <= NINE) {
      part = part * 10 + code - ZERO;
      digits += 1;
    } else return -1;
  }
  return count === 2 && digits === 4 ? parts * 10_000 + part : -1;
}

const SLASH = 47;
const ZERO = 48;
const NINE = 57;
