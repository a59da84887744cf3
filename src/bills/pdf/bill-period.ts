import { ChannelError, defined, formatDate, halfOpenPeriod, type StatedEnd } from '../../emissions/index.ts';
import type { ReadOptions } from '../bill.ts';
import type { Asking } from './asking.ts';
import { type DaysSeen, dayOf, endNotShown, endOf, endUnknown, orderOf, type PrintedPeriod } from './find-period.ts';
import type { FieldName, Found } from './proposal.ts';
import type { Line } from './text-lines.ts';

/** A period as it would be recorded, and what it was read from. */
export interface BillPeriod {
  /** Half-open. */
  readonly start: string;
  readonly end: string;
  readonly statedEnd: StatedEnd;
  readonly fields: Readonly<Partial<Record<FieldName, Found>>>;
}

/** The period that two printed dates mean; what the bill does not decide becomes a question. */
export function readPeriod(
  lines: readonly Line[],
  chosen: PrintedPeriod,
  days: readonly DaysSeen[],
  options: Pick<ReadOptions, 'dateOrder' | 'statedEnd'>,
  ask: Asking,
): BillPeriod | undefined {
  const dates = orderedDates(lines, chosen, days, options, ask);
  if (dates === undefined) {
    // Told together what is open, so that one look at the bill answers it.
    if (options.statedEnd === undefined && days.length === 0) ask.askError('end_convention', endNotShown());
    return undefined;
  }
  const convention = conventionOf(dates.days, days, chosen.beside ?? '', options.statedEnd, ask);
  if (convention === undefined) return undefined;
  const statedEnd = convention.value as StatedEnd;
  const [first] = days;
  const { start, end } = dates.fields;
  try {
    return {
      ...halfOpenPeriod(start.value, end.value, statedEnd),
      statedEnd,
      fields: { start, end, ...defined({ days: first && daysFound(first) }), end_convention: convention },
    };
  } catch (error) {
    return ask.askError('start', error);
  }
}

function daysFound({ days, printed, where }: DaysSeen): Found {
  return { value: String(days), printed, where, why: 'a number of days', confidence: 'high' };
}

function orderedDates(
  lines: readonly Line[],
  chosen: PrintedPeriod,
  days: readonly DaysSeen[],
  { dateOrder }: Pick<ReadOptions, 'dateOrder'>,
  ask: Asking,
):
  | { readonly days: readonly [number, number]; readonly fields: { readonly start: Found; readonly end: Found } }
  | undefined {
  try {
    const stated = new Set(days.map((one) => one.days));
    const { order, seen } = orderOf(lines, [chosen], stated.size === 1 ? days[0]?.days : undefined, dateOrder);
    const [start, end] = [dayOf(chosen.start, order), dayOf(chosen.end, order)];
    if (start === undefined || end === undefined)
      throw new ChannelError('DATE_INVALID', `the dates of the period are none as the bill's others are (${order})`, {
        fix: 'Look at the bill, and give --date-order.',
      });
    const date = (day: number, printed: string): Found => {
      const { where, why, confidence } = chosen;
      return {
        value: formatDate(day),
        printed,
        where,
        why: `${why}; ${order === 'year-first' ? seen : `${order}: ${seen}`}`,
        confidence,
      };
    };
    return { days: [start, end], fields: { start: date(start, chosen.start), end: date(end, chosen.end) } };
  } catch (error) {
    return ask.askError('start', error);
  }
}

function conventionOf(
  dates: readonly [number, number],
  days: readonly DaysSeen[],
  beside: string,
  told: StatedEnd | undefined,
  ask: Asking,
): Found | undefined {
  try {
    if (told !== undefined) return toldConvention(dates, days, told);
    const { statedEnd, seen, confidence, where } = endOf(dates, days, beside);
    return { value: statedEnd, why: seen, confidence, ...defined({ where }) };
  } catch (error) {
    return ask.askError('end_convention', error);
  }
}

/** A convention that was told must agree with the days that the bill states, where one of the two readings does. */
function toldConvention([start, end]: readonly [number, number], days: readonly DaysSeen[], told: StatedEnd): Found {
  // A read date comes with a number of days and no start: here both dates are printed.
  if (told === 'read-date')
    throw endUnknown('read-date was told, which is for bills without a start date; this one has both dates');
  const length = end - start + (told === 'inclusive' ? 1 : 0);
  const other = end - start + (told === 'inclusive' ? 0 : 1);
  const against = days.find((one) => one.days === other);
  if (against !== undefined && !days.some((one) => one.days === length))
    throw new ChannelError('END_CONVENTION_UNKNOWN', `${told} was told, and the bill states ${other} days`, {
      where: against.where,
      fix: 'Look at the bill, and tell the convention that agrees with its number of days.',
    });
  return { value: told, why: 'as told', confidence: 'told' };
}
