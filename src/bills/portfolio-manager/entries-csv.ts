import { ChannelError } from '../../emissions/index.ts';
import type { BillItem, BillReader, ReadOptions } from '../bill.ts';
import { BATCH, type DelimitedRow, DelimitedText } from '../delimited.ts';
import { unguardCell } from '../formula-guard.ts';
import { HEAD_LENGTH, tableHead } from '../table-head.ts';
import { decodeHead, decodeText } from '../text-encoding.ts';
import type { Cell, SheetRow } from '../workbook/sheet-rows.ts';
import { type EntryTable, entryTable } from './columns.ts';
import { readMeterEntries } from './meter-entries.ts';

/**
 * The sheet of meter entries saved as CSV, and the error file of such a workbook. Every cell is text, so dates are 2022-01-31 or such that
 * month and day cannot be exchanged, and amounts have no thousands commas.
 */
export const entriesCsvReader: BillReader = {
  format: 'portfolio-manager-csv',
  recognises: (head, { mapping }) => mapping === undefined && tableHead(decodeHead(head), entries) !== undefined,
  read: readEntriesCsv,
};

/** A table that names the type of its meters as only Portfolio Manager does. */
function entries(cells: readonly string[]): EntryTable | undefined {
  const table = entryTable(sheetRow({ row: 1, cells }));
  return table?.at.has('meterType') === true && table.at.has('unit') ? table : undefined;
}

function readEntriesCsv(
  body: AsyncIterable<Uint8Array>,
  options: ReadOptions,
  looked?: (rows: number) => void,
): AsyncGenerator<BillItem> {
  return readMeterEntries(
    [{ number: 1, hidden: false, rows: () => sheetRows(body) }],
    options,
    (_, row) => `row ${row}`,
    looked,
  );
}

async function* sheetRows(body: AsyncIterable<Uint8Array>): AsyncGenerator<readonly SheetRow[]> {
  const pieces = decodeText(body).pieces[Symbol.asyncIterator]();
  try {
    let head = '';
    let ended = false;
    while (head.length < HEAD_LENGTH && !ended) {
      const next = await pieces.next();
      ended = next.done === true;
      head += next.done === true ? '' : next.value;
    }
    const found = tableHead(head, entries);
    if (found === undefined)
      throw new ChannelError('FILE_KIND_UNKNOWN', 'no row of the file names the columns of meter entries');
    const text = new DelimitedText(found.delimiter);
    for (let piece = head, last = ended; ; ) {
      for (const rows of text.records(piece, last, BATCH))
        yield rows.filter(({ row }) => row >= found.header.row).map(sheetRow);
      if (last) return;
      const next = await pieces.next();
      last = next.done === true;
      piece = next.done === true ? '' : next.value;
    }
  } finally {
    await pieces.return?.(undefined);
  }
}

function sheetRow({ row, cells, misquoted }: Pick<DelimitedRow, 'row' | 'cells'> & Partial<DelimitedRow>): SheetRow {
  if (misquoted === true)
    throw new ChannelError('FILE_MALFORMED', 'a quoted cell does not end where it should', {
      where: `row ${row}`,
      fix: 'Save the sheet as CSV UTF-8 again.',
    });
  return { number: row, hidden: false, cells: cells.map(textCell) };
}

function textCell(text: string): Cell | undefined {
  return text === '' ? undefined : { kind: 'text', text: unguardCell(text), formula: false };
}
