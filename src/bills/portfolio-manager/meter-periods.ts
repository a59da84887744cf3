import { createHash } from 'node:crypto';

/** Numbers of four bytes of a digest of a meter: two of a million meters share one with a chance of 1 in 10^26. */
const DIGEST = 4;
/** A place of the table where no meter is. */
const FREE = -1;
/** In place of the end of an entry of one day, which shows nothing. */
const NO_END = -0x8000_0000;

/** What the ends of a meter's entries show together. */
export type Found = 'shared-day' | 'inclusive' | 'mixed' | 'none';
const FOUND: readonly Found[] = ['none', 'shared-day', 'inclusive', 'mixed'];

/**
 * The periods of meters, by day numbers: twelve bytes an entry, and forty a meter at most, since a workbook can have a million of
 * either. All are entered before the first is asked for.
 */
export class MeterPeriods {
  readonly #numbers = new MeterNumbers();
  #count = 0;
  /** Of each entry: its meter's number, start and end. */
  #meters = new Int32Array(1_024);
  #starts = new Int32Array(1_024);
  #ends = new Int32Array(1_024);
  /** Where the entries of each meter begin, once they are in the order of meters and starts. */
  #from: Int32Array | undefined;
  /** What each meter shows, as a place in `FOUND`. */
  #found = new Uint8Array(0);

  enter(meter: string, start: number, end: number): void {
    if (this.#from !== undefined) throw new RangeError('a period is entered after the first was asked for');
    if (this.#count === this.#meters.length) {
      this.#meters = grown(this.#meters);
      this.#starts = grown(this.#starts);
      this.#ends = grown(this.#ends);
    }
    this.#meters[this.#count] = this.#numbers.enter(meter);
    this.#starts[this.#count] = start;
    this.#ends[this.#count] = start === end ? NO_END : end;
    this.#count += 1;
  }

  /** The meter's number; undefined where it has no entries. */
  numberOf(meter: string): number | undefined {
    this.#settle();
    return this.#numbers.find(meter);
  }

  /** Whether an entry of the meter starts on the day. */
  startsOn(number: number, day: number): boolean {
    const from = this.#settle();
    let low = from[number] as number;
    const last = from[number + 1] as number;
    let high = last;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#starts[middle] as number) < day) low = middle + 1;
      else high = middle;
    }
    return low < last && this.#starts[low] === day;
  }

  foundOf(number: number): Found {
    this.#settle();
    return FOUND[this.#found[number] as number] as Found;
  }

  /** Whether any meter shares days. */
  anyShared(): boolean {
    this.#settle();
    return this.#found.some((found) => FOUND[found] === 'shared-day' || FOUND[found] === 'mixed');
  }

  /** Puts the entries in the order of meters and starts, and sees what each meter shows. */
  #settle(): Int32Array {
    if (this.#from !== undefined) return this.#from;
    const from = new Int32Array(this.#numbers.count + 1);
    for (let at = 0; at < this.#count; at += 1) add(from, (this.#meters[at] as number) + 1, 1);
    for (let number = 1; number < from.length; number += 1) add(from, number, from[number - 1] as number);
    this.#starts = this.#byMeter(this.#starts, from);
    this.#ends = this.#byMeter(this.#ends, from);
    this.#meters = new Int32Array(0);
    this.#from = from;
    this.#found = new Uint8Array(this.#numbers.count);
    for (let number = 0; number < this.#found.length; number += 1) {
      this.#starts.subarray(from[number], from[number + 1]).sort();
      this.#found[number] = this.#shownBy(number, from);
    }
    this.#ends = new Int32Array(0);
    return from;
  }

  #byMeter(values: Int32Array, from: Int32Array): Int32Array<ArrayBuffer> {
    const next = from.slice();
    const placed = new Int32Array(this.#count);
    for (let at = 0; at < this.#count; at += 1) {
      const number = this.#meters[at] as number;
      placed[next[number] as number] = values[at] as number;
      add(next, number, 1);
    }
    return placed;
  }

  #shownBy(number: number, from: Int32Array): number {
    let shown = 0;
    for (let at = from[number] as number; at < (from[number + 1] as number); at += 1) {
      const end = this.#ends[at] as number;
      if (end === NO_END) continue;
      if (this.startsOn(number, end)) shown |= 1;
      if (this.startsOn(number, end + 1)) shown |= 2;
    }
    return shown;
  }
}

/** Numbers meters from 0 in the order in which they come, by digests of their names. */
class MeterNumbers {
  count = 0;
  #digests = new Int32Array(DIGEST * 1_024);
  #table = new Int32Array(4_096).fill(FREE);
  readonly #digest = new Int32Array(DIGEST);
  #last: { readonly meter: string; readonly number: number } | undefined;

  enter(meter: string): number {
    // Entries of a meter follow one another in most files.
    if (this.#last?.meter === meter) return this.#last.number;
    let place = this.#placeOf(meter);
    let number = this.#table[place] as number;
    if (number === FREE) {
      if (2 * (this.count + 1) > this.#table.length) {
        this.#enlarge();
        place = this.#placeOf(meter);
      }
      number = this.count;
      this.count += 1;
      if (DIGEST * this.count > this.#digests.length) this.#digests = grown(this.#digests);
      this.#digests.set(this.#digest, DIGEST * number);
      this.#table[place] = number;
    }
    this.#last = { meter, number };
    return number;
  }

  find(meter: string): number | undefined {
    if (this.#last?.meter === meter) return this.#last.number;
    const number = this.#table[this.#placeOf(meter)] as number;
    if (number === FREE) return undefined;
    this.#last = { meter, number };
    return number;
  }

  /** The place of the meter in the table, or the free one where it would be; `#digest` is its digest then. */
  #placeOf(meter: string): number {
    const bytes = createHash('sha256').update(meter).digest();
    for (let at = 0; at < DIGEST; at += 1) this.#digest[at] = bytes.readInt32LE(4 * at);
    return this.#seek(this.#digest);
  }

  #seek(digest: Int32Array): number {
    const mask = this.#table.length - 1;
    for (let place = (digest[0] as number) & mask; ; place = (place + 1) & mask) {
      const number = this.#table[place] as number;
      if (number === FREE || this.#isOf(number, digest)) return place;
    }
  }

  #isOf(number: number, digest: Int32Array): boolean {
    for (let at = 0; at < DIGEST; at += 1) if (this.#digests[DIGEST * number + at] !== digest[at]) return false;
    return true;
  }

  #enlarge(): void {
    this.#table = new Int32Array(2 * this.#table.length).fill(FREE);
    for (let number = 0; number < this.count; number += 1) {
      const digest = this.#digests.subarray(DIGEST * number, DIGEST * (number + 1));
      this.#table[this.#seek(digest)] = number;
    }
  }
}

/** With room for half as many again. */
function grown(values: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.ceil(values.length * 1.5));
  larger.set(values);
  return larger;
}

function add(values: Int32Array, at: number, more: number): void {
  values[at] = (values[at] as number) + more;
}
