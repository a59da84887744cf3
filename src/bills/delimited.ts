import { ChannelError } from '../emissions/index.ts';

/** A record of a delimited text; `row` counts records from 1, as a spreadsheet does. */
export interface DelimitedRow {
  readonly row: number;
  readonly cells: readonly string[];
  /** True where a quoted cell does not end where it should: its content cannot be trusted. */
  readonly misquoted: boolean;
}

export const delimiters = [',', ';', '\t', '|'] as const;

/** Records to take at a time. */
export const BATCH = 64;

/** Longest record, in characters: far beyond any row of a bill; a quote that is never closed ends here. */
const MAX_RECORD = 65_536;
const MAX_CELLS = 256;
/** Text is split in runs of at least this length, so that a record that arrives in crumbs is not split again and again. */
const LEAST_RUN = 16_384;

const QUOTE = 34;
const LF = 10;
const BLANK = 32;

/** The record ends with the cell. */
const LAST = -1;
/** The closing quotation mark is not there yet. */
const UNCLOSED = -2;

/**
 * Splits a delimited text into records (RFC 4180 quoting; lines end in LF, CRLF or CR alone, also mixed). Holds no more than
 * one run of text and one record. Blank records are counted and left out.
 */
export class DelimitedText {
  readonly #delimiter: string;
  #pending = '';
  /** Length that the pending text must reach before it is split again. */
  #enough: number;
  #row = 0;
  /** Of the record that is read: where it ends, and whether a quoted cell goes on after its mark. */
  #end = 0;
  #misquoted = false;
  /** Cells of the record before. */
  #above: readonly string[] = [];
  readonly #leastRun: number;

  constructor(delimiter: string, leastRun = LEAST_RUN) {
    this.#delimiter = delimiter;
    this.#leastRun = leastRun;
    this.#enough = leastRun;
  }

