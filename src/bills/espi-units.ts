import { type Commodity, dimensionOf, pow10, type UnitName } from '../emissions/index.ts';

/** Places of all amounts: 10^-15 of the unit, fine enough for every multiplier from 10^-12. */
export const AMOUNT_PLACES = 15;

/** How amounts in a unit of the file are given. */
export interface EspiUnit {
  readonly unit: UnitName;
  /** One of the file's unit is 10^exponent of `unit`. */
  readonly exponent: number;
  /** By how much a bill may differ from its readings and still be the same: bills are rounded. In `unit`. */
  readonly rounding: bigint;
  /** A volume that is stated to be as metered, not at standard temperature and pressure. */
  readonly uncorrected?: true;
}

// UnitSymbolKind of espi.xsd. A unit with a prefix takes it by a power of ten, so that every amount stays exact.
const units: Readonly<Record<string, EspiUnit>> = {
  72: { unit: 'kWh', exponent: -3, rounding: 1n },
  31: { unit: 'kJ', exponent: -3, rounding: 3_600n },
  132: { unit: 'kBtu', exponent: -3, rounding: 100n },
  169: { unit: 'therm', exponent: 0, rounding: 1n },
  42: { unit: 'm3', exponent: 0, rounding: 1n },
  166: { unit: 'm3', exponent: 0, rounding: 1n, uncorrected: true },
  167: { unit: 'm3', exponent: 0, rounding: 1n },
  119: { unit: 'ft3', exponent: 0, rounding: 100n },
  120: { unit: 'ft3', exponent: 0, rounding: 100n },
  134: { unit: 'L', exponent: 0, rounding: 1_000n },
  156: { unit: 'L', exponent: 0, rounding: 1_000n, uncorrected: true },
  157: { unit: 'L', exponent: 0, rounding: 1_000n },
  128: { unit: 'US gallon', exponent: 0, rounding: 1_000n },
  130: { unit: 'imperial gallon', exponent: 0, rounding: 1_000n },
};

/** What is often published beside the amounts and is none. */
const otherUnits: Readonly<Record<string, string>> = {
  4: 'rev/s (speed)',
  5: 'A (current)',
  6: 'K (temperature)',
  23: 'degrees Celsius (temperature)',
  29: 'V (voltage)',
  33: 'Hz (frequency)',
  38: 'W (power)',
  39: 'Pa (pressure)',
  45: 'm3/s (flow rate)',
  61: 'VA (apparent power)',
  63: 'var (reactive power)',
  65: 'cos phi (power factor)',
  71: 'VAh (apparent energy)',
  73: 'varh (reactive energy)',
  80: 'money',
  82: 'L/s (flow rate)',
  106: 'Ah',
  107: 'Wh/m3 (heat content)',
  111: 'counts',
  123: 'ft3/h (flow rate)',
  125: 'm3/h (flow rate)',
  126: 'm3/h (flow rate)',
  127: 'm3/h (flow rate)',
  129: 'US gallons an hour (flow rate)',
  131: 'imperial gallons an hour (flow rate)',
  133: 'Btu/h (power)',
  137: 'L/h (flow rate)',
  138: 'L/h (flow rate)',
  139: 'L/h (flow rate)',
  140: 'Pa (pressure)',
  141: 'psi (pressure)',
  142: 'psi (pressure)',
  153: 'power factor',
  155: 'Pa (pressure)',
};

/**
 * The unit of an amount of a commodity; in words where the unit is none. `told`: whether the file names the commodity beside
 * the kind of the usage point. Gas in Wh is taken only then, because files exist that call electricity gas.
 */
export function unitOf(uom: string | undefined, commodity: Commodity, told: boolean): EspiUnit | string {
  const found = uom === undefined ? undefined : units[uom];
  if (uom === undefined) return 'is in no unit';
  if (found === undefined) return `is in ${otherUnits[uom] ?? 'a unit that this reader does not know'}`;
  const name = uom === '72' ? 'Wh' : uom === '31' ? 'J' : uom === '132' ? 'Btu' : found.unit;
  if (uom === '72' && commodity === 'natural-gas' && !told) {
    return 'is in Wh, and nothing but the kind of the usage point says that it is gas';
  }
  return fits(uom, found.unit, commodity)
    ? found
    : `is in ${name}, which does not measure ${commodity.replace('-', ' ')}`;
}

function fits(uom: string, unit: UnitName, commodity: Commodity): boolean {
  switch (commodity) {
    case 'electricity':
      return uom === '72';
    case 'water':
      return dimensionOf(unit) === 'volume';
    case 'natural-gas':
      return true;
    default:
      return dimensionOf(unit) === 'energy';
  }
}

/** What one of a value is, in 10^-15 of the unit; undefined for a multiplier outside -12 to 12. */
export function scaleOf(multiplier = '0', { exponent }: EspiUnit): bigint | undefined {
  const power = /^[+-]?[0-9]{1,2}$/.test(multiplier) ? Number(multiplier) : Number.NaN;
  return power >= -12 && power <= 12 ? pow10(power + exponent + AMOUNT_PLACES) : undefined;
}
