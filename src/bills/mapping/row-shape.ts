import { ChannelError } from '../../emissions/index.ts';
import type { DelimitedRow } from '../delimited.ts';
import type { TableBinding } from './table-binding.ts';

const PART = /^\d{3}([.,]\d+)?$/;

/**
 * Whether the cells of a row stand under their columns. Utilities leave out cells at the end of a row, so a row may be short;
 * but an amount such as 1,234.50 without quotation marks fills two cells and moves all that follow.
 */
export class RowShape {
  readonly #columns: number;
  /** The last column that each row must have. */
  readonly #last: number;
  readonly #amounts: readonly number[];
  /** Cells of the shortest row, and blank ones that each row has beyond the header. */
  readonly #shortest: number;

  constructor({ header, at }: TableBinding, rows: readonly DelimitedRow[]) {
    this.#columns = header.length;
    this.#last = Math.max(...Object.entries(at).map(([name, place]) => (name === 'notes' ? -1 : place)));
    this.#amounts = [at.quantity, at.exported, at.other_quantity].filter((place) => place >= 0);
    this.#shortest = rows.reduce((least, { cells }) => Math.min(least, cells.length), Number.POSITIVE_INFINITY);
  }

  /** True where `check` finds nothing for certain: a row as long as the header and no longer than others. */
  fits({ cells, misquoted }: DelimitedRow): boolean {
    const { length } = cells;
    return !misquoted && length <= this.#columns && length > this.#last && length <= this.#shortest;
  }

  /** @throws {ChannelError} ROW_INVALID */
  check({ row, cells, misquoted }: DelimitedRow): void {
    const where = `row ${row}`;
    if (misquoted) {
      throw new ChannelError('ROW_INVALID', 'a quoted cell goes on after its closing quotation mark', {
        where,
        fix: 'Double the quotation marks inside the cell; rows that follow may have been read as part of it.',
      });
    }
    const most = Math.max(this.#columns, this.#shortest);
    const extra = cells.length > most || cells.slice(this.#columns).some((cell) => cell.trim() !== '');
    if (extra || cells.length <= this.#last || this.#isSplit(cells)) {
      throw new ChannelError(
        'ROW_INVALID',
        `the row has ${cells.length} cell${cells.length === 1 ? '' : 's'}, the header ${this.#columns}`,
        {
          where,
          fix: 'Put cells that hold the delimiter, such as 1,234.50, into quotation marks.',
        },
      );
    }
  }

  /** True for a row that is longer than others and whose amount looks like the head of a longer one. */
  #isSplit(cells: readonly string[]): boolean {
    if (cells.length <= this.#shortest) return false;
    return this.#amounts.some(
      (at) => /^\s*-?\d{1,3}$/.test(cells[at] ?? '') && PART.test((cells[at + 1] ?? '').trim()),
    );
  }
}
