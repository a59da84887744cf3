import { ACROSS_MIDNIGHT, CONFLICT, type IntervalSum, type IntervalSums, REPEATED } from './interval-sums.ts';
import type { LocalDays } from './local-days.ts';

/** Amounts of one flow by local day, in 10^-15 kWh: fine enough for every ESPI multiplier from 10^-12 Wh. */
export const AMOUNT_PLACES = 15;

export interface DayAmount {
  readonly amount: bigint;
  readonly estimated: bigint;
  readonly minutes: number;
  readonly flags: number;
}

/** A reading over several days: a period of its own. */
interface LongAmount extends DayAmount {
  readonly start: number;
  readonly end: number;
}

export interface MeteredDays {
  readonly days: ReadonlyMap<number, DayAmount>;
  readonly periods: readonly LongAmount[];
  /** Readings over several days that do not begin or end at local midnight. */
  readonly misplaced: number;
}

const LONGEST_DAY = 90_000;

/**
 * Sums one meter reading by local civil day. A reading that runs across midnight counts on the day on which it starts; one
 * over several days stays whole. `scale` turns a value into 10^-15 kWh.
 */
export function sumByDay(sums: readonly IntervalSums[], scale: bigint, zone: LocalDays): MeteredDays {
  const days = new Map<number, DayAmount>();
  const periods = new Map<number, LongAmount>();
  let misplaced = 0;
  for (const part of sums) {
    for (const sum of part.sums()) {
      if (sum.seconds <= LONGEST_DAY) {
        const across = zone.dayOf(sum.start + sum.seconds - 1) === zone.dayOf(sum.start) ? 0 : ACROSS_MIDNIGHT;
        const day = zone.dayOf(sum.start);
        days.set(day, plus(days.get(day), amountOf(sum, scale, across)));
      } else misplaced += addPeriod(periods, sum, scale, zone);
    }
  }
  for (const [day, total] of days) {
    if (total.minutes > zone.minutesOf(day) && (total.flags & ACROSS_MIDNIGHT) === 0) {
      days.set(day, { ...total, flags: total.flags | CONFLICT });
    }
  }
  return { days, periods: [...periods.values()].sort((a, b) => a.start - b.start), misplaced };
}

function addPeriod(periods: Map<number, LongAmount>, sum: IntervalSum, scale: bigint, zone: LocalDays): 0 | 1 {
  const start = zone.dayStartingNear(sum.start);
  const end = zone.dayStartingNear(sum.start + sum.seconds);
  if (start === undefined || end === undefined) return 1;
  const next = { ...amountOf(sum, scale, 0), start, end };
  const before = periods.get(start);
  const same = before === undefined || (before.end === end && before.amount === next.amount);
  periods.set(start, same ? next : { ...before, flags: before.flags | CONFLICT });
  return 0;
}

function amountOf({ value, estimated, minutes, flags }: IntervalSum, scale: bigint, more: number): DayAmount {
  return { amount: value * scale, estimated: estimated * scale, minutes, flags: flags | more };
}

function plus(a: DayAmount | undefined, b: DayAmount): DayAmount {
  if (a === undefined) return b;
  return {
    amount: a.amount + b.amount,
    estimated: a.estimated + b.estimated,
    minutes: a.minutes + b.minutes,
    flags: a.flags | b.flags,
  };
}

/**
 * Several meter readings of one flow as one. Where two show the same day they must agree, and the day counts once: a meter
 * is often published by the hour and by the quarter hour. Where they do not, the day is a conflict.
 */
export function joinSeries(series: readonly MeteredDays[]): MeteredDays {
  const days = new Map<number, DayAmount>();
  const periods = new Map<string, LongAmount>();
  for (const one of series) {
    for (const [day, amount] of one.days) days.set(day, either(days.get(day), amount));
    for (const period of one.periods) {
      const key = `${period.start} ${period.end}`;
      periods.set(key, { ...period, ...either(periods.get(key), period) });
    }
  }
  return {
    days,
    periods: [...periods.values()].sort((a, b) => a.start - b.start),
    misplaced: series.reduce((sum, one) => sum + one.misplaced, 0),
  };
}

function either(first: DayAmount | undefined, second: DayAmount): DayAmount {
  if (first === undefined) return second;
  return { ...first, flags: first.flags | (first.amount === second.amount ? REPEATED : CONFLICT) };
}

/** Total of the days `[start, end)`; undefined unless every minute of them was read. */
export function completeTotal(metered: MeteredDays, start: number, end: number, zone: LocalDays): bigint | undefined {
  let total = 0n;
  for (let day = start; day < end; day += 1) {
    const found = metered.days.get(day);
    if (found === undefined || found.minutes < zone.minutesOf(day) || (found.flags & CONFLICT) !== 0) return undefined;
    total += found.amount;
  }
  return total;
}

/** Runs of neighbouring days, cut at the ends of months. */
export function monthRuns(days: Iterable<number>, monthOf: (day: number) => string): { start: number; end: number }[] {
  const runs: { start: number; end: number }[] = [];
  for (const day of [...days].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && last.end === day && monthOf(last.start) === monthOf(day)) last.end = day + 1;
    else runs.push({ start: day, end: day + 1 });
  }
  return runs;
}
