import { ChannelError } from '../emissions/index.ts';
import {
  addValue,
  CELL,
  coverAt,
  covered,
  fromWords,
  highWord,
  isEmptyAt,
  lowWord,
  marksAt,
  minuteBits,
  minutesAt,
  overlapsAt,
  type Page,
  pageOf,
  sameCell,
  setMarks,
  valueAt,
} from './hour-cells.ts';

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
/** Days of a page: they are taken, and counted, together. */
const PAGE_DAYS = 8;
const PAGE_HOURS = 24 * PAGE_DAYS;
/** Above the flags of an hour stands the part that its readings are of. */
const PART_SHIFT = 16;
const FLAG_BITS = 0xffff;
const MIXED = 255;
/** Mark of a cell: more is known of it than the other two marks say. */
const MORE = 4;

/**
 * Interval readings summed by hour, so that a file of any size takes memory by days and meters, not by readings: about 400
 * bytes a day. Readings that do not lie in one hour are kept one by one; there are at most 24 of those a day. The same time
 * read twice is counted once; where the second reading is not shown to be equal, the hour is marked as a conflict.
 */
export class IntervalSums {
  /** Cells of hours by page; the sums of estimated readings, and of what was read a second time, where there are any. */
  readonly #pages = new Map<number, Page>();
  readonly #estimated = new Map<number, Page>();
  readonly #repeated = new Map<number, Page>();
  /** What is known of hours beyond what the marks of their cells say. */
  readonly #known = new Map<number, Page>();
  readonly #long = new Map<number, Reading>();
  readonly #instants = new Map<number, Reading>();
  readonly #phase: number;
  readonly #budget: Budget;
  #spent = 0;
  /** The page that was looked up last: readings mostly come day by day. */
  #lastNumber = Number.NaN;
  #last: Page = NO_PAGE;
  /** First reading that has no usable time, in words. */
  fault: string | undefined;

  /** `phase`: seconds by which hours begin after the full UTC hour, for zones such as Asia/Kolkata. */
  constructor(phase: number, budget: Budget) {
    this.#phase = phase;
    this.#budget = budget;
  }

  get isEmpty(): boolean {
    return this.#pages.size + this.#long.size + this.#instants.size === 0 && this.fault === undefined;
  }

  /** A value of more than 56 bits is a fault: so the sum of an hour stays exact. */
  add({ start, seconds, value, flags }: Reading): void {
    if (BigInt.asIntN(56, value) !== value) this.fault ??= 'a value is too large';
    else this.#add(start, seconds, Number(BigInt.asUintN(32, value)), Number(value >> 32n), flags, 0);
  }

  /**
   * As `add`, of a safe integer. `part` tells readings of one meter apart that each hold a part of one time, such as times of use
   * (1 to 254; 0 for the whole): two parts of one time are a conflict, also where their values are equal.
   */
  addNumber(start: number, seconds: number, value: number, flags: number, part = 0): void {
    this.#add(start, seconds, lowWord(value), highWord(value), flags, part);
  }

