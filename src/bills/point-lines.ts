import { ChannelError, type Flow, formatDate } from '../emissions/index.ts';
import type { BillWarning } from './bill.ts';
import { type BilledPeriod, billOf, currentTotal, type UnusableSummary } from './billing-summary.ts';
import type { EspiFeed } from './espi-feed.ts';
import type { PointData } from './espi-links.ts';
import { ESTIMATED } from './interval-sums.ts';
import type { LocalDays } from './local-days.ts';
import { completeTotal } from './metered-days.ts';
import {
  compareWithReadings,
  type Draft,
  type FlowSeries,
  faultOf,
  flagWarnings,
  isUnusable,
  kWh,
  monthLines,
  type Outcome,
  readSeries,
  type UnusableSeries,
} from './usage-point.ts';

/**
 * The lines of a usage point: delivered energy first, then exported, each by start. Billing summaries are bills; readings fill
 * the days that no bill covers. A balance of both directions is taken only where delivered energy is not there apart.
 */
export function pointOutcomes(point: PointData, feed: EspiFeed, zone: LocalDays, where: string): Outcome[] {
  const { flows, unusable } = readSeries(point.series, zone);
  const balanceUnused = flows.has('delivered') && flows.delete('net-only');
  const base: Flow = flows.has('net-only') ? 'net-only' : 'delivered';
  const summaries = point.summaries.map((summary) => ({ summary, bill: billOf(summary, feed, zone) }));
  const bills = summaries.flatMap(({ bill }) => (isUnusable(bill) ? [] : [bill]));
  const exported = bills.filter((bill) => bill.flow === 'exported');
  const taken = bills.filter((bill) => bill.flow !== 'exported');
  const outcomes = [
    ...flowOutcomes(base, flows.get(base), taken, { zone, where, mayBeNet: flows.has('exported') }),
    ...flowOutcomes('exported', flows.get('exported'), exported, { zone, where, mayBeNet: false }),
  ];

  const drafts = outcomes.filter((outcome): outcome is Draft => !('error' in outcome));
  const metered = flows.get(base);
  for (const { summary, bill } of summaries) {
    if (isUnusable(bill)) outcomes.push(...setAside(bill, drafts, metered !== undefined));
    else noteCurrent(currentTotal(summary, bill.end, zone), bill, drafts, metered, zone);
  }
  outcomes.push(...unusable.flatMap((series) => notRead(series, drafts[0], where)));
  if (balanceUnused) drafts[0]?.warnings.push({ code: 'READINGS_UNUSED', message: BALANCE_UNUSED });
  return outcomes;
}

const BALANCE_UNUSED = 'a balance or sum of both directions was not read: delivered energy is there apart';

/** Readings that are no amounts of energy: a note beside lines that are, an error where they are all there is. */
function notRead({ code, reason, where }: UnusableSeries, first: Draft | undefined, point: string): Outcome[] {
  if (first === undefined) {
    return [
      { error: new ChannelError(code, `a meter reading cannot be used: ${reason}`), where: `${point}, ${where}` },
    ];
  }
  first.warnings.push({ code: 'READINGS_UNUSED', message: `${where} was not used: ${reason}` });
  return [];
}

interface FlowContext {
  readonly zone: LocalDays;
  readonly where: string;
  readonly mayBeNet: boolean;
}

/** Bills of one flow, and its readings of the days that they leave open, by start. */
function flowOutcomes(
  flow: Flow,
  series: FlowSeries | undefined,
  bills: readonly BilledPeriod[],
  at: FlowContext,
): Outcome[] {
  const { periods, faults } = longReadings(flow, series, at.where);
  const used: Draft[] = [];
  const notUsed: { bill: BilledPeriod; warnings: readonly BillWarning[] }[] = [];
  for (const bill of [...bills, ...periods]) {
    if (repeats(bill, used)) continue;
    const { use, agrees, warnings } = compareWithReadings(bill, series?.metered, at.zone);
    if (use) {
      const doubt = at.mayBeNet && !agrees ? [mayBeNet] : [];
      used.push(withReadings({ ...bill, warnings: [...bill.warnings, ...warnings, ...doubt] }, series));
    } else notUsed.push({ bill, warnings });
  }
  const open = series === undefined ? [] : monthLines(flow, series, used, at.zone, at.where);
  const outcomes = [...used, ...open, ...faults];
  for (const { bill, warnings } of notUsed) overlapping(outcomes, bill)?.warnings.push(...warnings);
  return outcomes.sort((a, b) => startOf(a) - startOf(b));
}

const mayBeNet: BillWarning = {
  code: 'BILL_MAY_BE_NET',
  message: 'the meter also exports, and no complete readings confirm the bill',
};

/** Readings over several days, as periods of their own. */
function longReadings(flow: Flow, series: FlowSeries | undefined, point: string) {
  const periods: BilledPeriod[] = [];
  const faults: Outcome[] = [];
  for (const period of series?.metered.periods ?? []) {
    const where = `${point}, ${flow}, ${formatDate(period.start)}`;
    const error = faultOf(flow, period.flags, period.amount, where);
    const warnings = [...(series?.doubts ?? []), ...flagWarnings(period.flags, period.estimated, period.amount)];
    const readBasis = (period.flags & ESTIMATED) === 0 ? 'actual' : 'estimated';
    if (error === undefined) periods.push({ ...period, flow, warnings, where, readBasis });
    else faults.push({ error, where });
  }
  return { periods, faults };
}

/** True for a period that is there already; where the two amounts differ, the first is kept and says so. */
function repeats(bill: BilledPeriod, used: readonly Draft[]): boolean {
  const same = used.find((draft) => draft.start === bill.start && draft.end === bill.end);
  if (same === undefined) return false;
  const message =
    same.amount === bill.amount
      ? undefined
      : `${same.where} states ${kWh(same.amount)} kWh, ${bill.where} ${kWh(bill.amount)} kWh; the first was taken`;
  if (message !== undefined) same.warnings.push({ code: 'RECONCILIATION', message });
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
    draft.warnings.push(...flagWarnings(ESTIMATED, estimated, draft.amount));
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
  current: { end: number; amount: bigint } | undefined,
  bill: BilledPeriod,
  drafts: readonly Draft[],
  series: FlowSeries | undefined,
  zone: LocalDays,
): void {
  if (current === undefined || series === undefined) return;
  const period = { start: bill.end, end: current.end };
  const total = completeTotal(series.metered, period.start, period.end, zone);
  if (total === undefined || total === current.amount) return;
  const message = `${bill.where} states ${kWh(current.amount)} kWh since ${formatDate(period.start)}, the readings add up to ${kWh(total)} kWh`;
  overlapping(drafts, period)?.warnings.push({ code: 'RECONCILIATION', message });
}
