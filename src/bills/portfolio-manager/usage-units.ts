import { ChannelError, parseUnit, type UnitName } from '../../emissions/index.ts';

/** A unit of the table, and the power of ten by which the workbook's number is to be multiplied. */
export interface UsageUnit {
  readonly unit: UnitName;
  readonly power: number;
}

/**
 * Portfolio Manager's spellings (meterUnitsOfMeasure of its web services), letter by letter but for case and blanks. Its M is a million
 * where the gas trade's is a thousand: "MCF" here is a thousand times the Mcf of a gas bill.
 */
const spellings: Readonly<Record<string, UsageUnit>> = {
  'kwh(thousandwatt-hours)': { unit: 'kWh', power: 0 },
  'mwh(millionwatt-hours)': { unit: 'MWh', power: 0 },
  'kbtu(thousandbtu)': { unit: 'kBtu', power: 0 },
  'mbtu(millionbtu)': { unit: 'mmBtu', power: 0 },
  'mmbtu(millionbtu)': { unit: 'mmBtu', power: 0 },
  'mbtu/mmbtu(millionbtu)': { unit: 'mmBtu', power: 0 },
  gj: { unit: 'GJ', power: 0 },
  therms: { unit: 'therm', power: 0 },
  tonhours: { unit: 'ton-hour', power: 0 },
  'cf(cubicfeet)': { unit: 'ft3', power: 0 },
  'ccf(hundredcubicfeet)': { unit: 'CCF', power: 0 },
  'kcf(thousandcubicfeet)': { unit: 'Mcf', power: 0 },
  'mcf(millioncubicfeet)': { unit: 'Mcf', power: 3 },
  'cm(cubicmeters)': { unit: 'm3', power: 0 },
  'kcm(thousandcubicmeters)': { unit: 'm3', power: 3 },
  liters: { unit: 'L', power: 0 },
  'gallons(us)': { unit: 'US gallon', power: 0 },
  'cgal(hundredgallons)(us)': { unit: 'US gallon', power: 2 },
  'kgal(thousandgallons)(us)': { unit: 'US gallon', power: 3 },
  'mgal(milliongallons)(us)': { unit: 'US gallon', power: 6 },
  'gallons(uk)': { unit: 'imperial gallon', power: 0 },
  'cgal(hundredgallons)(uk)': { unit: 'imperial gallon', power: 2 },
  'kgal(thousandgallons)(uk)': { unit: 'imperial gallon', power: 3 },
  'mgal(milliongallons)(uk)': { unit: 'imperial gallon', power: 6 },
  pounds: { unit: 'lb', power: 0 },
  'klbs.(thousandpounds)': { unit: 'klb', power: 0 },
  'mlbs.(millionpounds)': { unit: 'klb', power: 3 },
  kilogram: { unit: 'kg', power: 0 },
};

/** Letters that Portfolio Manager and utilities use for different sizes, where the word in brackets is missing. */
const TWO_MEANINGS: Readonly<Record<string, string>> = {
  mcf: 'a thousand cubic feet (a gas bill) or a million (Portfolio Manager)',
  mbtu: 'a thousand Btu or a million',
  mgal: 'a thousand gallons or a million',
  gallons: 'US or imperial gallons',
};

/** @throws {ChannelError} UNIT_UNKNOWN, UNIT_AMBIGUOUS */
export function usageUnit(text: string): UsageUnit {
  const key = text.toLowerCase().replace(/\s+/g, '');
  const known = Object.hasOwn(spellings, key) ? spellings[key] : undefined;
  if (known !== undefined) return known;
  const meanings = Object.hasOwn(TWO_MEANINGS, key) ? TWO_MEANINGS[key] : undefined;
  if (meanings !== undefined) {
    throw new ChannelError('UNIT_AMBIGUOUS', `the unit could mean ${meanings}`, {
      fix: 'Write it as Portfolio Manager does, with the word in brackets.',
    });
  }
  return { unit: parseUnit(text), power: 0 };
}

/** Portfolio Manager's spelling of a unit that needs no other number; undefined where it has none. */
export function spellingOf(unit: UnitName): string | undefined {
  return writable[unit];
}

const writable: Partial<Record<UnitName, string>> = {
  kWh: 'kWh (thousand Watt-hours)',
  MWh: 'MWh (million Watt-hours)',
  kBtu: 'kBtu (thousand Btu)',
  mmBtu: 'MBtu (million Btu)',
  GJ: 'GJ',
  therm: 'therms',
  'ton-hour': 'ton hours',
  ft3: 'cf (cubic feet)',
  CCF: 'ccf (hundred cubic feet)',
  Mcf: 'kcf (thousand cubic feet)',
  m3: 'cm (Cubic meters)',
  L: 'Liters',
  'US gallon': 'Gallons (US)',
  'imperial gallon': 'Gallons (UK)',
  lb: 'pounds',
  klb: 'KLbs. (thousand pounds)',
  kg: 'kilogram',
};
