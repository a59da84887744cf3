import { ChannelError, isChannelError } from '../emissions/index.ts';
import type { BillItem, BillLine, BillWarning, RawCells, ReadOptions } from './bill.ts';
import { billColumns, type CsvHeader, readHeader, SURPLUS } from './csv-columns.ts';
import type { DelimitedRow } from './delimited.ts';
import { type Mutable, PlainRows } from './plain-rows.ts';
import { QuietRows } from './quiet-rows.ts';
import { type CsvEntry, RegisterGroups, type RowOutcome } from './registers.ts';
import { TotalWatch } from './total-watch.ts';
import { demandValid, multiplierWarnings } from './unread-columns.ts';

/**
 * The plain layout of docs/bills.md: one row a bill line or register, ISO dates, plain decimals, the end-date convention
 * always told. The registers of one bill are held.
 */
export class PlainTable {
  readonly #header: CsvHeader;
  readonly #rows: PlainRows;
  readonly #groups = new RegisterGroups();
  readonly #hasRegisters: boolean;
  readonly #watch = new TotalWatch(true);
  readonly #quiet = new QuietRows();
  /** Warnings of the file, until its first line takes them. */
  #untold: readonly BillWarning[];

  /** @throws {ChannelError} as `readHeader` */
  constructor(header: readonly string[], options: ReadOptions, notices: readonly BillWarning[]) {
    this.#header = readHeader(header, options);
    this.#rows = new PlainRows(this.#header.at, options);
    this.#hasRegisters = this.#header.at.register >= 0;
    const { ignored } = this.#header;
    this.#untold =
      ignored.length === 0
        ? notices
        : [
            ...notices,
            { code: 'COLUMN_IGNORED', message: `columns not read: ${ignored.join(', ')}` },
            ...multiplierWarnings(ignored),
          ];
  }

  /** Adds what became known of the file while it is read. */
  note(warnings: readonly BillWarning[]): void {
    this.#untold = [...this.#untold, ...warnings];
  }

  push(rows: readonly DelimitedRow[]): BillItem[] {
    const items: BillItem[] = [];
    for (const row of rows) this.#take(row, items);
    return this.#told(items);
  }

  end(): BillItem[] {
    return this.#told([...this.#groups.flush()].map((item) => this.#watched(item)));
  }

  #take(record: DelimitedRow, items: BillItem[]): void {
    if (this.#hasRegisters) {
      for (const item of this.#groups.push(this.#entry(record))) items.push(this.#watched(item));
      return;
    }
    const outcome = this.#outcome(record);
    if ('error' in outcome) {
      const raw = [rawCells(record, this.#header)];
      items.push({ rejected: outcome.error.report(), where: `row ${record.row}`, raw });
    } else {
      const line: Mutable<BillLine> = outcome.line;
      line.raw = () => [rawCells(record, this.#header)];
      items.push(this.#watched({ line }, this.#rows.length));
    }
  }

  /** Refuses a line that is the sum of others, and warns of one that may be. */
  #watched(item: BillItem, length?: number): BillItem {
    if (!('line' in item)) return item;
    const { line } = item;
    try {
      const warnings = this.#watch.see(line, length);
      return warnings.length === 0 ? item : { line: { ...line, warnings: [...line.warnings, ...warnings] } };
    } catch (error) {
      if (!isChannelError(error)) throw error;
      return { rejected: error.report(), where: line.where, raw: line.raw?.() ?? [] };
    }
  }

  #entry(record: DelimitedRow): CsvEntry {
    const cell = this.#rows.cellOf(record.cells);
    return {
      row: record.row,
      outcome: this.#outcome(record),
      raw: () => rawCells(record, this.#header),
      register: cell('register'),
      key: billColumns.map(cell).join('\u0000'),
    };
  }

  #outcome(record: DelimitedRow): RowOutcome {
    try {
      checkShape(record, this.#header);
      const { amounts, ignored, mends } = this.#header;
      if (ignored.length > 0 && !this.#quiet.isQuiet(record.cells)) demandValid(record, this.#header.names);
      const line: Mutable<BillLine> = this.#rows.read(record.cells, record.row);
      if (mends >= 0 && record.cells[mends] !== '') line.mends = record.cells[mends] as string;
      if (amounts.length > 0) line.warnings = amountWarnings(record, this.#header);
      return { line };
    } catch (error) {
      if (!isChannelError(error)) throw error;
      return { error };
    }
  }

  /** Puts the warnings of the file onto its first line. */
  #told(items: BillItem[]): BillItem[] {
    if (this.#untold.length === 0) return items;
    const at = items.findIndex((item) => 'line' in item);
    const first = items[at];
    if (first === undefined || !('line' in first)) return items;
    items[at] = { line: { ...first.line, warnings: [...this.#untold, ...first.line.warnings] } };
    this.#untold = [];
    return items;
  }
}

function checkShape({ row, cells, misquoted }: DelimitedRow, header: CsvHeader): void {
  if (!misquoted && cells.length === header.names.length && header.surplus.length === 0) return;
  const where = `row ${row}`;
  if (misquoted) {
    throw new ChannelError('ROW_INVALID', 'a quoted cell goes on after its closing quotation mark', {
      where,
      fix: 'Double the quotation marks inside the cell; rows that follow may have been read as part of it.',
    });
  }
  const extra = cells.slice(header.names.length).some((value) => value.trim() !== '');
  if (extra || cells.length < header.names.length || header.surplus.some((at) => (cells[at] ?? '').trim() !== '')) {
    throw new ChannelError(
      'ROW_INVALID',
      `the row has ${cells.length} cell${cells.length === 1 ? '' : 's'}, the header ${header.names.length}`,
      {
        where,
        fix: 'Put cells that hold a comma into quotation marks, and write amounts without thousands commas.',
      },
    );
  }
}

function amountWarnings({ cells }: DelimitedRow, header: CsvHeader): BillWarning[] {
  return header.amounts
    .filter(({ at }) => (cells[at] ?? '').trim() !== '')
    .map(({ name }) => ({ code: 'COLUMN_IGNORED_USAGE', message: `column ${name} holds a value and was not read` }));
}

function rawCells({ cells }: DelimitedRow, { names, surplus }: CsvHeader): RawCells {
  // One shape for all rows of a file: an object of the same keys in the same order.
  const raw: Record<string, string> = {};
  for (let at = 0; at < names.length; at += 1) raw[names[at] as string] = cells[at] ?? '';
  for (let at = names.length; at < cells.length; at += 1) {
    raw[`${SURPLUS}${surplus.length + at - names.length + 1}`] = cells[at] as string;
  }
  return raw;
}
