import { ChannelError, isChannelError } from '../../emissions/index.ts';
import type { BillItem, BillReader, BillWarning, RawCells, ReadOptions } from '../bill.ts';
import { fillSpool, openSpool } from '../workbook/spool.ts';
import { openWorkbook, type Sheet } from '../workbook/workbook.ts';
import { openZip } from '../workbook/zip-parts.ts';
import { type EntryTable, entryTable, HEADING_ROWS } from './columns.ts';
import { EndEvidence } from './end-convention.ts';
import { type Entry, readEntry, seriesOf, statedDays } from './entry.ts';
import { KeptRows } from './kept-rows.ts';

/** Largest workbook that is read, in bytes. */
const MAX_FILE = 536_870_912;

/**
 * ENERGY STAR Portfolio Manager's workbooks: the download of meter entries and the spreadsheets for uploading bills. The meter is Portfolio
 * Manager's number of it, the site the property's name. The file is spooled, because a zip archive is read from its end; the entries are
 * kept once more in a spool, because what an end date means shows only in the entries beside it.
 */
export const portfolioManagerReader: BillReader = {
  format: 'portfolio-manager',
  recognises: (head) => head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4,
  read: readWorkbook,
};

async function* readWorkbook(body: AsyncIterable<Uint8Array>, options: ReadOptions): AsyncGenerator<BillItem> {
  const spool = await openSpool();
  const kept = await KeptRows.open();
  try {
    if ((await fillSpool(spool, body, MAX_FILE)) > MAX_FILE) {
      throw new ChannelError('FILE_MALFORMED', 'the workbook is larger than 512 MiB', { fix: 'Split it by property.' });
    }
    const sheets = await openWorkbook(await openZip(spool.file.fd));
    const ends = new EndEvidence();
    const { tables, hidden } = await keepEntries(sheets, kept, ends);
    const first = firstWarnings(tables, hidden);
    for await (const rows of kept.read()) {
      for (const { sheet, row } of rows) {
        const table = tables.get(sheet) as EntryTable;
        for (const item of itemsOf(entryAt(sheet, row, table), table, row.cells, ends, options)) {
          yield 'line' in item
            ? { line: { ...item.line, warnings: [...first.splice(0), ...item.line.warnings] } }
            : item;
        }
      }
    }
  } finally {
    await kept.close();
    await spool.close();
  }
}

type Row = Parameters<typeof entryTable>[0];

/** Keeps the rows below the headings of every visible sheet that has such a table. */
async function keepEntries(
  sheets: readonly Sheet[],
  kept: KeptRows,
  ends: EndEvidence,
): Promise<{ tables: ReadonlyMap<number, EntryTable>; hidden: number }> {
  const tables = new Map<number, EntryTable>();
  let hidden = 0;
  for (const sheet of sheets) {
    const table = await keepSheet(sheet, kept, ends);
    if (table === undefined) continue;
    if (sheet.hidden) hidden += 1;
    else tables.set(sheet.number, table);
  }
  if (tables.size === 0) throw noTable(hidden);
  if (kept.count === 0) throw new ChannelError('FILE_MALFORMED', 'the table of meter entries has no rows');
  return { tables, hidden };
}

/** The table of a sheet, with its rows kept; those of a hidden sheet are not. Undefined where it has none. */
async function keepSheet(sheet: Sheet, kept: KeptRows, ends: EndEvidence): Promise<EntryTable | undefined> {
  let table: EntryTable | undefined;
  let looked = 0;
  for await (const rows of sheet.rows()) {
    for (const row of rows) {
      if (table === undefined) {
        looked += 1;
        table = tableAt(sheet, row);
      } else await keepRow(sheet, row, table, kept, ends);
      const done = table === undefined ? looked >= HEADING_ROWS : sheet.hidden;
      if (done) return table;
    }
  }
  return table;
}

function tableAt({ number }: Sheet, row: Row): EntryTable | undefined {
  const table = entryTable(row);
  if (table?.twice !== undefined) throw twice(number, row.number);
  return table;
}

/** Gives a promise only where there is something to wait for. */
function keepRow(
  { number }: Sheet,
  row: Row,
  table: EntryTable,
  kept: KeptRows,
  ends: EndEvidence,
): Promise<void> | undefined {
  if (row.cells.every((cell) => cell === undefined || cell.text.trim() === '')) return undefined;
  see(entryAt(number, row, table), ends);
  return kept.push(number, row);
}

function see(entry: Entry, ends: EndEvidence): void {
  const days = statedDays(entry);
  const series = seriesOf(entry);
  if (days !== undefined && series !== '') ends.see(series, days.start, days.end);
}

function entryAt(sheet: number, row: Row, { at, titles }: EntryTable): Entry {
  return {
    row: row.number,
    where: `sheet ${sheet}, row ${row.number}`,
    hidden: row.hidden,
    cell: (column) => {
      const index = at.get(column);
      return index === undefined ? undefined : row.cells[index];
    },
    heading: (column) => titles[at.get(column) ?? -1] ?? column,
  };
}

function itemsOf(
  entry: Entry,
  table: EntryTable,
  cells: Row['cells'],
  ends: EndEvidence,
  options: ReadOptions,
): BillItem[] {
  const { where } = entry;
  const raw = [rawCells(table, cells)];
  try {
    return readEntry(entry, ends, options).map((line) => ({ line: { ...line, raw } }));
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

function rawCells({ titles }: EntryTable, cells: Row['cells']): RawCells {
  // Of the same shape for every row; an object without a prototype takes several times the memory.
  const raw: Record<string, string> = {};
  for (let at = 0; at < titles.length; at += 1) {
    const title = titles[at];
    if (title) raw[title] = cells[at]?.text ?? '';
  }
  return raw;
}

function firstWarnings(tables: ReadonlyMap<number, EntryTable>, hidden: number): BillWarning[] {
  const ignored = [...new Set([...tables.values()].flatMap((table) => table.ignored))];
  const warnings: BillWarning[] = [];
  if (ignored.length > 0) warnings.push({ code: 'COLUMN_IGNORED', message: `columns not read: ${ignored.join(', ')}` });
  if (hidden > 0)
    warnings.push({
      code: 'SHEET_HIDDEN',
      message: `${hidden} hidden sheet${hidden === 1 ? '' : 's'} with meter entries not read`,
    });
  return warnings;
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
