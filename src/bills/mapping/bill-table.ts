import { ChannelError, isChannelError } from '../../emissions/index.ts';
import type { BillItem, BillLine, BillWarning, ReadOptions } from '../bill.ts';
import type { DelimitedRow } from '../delimited.ts';
import type { Mutable } from '../plain-rows.ts';
import { QuietRows } from '../quiet-rows.ts';
import type { RowOutcome } from '../registers.ts';
import { TotalWatch } from '../total-watch.ts';
import { signDecision } from './amount-evidence.ts';
import { isNoUsage } from './column-words.ts';
import { type DatedRow, dateDecision } from './date-evidence.ts';
import { DateReader } from './date-form.ts';
import { decisionWarnings } from './decision-warnings.ts';
import { LeftOut } from './left-out.ts';
import { MappedRows } from './mapped-row.ts';
import { endDecision, type StatedPeriod } from './period-evidence.ts';
import { RowShape } from './row-shape.ts';
import type { TableBinding } from './table-binding.ts';
import { TotalRows } from './total-rows.ts';

/** Rows that are held until it is decided how they are read. */
export const LOOK_AHEAD = 20_000;
/** Held rows that are read at a time. */
const AT_A_TIME = 64;
/** Rejected rows after which the last line is not kept back any longer. */
const MAX_TAIL = 10_000;

/**
 * A foreign table of bills, one row a bill. The first rows are held until their dates, amounts and periods have shown how the
 * file is written; from there on rows are read as they come, and one that does not fit what was decided is refused. Totals
 * and rows of charges or demand are counted and left out.
 */
export class BillTable {
  readonly #binding: TableBinding;
  readonly #options: ReadOptions;
  #held: DelimitedRow[] = [];
  #rows: MappedRows | undefined;
  #untold: BillWarning[];
  /** The last line is kept back, with the rejected rows after it: it carries what is known at the end. */
  #last: { readonly line: BillLine } | undefined;
  readonly #after: BillItem[] = [];
  /** The unit of the row before: a column of them nearly always repeats it. */
  #unit = { text: '', isNoUsage: false };
  readonly #isTotal: TotalRows;
  readonly #quiet = new QuietRows();
  readonly #watch = new TotalWatch(false);
  readonly #totals = new LeftOut('totals');
  readonly #charges = new LeftOut('rows of money or power');

  constructor(binding: TableBinding, options: ReadOptions, notices: readonly BillWarning[]) {
    this.#binding = binding;
    this.#options = options;
    this.#isTotal = new TotalRows((column) => binding.at[column]);
    this.#untold = [...notices];
  }

  /** Adds what became known of the file while it is read. */
  note(warnings: readonly BillWarning[]): void {
    this.#untold = [...this.#untold, ...warnings];
  }

