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
  readonly #merged: Range[] = [];
  /** Merged areas of a column that was asked for, from top to bottom. */
  readonly #ofColumn = new Map<number, readonly Range[]>();

  /** @throws {ChannelError} FILE_MALFORMED for more than 50,000 merged areas, or more statements on columns than there are columns */
  see(element: string, { hidden, min, max, ref }: Readonly<Record<string, string>>): void {
    if (element === 'col' && (hidden === '1' || hidden === 'true')) {
      if (this.#hidden.length >= MAX_COLUMNS) throw tooMuch('statements on columns');
      this.#hidden.push({ from: Number(min) - 1, to: Number(max) - 1 });
    } else if (element === 'mergeCell') {
      if (this.#merged.length >= MAX_MERGED) throw tooMuch('merged areas');
      this.#merged.push(rangeOf(ref ?? ''));
    }
  }

  isHidden(column: number): boolean {
    return this.#hidden.some(({ from, to }) => column >= from && column <= to);
  }

  get hasMerged(): boolean {
    return this.#merged.length > 0;
  }

  /**
   * Whether a cell is covered by a merged area that begins in another: it is blank whatever it shows.
   * @throws {ChannelError} FILE_MALFORMED where merged areas of the column overlap
   */
  isCovered(row: number, column: number): boolean {
    const areas = this.#areasOf(column);
    let low = 0;
    let high = areas.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((areas[middle] as Range).bottom < row) low = middle + 1;
      else high = middle;
    }
    const area = areas[low];
    return area !== undefined && row >= area.top && (row !== area.top || column !== area.left);
  }

  #areasOf(column: number): readonly Range[] {
    const known = this.#ofColumn.get(column);
    if (known !== undefined) return known;
    const areas = this.#merged.filter(({ left, right }) => column >= left && column <= right);
    areas.sort((a, b) => a.top - b.top);
    // No spreadsheet writes such; looking for one of many that lie on each other would take for ever.
    if (areas.some(({ top }, at) => at > 0 && top <= (areas[at - 1] as Range).bottom))
      throw new ChannelError('FILE_MALFORMED', 'merged areas of a sheet overlap', {
        fix: 'Unmerge the cells of the table.',
      });
    this.#ofColumn.set(column, areas);
    return areas;
  }
}

function rangeOf(reference: string): Range {
  const [first = '', last = first] = reference.split(':', 2);
  return { top: rowOf(first), bottom: rowOf(last), left: columnOf(first), right: columnOf(last) };
}

function rowOf(reference: string): number {
  return Number(/[0-9]{1,7}$/.exec(reference)?.[0] ?? 0);
}

function tooMuch(what: string): ChannelError {
  return new ChannelError('FILE_MALFORMED', `a sheet has more ${what} than are read`, {
    fix: 'Copy the values of the table to a new workbook.',
  });
}
