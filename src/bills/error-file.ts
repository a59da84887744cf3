import Papa from 'papaparse';
import type { RejectedRow } from './bill.ts';
import { errorColumns } from './csv-columns.ts';
import { guardCell, unguardCell } from './formula-guard.ts';

/**
 * The rejected rows as CSV: their original columns, then error_where, error_code, error and fix. A person mends the cells and
 * sends the file in again: the reader leaves the four columns out. Every cell is text to a spreadsheet, and reads back as it
 * was. Items without cells of their own (Green Button) have the four columns only.
 */
export function errorFile(rows: readonly RejectedRow[]): string {
  const isError = new Set<string>(errorColumns);
  const columns = [...new Set(rows.flatMap(({ raw = [] }) => raw.flatMap((cells) => Object.keys(cells))))].filter(
    (name) => !isError.has(name),
  );
  const records = rows.flatMap(({ raw = [{}], rejected, where }) =>
    raw.map((cells) => [
      ...columns.map((name) => guardCell(unguardCell(cells[name] ?? ''))),
      ...[rejected.where ?? where, rejected.code, rejected.message, rejected.fix].map(guardCell),
    ]),
  );
  return `${Papa.unparse([[...columns.map(guardCell), ...errorColumns], ...records], { newline: '\r\n' })}\r\n`;
}
