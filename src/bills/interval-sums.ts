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
}

/** How many days of sums and long readings one file may hold at a time; shared by all its meters. */
export interface Budget {
  left: number;
}

const HOUR = 3_600;
const HALF = 2 ** 30 - 1;

/** Sums by hour of one day; two words of 30 bits an hour say which minutes are covered. */
interface DayCells {
  readonly value: BigInt64Array;
  readonly minutes: Uint32Array;
  readonly flags: Uint8Array;
  estimated?: BigInt64Array;
  repeated?: { readonly value: BigInt64Array; readonly minutes: Uint32Array };
}

interface HourCell {
  readonly value: bigint;
  readonly estimated: bigint;
  readonly low: number;
  readonly high: number;
  readonly flags: number;
}

/**
 * Interval readings summed by hour, so that a file of any size takes memory by days and meters, not by readings. Readings
 * that do not lie in one hour are kept one by one; there are at most 24 of those a day. The same time read twice is counted
 * once; where the second reading is not shown to be equal, the hour is marked as a conflict.
 */
export class IntervalSums {
  readonly #days = new Map<number, DayCells>();
  readonly #long = new Map<number, Reading>();
  readonly #phase: number;
  readonly #budget: Budget;
  /** First reading that has no usable time, in words. */
  fault: string | undefined;

  /** `phase`: seconds by which hours begin after the full UTC hour, for zones such as Asia/Kolkata. */
  constructor(phase: number, budget: Budget) {
    this.#phase = phase;
    this.#budget = budget;
  }

  get isEmpty(): boolean {
    return this.#days.size === 0 && this.#long.size === 0 && this.fault === undefined;
  }

  add(reading: Reading): void {
    const { start, seconds, value, flags } = reading;
    if (seconds <= 0 || start % 60 !== 0 || seconds % 60 !== 0) {
      this.fault ??= 'a reading does not cover whole minutes';
      return;
    }
    const shifted = start - this.#phase;
    const into = (shifted % HOUR) / 60;
    const minutes = seconds / 60;
    if (into + minutes > 60) {
      this.#addLong(reading);
      return;
    }
    const [low, high] = wordsOf(into, into + minutes);
    const estimated = (flags & ESTIMATED) === 0 ? 0n : value;
    this.#put(Math.floor(shifted / HOUR), { value, estimated, low, high, flags });
  }

  /** Takes over what `other` holds and gives its share of the budget back. */
  merge(other: IntervalSums): void {
    this.fault ??= other.fault;
    for (const [hour, cell, repeated] of other.#cells()) {
      this.#put(hour, cell);
      if (repeated !== undefined) this.#repeat(hour, repeated);
    }
    for (const reading of other.#long.values()) this.#addLong(reading);
    this.#budget.left += other.#days.size + other.#long.size;
  }

  /** Everything read, hours first and in no certain order; each run of time once. */
  *sums(): Generator<IntervalSum> {
    for (const [hour, cell, repeated] of this.#cells()) {
      const { low, high, value, estimated } = cell;
      const same = repeated !== undefined && repeated.low === low && repeated.high === high && repeated.value === value;
      const again = repeated === undefined ? 0 : same ? REPEATED : CONFLICT;
      const minutes = bits(low) + bits(high);
      yield { start: hour * HOUR + this.#phase, seconds: HOUR, value, estimated, minutes, flags: cell.flags | again };
    }
    for (const reading of this.#long.values()) {
      const estimated = (reading.flags & ESTIMATED) === 0 ? 0n : reading.value;
      yield { ...reading, estimated, minutes: reading.seconds / 60 };
    }
  }

  #put(hour: number, cell: HourCell): void {
    const cells = this.#day(Math.floor(hour / 24));
    const at = hour % 24;
    const low = cells.minutes[2 * at] as number;
    const high = cells.minutes[2 * at + 1] as number;
    if ((low & cell.low) !== 0 || (high & cell.high) !== 0) {
      this.#repeat(hour, cell);
      return;
    }
    cells.minutes[2 * at] = low | cell.low;
    cells.minutes[2 * at + 1] = high | cell.high;
    cells.value[at] = (cells.value[at] as bigint) + cell.value;
    cells.flags[at] = (cells.flags[at] as number) | cell.flags;
    if (cell.estimated !== 0n) {
      cells.estimated ??= new BigInt64Array(24);
      cells.estimated[at] = (cells.estimated[at] as bigint) + cell.estimated;
    }
  }

  /** Sums what is read a second time apart, to be compared with the first; a third time cannot be compared any more. */
  #repeat(hour: number, cell: HourCell): void {
    const cells = this.#day(Math.floor(hour / 24));
    const at = hour % 24;
    cells.repeated ??= { value: new BigInt64Array(24), minutes: new Uint32Array(48) };
    const { value, minutes } = cells.repeated;
    const low = minutes[2 * at] as number;
    const high = minutes[2 * at + 1] as number;
    if ((low & cell.low) !== 0 || (high & cell.high) !== 0) {
      const equal = low === cell.low && high === cell.high && value[at] === cell.value;
      if (!equal) cells.flags[at] = (cells.flags[at] as number) | CONFLICT;
      return;
    }
    minutes[2 * at] = low | cell.low;
    minutes[2 * at + 1] = high | cell.high;
    value[at] = (value[at] as bigint) + cell.value;
  }

