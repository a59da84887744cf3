import { ChannelError } from '../emissions/index.ts';

/** What is known of the readings of an hour, as bits. */
export const ESTIMATED = 1;
export const NEGATIVE = 2;
/** Projected or weather-normalised: no measured use. */
export const REFUSED = 4;
export const QUESTIONABLE = 8;
/** Two readings of one time that are not shown to be the same. */
export const CONFLICT = 16;
export const REPEATED = 32;
/** The reading runs across local midnight. */
export const ACROSS_MIDNIGHT = 64;
/** The reading states no quality of its own. */
export const UNQUALIFIED = 128;
/** More than one reading lies in the hour. */
export const SEVERAL = 256;

export interface Reading {
  /** Epoch seconds. */
  readonly start: number;
  readonly seconds: number;
  readonly value: bigint;
  readonly flags: number;
}

/** A run of time with the sum of its readings. */
export interface IntervalSum extends Reading {
  /** Part of `value` from estimated readings. */
  readonly estimated: bigint;
  /** Minutes that readings cover. */
  readonly minutes: number;
  /** Epoch seconds at which the last of them ends. */
  readonly until: number;
}

/** How many days of sums and long readings one file may hold at a time; shared by all its meters. */
export interface Budget {
  left: number;
}

const HOUR = 3_600;
const HALF = 2 ** 30 - 1;
/** What a set of sums takes beside its days, in days. */
const OWN_COST = 2;
const MIXED = 255;

/** Sums by hour, days one after the other; two words of 30 bits an hour say which minutes are covered. */
interface DayCells {
  readonly value: BigInt64Array;
  readonly minutes: Uint32Array;
  readonly flags: Uint16Array;
  readonly part: Uint8Array;
}

/** What few days have. */
interface RareCells {
  estimated?: BigInt64Array;
  repeated?: { readonly value: BigInt64Array; readonly minutes: Uint32Array };
}

interface HourCell {
  readonly value: bigint;
  readonly estimated: bigint;
  readonly low: number;
  readonly high: number;
  readonly flags: number;
  readonly part: number;
}

/**
 * Interval readings summed by hour, so that a file of any size takes memory by days and meters, not by readings: about 450
 * bytes a day. Readings that do not lie in one hour are kept one by one; there are at most 24 of those a day. The same time
 * read twice is counted once; where the second reading is not shown to be equal, the hour is marked as a conflict.
 */
export class IntervalSums {
  /** Place of each day in the cells. */
  readonly #days = new Map<number, number>();
  #cells: DayCells = cellsOf(0);
  readonly #rare = new Map<number, RareCells>();
  readonly #long = new Map<number, Reading>();
  readonly #instants = new Map<number, Reading>();
  readonly #phase: number;
  readonly #budget: Budget;
  #spent = 0;
  /** The day that was looked up last: readings mostly come day by day. */
  #lastDay = Number.NaN;
  #lastPlace = 0;
  /** First reading that has no usable time, in words. */
  fault: string | undefined;

  /** `phase`: seconds by which hours begin after the full UTC hour, for zones such as Asia/Kolkata. */
  constructor(phase: number, budget: Budget) {
    this.#phase = phase;
    this.#budget = budget;
  }

  get isEmpty(): boolean {
    return this.#days.size + this.#long.size + this.#instants.size === 0 && this.fault === undefined;
  }

  add({ start, seconds, value, flags }: Reading): void {
    this.addReading(start, seconds, value, flags);
  }

  /**
   * As `add`. `part` tells readings of one meter apart that each hold a part of one time, such as times of use (1 to 254; 0
   * for the whole): two parts of one time are a conflict, also where their values are equal.
   */
  addReading(start: number, seconds: number, value: bigint, flags: number, part = 0): void {
    if (seconds === 0) {
      this.#keepApart(this.#instants, { start, seconds, value, flags });
      return;
    }
    if (seconds < 0 || start % 60 !== 0 || seconds % 60 !== 0) {
      this.fault ??= 'a reading does not cover whole minutes';
      return;
    }
    const shifted = start - this.#phase;
    const from = (shifted % HOUR) / 60;
    const to = from + seconds / 60;
    if (to > 60) {
      this.#keepApart(this.#long, { start, seconds, value, flags });
      return;
    }
    const low = from >= 30 ? 0 : run(from, to > 30 ? 30 : to);
    const high = to <= 30 ? 0 : run(from > 30 ? from - 30 : 0, to - 30);
    const hour = Math.floor(shifted / HOUR);
    const place = this.#placeOf(Math.floor(hour / 24));
    this.#put(place, hour % 24, low, high, value, (flags & ESTIMATED) === 0 ? 0n : value, flags, part);
  }

