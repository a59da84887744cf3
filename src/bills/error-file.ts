import Papa from 'papaparse';
import type { ReadOptions, RejectedRow } from './bill.ts';
import { errorColumns, itemColumns } from './csv-columns.ts';
import { guardCell, unguardCell } from './formula-guard.ts';
import { withTold } from './told-cells.ts';

/** A rejected row with the import that left it out, where there is one. */
export type ErrorRow = RejectedRow & { readonly import?: string };

/** Rows that go into one piece of the file. */
const ROWS_A_PIECE = 500;

/**
 * The rejected rows as CSV, in pieces: their original columns, then error_import, error_where, error_code, error and fix. A person
 * mends the cells and sends the file in again: the reader leaves those columns out, and the import tells that it mends another.
 * Every cell is text to a spreadsheet, and reads back as it was. Items without cells of their own (Green Button) get the
 * columns of the plain layout, to be filled in. What was told for the whole file (`read`) stands in the rows: the file is sent
 * in again without those options.
 */
export function* errorFile(rejected: readonly ErrorRow[], read: ReadOptions = {}): Generator<string> {
  const isTable = rejected.some(({ raw = [] }) => raw.some((cells) => Object.keys(cells).length > 0));
  const blank = Object.fromEntries(isTable ? [] : itemColumns.map((name) => [name, '']));
  const cellsOf = ({ raw = [blank] }: ErrorRow) => raw.map((cells) => withTold(cells, read));
  const columns = columnsOf(rejected, cellsOf);
  const named = rejected.some((row) => row.import !== undefined);
  const added = errorColumns.filter((name) => named || name !== 'error_import');
  yield text([[...columns.map(guardCell), ...added]]);
  for (let from = 0; from < rejected.length; from += ROWS_A_PIECE)
    yield text(
      rejected.slice(from, from + ROWS_A_PIECE).flatMap((row) => {
        const { rejected: report, where, import: id } = row;
        const why = [report.where ?? where, report.code, report.message, report.fix].map(guardCell);
        return cellsOf(row).map((cells) => [
          ...columns.map((name) => guardCell(unguardCell(cells[name] ?? ''))),
          ...(named ? [id ?? ''] : []),
          ...why,
        ]);
      }),
    );
}

type Cells = Readonly<Record<string, string>>;

function columnsOf(rejected: readonly ErrorRow[], cellsOf: (row: ErrorRow) => readonly Cells[]): string[] {
  const isError = new Set<string>(errorColumns);
  const known = new Set<string>();
  for (const row of rejected) for (const cells of cellsOf(row)) for (const name of Object.keys(cells)) known.add(name);
  return [...known].filter((name) => !isError.has(name));
}

function text(rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? '' : `${Papa.unparse(rows as string[][], { newline: '\r\n' })}\r\n`;
}
