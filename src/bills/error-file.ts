import Papa from 'papaparse';
import type { ReadOptions, RejectedRow } from './bill.ts';
import { errorColumns, itemColumns } from './csv-columns.ts';
import { guardCell, unguardCell } from './formula-guard.ts';
import { withTold } from './told-cells.ts';

/** A rejected row with the import that left it out, where there is one. */
export type ErrorRow = RejectedRow & { readonly import?: string };

/**
 * The rejected rows as CSV: their original columns, then error_import, error_where, error_code, error and fix. A person mends
 * the cells and sends the file in again: the reader leaves those columns out, and the import tells that it mends another.
 * Every cell is text to a spreadsheet, and reads back as it was. Items without cells of their own (Green Button) get the
 * columns of the plain layout, to be filled in. What was told for the whole file (`read`) stands in the rows: the file is sent
 * in again without those options.
 */
export function errorFile(rejected: readonly ErrorRow[], read: ReadOptions = {}): string {
  const isError = new Set<string>(errorColumns);
  const isTable = rejected.some(({ raw = [] }) => raw.some((cells) => Object.keys(cells).length > 0));
  const blank = Object.fromEntries(isTable ? [] : itemColumns.map((name) => [name, '']));
  const rows = rejected.map(({ raw = [blank], ...row }) => ({
    ...row,
    raw: raw.map((cells) => withTold(cells, read)),
  }));
  const known = new Set(rows.flatMap(({ raw }) => raw.flatMap((cells) => Object.keys(cells))));
  const columns = [...known].filter((name) => !isError.has(name));
  const named = rows.some((row) => row.import !== undefined);
  const added = errorColumns.filter((name) => named || name !== 'error_import');
  const records = rows.flatMap(({ raw, rejected, where, import: id }) =>
    raw.map((cells) => [
      ...columns.map((name) => guardCell(unguardCell(cells[name] ?? ''))),
      ...(named ? [id ?? ''] : []),
      ...[rejected.where ?? where, rejected.code, rejected.message, rejected.fix].map(guardCell),
    ]),
  );
  return `${Papa.unparse([[...columns.map(guardCell), ...added], ...records], { newline: '\r\n' })}\r\n`;
}
