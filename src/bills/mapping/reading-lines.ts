import {
  ChannelError,
  type Commodity,
  defined,
  type Flow,
  formatDate,
  formatUnits,
  monthOf,
  type UnitName,
} from '../../emissions/index.ts';
import type { BillItem, BillLine, BillWarning, PlaceHint } from '../bill.ts';
import { CONFLICT, ESTIMATED, type IntervalSums, NEGATIVE, REPEATED } from '../interval-sums.ts';
import type { LocalDays } from '../local-days.ts';
import { type DayAmount, monthRuns, sumByDay } from '../metered-days.ts';

/** Decimals of an amount that are summed: finer than any meter shows. */
export const PLACES = 9;

/** The readings of one meter, commodity, unit and flow. */
export interface ReadingSeries {
  readonly meter: string;
  readonly account: string;
  readonly commodity: Commodity;
  readonly unit: UnitName;
  readonly flow: Flow;
  readonly sums: IntervalSums;
  /** First instants already read of those that the clock shows twice. */
  readonly twice: Set<number>;
  /** Months of which a reading could not be read, with its row and reason. */
  readonly bad: Map<string, ChannelError>;
  isZero: boolean;
}

/** What all lines of a file share. */
export interface ReadingContext {
  readonly zone: LocalDays;
  readonly zoneName: string;
  readonly utility: string;
  readonly place: PlaceHint;
  /** A row that could not be placed in time: no sum of the file can be trusted. */
  readonly broken: ChannelError | undefined;
}

/** Neighbouring days of one month, added up. */
interface Run extends DayAmount {
  readonly start: number;
  readonly end: number;
  readonly missing: number;
  readonly where: string;
}

/** A line a month, or several where days are missing between; a month that cannot be trusted is rejected. */
export function seriesLines(series: ReadingSeries, context: ReadingContext): BillItem[] {
  // A meter that never exports has a column of zeros for it.
  if (series.flow === 'exported' && series.isZero && series.bad.size === 0) return [];
  const { days, misplaced } = sumByDay([series.sums], 1n, context.zone);
  const items: BillItem[] = [];
  const told = new Set<string>();
  for (const { start, end } of monthRuns(days.keys(), monthOf)) {
    const run = runOf(series, days, start, end, context.zone);
    const error = context.broken ?? series.bad.get(monthOf(start)) ?? faultOf(run, misplaced);
    if (error === undefined) items.push({ line: lineOf(series, run, context) });
    else items.push(rejected(error, run.where));
    told.add(run.where);
  }
  for (const [month, error] of series.bad) {
    const where = `${series.flow}, ${month}`;
    if (!told.has(where)) items.push(rejected(error, where));
  }
  return items;
}

/** Without cells: a reading alone, sent in again, would stand for its whole month. */
function rejected(error: ChannelError, where: string): BillItem {
  return { rejected: { ...error.report(), where: error.details.where ?? where }, where };
}

function runOf(
  { flow }: ReadingSeries,
  days: ReadonlyMap<number, DayAmount>,
  start: number,
  end: number,
  zone: LocalDays,
): Run {
  const run = { amount: 0n, estimated: 0n, minutes: 0, flags: 0, missing: 0 };
  for (let day = start; day < end; day += 1) {
    const found = days.get(day) as DayAmount;
    run.amount += found.amount;
    run.estimated += found.estimated;
    run.minutes += found.minutes;
    run.flags |= found.flags;
    run.missing += Math.max(0, zone.minutesOf(day) - found.minutes);
  }
  return { ...run, start, end, where: `${flow}, ${monthOf(start)}` };
}

function faultOf({ flags, amount, where }: Run, misplaced: number): ChannelError | undefined {
  if (misplaced > 0)
    return new ChannelError('PERIOD_INVALID', 'a reading over several days does not begin and end at midnight', {
      where,
    });
  if ((flags & CONFLICT) !== 0)
    return new ChannelError('ROW_INVALID', 'readings of the same time are not the same', {
      where,
      fix: 'Ask the utility for a file with one reading a time.',
    });
  if (amount < 0n || (flags & NEGATIVE) !== 0)
    return new ChannelError('QUANTITY_NEGATIVE', 'readings add up delivered and exported energy', {
      where,
      fix: 'Ask the utility for delivered and exported energy apart; exports never reduce what was delivered.',
    });
  return undefined;
}

function lineOf(series: ReadingSeries, run: Run, { zoneName, utility, place }: ReadingContext): BillLine {
  return {
    utility,
    meter: series.meter,
    ...defined({ account: series.account === '' ? undefined : series.account }),
    zone: zoneName,
    commodity: series.commodity,
    flow: series.flow,
    start: formatDate(run.start),
    end: formatDate(run.end),
    statedEnd: 'exclusive',
    quantity: formatUnits(run.amount, PLACES),
    unit: series.unit,
    readBasis: (run.flags & ESTIMATED) === 0 ? 'actual' : 'estimated',
    place,
    warnings: warningsOf(run, series.unit),
    where: run.where,
  };
}

function warningsOf({ flags, estimated, amount, missing }: Run, unit: UnitName): BillWarning[] {
  const warnings: BillWarning[] = [];
  const shown = (units: bigint) => formatUnits(units, PLACES);
  if ((flags & ESTIMATED) !== 0) {
    const message = `${shown(estimated)} of ${shown(amount)} ${unit} are estimated`;
    warnings.push({ code: 'READINGS_ESTIMATED', message });
  }
  if ((flags & REPEATED) !== 0)
    warnings.push({ code: 'READINGS_REPEATED', message: 'readings stand in the file twice and were counted once' });
  if (missing > 0)
    warnings.push({
      code: 'READINGS_MISSING',
      message: `readings of ${missing} minute${missing === 1 ? '' : 's'} are missing`,
    });
  return warnings;
}
