import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Papa from 'papaparse';
import {
  ChannelError,
  type FactorRow,
  type FactorUnit,
  type FactorValue,
  type ReleaseManifest,
  sha256,
} from '../../emissions/index.ts';

/** One line of a figures file: every column by name, empty where the file has nothing. */
export type Figures = Readonly<Record<string, string>>;

/** Where figures are read: the collected data folder, and the project's own figures files. */
export interface FigureFolders {
  /** Holds `factors/*.csv` and, for digests and the ZIP table, `original/`. */
  readonly data: string;
  /** `factors/figures` of this project. */
  readonly own: string;
}

/** What every source gives for one release; the compiler adds row count and root. */
export interface Draft {
  readonly about: Omit<ReleaseManifest, 'rowCount' | 'root'>;
  readonly rows: readonly FactorRow[];
}

/**
 * The lines of a comma-separated file with a header row.
 * @throws {ChannelError} FILE_UNREADABLE, FILE_MALFORMED
 */
export function readFigures(folder: string, name: string): Figures[] {
  const path = join(folder, name);
  if (!existsSync(path)) {
    throw new ChannelError('FILE_UNREADABLE', `figures file ${name} is not in the folder given`, { where: name });
  }
  const text = readFileSync(path, 'utf8').replace(/^\ufeff/, '');
  const { data, errors } = Papa.parse<Figures>(text, { header: true, skipEmptyLines: true });
  const [error] = errors;
  if (error !== undefined) {
    throw new ChannelError('FILE_MALFORMED', `figures file ${name}: ${error.message}`, { where: `row ${error.row}` });
  }
  return data;
}

/** The column's text; a column that the file lacks is a fault of the caller or a new layout. */
export function cell(figures: Figures, column: string): string {
  const text = figures[column];
  if (text === undefined)
    throw new ChannelError('COLUMN_MISSING', `the figures have no column ${column}`, { where: column });
  return text.trim();
}

/** Units as the collected figures spell them. */
const UNITS: Readonly<Record<string, FactorUnit>> = { 'kg CO2e/kWh': 'kgCO2e/kWh' };

/** The figure of `column` with the unit beside it, exactly as published; `undefined` where the file is blank. */
export function figure(figures: Figures, column: string, unitColumn = `${column}_unit`): FactorValue | undefined {
  const text = cell(figures, column);
  if (text === '') return undefined;
  const unit = cell(figures, unitColumn);
  return { value: plainDecimal(text), unit: UNITS[unit] ?? (unit as FactorUnit) };
}

/**
 * The same number as a plain decimal in its shortest form: `6e-05` is `0.00006`, `0.4500` is `0.45`.
 * @throws {ChannelError} DECIMAL_INVALID
 */
export function plainDecimal(text: string): string {
  const match = /^(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,2}))?$/.exec(text);
  if (match === null) throw new ChannelError('DECIMAL_INVALID', `'${text.slice(0, 40)}' is not a figure`);
  const [, whole = '', fraction = '', exponent = '0'] = match;
  const shift = whole.length + Number(exponent);
  const digits = whole + fraction;
  const left = shift > 0 ? digits.slice(0, shift).padEnd(shift, '0') : '0';
  const right = (shift >= 0 ? digits.slice(shift) : `${'0'.repeat(-shift)}${digits}`).replace(/0+$/, '');
  const integer = left.replace(/^0+(?=\d)/, '');
  return right === '' ? integer : `${integer}.${right}`;
}

/** The day after `date`: figures files end periods inclusively, rows are half-open. */
export function dayAfter(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

/** Validity of a row that holds for one calendar year. */
export function calendarYear(year: number): Pick<FactorRow, 'year' | 'validFrom' | 'validTo'> {
  return { year, validFrom: `${year}-01-01`, validTo: `${year + 1}-01-01` };
}

const STATUS: Readonly<Record<string, string>> = {
  native: '',
  not_applicable_in_source: '',
  secondary_native_unit: "the figure comes from somebody else's table, in the publisher's unit",
  secondary_converted: 'the unit was converted by whoever carried the figure',
  secondary_cited: 'the figure was read where others cite the publication',
};

/** Source, licence, confidence and notes of a row, from the columns that all collected figures share. */
export function provenance(
  figures: Figures,
  more: readonly string[] = [],
): Pick<FactorRow, 'source' | 'licence' | 'confidence' | 'notes'> {
  const notes = [
    cell(figures, 'notes').replace(/\.$/, ''),
    STATUS[cell(figures, 'value_status')] ?? '',
    ...more,
  ].filter((note) => note !== '');
  const [carrier = ''] = cell(figures, 'retrieved_from').split(' and, per field');
  const table = cell(figures, 'source_file_or_table');
  return {
    source: carrier === '' ? table : `${table} (via ${carrier})`,
    licence: cell(figures, 'licence'),
    confidence: cell(figures, 'confidence') as FactorRow['confidence'],
    ...(notes.length === 0 ? {} : { notes: notes.join('; ') }),
  };
}

/** The object without its undefined members, for rows whose absent fields are absent keys. */
export function defined<T extends object>(members: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
}

/** Digest of an original file, where it is at hand. */
export function originalDigest(folders: FigureFolders, name: string): { sourceSha256?: string } {
  const path = join(folders.data, 'original', name);
  return existsSync(path) ? { sourceSha256: sha256(readFileSync(path)) } : {};
}
