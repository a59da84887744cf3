import { ChannelError, type Flow, formatDate } from '../emissions/index.ts';
import type { BillWarning } from './bill.ts';
import { type BilledPeriod, billOf, currentTotal, type UnusableSummary } from './billing-summary.ts';
import type { CommodityPart } from './espi-commodity.ts';
import type { EspiFeed } from './espi-feed.ts';
import type { EspiUnit } from './espi-units.ts';
import { type FlowSeries, readSeries, type UnusableSeries } from './flow-series.ts';
import { ESTIMATED } from './interval-sums.ts';
import type { LocalDays } from './local-days.ts';
import { completeTotal } from './metered-days.ts';
import {
  compareWithReadings,
  type Draft,
  faultOf,
  flagWarnings,
  isUnusable,
  monthLines,
  type Outcome,
  shown,
} from './usage-point.ts';
import { yearWarnings } from './year-readings.ts';

/**
 * The lines of a usage point's commodity: delivered amounts first, then exported, each by start. Billing summaries are bills;
 * readings fill the days that no bill covers. A balance of both directions is taken only where delivered energy is not there
 * apart.
 */
export function pointOutcomes(part: CommodityPart, feed: EspiFeed, zone: LocalDays, where: string): Outcome[] {
  const { commodity } = part;
  const { flows, unusable } = readSeries(part.series, commodity, zone);
  const balanceUnused = flows.has('delivered') && flows.delete('net-only');
  const base: Flow = flows.has('net-only') ? 'net-only' : 'delivered';
  const summaries = part.summaries.map((summary) => ({ summary, bill: billOf(summary, commodity, feed, zone) }));
  const bills = summaries.flatMap(({ bill }) => (isUnusable(bill) ? [] : [bill]));
  const exported = bills.filter((bill) => bill.flow === 'exported');
  const taken = bills.filter((bill) => bill.flow !== 'exported');
  const metered = flows.get(base) ?? [];
  const mayBeNet = commodity === 'electricity' && flows.has('exported');
  const outcomes = [
    ...flowOutcomes(base, metered, taken, { zone, where, mayBeNet }),
    ...flowOutcomes('exported', flows.get('exported') ?? [], exported, { zone, where, mayBeNet: false }),
  ];

  const drafts = outcomes.filter((outcome): outcome is Draft => !('error' in outcome));
  for (const { summary, bill } of summaries) {
    if (isUnusable(bill)) outcomes.push(...setAside(bill, drafts, metered.length > 0));
    else noteCurrent(currentTotal(summary, commodity, bill.end, zone), bill, drafts, metered, zone);
  }
  outcomes.push(...notRead(unusable, drafts[0], where));
  if (balanceUnused) drafts[0]?.warnings.push({ code: 'READINGS_UNUSED', message: BALANCE_UNUSED });
  return outcomes;
}

const BALANCE_UNUSED = 'a balance or sum of both directions was not read: delivered energy is there apart';

/**
 * Meter readings that are not read. Those that are no use are a note beside lines that are, an error where they are all there
 * is; those that may be use are an error in any case.
 */
export function notRead(
  unusable: readonly UnusableSeries[],
  first: Draft | undefined,
  point: string,
): { readonly error: ChannelError; readonly where: string }[] {
  const errors: { error: ChannelError; where: string }[] = [];
  for (const { code, reason, where, noUse } of unusable) {
    if (first !== undefined && noUse === true) {
      first.warnings.push({ code: 'READINGS_UNUSED', message: `${where} was not used: ${reason}` });
    } else {
      const error = new ChannelError(code, `a meter reading cannot be used: ${reason}`);
      errors.push({ error, where: `${point}, ${where}` });
    }
  }
  return errors;
}

interface FlowContext {
  readonly zone: LocalDays;
  readonly where: string;
  readonly mayBeNet: boolean;
}

/**
 * Bills of one flow, and its readings of the days that they leave open, by start. Readings in a second unit fill what those in
 * the first leave open: gas is published by energy and by volume.
 */
function flowOutcomes(
  flow: Flow,
  all: readonly FlowSeries[],
  bills: readonly BilledPeriod[],
  at: FlowContext,
): Outcome[] {
  const periods: BilledPeriod[] = [];
  const faults: Outcome[] = [];
  for (const series of all) addLong(flow, series, at.where, periods, faults);
  const used: Draft[] = [];
  const notUsed: { bill: BilledPeriod; warnings: readonly BillWarning[] }[] = [];
  for (const bill of [...bills, ...periods]) {
    const series = inUnit(all, bill.unit);
    if (repeats(bill, used)) continue;
    const { use, agrees, warnings } = compareWithReadings(bill, series?.metered, at.zone);
    if (use) {
      const doubt = at.mayBeNet && !agrees ? [mayBeNet] : [];
      const years = series === undefined ? [] : yearWarnings(bill, series.metered, at.zone);
      used.push(withReadings({ ...bill, warnings: [...bill.warnings, ...warnings, ...doubt, ...years] }, series));
    } else notUsed.push({ bill, warnings });
  }
  const { open, notes } = openDays(flow, all, used, at);
  const outcomes = [...used, ...open, ...faults];
  for (const { bill, warnings } of notUsed) overlapping(outcomes, bill)?.warnings.push(...warnings);
  const sorted = outcomes.sort((a, b) => startOf(a) - startOf(b));
  sorted.find((one): one is Draft => !('error' in one))?.warnings.push(...notes);
  return sorted;
}

