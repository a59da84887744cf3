import type { PlaceHint, RawCells, ReadOptions } from './bill.ts';
import { type CsvColumn, columnName } from './csv-columns.ts';

/** Columns of the plain layout in which an option stands where a row is blank. */
const OPTION_COLUMNS: readonly (readonly [
  CsvColumn,
  'utility' | 'account' | 'meter' | 'commodity' | 'unit' | 'zone' | 'statedEnd',
])[] = [
  ['utility', 'utility'],
  ['account', 'account'],
  ['meter', 'meter'],
  ['commodity', 'commodity'],
  ['unit', 'unit'],
  ['zone', 'zone'],
  ['end_convention', 'statedEnd'],
];

const PLACE_COLUMNS: readonly (readonly [CsvColumn, keyof PlaceHint])[] = [
  ['country', 'country'],
  ['subdivision', 'subdivision'],
  ['region', 'region'],
  ['zip', 'zip'],
  ['utility_id', 'utilityId'],
];

/**
 * The cells of a row with what a person told for the whole file, in blank or new columns: so the row can be read again without
 * the options, to the same line. A row that names its own place takes no other, as when it is recorded.
 */
export function withTold(cells: RawCells, { place = {}, ...read }: ReadOptions): RawCells {
  const names = new Map(Object.keys(cells).map((name) => [columnName(name), name]));
  const said = (column: CsvColumn): string => (cells[names.get(column) ?? column] ?? '').trim();
  const added: Record<string, string> = {};
  const fill = (column: CsvColumn, value: string | undefined): void => {
    if (value !== undefined && said(column) === '') added[names.get(column) ?? column] = value;
  };
  for (const [column, option] of OPTION_COLUMNS) fill(column, read[option]);
  const own: PlaceHint = Object.fromEntries(PLACE_COLUMNS.map(([column, part]) => [part, said(column)]));
  const [country, told] = [countryOf(own), countryOf(place)];
  if (country === '' || told === '' || country === told) {
    const isPlaced = [own.subdivision, own.region, own.zip, own.utilityId].some((part) => part !== '');
    if (isPlaced) fill('country', told === '' ? undefined : told);
    else for (const [column, part] of PLACE_COLUMNS) fill(column, place[part]);
  }
  return { ...cells, ...added };
}

/** The country that a place names or implies; blank where it does neither. */
function countryOf({ country = '', subdivision = '', zip = '', utilityId = '' }: PlaceHint): string {
  if (country !== '') return country.toUpperCase();
  return subdivision.slice(0, 2).toUpperCase() || (zip === '' && utilityId === '' ? '' : 'US');
}
