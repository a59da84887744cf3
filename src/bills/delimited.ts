import Papa from 'papaparse';
import { ChannelError } from '../emissions/index.ts';

/** A record of a delimited text; `row` counts records from 1, as a spreadsheet does. */
export interface DelimitedRow {
  readonly row: number;
  readonly cells: readonly string[];
  /** True where a quoted cell does not end where it should: its content cannot be trusted. */
  readonly misquoted: boolean;
}

export const delimiters = [',', ';', '\t'] as const;

/** Longest record, in characters: far beyond any row of a bill; a quote that is never closed ends here. */
const MAX_RECORD = 65_536;
const MAX_CELLS = 256;

interface ParserAnswer {
  readonly data: string[][];
  readonly errors: readonly { readonly code: string; readonly row?: number }[];
  readonly meta: { readonly cursor: number };
}

/**
 * The records of a comma, semicolon or tab separated text (RFC 4180 quoting, LF or CRLF), one by one: never more than one
 * piece of text and one record are held. `delimiterOf` chooses by the first line. Blank records are counted and left out.
 * @throws {ChannelError} FILE_MALFORMED for a record longer than 65,536 characters or 256 cells, a quotation mark that is
 * never closed, or lines ending in CR alone
 */
export async function* delimitedRows(
  text: AsyncIterable<string>,
  delimiterOf: (firstLine: string) => string,
): AsyncGenerator<DelimitedRow> {
  let parser: Papa.Parser | undefined;
  let pending = '';
  let row = 0;

  function* drain(last: boolean): Generator<DelimitedRow> {
    if (parser === undefined) {
      const line = pending.split('\n', 1)[0] as string;
      if (/\r./.test(line)) {
        throw new ChannelError('FILE_MALFORMED', 'the lines of the file end with CR alone', {
          where: 'row 1',
          fix: 'Save the file again with Windows (CRLF) or Unix (LF) line ends.',
        });
      }
      parser = new Papa.Parser({ delimiter: delimiterOf(line), newline: '\n' });
    }
    const answer: ParserAnswer = parser.parse(pending, 0, !last);
    pending = last ? '' : pending.slice(answer.meta.cursor);
    if (answer.errors.some((error) => error.code === 'MissingQuotes' && last)) throw unclosed(row + answer.data.length);
    const misquoted = new Set(answer.errors.map((error) => error.row));
    for (const [at, cells] of answer.data.entries()) {
      row += 1;
      const end = cells.length - 1;
      cells[end] = (cells[end] as string).replace(/\r$/, '');
      checkSize(cells, row);
      if (cells.some((cell) => cell.trim() !== '')) yield { row, cells, misquoted: misquoted.has(at) };
    }
  }

  for await (const piece of text) {
    pending += piece;
    if (piece.includes('\n')) yield* drain(false);
    if (pending.length > MAX_RECORD) throw tooLong(row + 1);
  }
  if (pending !== '') yield* drain(true);
}

function checkSize(cells: readonly string[], row: number): void {
  const length = cells.reduce((sum, cell) => sum + cell.length + 1, 0);
  if (length > MAX_RECORD) throw tooLong(row);
  if (cells.length > MAX_CELLS) {
    throw new ChannelError('FILE_MALFORMED', `row ${row} has ${cells.length} cells, at most ${MAX_CELLS} are read`, {
      where: `row ${row}`,
    });
  }
}

function unclosed(row: number): ChannelError {
  return new ChannelError('FILE_MALFORMED', `row ${row} opens a quotation mark that is never closed`, {
    where: `row ${row}`,
    fix: 'Close the quotation mark, or export the file again: it may be cut off.',
  });
}

function tooLong(row: number): ChannelError {
  return new ChannelError('FILE_MALFORMED', `row ${row} is longer than ${MAX_RECORD} characters`, {
    where: `row ${row}`,
    fix: 'Look for a quotation mark that is never closed, in this row or just before it.',
  });
}
