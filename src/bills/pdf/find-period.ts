import { ChannelError, formatDate, isChannelError, type StatedEnd } from '../../emissions/index.ts';
import type { DateOrder } from '../mapping/bill-mapping.ts';
import { type DatedRow, dateDecision } from '../mapping/date-evidence.ts';
import { dateShape, dayOfShape } from '../mapping/date-form.ts';
import { DAYS, DAYS_LABEL, END_LABEL, INCLUSIVE, OTHER_PERIOD, PERIOD_WORDS, START_LABEL } from './bill-words.ts';
import { labelledValues, placeOf, relationWords } from './labelled.ts';
import { datesIn, rangesIn } from './printed-dates.ts';
import type { Confidence } from './proposal.ts';
import type { Line } from './text-lines.ts';

/** Two dates that may be the period of the bill, as printed. */
export interface PrintedPeriod {
  readonly start: string;
  readonly end: string;
  readonly printed: string;
  readonly where: string;
  readonly why: string;
  readonly confidence: Confidence;
  /** The line on which it stands. */
  readonly beside?: string;
}

/** Every pair of dates that may be the period, the likelier ones alone where there are any. */
export function findPeriods(lines: readonly Line[]): PrintedPeriod[] {
  const found = [...ranges(lines), ...apart(lines)];
  const best = (['high', 'medium', 'low'] as const).find((one) => found.some(({ confidence }) => confidence === one));
  const kept = found.filter(({ confidence }) => confidence === best);
  return [...Map.groupBy(kept, ({ start, end }) => `${start} ${end}`).values()].map(([first, ...others]) => {
    const one = first as PrintedPeriod;
    return others.length === 0
      ? one
      : { ...one, why: `${one.why}; also at ${others.map(({ where }) => where).join(' and ')}` };
  });
}

function ranges(lines: readonly Line[]): PrintedPeriod[] {
  return lines.flatMap((line, at) =>
    rangesIn(line.text).flatMap(({ start, end, printed, from }): PrintedPeriod[] => {
      const before = line.text.slice(0, from);
      if (OTHER_PERIOD.test(before)) return [];
      const word = PERIOD_WORDS.exec(before.trim() === '' ? headingAbove(lines, at) : before)?.[0];
      const why = word === undefined ? 'two dates with a word or dash for "to"' : `two dates after "${word}"`;
      const confidence = word === undefined ? 'low' : 'high';
      return [{ start: start.text, end: end.text, printed, where: placeOf(line), why, confidence, beside: line.text }];
    }),
  );
}

/** The line above, where it can be a heading. */
function headingAbove(lines: readonly Line[], at: number): string {
  const [above, line] = [lines[at - 1], lines[at]];
  return above !== undefined && above.page === line?.page && !/\d/.test(above.text) ? above.text : '';
}

/** Start and end with labels of their own. */
function apart(lines: readonly Line[]): PrintedPeriod[] {
  const isDate = (text: string) => datesIn(text).length === 1;
  const starts = labelledValues(lines, START_LABEL, isDate);
  const ends = labelledValues(lines, END_LABEL, isDate);
  return starts.flatMap((start) =>
    ends
      .filter(
        ({ line }) => line.page === start.line.page && Math.abs(line.baseline - start.line.baseline) < 3 * line.size,
      )
      .map((end): PrintedPeriod => {
        const [first, last] = [datesIn(start.text)[0], datesIn(end.text)[0]];
        return {
          ...{ start: first?.text ?? '', end: last?.text ?? '', where: placeOf(start.line) },
          printed: `${first?.printed} ${last?.printed}`,
          why: `${relationWords(start)} and ${relationWords(end)}`,
          confidence: 'medium',
        };
      }),
  );
}

/** A number of days that the bill states. */
export interface DaysSeen {
  readonly days: number;
  readonly where: string;
  readonly printed: string;
}

/** Those beside a period, alone in brackets or with a label; a term of payment is also a number of days, and is none of them. */
export function findDays(lines: readonly Line[]): DaysSeen[] {
  const inText = lines.flatMap((line) => {
    const texts = rangesIn(line.text).length > 0 ? [line.text] : line.cells.map(({ text }) => text).filter(isDaysAlone);
    return texts.flatMap((text) =>
      [...text.matchAll(DAYS)].map((match) => ({ days: Number(match[1]), where: placeOf(line), printed: match[0] })),
    );
  });
  const labelled = labelledValues(lines, DAYS_LABEL, (text) => /^\d{1,3}$/.test(text)).map(({ text, line }) => ({
    ...{ days: Number(text), where: placeOf(line), printed: text },
  }));
  return [...inText, ...labelled];
}

