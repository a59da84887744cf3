import { isChannelError } from '../emissions/index.ts';
import { type DelimitedRow, DelimitedText, delimiters } from './delimited.ts';

/** Characters in which a table must begin. */
export const HEAD_LENGTH = 65_536;
/** Records before which the header must stand: preambles have a dozen. */
const MAX_PREAMBLE = 64;

/** Where the table of a text begins, and what stands before it. */
export interface TableHead<T> {
  readonly delimiter: string;
  readonly header: DelimitedRow;
  readonly preamble: readonly DelimitedRow[];
  /** What the header was recognised as. */
  readonly found: T;
}

/**
 * The first record that `recognise` knows as a header, split by the delimiter with which it has the most columns; undefined
 * where there is none. `first` is true for the first record of the text that is not blank.
 */
export function tableHead<T>(
  head: string,
  recognise: (cells: readonly string[], first: boolean) => T | undefined,
): TableHead<T> | undefined {
  let best: TableHead<T> | undefined;
  for (const delimiter of delimiters) {
    const rows = headRows(head, delimiter);
    for (const [at, header] of rows.entries()) {
      const found = recognise(header.cells, at === 0);
      if (found === undefined) continue;
      if (best === undefined || header.cells.length > best.header.cells.length) {
        best = { delimiter, header, preamble: rows.slice(0, at), found };
      }
      break;
    }
  }
  return best;
}

/** The first records of a text; what cannot be split is left to the reading of the whole. */
export function headRows(head: string, delimiter: string, most = MAX_PREAMBLE): readonly DelimitedRow[] {
  const rows: DelimitedRow[] = [];
  try {
    for (const read of new DelimitedText(delimiter, 0).records(head, head.length < HEAD_LENGTH, 1)) {
      rows.push(...read);
      if (rows.length === most) break;
    }
  } catch (error) {
    if (!isChannelError(error)) throw error;
  }
  return rows;
}