  /** Takes over what `other` holds and gives its share of the budget back. */
  merge(other: IntervalSums): void {
    this.fault ??= other.fault;
    for (const [hour, cell, repeated] of other.#hours()) {
      const place = this.#placeOf(Math.floor(hour / 24));
      this.#put(place, hour % 24, cell.low, cell.high, cell.value, cell.estimated, cell.flags, cell.part);
      if (repeated !== undefined) this.#repeat(place, hour % 24, repeated.low, repeated.high, repeated.value);
    }
    for (const reading of other.#long.values()) this.#keepApart(this.#long, reading);
    for (const reading of other.#instants.values()) this.#keepApart(this.#instants, reading);
    this.#budget.left += other.#spent;
    other.#spent = 0;
  }

  /** Everything read over some time, hours first and in no certain order; each run of time once. */
  *sums(): Generator<IntervalSum> {
    for (const [hour, cell, repeated] of this.#hours()) {
      const { low, high, value, estimated } = cell;
      const same = repeated !== undefined && repeated.low === low && repeated.high === high && repeated.value === value;
      const again = repeated === undefined ? 0 : same ? REPEATED : CONFLICT;
      const minutes = bits(low) + bits(high);
      const start = hour * HOUR + this.#phase;
      const until = start + 60 * (high === 0 ? 32 - Math.clz32(low) : 62 - Math.clz32(high));
      yield { start, seconds: HOUR, value, estimated, minutes, until, flags: cell.flags | again };
    }
    for (const reading of this.#long.values()) {
      const estimated = (reading.flags & ESTIMATED) === 0 ? 0n : reading.value;
      yield { ...reading, estimated, minutes: reading.seconds / 60, until: reading.start + reading.seconds };
    }
  }

  get hasInstants(): boolean {
    return this.#instants.size > 0;
  }

  /** Readings of an instant: those without a duration. */
  instants(): Iterable<Reading> {
    return this.#instants.values();
  }

  #put(
    place: number,
    of: number,
    low: number,
    high: number,
    value: bigint,
    estimated: bigint,
    flags: number,
    part: number,
  ): void {
    const cells = this.#cells;
    const at = place * 24 + of;
    const lowBefore = cells.minutes[2 * at] as number;
    const highBefore = cells.minutes[2 * at + 1] as number;
    if ((lowBefore & low) !== 0 || (highBefore & high) !== 0) {
      if (cells.part[at] !== part || part === MIXED) cells.flags[at] = (cells.flags[at] as number) | CONFLICT;
      this.#repeat(place, of, low, high, value);
      return;
    }
    if (lowBefore === 0 && highBefore === 0) {
      cells.value[at] = value;
      cells.flags[at] = flags;
      cells.part[at] = part;
    } else {
      cells.value[at] = (cells.value[at] as bigint) + value;
      cells.flags[at] = (cells.flags[at] as number) | flags | SEVERAL;
      if (cells.part[at] !== part) cells.part[at] = MIXED;
    }
    cells.minutes[2 * at] = lowBefore | low;
    cells.minutes[2 * at + 1] = highBefore | high;
    if (estimated !== 0n) {
      const rare = this.#rareOf(place);
      rare.estimated ??= new BigInt64Array(24);
      rare.estimated[of] = (rare.estimated[of] as bigint) + estimated;
    }
  }

  /** Sums what is read a second time apart, to be compared with the first; a third time cannot be compared any more. */
  #repeat(place: number, of: number, low: number, high: number, value: bigint): void {
    const rare = this.#rareOf(place);
    rare.repeated ??= { value: new BigInt64Array(24), minutes: new Uint32Array(48) };
    const { repeated } = rare;
    const lowBefore = repeated.minutes[2 * of] as number;
    const highBefore = repeated.minutes[2 * of + 1] as number;
    if ((lowBefore & low) !== 0 || (highBefore & high) !== 0) {
      const equal = lowBefore === low && highBefore === high && repeated.value[of] === value;
      const at = place * 24 + of;
      if (!equal) this.#cells.flags[at] = (this.#cells.flags[at] as number) | CONFLICT;
      return;
    }
    repeated.minutes[2 * of] = lowBefore | low;
    repeated.minutes[2 * of + 1] = highBefore | high;
    repeated.value[of] = (repeated.value[of] as bigint) + value;
  }

