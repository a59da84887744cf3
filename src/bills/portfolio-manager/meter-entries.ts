import { ChannelError, defined, isChannelError } from '../../emissions/index.ts';
import type { BillItem, BillWarning, RawCells, ReadOptions } from '../bill.ts';
import type { SheetLayout } from '../workbook/sheet-layout.ts';
import type { SheetRow } from '../workbook/sheet-rows.ts';
import { type EntryTable, entryTable, HEADING_ROWS } from './columns.ts';
import { EndEvidence } from './end-convention.ts';
import { type Entry, readEntry, seriesOf, statedDays } from './entry.ts';
import { KeptRows } from './kept-rows.ts';

/** A sheet that may hold a table of meter entries. */
export interface EntrySheet {
  /** From 1. */
  readonly number: number;
  readonly hidden: boolean;
  /** What is hidden or merged; whole once all rows are read. Absent where the file can say neither. */
  readonly layout?: SheetLayout;
  /** Rows in file order, in batches; read once. */
  rows(): AsyncIterable<readonly SheetRow[]>;
}

/** Names the place of a row; says nothing of its content. */
type PlaceOf = (sheet: number, row: number) => string;

/**
 * The lines of every visible sheet with a table of meter entries. The meter is Portfolio Manager's number of it, else its name, the site
 * the property's name. The entries are kept in a spool, because what an end date means shows only in the entries beside it.
 * `looked` is told meanwhile how many have been seen.
 * @throws {ChannelError} FILE_KIND_UNKNOWN where no visible sheet has such a table; FILE_MALFORMED
 */
export async function* readMeterEntries(
  sheets: readonly EntrySheet[],
  options: ReadOptions,
  placeOf: PlaceOf,
  looked: (rows: number) => void = () => undefined,
): AsyncGenerator<BillItem> {
  const kept = await KeptRows.open();
  try {
    const ends = new EndEvidence();
    const { tables, hidden } = await keepEntries(sheets, kept, ends, looked);
    const first = firstWarnings(tables, hidden);
    for await (const rows of kept.read()) {
      for (const { sheet, row } of rows) {
        const found = tables.get(sheet) as FoundTable;
        const entry = entryAt(row, found, placeOf(sheet, row.number));
        for (const item of itemsOf(entry, found.table, row.cells, ends, options)) {
          yield 'line' in item
            ? { line: { ...item.line, warnings: [...first.splice(0), ...item.line.warnings] } }
            : item;
        }
      }
    }
  } finally {
    await kept.close();
  }
}

/** A table with the layout of its sheet. */
interface FoundTable {
  readonly table: EntryTable;
  readonly layout: SheetLayout | undefined;
}

/** Keeps the rows below the headings of every visible sheet that has such a table. */
async function keepEntries(
  sheets: readonly EntrySheet[],
  kept: KeptRows,
  ends: EndEvidence,
  looked: (rows: number) => void,
): Promise<{ tables: ReadonlyMap<number, FoundTable>; hidden: number }> {
  const tables = new Map<number, FoundTable>();
  let hidden = 0;
  for (const sheet of sheets) {
    const table = await keepSheet(sheet, kept, ends, looked);
    if (table === undefined) continue;
    if (sheet.hidden) hidden += 1;
    else tables.set(sheet.number, { table, layout: sheet.layout });
  }
  if (tables.size === 0) throw noTable(hidden);
  if (kept.count === 0) throw new ChannelError('FILE_MALFORMED', 'the table of meter entries has no rows');
  return { tables, hidden };
}

/** The table of a sheet, with its rows kept; those of a hidden sheet are not. Undefined where it has none. */
async function keepSheet(
  sheet: EntrySheet,
  kept: KeptRows,
  ends: EndEvidence,
  looked: (rows: number) => void,
): Promise<EntryTable | undefined> {
  let table: EntryTable | undefined;
  let heads = 0;
  for await (const rows of sheet.rows()) {
    looked(kept.count);
    for (const row of rows) {
      if (table === undefined) {
        heads += 1;
        table = tableAt(sheet, row);
      } else await keepRow(sheet, row, table, kept, ends);
      const done = table === undefined ? heads >= HEADING_ROWS : sheet.hidden;
      if (done) return table;
    }
  }
  return table;
}

function tableAt({ number }: EntrySheet, row: SheetRow): EntryTable | undefined {
  const table = entryTable(row);
  if (table?.twice !== undefined) throw twice(number, row.number);
  return table;
}

