import { ChannelError } from '../../emissions/index.ts';
import { dateOfSerial, decimalOfDouble } from './cell-number.ts';
import { columnOf } from './cell-reference.ts';
import type { NumberFormat } from './number-formats.ts';
import type { SheetLayout } from './sheet-layout.ts';
import { partParser } from './xml-pieces.ts';

/**
 * What a cell holds: text; a number as plain decimal, also one that is shown as a percentage or divided by thousands (`scaled`); a date as
 * YYYY-MM-DD; TRUE or FALSE; an error such as #REF!; or a number that cannot be given exactly, or a formula without a stored value
 * (`unreadable`).
 */
export type CellKind = 'text' | 'number' | 'percent' | 'scaled' | 'date' | 'boolean' | 'error' | 'unreadable';

export interface Cell {
  readonly kind: CellKind;
  readonly text: string;
  /** The value is what a formula gave when the workbook was saved; it is not computed again. */
  readonly formula: boolean;
}

export interface SheetRow {
  readonly number: number;
  readonly hidden: boolean;
  /** By column from 0; blank cells are left out. */
  readonly cells: readonly (Cell | undefined)[];
}

export interface SheetContext {
  readonly date1904: boolean;
  readonly formats: readonly NumberFormat[];
  readonly texts: readonly string[];
}

/** Columns that are read; bills have about thirty. */
const MAX_COLUMNS = 256;
const MAX_ROW = 1_048_576;
const MAX_CELL = 32_767;

/**
 * Rows of a sheet in file order, a batch a piece of the file; only one batch is held. `layout` is filled meanwhile.
 * @throws {ChannelError} FILE_MALFORMED
 */
export async function* sheetRows(
  bytes: AsyncIterable<Uint8Array>,
  context: SheetContext,
  layout: SheetLayout,
): AsyncGenerator<readonly SheetRow[]> {
  const rows = new RowBuilder(context, layout);
  const parser = partParser(rows);
  for await (const piece of bytes) {
    parser.write(piece);
    const batch = rows.take();
    if (batch.length > 0) yield batch;
  }
  parser.end();
  yield rows.take();
}

class RowBuilder {
  readonly #context: SheetContext;
  readonly #layout: SheetLayout;
  #rows: SheetRow[] = [];
  #inData = false;
  #number = 0;
  #hidden = false;
  #cells: (Cell | undefined)[] = [];
  #column = -1;
  #type = 'n';
  #style = 0;
  #value = '';
  #formula = false;
  #hasValue = false;
  /** Inside an element whose text is the value. */
  #reading = false;

  constructor(context: SheetContext, layout: SheetLayout) {
    this.#context = context;
    this.#layout = layout;
  }

  take(): readonly SheetRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (name === 'sheetData') this.#inData = true;
    if (!this.#inData) this.#layout.see(name, attributes);
    else if (name === 'c') this.#openCell(attributes);
    else if (name === 'v' || (name === 't' && this.#type === 'inlineStr')) {
      this.#reading = true;
      this.#hasValue = true;
    } else if (name === 'f') this.#formula = true;
    else if (name === 'rPh') this.#type = 'phonetic';
    else if (name === 'row') this.#openRow(attributes);
  }

  text(piece: string): void {
    if (!this.#reading) return;
    this.#value += piece;
    if (this.#value.length > MAX_CELL) throw this.#fault('a cell holds more than 32,767 characters');
  }

  close(name: string): void {
    if (!this.#inData) return;
    if (name === 'v' || name === 't') this.#reading = false;
    else if (name === 'rPh') this.#type = 'inlineStr';
    else if (name === 'c') {
      if (this.#hasValue || this.#formula) this.#closeCell();
    } else if (name === 'row') {
      this.#rows.push({ number: this.#number, hidden: this.#hidden, cells: this.#cells });
    } else if (name === 'sheetData') this.#inData = false;
  }

  #openRow({ r, hidden }: Readonly<Record<string, string>>): void {
    const number = r === undefined ? this.#number + 1 : /^[0-9]{1,7}$/.test(r) ? Number(r) : 0;
    if (number <= this.#number || number > MAX_ROW) throw this.#fault('the rows of the sheet are not in order');
    this.#number = number;
    this.#hidden = hidden === '1' || hidden === 'true';
    this.#cells = [];
    this.#column = -1;
  }

  #openCell({ r, t = 'n', s = '0' }: Readonly<Record<string, string>>): void {
    const column = r === undefined ? this.#column + 1 : columnOf(r);
    if (column <= this.#column) throw this.#fault('the cells of a row are not in order');
    this.#column = column;
    this.#type = t;
    this.#style = Number(s);
    this.#value = '';
    this.#formula = false;
    this.#hasValue = false;
  }

  #closeCell(): void {
    if (this.#column >= MAX_COLUMNS) return;
    const [kind, text] = this.#read();
    if (text === '' && kind === 'text' && !this.#formula) return;
    this.#cells[this.#column] = { kind, text, formula: this.#formula };
  }

  #read(): [CellKind, string] {
    const value = this.#value;
    if (this.#formula && value === '' && this.#type !== 'str') return ['unreadable', ''];
    switch (this.#type) {
      case 's': {
        const text = /^[0-9]{1,7}$/.test(value) ? this.#context.texts[Number(value)] : undefined;
        if (text === undefined) throw this.#fault('a cell refers to a text that the workbook does not hold');
        return ['text', text];
      }
      case 'str':
      case 'inlineStr':
        return ['text', value];
      case 'b':
        return ['boolean', value === '1' || value === 'true' ? 'TRUE' : 'FALSE'];
      case 'e':
        return ['error', value];
      case 'd': {
        const date = /^([0-9]{4}-[0-9]{2}-[0-9]{2})(T00:00:00(\.0+)?Z?)?$/.exec(value)?.[1];
        return date === undefined ? ['unreadable', value] : ['date', date];
      }
      case 'n':
        return this.#numberCell(value);
      default:
        throw this.#fault('a cell has a type that the format does not know');
    }
  }

  #numberCell(value: string): [CellKind, string] {
    if (value === '') return ['text', ''];
    const format = this.#context.formats[this.#style] ?? 'number';
    const read = format === 'date' ? dateOfSerial(value, this.#context.date1904) : decimalOfDouble(value);
    return read === undefined ? ['unreadable', value] : [format, read];
  }

  #fault(message: string): ChannelError {
    return new ChannelError('FILE_MALFORMED', message, { where: `row ${this.#number + 1}` });
  }
}