  #addLong(reading: Reading): void {
    const before = this.#long.get(reading.start);
    if (before === undefined) {
      this.#spend();
      this.#long.set(reading.start, reading);
      return;
    }
    const same = before.seconds === reading.seconds && before.value === reading.value;
    this.#long.set(reading.start, { ...before, flags: before.flags | (same ? REPEATED : CONFLICT) });
  }

  #day(day: number): DayCells {
    let cells = this.#days.get(day);
    if (cells === undefined) {
      this.#spend();
      cells = { value: new BigInt64Array(24), minutes: new Uint32Array(48), flags: new Uint8Array(24) };
      this.#days.set(day, cells);
    }
    return cells;
  }

  #spend(): void {
    this.#budget.left -= 1;
    if (this.#budget.left < 0) {
      throw new ChannelError('FILE_MALFORMED', 'the file holds readings of more days than can be summed at once', {
        fix: 'Split the file by meter or by year.',
      });
    }
  }

  *#cells(): Generator<[hour: number, cell: HourCell, repeated: HourCell | undefined]> {
    for (const [day, cells] of this.#days) {
      for (let at = 0; at < 24; at += 1) {
        const low = cells.minutes[2 * at] as number;
        const high = cells.minutes[2 * at + 1] as number;
        if (low === 0 && high === 0) continue;
        const estimated = cells.estimated?.[at] ?? 0n;
        const cell = { value: cells.value[at] as bigint, estimated, low, high, flags: cells.flags[at] as number };
        yield [day * 24 + at, cell, repeatedCell(cells, at)];
      }
    }
  }
}

function repeatedCell(cells: DayCells, at: number): HourCell | undefined {
  if (cells.repeated === undefined) return undefined;
  const low = cells.repeated.minutes[2 * at] as number;
  const high = cells.repeated.minutes[2 * at + 1] as number;
  if (low === 0 && high === 0) return undefined;
  return { value: cells.repeated.value[at] as bigint, estimated: 0n, low, high, flags: 0 };
}

/** Bits of the minutes `[from, to)` of an hour, as two words of 30. */
function wordsOf(from: number, to: number): [low: number, high: number] {
  const run = (start: number, end: number) => (end <= start ? 0 : (HALF >>> (30 - (end - start))) << start);
  return [run(Math.min(from, 30), Math.min(to, 30)), run(Math.max(from - 30, 0), Math.max(to - 30, 0))];
}

function bits(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/** Budget of one file: some 270 meters for two years, about 150 MB. */
export function fileBudget(): Budget {
  return { left: 200_000 };
}
