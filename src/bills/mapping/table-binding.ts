import {
  ChannelError,
  type Commodity,
  defined,
  type ErrorCode,
  type StatedEnd,
  type UnitName,
} from '../../emissions/index.ts';
import type { ReadOptions } from '../bill.ts';
import type { DelimitedRow } from '../delimited.ts';
import { type BillMapping, type DecimalSign, type MappedColumn, mappedColumns } from './bill-mapping.ts';
import { columnNameOf, commodityOfText } from './column-words.ts';
import { type AmountColumn, namedUnits } from './named-units.ts';

/** A foreign table as it is to be read. What a layout usually does stands in where the file shows nothing. */
export interface TableLayout {
  /** Of the layout, for notices: `Green Button billing`, `your mapping`. */
  readonly name: string;
  readonly mapping: BillMapping;
  readonly usualEnd?: StatedEnd;
  readonly usualSign?: DecimalSign;
  /** The commodity where no column and nobody names it: what the layout bills in a unit. */
  commodityOf?(unit: string): Commodity | undefined;
  /** Columns that hold the same use once more, or another figure that is no use: left out without a warning. */
  readonly known?: readonly string[];
}

/** A layout's columns found in a header, with what the preamble, the mapping and a person told. */
export interface TableBinding {
  readonly layout: TableLayout;
  readonly header: readonly string[];
  /** Place of each column; -1 where the file has none. */
  readonly at: Readonly<Record<MappedColumn, number>>;
  /** The column's name in the file. */
  nameOf(column: MappedColumn): string;
  readonly fixed: {
    readonly commodity?: Commodity;
    /** What a person told, where nothing else says it. */
    readonly toldCommodity?: Commodity;
    readonly unit?: string;
    readonly exportedUnit?: string;
    readonly otherUnit?: string;
    /** What the names of the amounts' columns say: a cell that says otherwise is refused. */
    readonly named: Readonly<Partial<Record<AmountColumn, UnitName>>>;
    readonly meter?: string;
    readonly account?: string;
    readonly utility?: string;
    readonly zone?: string;
  };
}

/**
 * @throws {ChannelError} COLUMN_MISSING where the header has no column of that name; FILE_MALFORMED where a column that is read
 * stands twice; UNIT_AMBIGUOUS where the numbers are multiples of a unit that is not certain; MAPPING_INVALID where the mapping
 * gives another unit than the header
 */
export function bindTable(
  layout: TableLayout,
  header: readonly string[],
  preamble: readonly DelimitedRow[],
  options: ReadOptions,
): TableBinding {
  const { fixed } = layout.mapping;
  const at = placesIn(header, layout.mapping.columns);
  const nameOf = (column: MappedColumn) =>
    at[column] < 0 ? column : (header[at[column]] ?? '').trim().slice(0, 40) || `column ${at[column] + 1}`;
  const said = preambleOf(preamble);
  // What the file says wins over what a person told for the whole file.
  const named = namedUnits(layout.mapping, header, at, preamble);
  const unit = named.quantity ?? fixed.unit ?? said.unit ?? options.unit;
  const commodity = (fixed.commodity as Commodity | undefined) ?? said.commodity;
  const meter = options.meter ?? fixed.meter ?? said.meter;
  const account = options.account ?? fixed.account ?? said.account;
  requireAll(layout, at, {
    commodity: commodity ?? options.commodity,
    unit,
    meter: meter ?? account,
    isMapped: options.mapping !== undefined,
  });
  return {
    layout,
    header,
    at,
    nameOf,
    fixed: {
      named,
      ...defined({
        commodity,
        toldCommodity: options.commodity,
        unit,
        exportedUnit: named.exported ?? unit,
        otherUnit: fixed.other_unit ?? named.other_quantity,
        meter,
        account,
        utility: fixed.utility ?? options.utility,
        zone: options.zone ?? fixed.zone,
      }),
    },
  };
}

/** The cell of a column, trimmed; blank where the column or the cell is absent. */
export function cellOf({ at }: TableBinding, row: DelimitedRow, column: MappedColumn): string {
  const place = at[column];
  return place < 0 ? '' : (row.cells[place] ?? '').trim();
}

