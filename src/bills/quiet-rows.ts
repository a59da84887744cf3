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
  /** Places that are looked at in rows of `#width` cells. */
  #places: readonly number[] = [];
  #width = 0;

  /** `read`: places of cells that are read for themselves. */
  constructor(read: readonly number[] = []) {
    this.#read = new Set(read);
  }

  /** False where a closer look is needed; it may still be a bill. */
  isQuiet(cells: readonly string[]): boolean {
    const above = this.#above;
    if (cells.length !== this.#width) {
      this.#width = cells.length;
      this.#places = [...cells.keys()].filter((at) => !this.#read.has(at));
    }
    for (const at of this.#places) {
      const cell = cells[at] as string;
      if (cell !== above[at] && LETTER.test(cell) && (saysNotValid(cell) || totalWord(cell) !== undefined))
        return false;
    }
    this.#above = cells;
    return true;
  }
}

/** Each of the words has a letter; most amounts and dates have none. */
const LETTER = /[^\0-@]/;