  /** Takes over what `other` holds and gives its share of the budget back. */
  merge(other: IntervalSums): void {
    this.fault ??= other.fault;
    for (const [number, page] of other.#pages) {
      for (let at = 0; at < page.length; at += CELL) if (!isEmptyAt(page, at)) this.#mergeCell(other, number, page, at);
    }
    for (const reading of other.#long.values()) this.#keepApart(this.#long, reading);
    for (const reading of other.#instants.values()) this.#keepApart(this.#instants, reading);
    this.#budget.left += other.#spent;
    other.#spent = 0;
  }

  /** Everything read over some time, hours first and in no certain order; each run of time once. */
  *sums(): Generator<IntervalSum> {
    for (const [number, page] of this.#pages) {
      const estimated = this.#estimated.get(number);
      const repeated = this.#repeated.get(number);
      for (let at = 0; at < page.length; at += CELL) {
        if (isEmptyAt(page, at)) continue;
        const start = (number * PAGE_HOURS + at / CELL) * HOUR + this.#phase;
        const { minutes, until } = covered(page, at);
        yield {
          start,
          seconds: HOUR,
          value: valueAt(page, at),
          estimated: estimated === undefined ? 0n : valueAt(estimated, at),
          minutes,
          until: start + 60 * until,
          flags: (this.#knownAt(number, page, at) & FLAG_BITS) | againFlag(page, repeated, at),
        };
      }
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

  #add(start: number, seconds: number, low: number, high: number, flags: number, part: number): void {
    if (seconds === 0) {
      this.#keepApart(this.#instants, { start, seconds, value: fromWords(low, high), flags });
      return;
    }
    if (seconds < 0 || start % 60 !== 0 || seconds % 60 !== 0) {
      this.fault ??= 'a reading does not cover whole minutes';
      return;
    }
    const shifted = start - this.#phase;
    const hour = Math.floor(shifted / HOUR);
    const from = (shifted - hour * HOUR) / 60;
    const to = from + seconds / 60;
    if (to > 60) {
      this.#keepApart(this.#long, { start, seconds, value: fromWords(low, high), flags });
      return;
    }
    const first = minuteBits(from, Math.min(to, 30));
    const second = minuteBits(Math.max(from - 30, 0), to - 30);
    const number = Math.floor(hour / PAGE_HOURS);
    const at = CELL * (hour - number * PAGE_HOURS);
    this.#put(number, at, low, high, first, second, flags | (part << PART_SHIFT));
  }

  #mergeCell(other: IntervalSums, number: number, page: Page, at: number): void {
    const counted = this.#putCell(number, at, page, other.#knownAt(number, page, at));
    const estimated = other.#estimated.get(number);
    if (counted && estimated !== undefined) {
      this.#addEstimated(number, at, estimated[at] as number, (estimated[at + 1] as number) | 0);
    }
    const repeated = other.#repeated.get(number);
    if (repeated !== undefined && !isEmptyAt(repeated, at)) this.#repeatCell(number, at, repeated);
  }

  #putCell(number: number, at: number, from: Page, known: number): boolean {
    const [first, second] = minutesAt(from, at);
    return this.#put(number, at, from[at] as number, (from[at + 1] as number) | 0, first, second, known, true);
  }

  /** False where the time was read before: then it is not counted. */
  #put(
    number: number,
    at: number,
    low: number,
    high: number,
    first: number,
    second: number,
    known: number,
    ofSums = false,
  ): boolean {
    const page = this.#pageAt(number);
    const before = this.#knownAt(number, page, at);
    const part = known >>> PART_SHIFT;
    if (overlapsAt(page, at, first, second)) {
      if (before >>> PART_SHIFT !== part || part === MIXED) this.#setKnown(number, page, at, before | CONFLICT);
      this.#repeat(number, at, low, high, first, second);
      return false;
    }
    if (isEmptyAt(page, at)) this.#setKnown(number, page, at, known);
    else {
      const both = before >>> PART_SHIFT === part ? part : MIXED;
      this.#setKnown(number, page, at, ((before | known) & FLAG_BITS) | SEVERAL | (both << PART_SHIFT));
    }
    addValue(page, at, low, high);
    coverAt(page, at, first, second);
    // Of sums, what is estimated of them is added apart.
    if ((known & ESTIMATED) !== 0 && !ofSums) this.#addEstimated(number, at, low, high);
    return true;
  }

  #knownAt(number: number, page: Page, at: number): number {
    const marks = marksAt(page, at);
    if ((marks & MORE) !== 0) return this.#pageOf(this.#known, number)[at] as number;
    return ((marks & 1) === 0 ? 0 : UNQUALIFIED) | ((marks & 2) === 0 ? 0 : SEVERAL);
  }

  #setKnown(number: number, page: Page, at: number, known: number): void {
    const more = (known & ~(UNQUALIFIED | SEVERAL)) !== 0;
    const marks = ((known & UNQUALIFIED) === 0 ? 0 : 1) | ((known & SEVERAL) === 0 ? 0 : 2) | (more ? MORE : 0);
    setMarks(page, at, marks);
    if (more) this.#pageOf(this.#known, number)[at] = known;
  }

  #addEstimated(number: number, at: number, low: number, high: number): void {
    addValue(this.#pageOf(this.#estimated, number), at, low, high);
  }

  #repeatCell(number: number, at: number, from: Page): void {
    const [first, second] = minutesAt(from, at);
    this.#repeat(number, at, from[at] as number, (from[at + 1] as number) | 0, first, second);
  }

  /** Sums what is read a second time apart, to be compared with the first; a third time cannot be compared any more. */
  #repeat(number: number, at: number, low: number, high: number, first: number, second: number): void {
    const repeated = this.#pageOf(this.#repeated, number);
    if (!overlapsAt(repeated, at, first, second)) {
      addValue(repeated, at, low, high);
      coverAt(repeated, at, first, second);
      return;
    }
    const [firstBefore, secondBefore] = minutesAt(repeated, at);
    const equal = firstBefore === first && secondBefore === second && valueAt(repeated, at) === fromWords(low, high);
    const page = this.#pageAt(number);
    if (!equal) this.#setKnown(number, page, at, this.#knownAt(number, page, at) | CONFLICT);
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

  #pageAt(number: number): Page {
    if (number === this.#lastNumber) return this.#last;
    this.#last = this.#pageOf(this.#pages, number);
    this.#lastNumber = number;
    return this.#last;
  }

  #pageOf(pages: Map<number, Page>, number: number): Page {
    let page = pages.get(number);
    if (page === undefined) {
      this.#spend(PAGE_DAYS);
      page = pageOf(PAGE_HOURS);
      pages.set(number, page);
    }
    return page;
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
}

function againFlag(page: Page, repeated: Page | undefined, at: number): number {
  if (repeated === undefined || isEmptyAt(repeated, at)) return 0;
  return sameCell(page, repeated, at) ? REPEATED : CONFLICT;
}

const NO_PAGE = pageOf(0);

/** Budget of one file: some 270 meters for two years, about 100 MB. */
export function fileBudget(): Budget {
  return { left: 200_000 };
}
