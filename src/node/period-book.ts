import type { ActivityRecord } from '../channel/index.ts';
import { parseDate } from '../emissions/index.ts';
import { SpilledList } from './spilled-list.ts';
import { SpilledMap, type SpillForm, type SpillRoom } from './spilled-map.ts';

/** Numbers that one period takes in a list: first day, day after the last, row, how many rows follow, file. */
const STEP = 5;

/** The place of a line in one of the files: `row 12` and `rows 12 to 14` as two numbers, since there can be a million. */
class Places {
  /** Those that are no rows: `sheet 1, row 12`. */
  readonly #others = new SpilledList();

  /** The first row, or below 0 where the place is no row; and how many rows follow it. */
  numbersOf(where: string): readonly [place: number, more: number] {
    const row = /^rows? (\d{1,9})(?: to (\d{1,9}))?$/.exec(where);
    const first = Number(row?.[1]);
    const more = row?.[2] === undefined ? 0 : Number(row[2]) - first;
    if (row !== null && more >= 0) return [first, more];
    return [-this.#others.push(where) - 1, 0];
  }

  textOf(place: number, more: number): string {
    if (place < 0) return this.#others.at(-place - 1);
    return more === 0 ? `row ${place}` : `rows ${place} to ${place + more}`;
  }

  close(): void {
    this.#others.close();
  }
}

type Place = readonly [place: number, more: number, file: number];

/** The periods of a series in the order of their days. */
interface Periods {
  length: number;
  numbers: Int32Array;
}

/** A series as it is set aside: its numbers, without the room that they may still grow into. */
const form: SpillForm<Periods> = {
  write: ({ numbers, length }) =>
    new Uint8Array(numbers.buffer, numbers.byteOffset, length * numbers.BYTES_PER_ELEMENT),
  read: (bytes) => {
    // A copy: SQLite's bytes need not begin where four-byte numbers may.
    const numbers = new Int32Array(new Uint8Array(bytes).buffer);
    return { length: numbers.length, numbers };
  },
  size: ({ numbers }) => numbers.byteLength,
};

/**
 * The periods of the lines of one command, by meter, commodity and flow: what the ledger's overlap control does with records,
 * done with lines that are not there yet. Five numbers of four bytes a line; series that were not met for long are set aside
 * on the disk. To be closed.
 */
export class PeriodBook {
  readonly #series: SpilledMap<Periods>;
  readonly #places = new Places();

  /** `room`: how many series, and bytes of them, are held in memory. */
  constructor(room?: Partial<SpillRoom>) {
    this.#series = new SpilledMap(form, room);
  }

  /** Enters the period of a line, or gives the line whose period it overlaps, and enters nothing. */
  enter(
    record: ActivityRecord,
    where: string,
    file: number,
  ): { readonly where: string; readonly file: number } | undefined {
    const [start, end] = [parseDate(record.start), parseDate(record.end)];
    const key = `${record.meter} ${record.commodity} ${record.flow}`;
    const periods = this.#series.get(key) ?? { length: 0, numbers: new Int32Array(STEP) };
    const { numbers, length } = periods;
    const at = position(periods, start);
    // Those that stand here do not overlap one another: only the neighbours can overlap the new one.
    for (const other of [at - STEP, at]) {
      if (other < 0 || other >= length) continue;
      if ((numbers[other] as number) >= end || (numbers[other + 1] as number) <= start) continue;
      const [place, more, otherFile] = numbers.subarray(other + 2, other + STEP) as unknown as Place;
      return { where: this.#places.textOf(place, more), file: otherFile };
    }
    const [place, more] = this.#places.numbersOf(where);
    insert(periods, at, [start, end, place, more, file]);
    this.#series.set(key, periods);
    return undefined;
  }

  /** Takes out the periods of a file that is not recorded after all. */
  forget(file: number): void {
    this.#series.changeAll(({ numbers, length }) => {
      const kept = numbers.subarray(0, length).filter((_, at, all) => all[at - (at % STEP) + STEP - 1] !== file);
      return kept.length === 0 ? undefined : { length: kept.length, numbers: kept };
    });
  }

  close(): void {
    this.#series.close();
    this.#places.close();
  }
}

/** Puts a period in its place; a list grows by a quarter, since there are as many as meters. */
function insert(periods: Periods, at: number, entry: readonly number[]): void {
  const { length, numbers } = periods;
  if (length === numbers.length) {
    periods.numbers = new Int32Array(length + STEP * Math.max(1, Math.ceil(length / STEP / 4)));
    periods.numbers.set(numbers);
  }
  periods.numbers.copyWithin(at + STEP, at, length);
  periods.numbers.set(entry, at);
  periods.length += STEP;
}

/** Where the first period stands that begins on the day or later. */
function position({ numbers, length }: Periods, start: number): number {
  let low = 0;
  let high = length / STEP;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle * STEP] as number) < start) low = middle + 1;
    else high = middle;
  }
  return low * STEP;
}
