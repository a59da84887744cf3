import type { Flow } from '../emissions/index.ts';
import { ESTIMATED, QUESTIONABLE, REFUSED } from './interval-sums.ts';

// Code lists of the NAESB REQ.21 Energy Services Provider Interface (ESPI) schema, espi.xsd.

/** ServiceCategory.kind. */
export const serviceKinds: Readonly<Record<string, string>> = {
  0: 'electricity',
  1: 'gas',
  2: 'water',
  3: 'time',
  4: 'heat',
  5: 'refuse',
  6: 'sewerage',
  7: 'rates',
  8: 'TV licence',
  9: 'internet',
};

/** ReadingType.commodity: electricity, secondary and primary metered. */
export const electricityCommodities: readonly string[] = ['1', '2'];

/** UnitSymbol: the one that is energy as electricity meters count it. */
export const WATT_HOURS = '72';

const unitSymbols: Readonly<Record<string, string>> = {
  5: 'A (current)',
  29: 'V (voltage)',
  31: 'J',
  33: 'Hz (frequency)',
  38: 'W (power)',
  42: 'm3',
  61: 'VA (apparent power)',
  63: 'var (reactive power)',
  65: 'cos phi (power factor)',
  71: 'VAh (apparent energy)',
  73: 'varh (reactive energy)',
  106: 'Ah',
  119: 'ft3',
  132: 'Btu',
  169: 'therm',
};

export function unitName(uom: string | undefined): string {
  if (uom === undefined) return 'no unit';
  return unitSymbols[uom] ?? 'a unit that this reader does not know';
}

const accumulations: Readonly<Record<string, string>> = {
  1: 'bulk quantities (a register read from time to time)',
  2: 'continuously cumulative readings',
  3: 'cumulative readings (a register that only grows)',
  6: 'indicating readings',
  9: 'summations',
  12: 'instantaneous readings',
  13: 'latching quantities',
  14: 'bounded quantities',
};

/** What a meter reading counts, where it is not the energy of each interval; undefined where it is (delta data, or not said). */
export function accumulationFault(code: string | undefined): string | undefined {
  if (code === undefined || code === '0' || code === '4') return undefined;
  return accumulations[code] ?? 'readings of an unknown kind';
}

/** DataQualifier: normal, or not said; averages, maxima and minima are no amounts. */
export function isPlainData(code: string | undefined): boolean {
  return code === undefined || code === '0' || code === '12';
}

/** FlowDirection; `assumed` and `gross-unknown` are for a warning. Undefined for reactive quadrants and the like. */
export function flowOf(code: string | undefined): { flow: Flow; doubt?: 'assumed' | 'gross-unknown' } | undefined {
  switch (code) {
    case '1':
      return { flow: 'delivered' };
    case '19':
      return { flow: 'exported' };
    case '4':
    case '20':
      return { flow: 'net-only', doubt: 'gross-unknown' };
    case undefined:
    case '0':
      return { flow: 'delivered', doubt: 'assumed' };
    default:
      return undefined;
  }
}

/** QualityOfReading as bits of `interval-sums.ts`. Unlisted codes (valid, edited, validated, revenue quality) add none. */
export function qualityFlags(code: string): number {
  switch (code) {
    case '8':
    case '9':
    case '13':
      return ESTIMATED;
    case '10':
      return QUESTIONABLE;
    case '12':
    case '15':
      return REFUSED;
    default:
      return 0;
  }
}
