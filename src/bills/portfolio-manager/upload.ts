import {
  type Commodity,
  type Flow,
  formatDate,
  formatExact,
  multiply,
  parseDate,
  parseDecimal,
  parseQuantity,
  type UnitName,
} from '../../emissions/index.ts';
import { type Value, writeWorkbook } from '../workbook/workbook-writer.ts';
import { type WrittenUnit, writtenUnit } from './usage-units.ts';

/** One bill to be entered. The period is half-open, as everywhere else. */
export interface UploadEntry {
  readonly meter: string;
  readonly property?: string;
  readonly commodity: Commodity;
  readonly flow: Flow;
  readonly start: string;
  readonly end: string;
  readonly quantity: string;
  readonly unit: UnitName;
  readonly estimated: boolean;
}

/** Headings of the spreadsheet by which Portfolio Manager takes bills for meters that it knows already. */
const HEADINGS = [
  'Meter ID (Pre-filled)',
  'Meter Consumption ID (Pre-filled)',
  'Portfolio Manager ID (Pre-filled)',
  'Property Name (Pre-filled)',
  'Meter Name (Pre-filled)',
  'Meter Type (Pre-filled)',
  'Start Date (Required)',
  'End Date (Required)',
  'Quantity (Required)',
  'Usage Units',
  'Cost ($)',
  'Estimation',
];

const meterTypes: Readonly<Record<Commodity, string>> = {
  electricity: 'Electric - Grid',
  'natural-gas': 'Natural Gas',
  steam: 'District Steam',
  heat: 'District Hot Water',
  cooling: 'District Chilled Water - Other',
  water: 'Municipally Supplied Potable Water - Mixed Indoor/Outdoor',
};
/** Commodities of which Portfolio Manager has several types of meter, and a record does not say which. */
const assumedTypes: Readonly<Partial<Record<Commodity, true>>> = { heat: true, cooling: true, water: true };

/** Why an entry has no place in the layout; undefined where it has one. */
export function notUploaded({ flow, unit }: Pick<UploadEntry, 'flow' | 'unit'>): string | undefined {
  if (flow === 'net-only')
    return 'a balance of delivered and exported energy: Portfolio Manager asks for what was delivered';
  if (flow !== 'delivered') return `energy that is ${flow}: the record does not say whether it is solar or wind`;
  return writtenUnit(unit) === undefined ? `amounts in ${unit}: Portfolio Manager has no such unit` : undefined;
}

/** What the layout makes a person say that the entry does not, or says in another unit. */
export function uploadNotes({ commodity, unit }: Pick<UploadEntry, 'commodity' | 'unit'>): string[] {
  const { spelling, factor } = unitOf(unit);
  return [
    ...(commodity in assumedTypes
      ? [`${commodity} is entered as ${meterTypes[commodity]}: change it where it is another`]
      : []),
    ...(factor === '1' ? [] : [`amounts in ${unit} are written in ${spelling}, exactly`]),
  ];
}

/**
 * The workbook of entries that `notUploaded` accepts. Ends are written as the last day billed, which Portfolio Manager counts in. The ids
 * that it gives are left blank for its owner to fill: the node does not know them.
 */
export function writeUpload(entries: Iterable<UploadEntry>): AsyncGenerator<Uint8Array> {
  return writeWorkbook('Add Bills', rowsOf(entries));
}

function* rowsOf(entries: Iterable<UploadEntry>): Generator<Value[]> {
  yield HEADINGS;
  for (const { meter, property, commodity, start, end, quantity, unit, estimated } of entries) {
    const { spelling, factor } = unitOf(unit);
    yield [
      undefined,
      undefined,
      undefined,
      property,
      meter,
      meterTypes[commodity],
      { date: start },
      { date: formatDate(parseDate(end) - 1) },
      { number: formatExact(multiply(parseQuantity(quantity), parseDecimal(factor))) },
      spelling,
      undefined,
      estimated ? 'Yes' : 'No',
    ];
  }
}

/** @throws {RangeError} for an entry that `notUploaded` does not accept */
function unitOf(unit: UnitName): WrittenUnit {
  const found = writtenUnit(unit);
  if (found === undefined) throw new RangeError(`Portfolio Manager has no unit for ${unit}`);
  return found;
}