  push(rows: readonly DelimitedRow[]): BillItem[] {
    if (this.#rows === undefined) {
      for (const row of rows) this.#held.push(row);
      if (this.#held.length >= LOOK_AHEAD) this.#decide();
      return [];
    }
    return this.#read(rows);
  }

  /** What held rows give, some at a time, until there is no more: to be taken before the next rows are pushed. */
  more(isLast: boolean): BillItem[] | undefined {
    if (this.#rows === undefined && isLast) this.#decide();
    if (this.#rows === undefined || this.#held.length === 0) return undefined;
    return this.#read(this.#held.splice(0, AT_A_TIME));
  }

  end(): BillItem[] {
    const last = this.#last;
    if (last === undefined) return [];
    const warnings = [
      ...last.line.warnings,
      ...this.#totals.warnings(),
      ...this.#charges.warnings(),
      ...this.#watch.end(),
    ];
    return [{ line: { ...last.line, warnings } }, ...this.#after];
  }

  #decide(): void {
    const bills = this.#held.filter((row) => this.#kindOf(row) === 'bill');
    if (bills.length === 0)
      throw new ChannelError('FILE_MALFORMED', 'the file has a header and no bills below it', { where: 'rows' });
    this.#rows = this.#conventionsOf(bills);
  }

  #conventionsOf(rows: readonly DelimitedRow[]): MappedRows {
    const { at, layout, nameOf } = this.#binding;
    const { mapping } = layout;
    const cell = (row: DelimitedRow, place: number) => (place < 0 ? '' : (row.cells[place] ?? '').trim());
    const names = { start: nameOf('start'), end: nameOf('end') };
    const dated = rows.map((row): DatedRow => {
      const [start, end, days] = [cell(row, at.start), cell(row, at.end), Number(cell(row, at.days))];
      const dates: [string, string][] = [];
      if (start !== '') dates.push([names.start, start]);
      if (end !== '') dates.push([names.end, end]);
      return days > 0 ? { row: row.row, dates, start, end, days } : { row: row.row, dates, start, end };
    });
    const date = dateDecision(dated, this.#options.dateOrder ?? mapping.dateOrder);
    const dates = new DateReader(date.order);
    const sign = signDecision(
      rows.map((row) => [row.row, cell(row, at.quantity)] as const),
      this.#options.decimalSign ?? mapping.decimalSign,
      layout.usualSign,
    );
    this.#untold.push(...decisionWarnings(date, sign));
    const statedEnd = this.#endOf(rows, dates, cell);
    const shape = new RowShape(this.#binding, rows);
    return new MappedRows(this.#binding, { dates, sign: sign.sign, statedEnd }, shape, this.#options);
  }

  #endOf(rows: readonly DelimitedRow[], dates: DateReader, cell: (row: DelimitedRow, place: number) => string) {
    const { at, layout } = this.#binding;
    const told = this.#options.statedEnd ?? layout.mapping.endConvention;
    if (told !== undefined) return told;
    const keyPlaces = [at.meter, at.account, at.service, at.commodity, at.unit].filter((place) => place >= 0);
    const periods: StatedPeriod[] = [];
    let [above, key]: [DelimitedRow | undefined, string] = [undefined, ''];
    for (const row of rows) {
      const start = dates.read(cell(row, at.start))?.day;
      const end = dates.read(cell(row, at.end))?.day;
      if (start === undefined || end === undefined) continue;
      const days = Number(cell(row, at.days));
      if (above === undefined || keyPlaces.some((place) => row.cells[place] !== above?.cells[place]))
        key = keyPlaces.map((place) => cell(row, place)).join('\u0000');
      above = row;
      periods.push({ row: row.row, key, start, end, days: days > 0 ? days : undefined });
    }
    const decision = endDecision(periods, layout.usualEnd);
    this.#untold.push({
      code: 'END_DATE_READ',
      message: `end dates were read as ${decision.statedEnd}: ${decision.seen}`,
    });
    return decision.statedEnd;
  }

  #read(records: readonly DelimitedRow[]): BillItem[] {
    const items: BillItem[] = [];
    const rows = this.#rows as MappedRows;
    for (const row of records) {
      const line = rows.usual(row);
      const kind = line === undefined ? this.#kindOf(row) : 'bill';
      if (kind === 'bill') this.#bill(row, line === undefined ? rows.read(row) : { line }, items);
      else (kind === 'total' ? this.#totals : this.#charges).add(row.row);
    }
    return items;
  }

  #bill(row: DelimitedRow, read: RowOutcome, items: BillItem[]): void {
    const rows = this.#rows as MappedRows;
    const outcome = this.#watched(read, rows.length);
    if ('error' in outcome) {
      const rejected = { rejected: outcome.error.report(), where: `row ${row.row}`, raw: [rows.rawOf(row)] };
      if (this.#last === undefined) items.push(rejected);
      else if (this.#after.push(rejected) > MAX_TAIL) this.#letGo(items);
      return;
    }
    const line: Mutable<BillLine> = outcome.line;
    line.raw = () => [rows.rawOf(row)];
    if (this.#untold.length > 0) {
      line.warnings = [...this.#untold, ...line.warnings];
      this.#untold = [];
    }
    this.#letGo(items);
    this.#last = outcome;
  }

  #letGo(items: BillItem[]): void {
    if (this.#last === undefined) return;
    items.push(this.#last);
    this.#last = undefined;
    if (this.#after.length > 0) items.push(...this.#after.splice(0));
  }

  /** The row, refused where it is the sum of others. */
  #watched(outcome: RowOutcome, length: number | undefined): RowOutcome {
    if ('error' in outcome) return outcome;
    try {
      const warnings = this.#watch.see(outcome.line, length);
      return warnings.length === 0 ? outcome : { line: { ...outcome.line, warnings } };
    } catch (error) {
      if (!isChannelError(error)) throw error;
      return { error };
    }
  }

  #kindOf({ cells }: DelimitedRow): 'bill' | 'total' | 'item' {
    const { at } = this.#binding;
    const unit = at.unit < 0 ? '' : (cells[at.unit] ?? '').trim();
    if (unit !== this.#unit.text) this.#unit = { text: unit, isNoUsage: unit !== '' && isNoUsage(unit) };
    if (this.#unit.isNoUsage) return 'item';
    return !this.#quiet.isQuiet(cells) && this.#isTotal.is(cells) ? 'total' : 'bill';
  }
}
