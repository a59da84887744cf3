import {
  ChannelError,
  type ErrorCode,
  type Flow,
  formatDate,
  formatUnits,
  monthOf,
  pow10,
  type ReadBasis,
} from '../emissions/index.ts';
import type { BillWarning } from './bill.ts';
import { type BilledPeriod, grossUnknown, scaleOf, type UnusableSummary } from './billing-summary.ts';
import { accumulationFault, electricityCommodities, flowOf, isPlainData, unitName, WATT_HOURS } from './espi-codes.ts';
import type { MeterSeries } from './espi-links.ts';
import { ACROSS_MIDNIGHT, CONFLICT, ESTIMATED, NEGATIVE, QUESTIONABLE, REFUSED, REPEATED } from './interval-sums.ts';
import type { LocalDays } from './local-days.ts';
import {
  AMOUNT_PLACES,
  completeTotal,
  type DayAmount,
  joinSeries,
  type MeteredDays,
  monthRuns,
  sumByDay,
} from './metered-days.ts';

/** A line before it has its meter and place. */
export interface Draft {
  readonly flow: Flow;
  readonly start: number;
  readonly end: number;
  readonly amount: bigint;
  readBasis: ReadBasis;
  readonly warnings: BillWarning[];
  readonly where: string;
}

export type Outcome = Draft | { readonly error: ChannelError; readonly where: string };

/** The readings of one flow of a usage point. */
export interface FlowSeries {
  readonly metered: MeteredDays;
  readonly doubts: readonly BillWarning[];
}

/** Meter readings that are no amounts of energy, or cannot be read as such. */
export interface UnusableSeries {
  readonly code: ErrorCode;
  readonly reason: string;
  readonly where: string;
}

const KWH = pow10(AMOUNT_PLACES);

export function kWh(amount: bigint): string {
  return formatUnits(amount, AMOUNT_PLACES);
}

/** The energy readings of a usage point by flow, and what else it has. */
export function readSeries(
  all: readonly MeterSeries[],
  zone: LocalDays,
): { flows: Map<Flow, FlowSeries>; unusable: UnusableSeries[] } {
  const found = new Map<Flow, { metered: MeteredDays[]; doubts: BillWarning[] }>();
  const unusable: UnusableSeries[] = [];
  for (const series of all) {
    const read = energyOf(series, zone);
    if ('reason' in read) {
      unusable.push({ ...read, where: `MeterReading ${series.order}` });
      continue;
    }
    const flow = found.get(read.flow) ?? { metered: [], doubts: [] };
    flow.metered.push(read.metered);
    flow.doubts.push(...read.doubts);
    found.set(read.flow, flow);
  }
  const flows = new Map(
    [...found].map(([flow, { metered, doubts }]) => [flow, { metered: joinSeries(metered), doubts }]),
  );
  return { flows, unusable };
}

function energyOf(
  { type, sums }: MeterSeries,
  zone: LocalDays,
): { flow: Flow; metered: MeteredDays; doubts: BillWarning[] } | { code: ErrorCode; reason: string } {
  if (type === undefined)
    return { code: 'ROW_INVALID', reason: 'the file does not describe its readings (ReadingType)' };
  const { fields } = type;
  const commodity = fields.get('commodity') ?? '1';
  if (commodity !== '0' && !electricityCommodities.includes(commodity)) {
    return { code: 'COMMODITY_UNKNOWN', reason: 'it measures another commodity than electricity' };
  }
  if (fields.get('uom') !== WATT_HOURS) {
    return { code: 'UNIT_UNFIT', reason: `it is in ${unitName(fields.get('uom'))}, not in Wh` };
  }
  const accumulation = accumulationFault(fields.get('accumulationBehaviour'));
  if (accumulation !== undefined) {
    return { code: 'ROW_INVALID', reason: `it holds ${accumulation}, not the energy of each interval` };
  }
  if (!isPlainData(fields.get('dataQualifier'))) {
    return { code: 'ROW_INVALID', reason: 'it holds averages, maxima or minima, not amounts' };
  }
  const direction = flowOf(fields.get('flowDirection'));
  if (direction === undefined) return { code: 'UNIT_UNFIT', reason: 'its flow is neither delivered nor exported' };
  const scale = scaleOf(fields.get('powerOfTenMultiplier'));
  if (scale === undefined) return { code: 'ROW_INVALID', reason: 'its power-of-ten multiplier is outside -12 to 12' };
  const fault = sums.find((part) => part.fault !== undefined)?.fault;
  if (fault !== undefined) return { code: 'ROW_INVALID', reason: fault };
  const metered = sumByDay(sums, scale, zone);
  if (metered.misplaced > 0) {
    return { code: 'PERIOD_INVALID', reason: 'a reading over several days does not begin and end at local midnight' };
  }
  return { flow: direction.flow, metered, doubts: doubtsOf(direction.doubt) };
}

