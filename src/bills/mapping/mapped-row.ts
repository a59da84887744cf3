import { ChannelError, type Commodity, type ErrorCode, isChannelError, type StatedEnd } from '../../emissions/index.ts';
import type { BillLine, RawCells, ReadOptions } from '../bill.ts';
import { canonicalPlain } from '../canonical-amount.ts';
import { type CsvColumn, mappedLineColumns, placesOf } from '../csv-columns.ts';
import type { DelimitedRow } from '../delimited.ts';
import { unguardCell } from '../formula-guard.ts';
import { type Mutable, PlainRows, type Setting } from '../plain-rows.ts';
import { QuietRows } from '../quiet-rows.ts';
import type { RowOutcome } from '../registers.ts';
import { faultsOf } from '../row-faults.ts';
import { demandValid, saysNotValid } from '../unread-columns.ts';
import { plainAmount } from './amount-form.ts';
import type { DecimalSign, MappedColumn } from './bill-mapping.ts';
import { commodityNamed, isBlankWord, isSentOut, unitOfText } from './column-words.ts';
import type { DateReader } from './date-form.ts';
import { inFileWords } from './in-file-words.ts';
import type { AmountColumn } from './named-units.ts';
import { basisOf } from './read-basis.ts';
import type { RowShape } from './row-shape.ts';
import type { TableBinding } from './table-binding.ts';

/** How the file's cells are to be read, decided by its evidence or told. */
export interface Conventions {
  readonly dates: DateReader;
  readonly sign: DecimalSign;
  readonly statedEnd: StatedEnd;
}

/** Where the plain columns stand in a row made here. */
const PLACES = placesOf(new Map(mappedLineColumns.map((name, at) => [name, at])));

/** Columns beside dates and amounts that a line is read from. */
const SETTING: readonly MappedColumn[] = [
  ...(['utility', 'account', 'meter', 'service', 'site', 'commodity', 'unit', 'read_basis', 'notes', 'zip'] as const),
];

/**
 * Turns rows of a foreign table into rows of the plain layout and reads those: so each layout is held to the same rules, and
 * a row that cannot be read goes into the error file in the plain layout, where it needs no evidence of its neighbours.
 */
export class MappedRows {
  readonly #binding: TableBinding;
  readonly #conventions: Conventions;
  readonly #rows: PlainRows;
  readonly #shape: RowShape;
  /** Places of the cells that say what `#setting` is, and the row in which they did. */
  readonly #settingAt: readonly number[];
  #above: readonly string[] = [];
  #setting: Setting | undefined;
  readonly #quiet: QuietRows;
  #last: { readonly said: string; readonly named: Commodity | undefined } = { said: '', named: undefined };

  constructor(binding: TableBinding, conventions: Conventions, shape: RowShape, options: ReadOptions) {
    this.#binding = binding;
    this.#conventions = conventions;
    this.#shape = shape;
    this.#settingAt = SETTING.map((column) => binding.at[column]).filter((place) => place >= 0);
    // A cell that is read as a date or an amount says no word.
    const { start, end, quantity } = binding.at;
    this.#quiet = new QuietRows([start, end, quantity]);
    // What a person told stands in the row already.
    this.#rows = new PlainRows(PLACES, options.place === undefined ? {} : { place: options.place });
  }

  /** Days of the line that was read last, where they are known. */
  get length(): number | undefined {
    return this.#rows.length;
  }

