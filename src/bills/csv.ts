import { ChannelError } from '../emissions/index.ts';
import { batchedItems } from './batched-items.ts';
import type { BillItem, BillReader, BillWarning, ReadOptions } from './bill.ts';
import { knownColumns } from './csv-columns.ts';
import { BATCH, type DelimitedRow, DelimitedText } from './delimited.ts';
import { knownLayout } from './layouts/known-layouts.ts';
import { BillTable } from './mapping/bill-table.ts';
import { ReadingTable } from './mapping/reading-table.ts';
import { bindTable, type TableBinding, type TableLayout } from './mapping/table-binding.ts';
import { PlainTable } from './plain-table.ts';
import { HEAD_LENGTH, type TableHead, tableHead } from './table-head.ts';
import { decodeHead, decodeText, type TextEncoding } from './text-encoding.ts';
import { multiplierWarnings } from './unread-columns.ts';

/**
 * Delimited text: the plain layout of docs/bills.md, the layouts of utilities, and any other with a mapping. One pass: what
 * has to be decided by evidence is decided by the first rows, which are held; see docs/decisions/0034.
 */
export const csvReader: BillReader = {
  format: 'csv',
  recognises: (head, options) => tableHead(decodeHead(head), recogniser(options)) !== undefined,
  read: (body, options) => batchedItems(readTable(body, options)),
};

/** A table that takes records and gives what is complete. */
interface Table {
  note(warnings: readonly BillWarning[]): void;
  push(rows: readonly DelimitedRow[]): BillItem[];
  /** What a table gives that held its rows before, some at a time, until there is no more. `isLast`: no more rows come. */
  more?(isLast: boolean): BillItem[] | undefined;
  end(): BillItem[];
}

function recogniser({
  mapping,
}: ReadOptions): (cells: readonly string[], first: boolean) => TableLayout | 'plain' | undefined {
  if (mapping === undefined) {
    return (cells, first) => knownLayout(cells) ?? (first && knownColumns(cells) >= 2 ? 'plain' : undefined);
  }
  const names = Object.values(mapping.columns).filter((name) => !/^column [0-9]{1,3}$/.test(name));
  return (cells) => {
    const texts = cells.map((cell) => cell.trim());
    return names.every((name) => texts.includes(name.trim())) ? { name: 'the mapping', mapping } : undefined;
  };
}

async function* readTable(body: AsyncIterable<Uint8Array>, options: ReadOptions): AsyncGenerator<BillItem[]> {
  const text = decodeText(body);
  const pieces = text.pieces[Symbol.asyncIterator]();
  try {
    const { head, ended } = await headOf(pieces);
    const found = tableHead(head, recogniser(options));
    if (found === undefined)
      throw new ChannelError('FILE_KIND_UNKNOWN', 'no row of the file names the columns of a known layout');
    const table = tableOf(found, options);
    const split = new DelimitedText(found.delimiter);
    let rows = 0;
    let told = false;
    for (let piece = head, last = ended; ; ) {
      const { notice } = text.encoding();
      if (notice !== undefined && !told) {
        told = true;
        table.note([encodingNotice(text.encoding())]);
      }
      for (const records of split.records(piece, last, BATCH)) {
        const below = records.filter(({ row }) => row > found.header.row);
        rows += below.length;
        yield table.push(below);
        yield* held(table, false);
      }
      if (last) break;
      const next = await pieces.next();
      last = next.done === true;
      piece = next.done === true ? '' : next.value;
    }
    if (rows === 0) {
      const where = `row ${found.header.row + 1}`;
      throw new ChannelError('FILE_MALFORMED', 'the file has a header and no rows', { where });
    }
    yield* held(table, true);
    yield table.end();
  } finally {
    await pieces.return?.(undefined);
  }
}

function* held(table: Table, isLast: boolean): Generator<BillItem[]> {
  for (let items = table.more?.(isLast); items !== undefined; items = table.more?.(isLast)) yield items;
}

function tableOf({ header, preamble, found }: TableHead<TableLayout | 'plain'>, options: ReadOptions): Table {
  if (found === 'plain') return new PlainTable(header.cells, options, []);
  const binding = bindTable(found, header.cells, preamble, options);
  const all = unread(binding);
  return found.mapping.kind === 'bills'
    ? new BillTable(binding, options, all)
    : new ReadingTable(binding, options, all);
}

/** Names the columns that are not read. */
function unread({ header, at, layout }: TableBinding): BillWarning[] {
  const read = new Set(Object.values(at));
  const names = header
    .map((cell) => cell.trim())
    .filter((name, place) => name !== '' && !read.has(place) && layout.known?.includes(name) !== true)
    .filter((name) => !/^(error_where|error_code|error|fix)$/.test(name));
  if (names.length === 0) return [];
  const shown = names.slice(0, 12).map((name) => name.slice(0, 40));
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : '';
  return [
    { code: 'COLUMN_IGNORED', message: `columns not read: ${shown.join(', ')}${more}` },
    ...multiplierWarnings(names),
  ];
}

/** The text in which the table must begin. */
async function headOf(pieces: AsyncIterator<string>): Promise<{ head: string; ended: boolean }> {
  let head = '';
  while (head.length < HEAD_LENGTH) {
    const { done, value } = await pieces.next();
    if (done === true) return { head, ended: true };
    head += value;
  }
  return { head, ended: false };
}

function encodingNotice({ name, notice }: TextEncoding): BillWarning {
  return { code: 'ENCODING_READ', message: `the text was read as ${name}: ${notice}` };
}
