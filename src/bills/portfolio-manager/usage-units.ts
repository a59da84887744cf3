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

/** How an amount is written for upload: Portfolio Manager's spelling of its unit, and the exact number by which it is multiplied. */
export interface WrittenUnit {
  readonly spelling: string;
  /** Plain decimal; 1 where the unit is Portfolio Manager's own. */
  readonly factor: string;
}

/** Undefined for units in which no record is billed, such as those of mass. */
export function writtenUnit(unit: UnitName): WrittenUnit | undefined {
  const found = written[unit];
  return found === undefined ? undefined : { spelling: found[0], factor: found[1] ?? '1' };
}

const KWH = 'kWh (thousand Watt-hours)';
const MWH = 'MWh (million Watt-hours)';
const KBTU = 'kBtu (thousand Btu)';

const written: Readonly<Partial<Record<UnitName, readonly [spelling: string, factor?: string]>>> = {
  Wh: [KWH, '0.001'],
  kWh: [KWH],
  MWh: [MWH],
  GWh: [MWH, '1000'],
  kJ: ['GJ', '0.000001'],
  MJ: ['GJ', '0.001'],
  GJ: ['GJ'],
  TJ: ['GJ', '1000'],
  Btu: [KBTU, '0.001'],
  kBtu: [KBTU],
  mmBtu: ['MBtu (million Btu)'],
  therm: ['therms'],
  'ton-hour': ['ton hours'],
  ft3: ['cf (cubic feet)'],
  CCF: ['ccf (hundred cubic feet)'],
  Mcf: ['kcf (thousand cubic feet)'],
  m3: ['cm (Cubic meters)'],
  L: ['Liters'],
  'US gallon': ['Gallons (US)'],
  'imperial gallon': ['Gallons (UK)'],
};