/** What is wrong in a cell, with the column's name in the file. */
export function rowFault(
  binding: TableBinding,
  { row }: DelimitedRow,
  column: MappedColumn,
  code: ErrorCode,
  message: string,
  fix?: string,
): ChannelError {
  return new ChannelError(code, message, {
    where: `row ${row}, column ${binding.nameOf(column)}`,
    ...(fix === undefined ? {} : { fix }),
  });
}

/** What neither a column nor anything else says would be missing in every row. */
function requireAll(
  layout: TableLayout,
  at: TableBinding['at'],
  given: {
    readonly commodity: string | undefined;
    readonly unit: string | undefined;
    readonly meter: string | undefined;
    readonly isMapped: boolean;
  },
): void {
  const missing: string[] = [];
  if (at.meter < 0 && at.account < 0 && given.meter === undefined) missing.push('meter (or account)');
  if (at.commodity < 0 && given.commodity === undefined && layout.commodityOf === undefined) missing.push('commodity');
  if (at.unit < 0 && given.unit === undefined) missing.push('unit');
  if (missing.length === 0) return;
  throw new ChannelError(
    'COLUMN_MISSING',
    `the file (${layout.name}) does not say ${missing.join(', ')}, and no option gives it`,
    {
      where: 'header',
      fix: `Give ${missing.map((name) => `--${name.replace(/ .*/, '')}`).join(', ')} for the whole file${
        given.isMapped ? ', or fill it in under fixed in the mapping' : ''
      }.`,
    },
  );
}

function placesIn(header: readonly string[], columns: BillMapping['columns']): TableBinding['at'] {
  const places = mappedColumns.map((name) => {
    const text = columns[name];
    return [name, text === undefined ? -1 : placeOfName(header, text)];
  });
  return Object.fromEntries(places) as Record<MappedColumn, number>;
}

function placeOfName(header: readonly string[], name: string): number {
  const numbered = /^column ([0-9]{1,3})$/.exec(name);
  const places = header.flatMap((cell, at) => (cell.trim() === name.trim() ? [at] : []));
  const [first, second] = places;
  if (second !== undefined) {
    throw new ChannelError('FILE_MALFORMED', `the header names column ${name.slice(0, 40)} twice`, {
      where: 'header',
      fix: `Name it by its place in the mapping: column ${(first as number) + 1} or column ${second + 1}.`,
    });
  }
  if (first !== undefined) return first;
  if (numbered !== null && Number(numbered[1]) >= 1 && Number(numbered[1]) <= header.length)
    return Number(numbered[1]) - 1;
  throw new ChannelError('COLUMN_MISSING', `the header has no column ${name.slice(0, 40)}, which the mapping names`, {
    where: 'header',
    fix: 'Propose the mapping anew with uec bills map, or mend the name.',
  });
}

/** Labels of a preamble, and what they are of. */
const LABELS: readonly (readonly ['account' | 'meter' | 'service' | 'unit' | 'resource', RegExp])[] = [
  ['account', /^account( number| no| #)?$/],
  ['meter', /^meter( number| no| #)?$/],
  ['service', /^service( point| id)?$/],
  ['unit', /^uom$/],
  ['resource', /^resource$/],
];

/** What the lines before a header say in two cells, a label and its value. It goes to the vault and into no message. */
function preambleOf(rows: readonly DelimitedRow[]): {
  readonly account: string | undefined;
  readonly meter: string | undefined;
  readonly unit: string | undefined;
  readonly commodity: Commodity | undefined;
} {
  const said: { [K in (typeof LABELS)[number][0]]?: string } = {};
  for (const { cells } of rows) {
    const label = columnNameOf(cells[0] ?? '').words;
    const value = (cells[1] ?? '').trim();
    // A row of more than a label and its value is a part of a table: a second row of names above the header.
    if (cells.slice(2).some((cell) => cell.trim() !== '')) continue;
    const found = LABELS.find(([, pattern]) => pattern.test(label))?.[0];
    if (found !== undefined && value !== '' && value.length <= 200) said[found] = value;
  }
  const { account, service, unit, resource } = said;
  // An account can have several services, each with its own meter: the two together tell them apart.
  const meter = said.meter ?? (account === undefined || service === undefined ? undefined : `${account} ${service}`);
  return { account, meter, unit, commodity: resource === undefined ? undefined : commodityOfText(resource) };
}
