import type { StatedEnd } from './activity.ts';
import { ChannelError } from './error.ts';
import { roundUnits } from './ratio.ts';

/** Half-open run of civil days `[start, end)`, as day numbers: days since 1970-01-01 in the site's own calendar, without clock or zone. */
export interface DaySpan {
  readonly start: number;
  readonly end: number;
}

const HYPHEN = 45;
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** Longest line accepted: two leap-containing years and a margin; longer ones are several bills in one. */
const MAX_DAYS = 800;

/**
 * Day number of `YYYY-MM-DD`, years 1900 to 2200.
 * @throws {ChannelError} DATE_INVALID for another form or a day that does not exist
 */
export function parseDate(text: string, where = 'date'): number {
  const isForm = text.length === 10 && text.charCodeAt(4) === HYPHEN && text.charCodeAt(7) === HYPHEN;
  const year = isForm ? 100 * twoDigits(text, 0) + twoDigits(text, 2) : Number.NaN;
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const exists = year >= 1900 && year <= 2200 && month >= 1 && month <= 12 && day >= 1 && day <= monthDays(year, month);
  if (!exists) {
    throw new ChannelError('DATE_INVALID', `${where} '${text.slice(0, 40)}' is not a date`, { where });
  }
  return dayNumber(year, month, day);
}

// Measured: half of what a pattern takes, on the path of every record. NaN, which no comparison lets pass, for other characters.
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? 10 * tens + ones : Number.NaN;
}

/** `YYYY-MM-DD` of a day number. */
export function formatDate(day: number): string {
  const { year, month, dayOfMonth } = civil(day);
  return `${year}-${String(month).padStart(2, '0')}-${String(dayOfMonth).padStart(2, '0')}`;
}

/** Calendar year of a day number. */
export function yearOf(day: number): number {
  return civil(day).year;
}

/** Day number of 1 January. */
export function yearStart(year: number): number {
  return dayNumber(year, 1, 1);
}

/** First day of the month that follows the day's own. */
export function nextMonthStart(day: number): number {
  const { year, month } = civil(day);
  return month === 12 ? dayNumber(year + 1, 1, 1) : dayNumber(year, month + 1, 1);
}

/** `YYYY-MM` of a day number. */
export function monthOf(day: number): string {
  return formatDate(day).slice(0, 7);
}

/**
 * The half-open span of two ISO dates.
 * @throws {ChannelError} DATE_INVALID, PERIOD_INVALID when the end is not after the start, PERIOD_TOO_LONG over 800 days
 */
export function parseSpan(start: string, end: string): DaySpan {
  const span = { start: parseDate(start, 'start'), end: parseDate(end, 'end') };
  if (span.end <= span.start) {
    throw new ChannelError('PERIOD_INVALID', `the period ${start} to ${end} (end exclusive) has no days`, {
      where: 'end',
    });
  }
  if (span.end - span.start > MAX_DAYS) {
    throw new ChannelError('PERIOD_TOO_LONG', `the period ${start} to ${end} has ${span.end - span.start} days`, {
      where: 'end',
    });
  }
  return span;
}

/**
 * Rule A: what a bill states, as `[start, end)`. An inclusive end gains a day. A shared day belongs to the later bill, so the
 * stated end is already exclusive. A read-date layout gives the end and a number of days instead of a start.
 * @throws {ChannelError} as `parseSpan`
 */
export function halfOpenPeriod(
  start: string | { readonly days: number },
  end: string,
  stated: StatedEnd,
): { start: string; end: string } {
  const last = parseDate(end, 'end');
  const exclusive = stated === 'inclusive' ? last + 1 : last;
  const first = typeof start === 'string' ? parseDate(start, 'start') : exclusive - start.days;
  const period = { start: formatDate(first), end: formatDate(exclusive) };
  parseSpan(period.start, period.end);
  return period;
}

/** The span cut at each of the given days that lies strictly inside it. Days may come in any order and repeat. */
export function cutSpan(span: DaySpan, days: Iterable<number>): DaySpan[] {
  const inside = [...new Set(days)].filter((day) => day > span.start && day < span.end).sort((a, b) => a - b);
  const edges = [span.start, ...inside, span.end];
  return edges.slice(1).map((end, at) => ({ start: edges[at] as number, end }));
}

/** Every 1 January strictly inside the span. */
export function yearCuts(span: DaySpan): number[] {
  const cuts: number[] = [];
  for (let year = yearOf(span.start) + 1; yearStart(year) < span.end; year += 1) cuts.push(yearStart(year));
  return cuts;
}

/** Every first of a month strictly inside the span. */
export function monthCuts(span: DaySpan): number[] {
  const cuts: number[] = [];
  for (let day = nextMonthStart(span.start); day < span.end; day = nextMonthStart(day)) cuts.push(day);
  return cuts;
}

/**
 * Rule B: an amount shared out over spans by civil days, in the amount's own smallest units; never negative. Each share is
 * rounded half-even, and no more than is left; the last takes the remainder, so that the shares add up exactly.
 */
export function shareByDays(units: bigint, spans: readonly DaySpan[]): bigint[] {
  const days = BigInt(spans.reduce((sum, span) => sum + (span.end - span.start), 0));
  let rest = units;
  return spans.map((span, at) => {
    if (at === spans.length - 1) return rest;
    const rounded = roundUnits({ num: units * BigInt(span.end - span.start), den: days }, 0);
    const share = rounded < rest ? rounded : rest;
    rest -= share;
    return share;
  });
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

function monthDays(year: number, month: number): number {
  return month === 2 && isLeap(year) ? 29 : (MONTH_DAYS[month - 1] as number);
}

// Days from civil and back, in the proleptic Gregorian calendar, with years that begin in March so that the leap day
// comes last (Howard Hinnant, "chrono-compatible low-level date algorithms", days_from_civil and civil_from_days).
function dayNumber(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function civil(day: number): { year: number; month: number; dayOfMonth: number } {
  const shifted = day + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    dayOfMonth: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
  };
}
