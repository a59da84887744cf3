import { ChannelError } from '../../emissions/index.ts';
import { columnOf } from './cell-reference.ts';

interface Range {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** Most merged areas of a sheet: they are held for the whole reading. */
const MAX_MERGED = 50_000;
/** Columns of a sheet (ECMA-376 part 1, 18.3.1.13). */
const MAX_COLUMNS = 16_384;

/** What a sheet says of its columns and cells beside their content. Whole once all rows are read: merged cells stand behind them. */
export class SheetLayout {
  readonly #hidden: { readonly from: number; readonly to: number }[] = [];
  /** By the row in which they begin, which is nearly always the only one. */
  readonly #merged: Range[] = [];
  #sorted = true;
  /** Rows of the tallest merged area. */
  #tallest = 0;

  /** @throws {ChannelError} FILE_MALFORMED for more than 50,000 merged areas, or more statements on columns than there are columns */
  see(element: string, { hidden, min, max, ref }: Readonly<Record<string, string>>): void {
    if (element === 'col' && (hidden === '1' || hidden === 'true')) {
      if (this.#hidden.length >= MAX_COLUMNS) throw tooMuch('statements on columns');
      this.#hidden.push({ from: Number(min) - 1, to: Number(max) - 1 });
    } else if (element === 'mergeCell') this.#merge(ref ?? '');
  }

  isHidden(column: number): boolean {
    return this.#hidden.some(({ from, to }) => column >= from && column <= to);
  }

  /** Whether a cell is covered by a merged area that begins in another: it is blank whatever it shows. */
  isCovered(row: number, column: number): boolean {
    if (!this.#sorted) this.#merged.sort((a, b) => a.top - b.top);
    this.#sorted = true;
    for (let at = this.#firstFrom(row - this.#tallest); at < this.#merged.length; at += 1) {
      const { top, bottom, left, right } = this.#merged[at] as Range;
      if (top > row) return false;
      if (row <= bottom && column >= left && column <= right) return row !== top || column !== left;
    }
    return false;
  }

  get hasMerged(): boolean {
    return this.#merged.length > 0;
  }

  #merge(reference: string): void {
    const [first = '', last = first] = reference.split(':', 2);
    const [top, bottom] = [rowOf(first), rowOf(last)];
    if (this.#merged.length >= MAX_MERGED) throw tooMuch('merged areas');
    this.#merged.push({ top, bottom, left: columnOf(first), right: columnOf(last) });
    this.#tallest = Math.max(this.#tallest, bottom - top);
    this.#sorted = false;
  }

  /** Place of the first area that begins in this row or below. */
  #firstFrom(row: number): number {
    let low = 0;
    let high = this.#merged.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#merged[middle] as Range).top < row) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function rowOf(reference: string): number {
  return Number(/[0-9]{1,7}$/.exec(reference)?.[0] ?? 0);
}

function tooMuch(what: string): ChannelError {
  return new ChannelError('FILE_MALFORMED', `a sheet has more ${what} than are read`, {
    fix: 'Copy the values of the table to a new workbook.',
  });
}
