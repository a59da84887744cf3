import type { ActivityRecord } from '../channel/index.ts';
import { parseDate } from '../emissions/index.ts';

/** Numbers that one period takes in a list: first day, day after the last, place in the file, file. */
const STEP = 4;

/** The place of a line in one of the files: `row 12` and `rows 12 to 14` as a number, since there can be a million. */
class Places {
  readonly #others: string[] = [];

  numberOf(where: string): number {
    const row = /^rows? (\d{1,10})(?: to (\d{1,10}))?$/.exec(where);
    const first = Number(row?.[1]);
    const more = row?.[2] === undefined ? 0 : Number(row[2]) - first;
    if (row !== null && more >= 0 && more < MOST_ROWS) return first * MOST_ROWS + more;
    return -this.#others.push(where);
  }

  textOf(place: number): string {
    if (place < 0) return this.#others[-place - 1] as string;
    const first = Math.floor(place / MOST_ROWS);
    const more = place % MOST_ROWS;
    return more === 0 ? `row ${first}` : `rows ${first} to ${first + more}`;
  }
}

const MOST_ROWS = 1_024;

/**
 * The periods of the lines of one command, by meter, commodity and flow: what the ledger's overlap control does with records,
 * done with lines that are not there yet. Four numbers a line, so that a file of a million lines needs some 40 MB.
 */
export class PeriodBook {
  readonly #series = new Map<string, number[]>();
  readonly #places = new Places();

  /** Enters the period of a line, or gives the line whose period it overlaps, and enters nothing. */
  enter(
    record: ActivityRecord,
    where: string,
    file: number,
  ): { readonly where: string; readonly file: number } | undefined {
    const [start, end] = [parseDate(record.start), parseDate(record.end)];
    const key = `${record.meter} ${record.commodity} ${record.flow}`;
    const periods = this.#series.get(key) ?? [];
    const at = position(periods, start);
    // Those that stand here do not overlap one another: only the neighbours can overlap the new one.
    for (const other of [at - STEP, at]) {
      const [from, to, place, otherFile] = periods.slice(Math.max(other, 0), Math.max(other, 0) + STEP);
      if (other < 0 || from === undefined || from >= end || (to as number) <= start) continue;
      return { where: this.#places.textOf(place as number), file: otherFile as number };
    }
    const entry = [start, end, this.#places.numberOf(where), file];
    if (at === periods.length) periods.push(...entry);
    else periods.splice(at, 0, ...entry);
    this.#series.set(key, periods);
    return undefined;
  }

  /** Takes out the periods of a file that is not recorded after all. */
  forget(file: number): void {
    for (const [key, periods] of this.#series) {
      const kept = periods.filter((_, at) => periods[at - (at % STEP) + STEP - 1] !== file);
      if (kept.length === 0) this.#series.delete(key);
      else if (kept.length < periods.length) this.#series.set(key, kept);
    }
  }
}

/** Where the first period stands that begins on the day or later. */
function position(periods: readonly number[], start: number): number {
  let low = 0;
  let high = periods.length / STEP;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((periods[middle * STEP] as number) < start) low = middle + 1;
    else high = middle;
  }
  return low * STEP;
}
