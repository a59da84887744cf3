import Papa from 'papaparse';
import type { RejectedRow } from './bill.ts';
import { type CsvColumn, errorColumns } from './csv-columns.ts';
import { guardCell, unguardCell } from './formula-guard.ts';

/** What a person fills in for an item of a file that is no table. */
const PLAIN_COLUMNS: readonly CsvColumn[] = [
  ...(['utility', 'meter', 'commodity', 'flow', 'start', 'end', 'end_convention'] as const),
  ...(['quantity', 'unit', 'read_basis', 'zone'] as const),
];

/** A rejected row with the import that left it out, where there is one. */
export type ErrorRow = RejectedRow & { readonly import?: string };

/**
 * The rejected rows as CSV: their original columns, then error_import, error_where, error_code, error and fix. A person mends
 * the cells and sends the file in again: the reader leaves those columns out, and the import tells that it mends another.
 * Every cell is text to a spreadsheet, and reads back as it was. Items without cells of their own (Green Button) get the
 * columns of the plain layout, to be filled in.
 */
export function errorFile(rows: readonly ErrorRow[]): string {
  const isError = new Set<string>(errorColumns);
  const known = new Set(rows.flatMap(({ raw = [] }) => raw.flatMap((cells) => Object.keys(cells))));
  if (rows.some(({ raw }) => raw === undefined) && known.size === 0) for (const name of PLAIN_COLUMNS) known.add(name);
  const columns = [...known].filter((name) => !isError.has(name));
  const named = rows.some((row) => row.import !== undefined);
  const added = errorColumns.filter((name) => named || name !== 'error_import');
  const records = rows.flatMap(({ raw = [{}], rejected, where, import: id }) =>
    raw.map((cells) => [
      ...columns.map((name) => guardCell(unguardCell(cells[name] ?? ''))),
      ...(named ? [id ?? ''] : []),
      ...[rejected.where ?? where, rejected.code, rejected.message, rejected.fix].map(guardCell),
    ]),
  );
  return `${Papa.unparse([[...columns.map(guardCell), ...added], ...records], { newline: '\r\n' })}\r\n`;
}
