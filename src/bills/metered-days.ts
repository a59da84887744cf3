import { ACROSS_MIDNIGHT, CONFLICT, type IntervalSum, type IntervalSums, REPEATED } from './interval-sums.ts';
import type { LocalDays } from './local-days.ts';

/** An amount of one local day, in 10^-15 of its unit (`AMOUNT_PLACES`). */
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

/** Of a day, in seconds. */
export const LONGEST_DAY = 90_000;

/**
 * Sums the readings of one meter reading by local civil day. A reading that runs across midnight counts on the day on which it
 * starts; one over several days stays whole. `scale` turns a value into 10^-15 of the unit.
 */
export function sumByDay(parts: readonly IntervalSums[], scale: bigint, zone: LocalDays): MeteredDays {
  const days = new DaySums(scale, zone);
  for (const part of parts) for (const sum of part.sums()) days.add(sum);
  return days.metered();
}

/**
 * Sums the use between register reads by local civil day. Where more than a day lies between two reads, it stays a period from
 * the day of the one to the day of the other, as bills go by the days on which a meter is read.
 */
export function registerByDay(sums: readonly IntervalSum[], scale: bigint, zone: LocalDays): MeteredDays {
  const days = new DaySums(scale, zone);
  for (const sum of sums) days.add(sum, true);
  return days.metered();
}

class DaySums {
  readonly #scale: bigint;
  readonly #zone: LocalDays;
  /** Sums before the scale: there are as many as hours, and few days. */
  readonly #days = new Map<number, { -readonly [K in keyof DayAmount]: DayAmount[K] }>();
  readonly #periods = new Map<number, LongAmount>();
  #misplaced = 0;

  constructor(scale: bigint, zone: LocalDays) {
    this.#scale = scale;
    this.#zone = zone;
  }

  add(sum: IntervalSum, byReadDays = false): void {
    if (sum.seconds > LONGEST_DAY) {
      this.#addPeriod(sum, byReadDays);
      return;
    }
    const day = this.#zone.dayOf(sum.start);
    const across = this.#zone.dayOf(sum.start + sum.seconds - 1) === day ? 0 : ACROSS_MIDNIGHT;
    const total = this.#days.get(day);
    if (total === undefined) {
      const { value: amount, estimated, minutes, flags } = sum;
      this.#days.set(day, { amount, estimated, minutes, flags: flags | across });
      return;
    }
    total.amount += sum.value;
    if (sum.estimated !== 0n) total.estimated += sum.estimated;
    total.minutes += sum.minutes;
    total.flags |= sum.flags | across;
  }

  metered(): MeteredDays {
    for (const [day, total] of this.#days) {
      total.amount *= this.#scale;
      total.estimated *= this.#scale;
      const twice = total.minutes > this.#zone.minutesOf(day) && (total.flags & ACROSS_MIDNIGHT) === 0;
      if (twice) total.flags |= CONFLICT;
    }
    const periods = [...this.#periods.values()].sort((a, b) => a.start - b.start);
    return { days: this.#days, periods: periods.map(markOverlap), misplaced: this.#misplaced };
  }

  #addPeriod(sum: IntervalSum, byReadDays: boolean): void {
    const zone = this.#zone;
    const from = zone.dayStartingNear(sum.start);
    const to = zone.dayStartingNear(sum.start + sum.seconds);
    const placed = from !== undefined && to !== undefined;
    if (!placed && !byReadDays) {
      this.#misplaced += 1;
      return;
    }
    const start = from ?? zone.dayOf(sum.start);
    const end = to ?? zone.dayOf(sum.start + sum.seconds);
    const next = { ...amountOf(sum, this.#scale, placed ? 0 : ACROSS_MIDNIGHT), start, end };
    const before = this.#periods.get(start);
    const same = before === undefined || (before.end === end && before.amount === next.amount);
    this.#periods.set(start, same ? next : { ...before, flags: before.flags | CONFLICT });
  }
}

/** Readings over several days that overlap count some of their days twice. */
function markOverlap(period: LongAmount, at: number, all: readonly LongAmount[]): LongAmount {
  const overlaps = (all[at - 1]?.end ?? 0) > period.start || (all[at + 1]?.start ?? period.end) < period.end;
  return overlaps ? { ...period, flags: period.flags | CONFLICT } : period;
}

function amountOf({ value, estimated, minutes, flags }: IntervalSum, scale: bigint, more: number): DayAmount {
  return { amount: value * scale, estimated: estimated * scale, minutes, flags: flags | more };
}

function plus(a: DayAmount, b: DayAmount): DayAmount {
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
  return joined(series, either);
}

/** Meter readings that each hold a part of the use, such as times of use: amounts of one day and of one period add up. */
export function addSeries(series: readonly MeteredDays[]): MeteredDays {
  return joined(series, (first, second) =>
    first === undefined ? second : { ...plus(first, second), minutes: Math.max(first.minutes, second.minutes) },
  );
}

function joined(
  series: readonly MeteredDays[],
  both: (first: DayAmount | undefined, second: DayAmount) => DayAmount,
): MeteredDays {
  const days = new Map<number, DayAmount>();
  const periods = new Map<string, LongAmount>();
  for (const one of series) {
    for (const [day, amount] of one.days) days.set(day, both(days.get(day), amount));
    for (const period of one.periods) {
      const key = `${period.start} ${period.end}`;
      periods.set(key, { ...period, ...both(periods.get(key), period) });
    }
  }
  return {
    days,
    periods: [...periods.values()].sort((a, b) => a.start - b.start).map(markOverlap),
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
