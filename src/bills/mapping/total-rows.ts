import { totalWord } from '../total-words.ts';
import type { MappedColumn } from './bill-mapping.ts';

/** Columns that say what a row is of; the utility's name is none of them: there is one called Total. */
const NAMES: readonly MappedColumn[] = ['meter', 'account', 'service', 'site', 'commodity', 'start', 'end', 'date'];
const DATES: readonly MappedColumn[] = ['start', 'end', 'date'];

/** Tells rows that add up others by their own words. `place` gives where a column stands, -1 where there is none. */
export class TotalRows {
  readonly #names: readonly number[];
  readonly #dates: readonly number[];
  readonly #utility: number;

  constructor(place: (column: MappedColumn) => number) {
    const places = (columns: readonly MappedColumn[]) => columns.map(place).filter((at) => at >= 0);
    this.#names = places(NAMES);
    this.#dates = places(DATES);
    this.#utility = place('utility');
  }

  /**
   * True where the first cell or one that names the row says `total` and nothing else; where another cell does, only without a
   * date: a word such as `Average` in some other column of a bill says nothing.
   */
  is(cells: readonly string[]): boolean {
    const says = (at: number) => at !== this.#utility && totalWord(cells[at] ?? '') === 'total';
    const first = cells.findIndex((cell) => cell.trim() !== '');
    if (says(first) || this.#names.some(says)) return true;
    return this.#dates.some((at) => (cells[at] ?? '').trim() === '') && cells.some((_, at) => says(at));
  }
}