/** Lines of the days that no bill covers, from the first series that has them, and what other series show of them again. */
function openDays(
  flow: Flow,
  all: readonly FlowSeries[],
  used: readonly Draft[],
  at: FlowContext,
): { open: Outcome[]; notes: BillWarning[] } {
  const covered = new Set<number>();
  for (const { start, end } of used) for (let day = start; day < end; day += 1) covered.add(day);
  const open: Outcome[] = [];
  const notes: BillWarning[] = [];
  const before = new Set<number>();
  for (const series of all) {
    const days = [...series.metered.days.keys()];
    if (days.some((day) => before.has(day))) {
      const message = `readings in ${series.unit.unit} show days again that are counted in ${all[0]?.unit.unit}`;
      notes.push({ code: 'READINGS_UNUSED', message });
    }
    open.push(...monthLines(flow, series, covered, at.zone, at.where));
    for (const day of days) {
      covered.add(day);
      before.add(day);
    }
  }
  return { open, notes };
}

function inUnit(all: readonly FlowSeries[], { unit }: EspiUnit): FlowSeries | undefined {
  return all.find((series) => series.unit.unit === unit);
}

const mayBeNet: BillWarning = {
  code: 'BILL_MAY_BE_NET',
  message: 'the meter also exports, and no complete readings confirm the bill',
};

/** Readings over several days, as periods of their own. */
function addLong(
  flow: Flow,
  { unit, metered, doubts }: FlowSeries,
  point: string,
  periods: BilledPeriod[],
  faults: Outcome[],
): void {
  for (const period of metered.periods) {
    const where = `${point}, ${flow}, ${formatDate(period.start)}`;
    const error = faultOf(flow, period.flags, period.amount, where);
    const warnings = [...doubts, ...flagWarnings(period.flags, period.estimated, period.amount, unit)];
    const readBasis = (period.flags & ESTIMATED) === 0 ? 'actual' : 'estimated';
    const { start, end, amount } = period;
    if (error === undefined) periods.push({ start, end, amount, unit, flow, warnings, where, readBasis });
    else faults.push({ error, where });
  }
}

/** True for a period that is there already; where the two amounts differ, the first is kept and says so. */
function repeats(bill: BilledPeriod, used: readonly Draft[]): boolean {
  const same = used.find((draft) => draft.start === bill.start && draft.end === bill.end);
  if (same === undefined) return false;
  const [first, second] = [shown(same.amount, same.unit), shown(bill.amount, bill.unit)];
  if (first !== second) {
    const message = `${same.where} states ${first}, ${bill.where} ${second}; the first was taken`;
    same.warnings.push({ code: 'RECONCILIATION', message });
  }
  return true;
}

/** A bill whose period has estimated readings is estimated, whatever the summary says. */
function withReadings(draft: Draft, series: FlowSeries | undefined): Draft {
  let estimated = 0n;
  let flagged = false;
  for (let day = draft.start; day < draft.end; day += 1) {
    const read = series?.metered.days.get(day);
    if (read === undefined || (read.flags & ESTIMATED) === 0) continue;
    flagged = true;
    estimated += read.estimated;
  }
  if (flagged) {
    draft.readBasis = 'estimated';
    draft.warnings.push(...flagWarnings(ESTIMATED, estimated, draft.amount, draft.unit));
  }
  return draft;
}

function startOf(outcome: Outcome): number {
  return 'error' in outcome ? Number.MAX_SAFE_INTEGER : outcome.start;
}

function overlapping(outcomes: readonly Outcome[], period: { start: number; end: number }): Draft | undefined {
  return outcomes.find((one): one is Draft => !('error' in one) && one.start < period.end && period.start < one.end);
}

/** A summary that is no bill: a note where there are readings instead, an error where it is all there is. */
function setAside(bill: UnusableSummary, drafts: readonly Draft[], hasReadings: boolean): Outcome[] {
  if (!hasReadings) {
    const error = new ChannelError(bill.code, `a billing summary cannot be used: ${bill.reason}`);
    return [{ error, where: bill.where }];
  }
  if (bill.silent !== true) {
    drafts[0]?.warnings.push({ code: 'SUMMARY_UNUSED', message: `${bill.where} was not used: ${bill.reason}` });
  }
  return [];
}

/** Compares what a summary states for the time since its bill with complete readings of that time. */
function noteCurrent(
  current: { end: number; amount: bigint; unit: EspiUnit } | undefined,
  bill: BilledPeriod,
  drafts: readonly Draft[],
  all: readonly FlowSeries[],
  zone: LocalDays,
): void {
  const series = current === undefined ? undefined : inUnit(all, current.unit);
  if (current === undefined || series === undefined) return;
  const period = { start: bill.end, end: current.end };
  const total = completeTotal(series.metered, period.start, period.end, zone);
  if (total === undefined || total === current.amount) return;
  const message = `${bill.where} states ${shown(current.amount, current.unit)} since ${formatDate(period.start)}, the readings add up to ${shown(total, current.unit)}`;
  overlapping(drafts, period)?.warnings.push({ code: 'RECONCILIATION', message });
}
