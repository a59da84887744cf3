import {
  ChannelError,
  type Flow,
  formatDate,
  formatUnits,
  monthOf,
  pow10,
  type ReadBasis,
} from '../emissions/index.ts';
import type { BillWarning } from './bill.ts';
import type { BilledPeriod, UnusableSummary } from './billing-summary.ts';
import { AMOUNT_PLACES, type EspiUnit } from './espi-units.ts';
import type { FlowSeries } from './flow-series.ts';
import { ACROSS_MIDNIGHT, CONFLICT, ESTIMATED, NEGATIVE, QUESTIONABLE, REFUSED, REPEATED } from './interval-sums.ts';
import type { LocalDays } from './local-days.ts';
import { completeTotal, type DayAmount, type MeteredDays, monthRuns } from './metered-days.ts';

/** A line before it has its meter and place. */
export interface Draft {
  readonly flow: Flow;
  readonly start: number;
  readonly end: number;
  readonly amount: bigint;
  readonly unit: EspiUnit;
  readBasis: ReadBasis;
  readonly warnings: BillWarning[];
  readonly where: string;
}

export type Outcome = Draft | { readonly error: ChannelError; readonly where: string };

const ONE = pow10(AMOUNT_PLACES);

/** An amount without its unit: `12.5`. */
export function plain(amount: bigint): string {
  return formatUnits(amount, AMOUNT_PLACES);
}

/** An amount with its unit: `12.5 kWh`. */
export function shown(amount: bigint, { unit }: EspiUnit): string {
  return `${plain(amount)} ${unit}`;
}

/** How a bill compares with the meter's own readings of its period. */
export interface Comparison {
  readonly use: boolean;
  /** True where complete readings confirm the bill. */
  readonly agrees: boolean;
  readonly warnings: readonly BillWarning[];
}

/**
 * A bill stands, with a warning where complete readings differ from it by more than bills are rounded by. Where they differ by
 * more than a tenth, the summary is not about this period or not about this flow (it may be a balance, or cover two periods), and the
 * readings are taken.
 */
export function compareWithReadings(bill: BilledPeriod, metered: MeteredDays | undefined, zone: LocalDays): Comparison {
  if (metered === undefined) return { use: true, agrees: false, warnings: [] };
  const total = completeTotal(metered, bill.start, bill.end, zone);
  const read = total ?? partialTotal(metered, bill.start, bill.end);
  const difference = read > bill.amount ? read - bill.amount : bill.amount - read;
  const rounding = bill.unit.rounding * ONE;
  if (total === undefined ? read <= bill.amount + rounding : difference <= rounding) {
    return { use: true, agrees: total !== undefined, warnings: [] };
  }
  const use = total === undefined || difference * 10n <= total;
  const period = `${formatDate(bill.start)} to ${formatDate(bill.end - 1)}`;
  const taken = use ? 'the bill was taken' : 'the readings were taken';
  const message = `${bill.where} states ${shown(bill.amount, bill.unit)} for ${period}, its readings add up to ${shown(read, bill.unit)}; ${taken}`;
  return { use, agrees: false, warnings: [{ code: 'RECONCILIATION', message }] };
}

function partialTotal(metered: MeteredDays, start: number, end: number): bigint {
  let total = 0n;
  for (let day = start; day < end; day += 1) total += metered.days.get(day)?.amount ?? 0n;
  return total;
}

/** Lines of the days that no bill covers: one a month, or several where days are missing between them. */
export function monthLines(
  flow: Flow,
  series: FlowSeries,
  covered: ReadonlySet<number>,
  zone: LocalDays,
  point: string,
): Outcome[] {
  const { metered } = series;
  const open = [...metered.days.keys()].filter((day) => !covered.has(day));
  return monthRuns(open, monthOf).map(({ start, end }) => {
    const days: DayAmount[] = [];
    let missing = 0;
    for (let day = start; day < end; day += 1) {
      const found = metered.days.get(day) as DayAmount;
      days.push(found);
      missing += Math.max(0, zone.minutesOf(day) - found.minutes);
    }
    return lineOf(flow, { start, end, missing, days }, series, `${point}, ${flow}, ${monthOf(start)}`);
  });
}

interface Run {
  readonly start: number;
  readonly end: number;
  readonly missing: number;
  readonly days: readonly DayAmount[];
}

function lineOf(flow: Flow, run: Run, { unit, doubts }: FlowSeries, where: string): Outcome {
  const flags = run.days.reduce((all, day) => all | day.flags, 0);
  const amount = run.days.reduce((sum, day) => sum + day.amount, 0n);
  const error = faultOf(flow, flags, amount, where);
  if (error !== undefined) return { error, where };
  const estimated = run.days.reduce((sum, day) => sum + day.estimated, 0n);
  const warnings = [...doubts, ...flagWarnings(flags, estimated, amount, unit)];
  if (run.missing > 0)
    warnings.push({ code: 'READINGS_MISSING', message: `readings of ${run.missing} minutes are missing` });
  const readBasis = (flags & ESTIMATED) === 0 ? 'actual' : 'estimated';
  return { flow, start: run.start, end: run.end, amount, unit, readBasis, warnings, where };
}

/** What makes an amount unusable; undefined where nothing does. */
export function faultOf(flow: Flow, flags: number, amount: bigint, where: string): ChannelError | undefined {
  if ((flags & CONFLICT) !== 0) {
    return new ChannelError('ROW_INVALID', 'readings of the same time are not the same', {
      where,
      fix: 'Ask the utility for a file with one reading a time, or record the bills through the plain CSV layout.',
    });
  }
  if ((flags & REFUSED) !== 0) {
    return new ChannelError('ROW_INVALID', 'readings are projected or weather-normalised, not measured', {
      where,
      fix: 'Ask the utility for measured readings, or record the bills through the plain CSV layout.',
    });
  }
  if (amount < 0n || ((flags & NEGATIVE) !== 0 && flow !== 'net-only')) {
    return new ChannelError('QUANTITY_NEGATIVE', 'readings add up delivered and exported amounts', {
      where,
      fix: 'Ask the utility for delivered and exported energy apart; exports never reduce what was delivered.',
    });
  }
  return undefined;
}

export function flagWarnings(flags: number, estimated: bigint, amount: bigint, unit: EspiUnit): BillWarning[] {
  const warnings: BillWarning[] = [];
  if ((flags & ESTIMATED) !== 0) {
    warnings.push({
      code: 'READINGS_ESTIMATED',
      message: `${plain(estimated)} of ${shown(amount, unit)} are estimated`,
    });
  }
  if ((flags & QUESTIONABLE) !== 0) {
    warnings.push({ code: 'READINGS_QUESTIONABLE', message: 'the utility marks readings as questionable' });
  }
  if ((flags & REPEATED) !== 0) {
    warnings.push({ code: 'READINGS_REPEATED', message: 'readings stand in the file twice and were counted once' });
  }
  if ((flags & ACROSS_MIDNIGHT) !== 0) {
    warnings.push({
      code: 'DAY_BOUNDARY',
      message: 'readings run across midnight and count on the day of their start',
    });
  }
  return warnings;
}

export function isUnusable(bill: BilledPeriod | UnusableSummary): bill is UnusableSummary {
  return 'reason' in bill;
}
