import { ChannelError } from '../emissions/index.ts';
import type { ReadOptions } from './bill.ts';

/** The columns of the plain CSV layout; docs/bills.md says what each holds. */
export const csvColumns = [
  'utility',
  'account',
  'meter',
  'commodity',
  'flow',
  'start',
  'end',
  'end_convention',
  'days',
  'quantity',
  'unit',
  'read_basis',
  'country',
  'subdivision',
  'region',
  'zip',
  'utility_id',
  'zone',
  'site',
  'heat_content',
  'heat_content_unit',
  'calorific',
  'document',
  'register',
] as const;
export type CsvColumn = (typeof csvColumns)[number];

/** Columns that say which bill a row belongs to: the registers of one bill have the same there. */
export const billColumns: readonly CsvColumn[] = [
  ...(['utility', 'account', 'meter', 'commodity', 'flow', 'start', 'end', 'days', 'end_convention'] as const),
];

/** Columns that a row of a foreign table fills, in the order of an error file. */
export const mappedLineColumns: readonly CsvColumn[] = [
  ...(['utility', 'account', 'meter', 'site', 'commodity', 'start', 'end', 'end_convention', 'days'] as const),
  ...(['quantity', 'unit', 'read_basis', 'zip', 'zone'] as const),
];

/** What a person fills in for an item of a file that is no table. */
export const itemColumns: readonly CsvColumn[] = [
  ...(['utility', 'meter', 'commodity', 'flow', 'start', 'end', 'end_convention'] as const),
  ...(['quantity', 'unit', 'read_basis', 'zone'] as const),
];

/** Columns that an error file adds; they are left out when it is sent in again, but for the import that they name. */
export const errorColumns = ['error_import', 'error_where', 'error_code', 'error', 'fix'] as const;

/** Name under which cells beyond the header's last column are kept, counted from 1. */
export const SURPLUS = 'surplus_';

const AMOUNT_LIKE = /usage|consum|quantit|amount|kwh|mwh|therm|ccf|import|export|generat|energy|volume/;

/** How the header reads: where each known column stands, and what is not read. */
export interface CsvHeader {
  /** Names as they stand in the file. */
  readonly names: readonly string[];
  /** Place of each column of the layout; -1 where the file has none. */
  readonly at: Readonly<Record<CsvColumn, number>>;
  readonly surplus: readonly number[];
  readonly ignored: readonly string[];
  /** Ignored columns that look like an amount. */
  readonly amounts: readonly { readonly name: string; readonly at: number }[];
  /** Place of the column of an error file that names the import; -1 where the file has none. */
  readonly mends: number;
}

/** How many columns of the layout the cells of a header name. */
export function knownColumns(cells: readonly string[]): number {
  return cells.filter((cell) => isColumn(columnName(cell))).length;
}

/** The columns by which no other layout is mistaken for the plain one. */
export function hasPlainColumns(cells: readonly string[]): boolean {
  const names = new Set(cells.map(columnName));
  return ['end', 'end_convention', 'quantity'].every((name) => names.has(name));
}

/**
 * @throws {ChannelError} COLUMN_MISSING naming each column that neither the file nor the options give; FILE_MALFORMED when a
 * column stands twice
 */
export function readHeader(cells: readonly string[], options: ReadOptions): CsvHeader {
  const at = new Map<CsvColumn, number>();
  const surplus: number[] = [];
  const ignored: { name: string; at: number }[] = [];
  for (const [index, cell] of cells.entries()) {
    const name = columnName(cell);
    if (isColumn(name)) {
      if (at.has(name)) throw twice(name);
      at.set(name, index);
    } else if (name.startsWith(SURPLUS)) surplus.push(index);
    else if (name !== '' && !isErrorColumn(name)) ignored.push({ name: cell.trim().slice(0, 40), at: index });
  }
  requireColumns(at, options);
  return {
    names: uniqueNames(cells),
    at: placesOf(at),
    surplus,
    ignored: ignored.map((column) => column.name),
    amounts: ignored.filter((column) => AMOUNT_LIKE.test(column.name.toLowerCase())),
    mends: cells.indexOf('error_import'),
  };
}

export function placesOf(at: ReadonlyMap<CsvColumn, number>): Readonly<Record<CsvColumn, number>> {
  return Object.fromEntries(csvColumns.map((name) => [name, at.get(name) ?? -1])) as Record<CsvColumn, number>;
}

function requireColumns(at: ReadonlyMap<CsvColumn, number>, options: ReadOptions): void {
  const missing: string[] = [];
  if (!at.has('start') && !at.has('days')) missing.push('start (or days)');
  if (!at.has('end')) missing.push('end');
  if (!at.has('quantity')) missing.push('quantity');
  if (!at.has('unit') && options.unit === undefined) missing.push('unit');
  if (!at.has('commodity') && options.commodity === undefined) missing.push('commodity');
  const named = options.meter ?? options.account;
  if (!at.has('meter') && !at.has('account') && named === undefined) missing.push('meter (or account)');
  if (!at.has('end_convention') && options.statedEnd === undefined) missing.push('end_convention');
  if (missing.length === 0) return;
  const convention = missing.includes('end_convention')
    ? ' end_convention says whether the end date is the last day billed (inclusive), the day after it (exclusive), a day shared with the next bill (shared-day), or the day of reading with the number of days in days (read-date).'
    : '';
  throw new ChannelError('COLUMN_MISSING', `the header has no column ${missing.join(', ')}, and no option gives it`, {
    where: 'row 1',
    fix: `Add the column, or give the option for the whole file; where the columns have other names, uec bills map FILE proposes how to read them.${convention}`,
  });
}

/** A column's name in the layout's spelling: capitals, blanks and hyphens do not matter. */
export function columnName(cell: string): string {
  return cell
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
}

function isColumn(name: string): name is CsvColumn {
  return (csvColumns as readonly string[]).includes(name);
}

function isErrorColumn(name: string): boolean {
  return (errorColumns as readonly string[]).includes(name);
}

/** Names under which raw cells are kept: an unnamed or repeated column takes its position, so that no cell is lost. */
function uniqueNames(cells: readonly string[]): string[] {
  const seen = new Set<string>();
  return cells.map((cell, index) => {
    const name = cell.trim() === '' || seen.has(cell) || cell === '__proto__' ? `column ${index + 1}` : cell;
    seen.add(name);
    return name;
  });
}

function twice(name: string): ChannelError {
  return new ChannelError('FILE_MALFORMED', `the header names column ${name} twice`, {
    where: 'row 1',
    fix: 'Remove or rename one of the two columns.',
  });
}
