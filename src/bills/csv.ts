import { ChannelError, isChannelError } from '../emissions/index.ts';
import type { BillItem, BillLine, BillReader, BillWarning, RawCells, ReadOptions } from './bill.ts';
import { type CsvColumn, type CsvHeader, delimiterOfHeader, knownColumns, readHeader, SURPLUS } from './csv-columns.ts';
import { type Cell, readRow } from './csv-row.ts';
import { type DelimitedRow, delimitedRows } from './delimited.ts';
import { unguardCell } from './formula-guard.ts';
import { type CsvEntry, RegisterGroups } from './registers.ts';
import { decodeUtf8 } from './utf8-text.ts';

/** Columns that say which bill a row belongs to. */
const BILL_COLUMNS: readonly CsvColumn[] = [
  'utility',
  'account',
  'meter',
  'commodity',
  'flow',
  'start',
  'end',
  'days',
  'end_convention',
];

/**
 * The plain CSV layout of docs/bills.md: one row a bill line or register, ISO dates, plain decimals, the end-date convention
 * always told. Streams: one piece of text and the registers of one bill are held.
 */
export const csvReader: BillReader = {
  format: 'csv',
  recognises(head) {
    const line = new TextDecoder().decode(head).split('\n', 1)[0] as string;
    return knownColumns(line, delimiterOfHeader(line)) >= 2;
  },
  read: readCsv,
};

async function* readCsv(body: AsyncIterable<Uint8Array>, options: ReadOptions): AsyncGenerator<BillItem> {
  let header: CsvHeader | undefined;
  let rows = 0;
  const groups = new RegisterGroups();
  const tell = ignoredColumns();
  for await (const record of delimitedRows(decodeUtf8(body), delimiterOfHeader)) {
    if (header === undefined) header = readHeader(record.cells, options);
    else {
      rows += 1;
      for (const item of groups.push(readEntry(record, header, options))) yield tell(item, header);
    }
  }
  for (const item of groups.flush()) yield tell(item, header as CsvHeader);
  if (rows === 0) {
    throw new ChannelError('FILE_MALFORMED', 'the file has a header and no rows', { where: 'row 2' });
  }
}

/** Names the columns that are not read, once a file: on its first line. */
function ignoredColumns(): (item: BillItem, header: CsvHeader) => BillItem {
  let told = false;
  return (item, header) => {
    if (told || !('line' in item) || header.ignored.length === 0) return item;
    told = true;
    const message = `columns not read: ${header.ignored.join(', ')}`;
    return { line: { ...item.line, warnings: [{ code: 'COLUMN_IGNORED', message }, ...item.line.warnings] } };
  };
}

function readEntry(record: DelimitedRow, header: CsvHeader, options: ReadOptions): CsvEntry {
  const cell: Cell = (column) => {
    const at = header.at.get(column);
    return at === undefined ? '' : unguardCell((record.cells[at] ?? '').trim());
  };
  return {
    row: record.row,
    outcome: readOutcome(record, header, cell, options),
    raw: rawCells(record, header),
    register: cell('register'),
    key: JSON.stringify(BILL_COLUMNS.map(cell)),
  };
}

function readOutcome(record: DelimitedRow, header: CsvHeader, cell: Cell, options: ReadOptions): CsvEntry['outcome'] {
  try {
    checkShape(record, header);
    const line: BillLine = readRow(cell, options, record.row);
    return { line: { ...line, warnings: amountWarnings(record, header) } };
  } catch (error) {
    if (!isChannelError(error)) throw error;
    return { error };
  }
}

function checkShape({ row, cells, misquoted }: DelimitedRow, header: CsvHeader): void {
  const where = `row ${row}`;
  if (misquoted) {
    throw new ChannelError('ROW_INVALID', 'a quoted cell goes on after its closing quotation mark', {
      where,
      fix: 'Double the quotation marks inside the cell; rows that follow may have been read as part of it.',
    });
  }
  const extra = cells.slice(header.names.length).some((value) => value.trim() !== '');
  if (extra || cells.length < header.names.length || header.surplus.some((at) => (cells[at] ?? '').trim() !== '')) {
    throw new ChannelError('ROW_INVALID', `the row has ${cells.length} cells, the header ${header.names.length}`, {
      where,
      fix: 'Put cells that hold a comma into quotation marks, and write amounts without thousands commas.',
    });
  }
}

function amountWarnings({ cells }: DelimitedRow, header: CsvHeader): BillWarning[] {
  return header.amounts
    .filter(({ at }) => (cells[at] ?? '').trim() !== '')
    .map(({ name }) => ({ code: 'COLUMN_IGNORED_USAGE', message: `column ${name} holds a value and was not read` }));
}

function rawCells({ cells }: DelimitedRow, header: CsvHeader): RawCells {
  const raw: Record<string, string> = Object.create(null);
  for (const [at, name] of header.names.entries()) raw[name] = cells[at] ?? '';
  for (let at = header.names.length; at < cells.length; at += 1) {
    raw[`${SURPLUS}${header.surplus.length + at - header.names.length + 1}`] = cells[at] as string;
  }
  return raw;
}
