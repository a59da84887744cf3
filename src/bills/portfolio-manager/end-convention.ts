import type { StatedEnd } from '../../emissions/index.ts';

/** What the entries of each meter show of the end date: whether it is the last day billed, or shared with the next entry. */
export class EndEvidence {
  readonly #starts = new Map<string, Set<number>>();
  readonly #ends = new Map<string, number[]>();
  readonly #found = new Map<string, 'shared-day' | 'inclusive' | 'mixed' | 'none'>();

  /** Day numbers as the workbook states them. An entry of one day shows nothing: it can only be the last day billed. */
  see(meter: string, start: number, end: number): void {
    const starts = this.#starts.get(meter);
    if (starts === undefined) {
      // A copy: the cell's own text keeps the whole piece of the file in memory that it was cut from.
      const name = Buffer.from(meter).toString();
      this.#starts.set(name, new Set([start]));
      this.#ends.set(name, end === start ? [] : [end]);
    } else {
      starts.add(start);
      if (end !== start) (this.#ends.get(meter) as number[]).push(end);
    }
  }

  /**
   * The convention of one entry. An end on which another entry of the meter starts is shared; one before such a day is the last day
   * billed. An end with no neighbour follows the meter's other ends where they agree. Without any evidence it is the last day billed, as
   * Portfolio Manager itself counts it, and `assumed`.
   */
  conventionOf(meter: string, start: number, end: number): { statedEnd: StatedEnd; assumed: boolean } {
    if (start === end) return { statedEnd: 'inclusive', assumed: false };
    const starts = this.#starts.get(meter);
    if (starts?.has(end) === true) return { statedEnd: 'shared-day', assumed: false };
    if (starts?.has(end + 1) === true) return { statedEnd: 'inclusive', assumed: false };
    const found = this.#meter(meter);
    if (found === 'shared-day' || found === 'inclusive') return { statedEnd: found, assumed: false };
    return { statedEnd: 'inclusive', assumed: true };
  }

  #meter(meter: string): 'shared-day' | 'inclusive' | 'mixed' | 'none' {
    const known = this.#found.get(meter);
    if (known !== undefined) return known;
    const starts = this.#starts.get(meter) ?? new Set();
    const ends = this.#ends.get(meter) ?? [];
    const shared = ends.some((end) => starts.has(end));
    const inclusive = ends.some((end) => starts.has(end + 1));
    const found = shared && inclusive ? 'mixed' : shared ? 'shared-day' : inclusive ? 'inclusive' : 'none';
    this.#found.set(meter, found);
    return found;
  }
}