  /**
   * The records that are complete with this piece of text, all that are left where it is the last: at most `most` at a time, each
   * read when they are asked for, because what waits to be taken grows old. All are to be taken before the next piece is given.
   * @throws {ChannelError} FILE_MALFORMED for a record longer than 65,536 characters or 256 cells, or a quotation mark that is
   * never closed
   */
  *records(piece: string, last: boolean, most: number): Generator<DelimitedRow[]> {
    const text = this.#pending === '' ? piece : this.#pending + piece;
    this.#pending = text;
    if (text === '' || (!last && text.length < this.#enough)) return;
    const ends = new LineEnds(text);
    let rows: DelimitedRow[] = [];
    let at = 0;
    while (at < text.length) {
      const next = this.#record(text, at, ends, last, rows);
      if (next < 0) break;
      at = next;
      if (rows.length < most) continue;
      yield rows;
      rows = [];
    }
    this.#pending = at === 0 ? text : text.slice(at);
    if (this.#pending.length > MAX_RECORD) throw tooLong(this.#row + 1);
    if (last) this.#pending = '';
    this.#enough = this.#pending.length + this.#leastRun;
    if (rows.length > 0) yield rows;
  }

  /** Reads the record that begins at `at`; where the next begins, or -1 where more text is needed. */
  #record(text: string, at: number, ends: LineEnds, last: boolean, rows: DelimitedRow[]): number {
    const cells: string[] = [];
    this.#misquoted = false;
    this.#end = ends.from(at);
    let pos = at;
    while (pos >= 0) {
      pos = text.charCodeAt(pos) === QUOTE ? this.#quotedCell(text, pos, ends, cells) : this.#cells(text, pos, cells);
    }
    if (pos === UNCLOSED && last) throw unclosed(this.#row + 1);
    const next = pos === UNCLOSED ? -1 : nextRecord(text, this.#end, last);
    if (next < 0) return -1;
    this.#row += 1;
    if (next - at > MAX_RECORD) throw tooLong(this.#row);
    if (cells.length > MAX_CELLS) throw tooMany(this.#row, cells.length);
    if (isFilled(cells)) {
      rows.push({ row: this.#row, cells, misquoted: this.#misquoted });
      this.#above = cells;
    }
    return next;
  }

  /** Adds the cells from a place on up to one in quotation marks; where that begins, or that the last was the record's. */
  #cells(text: string, at: number, cells: string[]): number {
    let start = at;
    do {
      const stop = this.#stopOf(text, start);
      this.#add(text.slice(start, stop), cells);
      if (stop === this.#end) return LAST;
      start = stop + 1;
    } while (text.charCodeAt(start) !== QUOTE);
    return start;
  }

  /** Adds a cell in quotation marks; where the next begins, or that it was the record's last. Blanks may follow the mark that closes it. */
  #quotedCell(text: string, at: number, ends: LineEnds, cells: string[]): number {
    const close = closingQuote(text, at);
    if (close < 0) return UNCLOSED;
    if (close > this.#end) this.#end = ends.from(close);
    const inside = text.slice(at + 1, close);
    const cell = inside.includes('"') ? inside.replaceAll('""', '"') : inside;
    const start = afterBlanks(text, close + 1);
    const stop = this.#stopOf(text, start);
    if (stop > start) this.#misquoted = true;
    this.#add(stop > start ? cell + text.slice(start, stop) : cell, cells);
    return stop === this.#end ? LAST : stop + 1;
  }

  /** Where a cell without quotation marks ends that begins at a place: before a delimiter, or with the record. */
  #stopOf(text: string, start: number): number {
    const found = text.indexOf(this.#delimiter, start);
    return found < 0 || found > this.#end ? this.#end : found;
  }

  /** What repeats the cell above is that very string: whoever reads it sees at once that it means what it meant there. */
  #add(cell: string, cells: string[]): void {
    const above = this.#above[cells.length];
    cells.push(cell === above ? above : cell);
  }
}

/** Place of the quotation mark that closes the one at `at`; two in a row are a mark of the cell. */
function closingQuote(text: string, at: number): number {
  let close = text.indexOf('"', at + 1);
  while (close >= 0 && text.charCodeAt(close + 1) === QUOTE) close = text.indexOf('"', close + 2);
  return close;
}

function afterBlanks(text: string, at: number): number {
  let next = at;
  while (text.charCodeAt(next) === BLANK) next += 1;
  return next;
}

/** Where the record after a line's end begins; -1 where more text is needed to know. */
function nextRecord(text: string, end: number, last: boolean): number {
  if (end >= text.length) return last ? end : -1;
  if (text.charCodeAt(end) === LF) return end + 1;
  // CR, alone or before LF: which of both may not have arrived yet.
  if (end + 1 >= text.length && !last) return -1;
  return text.charCodeAt(end + 1) === LF ? end + 2 : end + 1;
}

/** Where the lines of a text end: each search goes on from the one before. */
class LineEnds {
  readonly #text: string;
  #lf = -1;
  #cr = -1;

  constructor(text: string) {
    this.#text = text;
  }

  /** Place of the first LF or CR at or after `at`; the length of the text where there is none. */
  from(at: number): number {
    if (this.#lf < at) this.#lf = this.#find('\n', at);
    if (this.#cr < at) this.#cr = this.#find('\r', at);
    return this.#lf < this.#cr ? this.#lf : this.#cr;
  }

  #find(end: string, at: number): number {
    const found = this.#text.indexOf(end, at);
    return found < 0 ? this.#text.length : found;
  }
}

function isFilled(cells: readonly string[]): boolean {
  for (const cell of cells) {
    if (cell.length > 0 && (cell.charCodeAt(0) > BLANK || cell.trim() !== '')) return true;
  }
  return false;
}

function tooMany(row: number, cells: number): ChannelError {
  return new ChannelError('FILE_MALFORMED', `row ${row} has ${cells} cells, at most ${MAX_CELLS} are read`, {
    where: `row ${row}`,
  });
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
