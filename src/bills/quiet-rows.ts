import { totalWord } from './total-words.ts';
import { saysNotValid } from './unread-columns.ts';

/**
 * Tells rows in which no cell says by a word that the row may be no bill: that it adds up others, or was cancelled. Nearly all
 * rows are: they are told by a look at the cells that do not repeat the one above.
 */
export class QuietRows {
  /** Cells of the last row that was quiet. */
  #above: readonly string[] = [];
  readonly #read: ReadonlySet<number>;
  #places: readonly number[] = [];

  /** `read`: places of cells that are read for themselves. */
  constructor(read: readonly number[] = []) {
    this.#read = new Set(read);
  }

  /** False where a closer look is needed; it may still be a bill. */
  isQuiet(cells: readonly string[]): boolean {
    const above = this.#above;
    if (cells.length !== above.length) this.#places = [...cells.keys()].filter((at) => !this.#read.has(at));
    for (const at of this.#places) {
      const cell = cells[at] as string;
      if (cell !== above[at] && LETTER.test(cell) && (saysNotValid(cell) || totalWord(cell) !== undefined))
        return false;
    }
    this.#above = cells;
    return true;
  }
}

/** What no amount, date or sum of money holds, and each of the words does. */
const LETTER = /[^\0-@]/;
