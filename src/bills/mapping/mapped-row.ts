import { ChannelError, type Commodity, type ErrorCode, isChannelError, type StatedEnd } from '../../emissions/index.ts';
import type { RawCells, ReadOptions } from '../bill.ts';
import { type CsvColumn, csvColumns, mappedLineColumns, placesOf } from '../csv-columns.ts';
import type { DelimitedRow } from '../delimited.ts';
import { unguardCell } from '../formula-guard.ts';
import { PlainRows } from '../plain-rows.ts';
import type { CsvEntry } from '../registers.ts';
import { faultsOf } from '../row-faults.ts';
import { demandValid } from '../unread-columns.ts';
import { plainAmount } from './amount-form.ts';
import type { DecimalSign, MappedColumn } from './bill-mapping.ts';
import { commodityNamed, isBlankWord, isSentOut, unitOfText } from './column-words.ts';
import type { DateReader } from './date-form.ts';
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

/** Which column of the foreign table a plain column comes from. */
const SOURCES: Readonly<Partial<Record<CsvColumn, MappedColumn>>> = {
  utility: 'utility',
  account: 'account',
  meter: 'meter',
  site: 'site',
  commodity: 'commodity',
  start: 'start',
  end: 'end',
  days: 'days',
  quantity: 'quantity',
  unit: 'unit',
  read_basis: 'read_basis',
  zip: 'zip',
};

/**
 * Turns rows of a foreign table into rows of the plain layout and reads those: so each layout is held to the same rules, and
 * a row that cannot be read goes into the error file in the plain layout, where it needs no evidence of its neighbours.
 */
export class MappedRows {
  readonly #binding: TableBinding;
  readonly #conventions: Conventions;
  readonly #rows: PlainRows;
  readonly #shape: RowShape;

  constructor(binding: TableBinding, conventions: Conventions, shape: RowShape, options: ReadOptions) {
    this.#binding = binding;
    this.#conventions = conventions;
    this.#shape = shape;
    // What a person told stands in the row already.
    this.#rows = new PlainRows(PLACES, options.place === undefined ? {} : { place: options.place });
  }

  read(record: DelimitedRow): CsvEntry {
    const { plain, fault } = this.#plain(record);
    const raw: RawCells = Object.fromEntries(mappedLineColumns.map((name, at) => [name, plain[at] as string]));
    return { row: record.row, outcome: this.#outcome(record, plain, fault), raw, register: '', key: '' };
  }

  #outcome(record: DelimitedRow, plain: readonly string[], fault: ChannelError | undefined): CsvEntry['outcome'] {
    if (fault !== undefined) return { error: fault };
    try {
      return { line: this.#rows.read(plain, record.row) };
    } catch (error) {
      if (!isChannelError(error)) throw error;
      return { error: this.#inFileWords(error) };
    }
  }

  /** The error with the columns' names in the file. */
  #inFileWords(error: ChannelError): ChannelError {
    const { where, fix } = error.details;
    const words = (text: string) =>
      text.replace(/\b(columns? )([a-z_, ]+)$/, (_, head: string, names: string) => {
        return (
          head +
          names
            .split(', ')
            .map((name) => this.#shown(name))
            .join(', ')
        );
      });
    return new ChannelError(error.code, error.message, {
      ...(where === undefined ? {} : { where: words(where) }),
      ...(fix === undefined ? {} : { fix }),
    });
  }

  #shown(name: string): string {
    const column = csvColumns.find((one) => one === name);
    const source = column === undefined ? undefined : SOURCES[column];
    return source === undefined || this.#binding.at[source] < 0 ? name : this.#binding.nameOf(source);
  }

  #plain(record: DelimitedRow): { plain: string[]; fault: ChannelError | undefined } {
    const { at, fixed } = this.#binding;
    const { read, end } = faultsOf(record.row);
    const cell = (column: MappedColumn) => (at[column] < 0 ? '' : unguardCell((record.cells[at[column]] ?? '').trim()));
    const fault: Fault = (column, code, message, fix) =>
      new ChannelError(code, message, {
        where: `row ${record.row}, column ${this.#binding.nameOf(column)}`,
        ...(fix === undefined ? {} : { fix }),
      });
    read(() => this.#shape.check(record));
    read(() => demandValid(record, this.#binding.header));
    const amount = this.#amountIn(cell);
    read(() => this.#checkUnit(amount, fault));
    const said = cell('commodity');
    const plain: { [K in CsvColumn]?: string | undefined } = {
      utility: cell('utility') || fixed.utility,
      account: cell('account') || fixed.account,
      meter: meterText(cell('meter') || fixed.meter, cell('service')),
      site: cell('site'),
      commodity: read(() => this.#commodityOf(said, amount.unit, fault)) ?? said,
      start: read(() => this.#dateOf('start', cell('start'), fault)) ?? cell('start'),
      end: read(() => this.#dateOf('end', cell('end'), fault)) ?? cell('end'),
      end_convention: this.#conventions.statedEnd,
      days: cell('days').replace(/\.0+$/, ''),
      quantity: read(() => this.#amountOf(amount.column, amount.text, fault)) ?? amount.text,
      unit: amount.unit,
      read_basis: basisOf(this.#binding.nameOf('read_basis'), cell('read_basis'), cell('notes')),
      zip: cell('zip'),
      zone: fixed.zone ?? '',
    };
    return { plain: mappedLineColumns.map((name) => plain[name] ?? ''), fault: caught(end) };
  }

  /** The amount of a row and its unit: some layouts have one column for kWh and another for what is billed by volume. */
  #amountIn(cell: (column: MappedColumn) => string): { column: MappedColumn; text: string; unit: string } {
    const { fixed } = this.#binding;
    const text = cell('quantity');
    const other = cell('other_quantity');
    if (text === '' && other !== '')
      return { column: 'other_quantity', text: other, unit: cell('other_unit') || (fixed.otherUnit ?? '') };
    return { column: 'quantity', text, unit: cell('unit') || (fixed.unit ?? '') };
  }

  /** A unit in a cell that is not the one in the name of the amount's column: one of the two is wrong. */
  #checkUnit({ column, unit }: { readonly column: MappedColumn; readonly unit: string }, fault: Fault): void {
    const named = this.#binding.fixed.named[column as AmountColumn];
    const said = named === undefined ? undefined : unitOfText(unit);
    if (said === undefined || said === named) return;
    throw fault(
      column === 'quantity' ? 'unit' : 'other_unit',
      'UNIT_AMBIGUOUS',
      `the cell says ${said}, and the name of column ${this.#binding.nameOf(column)} ${named}`,
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
    const named = commodityNamed(said) ?? fixed.commodity ?? layout.commodityOf?.(unit);
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

type Fault = (column: MappedColumn, code: ErrorCode, message: string, fix?: string) => ChannelError;

function meterText(meter: string | undefined, service: string): string {
  if (meter === undefined || meter === '') return '';
  return service === '' ? meter : `${meter} ${service}`;
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
