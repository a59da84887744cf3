import { ChannelError, type Commodity, commodities, type StatedEnd, statedEnds } from '../../emissions/index.ts';

/** What a column of a foreign table can hold. */
export const mappedColumns = [
  'start',
  'end',
  'days',
  'date',
  'time',
  'end_time',
  'duration',
  'quantity',
  'exported',
  'unit',
  'other_quantity',
  'other_unit',
  'commodity',
  'read_basis',
  'notes',
  'meter',
  'account',
  'service',
  'utility',
  'site',
  'zip',
] as const;
export type MappedColumn = (typeof mappedColumns)[number];

/** What can hold for every row of a file. */
export const fixedFields = ['commodity', 'unit', 'other_unit', 'meter', 'account', 'utility', 'zone'] as const;
export type FixedField = (typeof fixedFields)[number];

export const dateOrders = ['year-first', 'month-first', 'day-first'] as const;
export type DateOrder = (typeof dateOrders)[number];

export const decimalSigns = ['point', 'comma'] as const;
export type DecimalSign = (typeof decimalSigns)[number];

/**
 * How a foreign table is read: which column is what, and what the file does not say of itself. What is absent is decided by
 * evidence in the file, or the file is refused.
 */
export interface BillMapping {
  /** A row is a bill, or a reading of the meter. */
  readonly kind: 'bills' | 'readings';
  /** Names of columns as they stand in the header. */
  readonly columns: Readonly<Partial<Record<MappedColumn, string>>>;
  readonly fixed: Readonly<Partial<Record<FixedField, string>>>;
  readonly dateOrder?: DateOrder;
  readonly endConvention?: StatedEnd;
  readonly decimalSign?: DecimalSign;
}

/** Marks the file that `uec bills map` writes. */
export const MAPPING_FORMAT = 'uec-bill-mapping/1';
const LONGEST = 200;

/**
 * A mapping from its JSON text. `evidence` and `open`, which tell a person how it came about, are left out; `null` is absent.
 * @throws {ChannelError} MAPPING_INVALID naming the field and what would be right
 */
export function parseMapping(text: string): BillMapping {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ChannelError('MAPPING_INVALID', 'the mapping file is not JSON', { cause });
  }
  return checkMapping(value);
}

/** @throws {ChannelError} MAPPING_INVALID */
function checkMapping(value: unknown): BillMapping {
  const file: MappingFile = record(value, 'mapping');
  if (file.format !== undefined && file.format !== MAPPING_FORMAT) throw invalid('format', MAPPING_FORMAT);
  const kind = choice(file.kind, 'kind', ['bills', 'readings'] as const);
  if (kind === undefined) throw invalid('kind', 'bills or readings');
  const columns = texts(file.columns, 'columns', mappedColumns);
  const fixed = texts(file.fixed ?? {}, 'fixed', fixedFields);
  if (fixed.commodity !== undefined) choice<Commodity>(fixed.commodity, 'fixed.commodity', commodities);
  const dateOrder = choice(file.dateOrder, 'dateOrder', dateOrders);
  const endConvention = choice(file.endConvention, 'endConvention', statedEnds);
  const decimalSign = choice(file.decimalSign, 'decimalSign', decimalSigns);
  checkComplete(kind, columns, file.open);
  return {
    kind,
    columns,
    fixed,
    ...(dateOrder === undefined ? {} : { dateOrder }),
    ...(endConvention === undefined ? {} : { endConvention }),
    ...(decimalSign === undefined ? {} : { decimalSign }),
  };
}

/** The fields of a mapping file, not checked yet. */
interface MappingFile {
  readonly format?: unknown;
  /** What the proposal left open. */
  readonly open?: unknown;
  readonly kind?: unknown;
  readonly columns?: unknown;
  readonly fixed?: unknown;
  readonly dateOrder?: unknown;
  readonly endConvention?: unknown;
  readonly decimalSign?: unknown;
}

function checkComplete(kind: BillMapping['kind'], columns: BillMapping['columns'], open: unknown): void {
  const needed: readonly MappedColumn[] = kind === 'bills' ? ['end', 'quantity'] : ['date', 'quantity'];
  const missing = needed.find((name) => columns[name] === undefined);
  if (missing !== undefined)
    throw invalid(
      `columns.${missing}`,
      `the name of the column that holds it${leftOpen(open, `columns.${missing}: `)}`,
    );
  if (kind === 'bills' && columns.exported !== undefined)
    throw invalid(
      'columns.exported',
      'it only for readings: a row of bills has one amount, read exports by a mapping of their own',
    );
  if (kind === 'bills' && columns.start === undefined && columns.days === undefined)
    throw invalid(
      'columns.start',
      `the name of the column with the first day, or columns.days with the number of days${leftOpen(open, 'columns.start: ')}`,
    );
}

/** What a proposal said of a field that it left open: which columns it could be. */
function leftOpen(open: unknown, field: string): string {
  const found: unknown = Array.isArray(open) ? open.find((text) => String(text).startsWith(field)) : undefined;
  return typeof found === 'string' ? ` (${found.slice(field.length, field.length + 400)})` : '';
}

function record(value: unknown, field: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(field, 'an object');
  return value as Readonly<Record<string, unknown>>;
}

function texts<T extends string>(value: unknown, field: string, names: readonly T[]): Partial<Record<T, string>> {
  const found: Partial<Record<T, string>> = {};
  for (const [key, text] of Object.entries(record(value, field))) {
    const name = names.find((one) => one === key);
    if (name === undefined) throw invalid(`${field}.${key.slice(0, 40)}`, `one of ${names.join(', ')}`);
    if (text === null) continue;
    if (typeof text !== 'string' || text === '' || text.length > LONGEST)
      throw invalid(`${field}.${name}`, `a text of 1 to ${LONGEST} characters, or null`);
    found[name] = text;
  }
  return found;
}

function choice<T extends string>(value: unknown, field: string, allowed: readonly T[]): T | undefined {
  if (value === undefined || value === null) return undefined;
  const found = allowed.find((name) => name === value);
  if (found === undefined) throw invalid(field, `one of ${allowed.join(', ')}, or null`);
  return found;
}

function invalid(field: string, right: string): ChannelError {
  return new ChannelError('MAPPING_INVALID', `the mapping's ${field} is missing or not what it should be`, {
    where: field,
    fix: `Write ${right}.`,
  });
}