/** Gives a promise only where there is something to wait for. */
function keepRow(
  { number }: EntrySheet,
  row: SheetRow,
  table: EntryTable,
  kept: KeptRows,
  ends: EndEvidence,
): Promise<void> | undefined {
  if (row.cells.every((cell) => cell === undefined || cell.text.trim() === '')) return undefined;
  see(entryAt(row, { table, layout: undefined }, ''), ends);
  return kept.push(number, row);
}

function see(entry: Entry, ends: EndEvidence): void {
  const days = statedDays(entry);
  const series = seriesOf(entry);
  if (days !== undefined && series !== '') ends.see(series, days.start, days.end);
}

function entryAt(row: SheetRow, { table: { at, titles }, layout }: FoundTable, where: string): Entry {
  return {
    ...{ row: row.number, where, hidden: row.hidden },
    cell: (column) => {
      const index = at.get(column);
      return index === undefined ? undefined : row.cells[index];
    },
    heading: (column) => titles[at.get(column) ?? -1] ?? column,
    covered: layout?.hasMerged === true ? coveredColumns(row.number, at, titles, layout) : [],
  };
}

/** Headings of the columns that are read and, in this row, covered by a merged area that begins elsewhere. */
function coveredColumns(row: number, at: EntryTable['at'], titles: readonly string[], layout: SheetLayout): string[] {
  return [...at.values()].filter((column) => layout.isCovered(row, column)).map((column) => titles[column] as string);
}

function itemsOf(
  entry: Entry,
  table: EntryTable,
  cells: SheetRow['cells'],
  ends: EndEvidence,
  options: ReadOptions,
): BillItem[] {
  const { where } = entry;
  const raw = [rawCells(table, cells)];
  try {
    const more = { raw: () => raw, ...defined({ mends: raw[0]?.error_import || undefined }) };
    return readEntry(entry, ends, options).map((line) => ({ line: { ...line, ...more } }));
  } catch (error) {
    if (!isChannelError(error)) throw error;
    return [{ rejected: { ...error.report(), where: whereOf(entry, error.details.where) }, where, raw }];
  }
}

/** The place of a fault with its sheet: several faults of a row are told with the row alone. */
function whereOf({ where }: Entry, told: string | undefined): string {
  if (told === undefined) return where;
  return told.startsWith('row ') ? told.replace(/^row [0-9]+/, where) : told;
}

function rawCells({ titles }: EntryTable, cells: SheetRow['cells']): RawCells {
  // Of the same shape for every row; an object without a prototype takes several times the memory.
  const raw: Record<string, string> = {};
  for (let at = 0; at < titles.length; at += 1) {
    const title = titles[at];
    if (title) raw[title] = cells[at]?.text ?? '';
  }
  return raw;
}

function firstWarnings(tables: ReadonlyMap<number, FoundTable>, hidden: number): BillWarning[] {
  const ignored = [...new Set([...tables.values()].flatMap(({ table }) => table.ignored))];
  const unseen = [...new Set([...tables.values()].flatMap(hiddenColumns))];
  const warnings: BillWarning[] = [];
  if (ignored.length > 0) warnings.push({ code: 'COLUMN_IGNORED', message: `columns not read: ${ignored.join(', ')}` });
  if (unseen.length > 0)
    warnings.push({
      code: 'COLUMN_HIDDEN',
      message: `columns that the workbook hides were read: ${unseen.join(', ')}`,
    });
  if (hidden > 0)
    warnings.push({
      code: 'SHEET_HIDDEN',
      message: `${hidden} hidden sheet${hidden === 1 ? '' : 's'} with meter entries not read`,
    });
  return warnings;
}

function hiddenColumns({ table: { at, titles }, layout }: FoundTable): string[] {
  return [...at.values()].filter((column) => layout?.isHidden(column)).map((column) => titles[column] as string);
}

function twice(sheet: number, row: number): ChannelError {
  return new ChannelError('FILE_MALFORMED', 'two columns of the table have one meaning', {
    where: `sheet ${sheet}, row ${row}`,
    fix: 'Leave one of them, or give the other another heading.',
  });
}

function noTable(hidden: number): ChannelError {
  const message =
    hidden > 0
      ? 'a bill file was expected; the only meter entries of this workbook are on a hidden sheet'
      : 'a bill file was expected; no sheet of this workbook has the columns of ENERGY STAR Portfolio Manager';
  return new ChannelError('FILE_KIND_UNKNOWN', message, {
    fix:
      hidden > 0
        ? 'Show the sheet and save the workbook.'
        : 'Save the sheet with the bills as CSV UTF-8 and record that.',
  });
}
