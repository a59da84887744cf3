import { formatDate, type StatedEnd } from '../../emissions/index.ts';

/** What an end date of an entry means, and how that is known. */
export type EndReading =
  /** One day, or shown by the entries of the meter. */
  | { readonly statedEnd: StatedEnd; readonly by: 'entries' }
  /** Nothing shows it: the last day billed, as Portfolio Manager counts it. */
  | { readonly statedEnd: 'inclusive'; readonly by: 'rule' }
  /** Nothing shows it, and the workbook itself speaks against the rule. */
  | { readonly by: 'nothing'; readonly against: string };

type Found = 'shared-day' | 'inclusive' | 'mixed' | 'none';

/** What the entries of each meter show of the end date: whether it is the last day billed, or shared with the next entry. */
export class EndEvidence {
  readonly #meters = new Map<string, Periods>();
  #shared: boolean | undefined;

  /** Day numbers as the workbook states them. An entry of one day shows nothing: it can only be the last day billed. */
  see(meter: string, start: number, end: number): void {
    const known = this.#meters.get(meter);
    // A copy: the cell's own text keeps the whole piece of the file in memory that it was cut from.
    if (known === undefined) this.#meters.set(Buffer.from(meter).toString(), new Periods(start, end));
    else known.push(start, end);
    this.#shared = undefined;
  }

  /**
   * The convention of one entry. An end on which another entry of the meter starts is shared; one before such a day is the last day
   * billed. An end with no neighbour follows the meter's other ends where they agree. Without any evidence it is the last day billed, as
   * Portfolio Manager itself counts it; but not where the workbook speaks against that: ends of the meter that point both ways, a period
   * from a day of the month to the same day, or shared days at another meter and a period that is no whole months as it stands.
   */
  readingOf(meter: string, start: number, end: number): EndReading {
    if (start === end) return { statedEnd: 'inclusive', by: 'entries' };
    const periods = this.#meters.get(meter);
    if (periods?.startsOn(end) === true) return { statedEnd: 'shared-day', by: 'entries' };
    if (periods?.startsOn(end + 1) === true) return { statedEnd: 'inclusive', by: 'entries' };
    const found = periods?.found ?? 'none';
    if (found === 'shared-day' || found === 'inclusive') return { statedEnd: found, by: 'entries' };
    if (found === 'mixed') return { by: 'nothing', against: 'other ends of the meter point both ways' };
    if (dayOfMonth(start) === dayOfMonth(end))
      return { by: 'nothing', against: 'it is the day of the month on which the entry starts' };
    if (dayOfMonth(start) !== dayOfMonth(end + 1) && this.#anyShared())
      return { by: 'nothing', against: 'ends of other meters are shared with the next entry' };
    return { statedEnd: 'inclusive', by: 'rule' };
  }

  #anyShared(): boolean {
    this.#shared ??= [...this.#meters.values()].some(({ found }) => found === 'shared-day' || found === 'mixed');
    return this.#shared;
  }
}

/** The periods of one meter: start and end in turn, as day numbers. */
class Periods {
  readonly #days: number[];
  #starts: Int32Array | undefined;
  #found: Found | undefined;

  constructor(start: number, end: number) {
    this.#days = [start, end];
  }

  push(start: number, end: number): void {
    this.#days.push(start, end);
    this.#starts = undefined;
    this.#found = undefined;
  }

  startsOn(day: number): boolean {
    const starts = this.#sortedStarts();
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((starts[middle] as number) < day) low = middle + 1;
      else high = middle;
    }
    return starts[low] === day;
  }

  get found(): Found {
    this.#found ??= this.#find();
    return this.#found;
  }

  #find(): Found {
    let shared = false;
    let inclusive = false;
    for (let at = 0; at < this.#days.length; at += 2) {
      const end = this.#days[at + 1] as number;
      if (this.#days[at] === end) continue;
      shared ||= this.startsOn(end);
      inclusive ||= this.startsOn(end + 1);
    }
    return shared && inclusive ? 'mixed' : shared ? 'shared-day' : inclusive ? 'inclusive' : 'none';
  }

  #sortedStarts(): Int32Array {
    this.#starts ??= Int32Array.from({ length: this.#days.length / 2 }, (_, at) => this.#days[2 * at] as number).sort();
    return this.#starts;
  }
}

function dayOfMonth(day: number): string {
  return formatDate(day).slice(8);
}