/** Stands between two rows: lines of a page do not follow one another as the bills of a table do. */
const APART: DatedRow = { row: 0, dates: [] };

function isDaysAlone(text: string): boolean {
  return /^\(\d{1,3} [^\d()]{3,16}\)$/.test(text);
}

/**
 * Whether day or month comes first, by all dates of the bill, its period and its number of days; in words of pages and lines.
 * @throws {ChannelError} DATE_ORDER_UNKNOWN
 */
export function orderOf(
  lines: readonly Line[],
  periods: readonly Pick<PrintedPeriod, 'start' | 'end' | 'where'>[],
  days: number | undefined,
  told: DateOrder | undefined,
): { readonly order: DateOrder; readonly seen: string } {
  const places: string[] = [''];
  const rows: DatedRow[] = lines.flatMap((line): DatedRow[] => {
    const dates = datesIn(line.text).map(({ text }) => ['date', text] as const);
    if (dates.length === 0) return [];
    return [{ row: places.push(placeOf(line)) - 1, dates }, APART];
  });
  for (const { start, end, where } of periods) {
    const row = places.push(where) - 1;
    rows.push({ row, dates: [], start, end, ...(days === undefined ? {} : { days }) }, APART);
  }
  const words = (text: string) =>
    text.replace(/row (\d+)(?:, column date,)?/g, (_, row: string) => places[Number(row)] ?? '');
  try {
    const { order, seen } = dateDecision(rows, told);
    return { order, seen: words(seen) };
  } catch (error) {
    if (!isChannelError(error)) throw error;
    throw new ChannelError(error.code, words(error.message), { where: 'dates' });
  }
}

/** Day number of a printed date. */
export function dayOf(text: string, order: DateOrder): number | undefined {
  const shape = dateShape(text);
  return shape === undefined ? undefined : dayOfShape(shape, order);
}

/**
 * What the end date is: by the number of days that the bill states, by a word such as "inclusive" beside the dates, else by a period that is made of whole calendar months.
 * @throws {ChannelError} END_CONVENTION_UNKNOWN
 */
export function endOf(
  [start, end]: readonly [number, number],
  days: readonly DaysSeen[],
  beside: string,
): { readonly statedEnd: StatedEnd; readonly seen: string; readonly confidence: Confidence; readonly where?: string } {
  const length = end - start;
  const exclusive = days.find((one) => one.days === length);
  const inclusive = days.find((one) => one.days === length + 1);
  if (exclusive !== undefined && inclusive !== undefined)
    throw endUnknown(`the bill states both ${length} days (${exclusive.where}) and ${length + 1} (${inclusive.where})`);
  if (exclusive !== undefined)
    return {
      statedEnd: 'exclusive',
      seen: `the ${length} days stated leave out the end date`,
      confidence: 'high',
      where: exclusive.where,
    };
  if (inclusive !== undefined)
    return {
      statedEnd: 'inclusive',
      seen: `the ${length + 1} days stated count the end date`,
      confidence: 'high',
      where: inclusive.where,
    };
  const word = INCLUSIVE.exec(beside)?.[0];
  if (word !== undefined)
    return { statedEnd: 'inclusive', seen: `"${word}" stands beside the dates`, confidence: 'high' };
  const [first, after] = [formatDate(start), formatDate(end + 1)];
  if (first.endsWith('-01') && after.endsWith('-01'))
    return {
      statedEnd: 'inclusive',
      seen: 'from the first day of a month to the last day of one',
      confidence: 'medium',
    };
  throw endNotShown();
}

/** Nothing says what the end date is. */
export function endNotShown(): ChannelError {
  return endUnknown('nothing on the bill shows whether the end date is the last day billed or the day after it');
}

/** The end of the period needs a person. */
export function endUnknown(message: string): ChannelError {
  return new ChannelError('END_CONVENTION_UNKNOWN', message, {
    where: 'end date',
    fix: 'Look at the bill, and say what its end date is: --end-convention inclusive (the last day billed), exclusive (the day after it) or shared-day (the first day of the next bill).',
  });
}