  /** The row in the columns of the plain layout, as far as it could be read. */
  rawOf(record: DelimitedRow): RawCells {
    return rawOf(this.#plain(record).plain);
  }

  /**
   * The line of a row that is a bill for certain: what it says beside its dates and amount is in its usual form, as they are,
   * and no word in it asks for a closer look. Undefined for any other row.
   */
  usual(record: DelimitedRow): Mutable<BillLine> | undefined {
    const { at } = this.#binding;
    const { cells } = record;
    const { dates, sign, statedEnd } = this.#conventions;
    if (at.quantity < 0 || at.start < 0 || at.end < 0 || statedEnd === 'read-date' || !this.#shape.fits(record))
      return undefined;
    const quantity = plainAmount((cells[at.quantity] as string).trim(), sign);
    const setting = quantity === undefined ? undefined : this.#settingOf(record);
    if (quantity === undefined || setting === undefined || !this.#quiet.isQuiet(cells)) return undefined;
    const start = dates.read((cells[at.start] as string).trim());
    const end = dates.read((cells[at.end] as string).trim());
    const days = at.days < 0 ? '' : wholeDays(cellAt(record, at.days));
    return this.#rows.lineOf(setting, start, end, days, canonicalPlain(quantity), record.row);
  }

  /** What a row with an amount says beside it and its dates, where that is in its usual form. */
  #settingOf(record: DelimitedRow): Setting | undefined {
    const { cells } = record;
    let repeats = this.#setting !== undefined;
    for (const place of this.#settingAt) repeats &&= cells[place] === this.#above[place];
    if (!repeats) {
      const parts = this.#usual(record, cellAt(record, this.#binding.at.commodity), this.#amountIn(record));
      this.#setting = parts === undefined ? undefined : this.#rows.settingOf(this.#filled(record, parts));
      this.#above = cells;
    }
    return this.#setting;
  }

  /** The line of any row, or what is wrong in it. */
  read(record: DelimitedRow): RowOutcome {
    const { plain, fault } = this.#plain(record);
    if (fault !== undefined) return { error: fault };
    try {
      return { line: this.#rows.read(plain, record.row) };
    } catch (error) {
      if (!isChannelError(error)) throw error;
      return { error: inFileWords(error, this.#binding) };
    }
  }

  /**
   * The row in the columns of the plain layout. Nearly every row is read without a look at what could be wrong; one in which
   * something is gets a second look, for all of its faults at once.
   */
  #plain(record: DelimitedRow): { plain: string[]; fault: ChannelError | undefined } {
    const { at } = this.#binding;
    const amount = this.#amountIn(record);
    const said = cellAt(record, at.commodity);
    const usual = this.#usual(record, said, amount);
    if (usual !== undefined) return { plain: this.#filled(record, usual), fault: undefined };
    const cell = (column: MappedColumn) => cellAt(record, at[column]);
    const { read, end } = faultsOf(record.row);
    const fault: Fault = (column, code, message, fix) =>
      new ChannelError(code, message, {
        where: `row ${record.row}, column ${this.#binding.nameOf(column)}`,
        ...(fix === undefined ? {} : { fix }),
      });
    read(() => this.#shape.check(record));
    read(() => demandValid(record, this.#binding.header));
    read(() => this.#checkUnit(amount, fault));
    const parts: ReadParts = {
      commodity: read(() => this.#commodityOf(said, amount.unit, fault)) ?? said,
      start: read(() => this.#dateOf('start', cell('start'), fault)) ?? cell('start'),
      end: read(() => this.#dateOf('end', cell('end'), fault)) ?? cell('end'),
      quantity: read(() => this.#amountOf(amount.column, amount.text, fault)) ?? amount.text,
      unit: amount.unit,
    };
    return { plain: this.#filled(record, parts), fault: caught(end) };
  }

  /** The parts of a row in which nothing is wrong; undefined for any other, of which the checks one by one say what is. */
  #usual(record: DelimitedRow, said: string, { column, text, unit }: AmountCells): ReadParts | undefined {
    const { at, fixed, layout } = this.#binding;
    const { dates, sign } = this.#conventions;
    if (!this.#shape.fits(record) || isSentOut(said) || record.cells.some(saysNotValid)) return undefined;
    if (this.#contradiction(column, unit) !== undefined) return undefined;
    const commodity =
      this.#named(said) ??
      fixed.commodity ??
      layout.commodityOf?.(unit) ??
      (said === '' ? fixed.toldCommodity : undefined);
    const start = at.start < 0 ? '' : dates.iso(cellAt(record, at.start));
    const end = at.end < 0 ? '' : dates.iso(cellAt(record, at.end));
    const quantity = plainAmount(text, sign);
    if (commodity === undefined || start === undefined || end === undefined || quantity === undefined) return undefined;
    return { commodity, start, end, quantity, unit };
  }

  /** The cells in the order of `mappedLineColumns`. */
  #filled(record: DelimitedRow, { commodity, start, end, quantity, unit }: ReadParts): string[] {
    const { at, fixed } = this.#binding;
    return [
      cellAt(record, at.utility) || (fixed.utility ?? ''),
      cellAt(record, at.account) || (fixed.account ?? ''),
      meterText(cellAt(record, at.meter) || fixed.meter, cellAt(record, at.service)),
      cellAt(record, at.site),
      commodity,
      start,
      end,
      this.#conventions.statedEnd,
      wholeDays(cellAt(record, at.days)),
      quantity,
      unit,
      basisOf(this.#binding.nameOf('read_basis'), cellAt(record, at.read_basis), cellAt(record, at.notes)),
      cellAt(record, at.zip),
      fixed.zone ?? '',
    ];
  }

  /** The amount of a row and its unit: some layouts have one column for kWh and another for what is billed by volume. */
  #amountIn(record: DelimitedRow): AmountCells {
    const { at, fixed } = this.#binding;
    const text = cellAt(record, at.quantity);
    const other = text === '' ? cellAt(record, at.other_quantity) : '';
    if (other !== '') {
      const unit = cellAt(record, at.other_unit) || (fixed.otherUnit ?? '');
      return { column: 'other_quantity', text: other, unit };
    }
    return { column: 'quantity', text, unit: cellAt(record, at.unit) || (fixed.unit ?? '') };
  }

  /** The commodity that a cell names; a column of them nearly always repeats the one before. */
  #named(said: string): Commodity | undefined {
    if (said !== this.#last.said) this.#last = { said, named: said === '' ? undefined : commodityNamed(said) };
    return this.#last.named;
  }

  /** The unit of a cell, where it is not the one that the name of the amount's column states. */
  #contradiction(column: MappedColumn, unit: string): string | undefined {
    const named = this.#binding.fixed.named[column as AmountColumn];
    if (named === undefined || unit === named) return undefined;
    const said = unitOfText(unit);
    return said === named ? undefined : said;
  }

  /** A unit in a cell that is not the one in the name of the amount's column: one of the two is wrong. */
  #checkUnit({ column, unit }: { readonly column: MappedColumn; readonly unit: string }, fault: Fault): void {
    const said = this.#contradiction(column, unit);
    if (said === undefined) return;
    throw fault(
      column === 'quantity' ? 'unit' : 'other_unit',
      'UNIT_AMBIGUOUS',
      `the cell says ${said}, and the name of column ${this.#binding.nameOf(column)} ${this.#binding.fixed.named[column as AmountColumn]}`,
      'Mend the one that is wrong, so that both say the same.',
    );
  }

  #commodityOf(said: string, unit: string, fault: Fault): Commodity | '' {
    const { fixed, layout } = this.#binding;
    if (isSentOut(said))
      throw fault(
        'commodity',
        'ROW_INVALID',
        'the cell speaks of energy that was generated, sent out or credited, and rows of this table count as delivered',
        'Take the row out, or send it in the plain layout with its flow: exported, generated or self-consumed.',
      );
    const named = this.#named(said) ?? fixed.commodity ?? layout.commodityOf?.(unit);
    if (named !== undefined) return named;
    if (said === '') return fixed.toldCommodity ?? '';
    const fix = 'Name it, or take out the row if it is a charge.';
    throw fault('commodity', 'COMMODITY_UNKNOWN', 'the row does not say which commodity it is', fix);
  }

  #dateOf(column: 'start' | 'end', cell: string, fault: Fault): string {
    if (this.#binding.at[column] < 0) return '';
    if (cell === '') throw fault(column, 'DATE_INVALID', `${column} is blank`);
    const iso = this.#conventions.dates.iso(cell);
    if (iso !== undefined) return iso;
    const { order } = this.#conventions.dates;
    throw fault(
      column,
      'DATE_INVALID',
      `${column} is not a date as the file's others are (${order})`,
      'Write YYYY-MM-DD; if the whole file is of another order, give --date-order.',
    );
  }

  #amountOf(column: MappedColumn, cell: string, fault: Fault): string {
    if (cell === '') return '';
    if (isBlankWord(cell))
      throw fault(
        column,
        'QUANTITY_BLANK',
        'the cell holds a word or dash and no amount',
        'Fill it; what is not there is never zero.',
      );
    const amount = plainAmount(cell, this.#conventions.sign);
    if (amount !== undefined) return amount;
    throw fault(
      column,
      'DECIMAL_INVALID',
      `the cell holds no amount with a decimal ${this.#conventions.sign}`,
      'Write digits and one decimal sign; if the file has another sign, give --decimal-sign.',
    );
  }
}

interface AmountCells {
  readonly column: MappedColumn;
  readonly text: string;
  readonly unit: string;
}

/** What is not taken over from a cell as it stands. */
interface ReadParts {
  readonly commodity: string;
  readonly start: string;
  readonly end: string;
  readonly quantity: string;
  readonly unit: string;
}

type Fault = (column: MappedColumn, code: ErrorCode, message: string, fix?: string) => ChannelError;

function meterText(meter: string | undefined, service: string): string {
  if (meter === undefined || meter === '') return '';
  return service === '' ? meter : `${meter} ${service}`;
}

/** The cell at a place of a row, trimmed; blank where the file has none. */
function cellAt({ cells }: DelimitedRow, place: number): string {
  return place < 0 ? '' : unguardCell((cells[place] ?? '').trim());
}

function wholeDays(text: string): string {
  return text === '' ? text : text.replace(/\.0+$/, '');
}

/** The cells of a plain row by their columns. One shape for all rows: an object of the same keys in the same order. */
function rawOf(plain: readonly string[]): RawCells {
  const raw: { [K in CsvColumn]?: string } = {};
  for (let at = 0; at < mappedLineColumns.length; at += 1)
    raw[mappedLineColumns[at] as CsvColumn] = plain[at] as string;
  return raw;
}

/** The faults of a row, if it has any. */
function caught(end: () => void): ChannelError | undefined {
  try {
    end();
    return undefined;
  } catch (error) {
    if (!isChannelError(error)) throw error;
    return error;
  }
}