  #keepApart(readings: Map<number, Reading>, reading: Reading): void {
    const before = readings.get(reading.start);
    if (before === undefined) {
      this.#spend(1);
      readings.set(reading.start, reading);
      return;
    }
    const same = before.seconds === reading.seconds && before.value === reading.value;
    readings.set(reading.start, { ...before, flags: before.flags | reading.flags | (same ? REPEATED : CONFLICT) });
  }

  #placeOf(day: number): number {
    if (day === this.#lastDay) return this.#lastPlace;
    let place = this.#days.get(day);
    if (place === undefined) {
      this.#spend(this.#days.size === 0 ? 1 + OWN_COST : 1);
      place = this.#days.size;
      this.#days.set(day, place);
      if (place * 24 >= this.#cells.flags.length) this.#grow();
    }
    this.#lastDay = day;
    this.#lastPlace = place;
    return place;
  }

  #grow(): void {
    const days = this.#days.size;
    const cells = cellsOf(days < 64 ? 2 * days : days + Math.max(64, days >> 2));
    cells.value.set(this.#cells.value);
    cells.minutes.set(this.#cells.minutes);
    cells.flags.set(this.#cells.flags);
    cells.part.set(this.#cells.part);
    this.#cells = cells;
  }

  #rareOf(place: number): RareCells {
    let rare = this.#rare.get(place);
    if (rare === undefined) {
      this.#spend(1 + OWN_COST);
      rare = {};
      this.#rare.set(place, rare);
    }
    return rare;
  }

  #spend(days: number): void {
    this.#spent += days;
    this.#budget.left -= days;
    if (this.#budget.left < 0) {
      throw new ChannelError('FILE_TOO_LARGE', 'the file holds readings of more days than can be summed at once', {
        fix: 'Split the file by meter or by year.',
      });
    }
  }

  *#hours(): Generator<[hour: number, cell: HourCell, repeated: HourCell | undefined]> {
    const { value, minutes, flags, part } = this.#cells;
    for (const [day, place] of this.#days) {
      const rare = this.#rare.get(place);
      for (let of = 0; of < 24; of += 1) {
        const at = place * 24 + of;
        const low = minutes[2 * at] as number;
        const high = minutes[2 * at + 1] as number;
        if (low === 0 && high === 0) continue;
        const cell: HourCell = {
          value: value[at] as bigint,
          estimated: rare?.estimated?.[of] ?? 0n,
          low,
          high,
          flags: flags[at] as number,
          part: part[at] as number,
        };
        yield [day * 24 + of, cell, repeatedCell(rare, of)];
      }
    }
  }
}

function cellsOf(days: number): DayCells {
  return {
    value: new BigInt64Array(24 * days),
    minutes: new Uint32Array(48 * days),
    flags: new Uint16Array(24 * days),
    part: new Uint8Array(24 * days),
  };
}

function repeatedCell(rare: RareCells | undefined, of: number): HourCell | undefined {
  if (rare?.repeated === undefined) return undefined;
  const low = rare.repeated.minutes[2 * of] as number;
  const high = rare.repeated.minutes[2 * of + 1] as number;
  if (low === 0 && high === 0) return undefined;
  return { value: rare.repeated.value[of] as bigint, estimated: 0n, low, high, flags: 0, part: 0 };
}

/** Bits of the minutes `[from, to)` of half an hour. */
function run(from: number, to: number): number {
  return (HALF >>> (30 - (to - from))) << from;
}

function bits(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/** Budget of one file: some 270 meters for two years, about 100 MB. */
export function fileBudget(): Budget {
  return { left: 200_000 };
}