function doubtsOf(doubt: 'assumed' | 'gross-unknown' | undefined): BillWarning[] {
  if (doubt === undefined) return [];
  if (doubt === 'gross-unknown') return [grossUnknown];
  return [{ code: 'FLOW_ASSUMED', message: 'the file gives no flow direction; the readings were taken as delivered' }];
}

/** How a bill compares with the meter's own readings of its period. */
export interface Comparison {
  readonly use: boolean;
  /** True where complete readings confirm the bill. */
  readonly agrees: boolean;
  readonly warnings: readonly BillWarning[];
}

/**
 * A bill stands, with a warning where complete readings differ from it by more than 1 kWh. Where they differ by more than a
 * tenth, the summary is not about this period or not about this flow (it may be a balance, or cover two periods), and the
 * readings are taken.
 */
export function compareWithReadings(bill: BilledPeriod, metered: MeteredDays | undefined, zone: LocalDays): Comparison {
  if (metered === undefined) return { use: true, agrees: false, warnings: [] };
  const total = completeTotal(metered, bill.start, bill.end, zone);
  const read = total ?? partialTotal(metered, bill.start, bill.end);
  const difference = read > bill.amount ? read - bill.amount : bill.amount - read;
  if (total === undefined ? read <= bill.amount + KWH : difference <= KWH) {
    return { use: true, agrees: total !== undefined, warnings: [] };
  }
  const use = total === undefined || difference * 10n <= total;
  const period = `${formatDate(bill.start)} to ${formatDate(bill.end - 1)}`;
  const taken = use ? 'the bill was taken' : 'the readings were taken';
  const message = `${bill.where} states ${kWh(bill.amount)} kWh for ${period}, its readings add up to ${kWh(read)} kWh; ${taken}`;
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
  { metered, doubts }: FlowSeries,
  billed: readonly { readonly start: number; readonly end: number }[],
  zone: LocalDays,
  point: string,
): Outcome[] {
  const covered = new Set<number>();
  for (const { start, end } of billed) for (let day = start; day < end; day += 1) covered.add(day);
  const open = [...metered.days.keys()].filter((day) => !covered.has(day));
  return monthRuns(open, monthOf).map(({ start, end }) => {
    const days: DayAmount[] = [];
    let missing = 0;
    for (let day = start; day < end; day += 1) {
      const found = metered.days.get(day) as DayAmount;
      days.push(found);
      missing += Math.max(0, zone.minutesOf(day) - found.minutes);
    }
    return lineOf(flow, { start, end, missing, days }, doubts, `${point}, ${flow}, ${monthOf(start)}`);
  });
}

interface Run {
  readonly start: number;
  readonly end: number;
  readonly missing: number;
  readonly days: readonly DayAmount[];
}

function lineOf(flow: Flow, run: Run, doubts: readonly BillWarning[], where: string): Outcome {
  const flags = run.days.reduce((all, day) => all | day.flags, 0);
  const amount = run.days.reduce((sum, day) => sum + day.amount, 0n);
  const error = faultOf(flow, flags, amount, where);
  if (error !== undefined) return { error, where };
  const estimated = run.days.reduce((sum, day) => sum + day.estimated, 0n);
  const warnings = [...doubts, ...flagWarnings(flags, estimated, amount)];
  if (run.missing > 0)
    warnings.push({ code: 'READINGS_MISSING', message: `readings of ${run.missing} minutes are missing` });
  const readBasis = (flags & ESTIMATED) === 0 ? 'actual' : 'estimated';
  return { flow, start: run.start, end: run.end, amount, readBasis, warnings, where };
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
    return new ChannelError('QUANTITY_NEGATIVE', 'readings add up delivered and exported energy', {
      where,
      fix: 'Ask the utility for delivered and exported energy apart; exports never reduce what was delivered.',
    });
  }
  return undefined;
}

export function flagWarnings(flags: number, estimated: bigint, amount: bigint): BillWarning[] {
  const warnings: BillWarning[] = [];
  if ((flags & ESTIMATED) !== 0) {
    warnings.push({ code: 'READINGS_ESTIMATED', message: `${kWh(estimated)} of ${kWh(amount)} kWh are estimated` });
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
