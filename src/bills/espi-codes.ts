import type { Commodity, Flow } from '../emissions/index.ts';
import { ESTIMATED, QUESTIONABLE, REFUSED } from './interval-sums.ts';

// Code lists of the NAESB REQ.21 Energy Services Provider Interface (ESPI) schema, espi.xsd, versions 3.3 and 4.0.

/** ServiceCategory.kind (ServiceKind). */
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

/** What a usage point of a kind may measure; first what it measures where its readings name no commodity. */
export const commoditiesOfKind: Readonly<Record<string, readonly Commodity[]>> = {
  0: ['electricity'],
  1: ['natural-gas'],
  2: ['water'],
  4: ['heat', 'steam', 'cooling'],
};

/** ReadingType.commodity (CommodityKind): electricity by the meter, by its primary side, or from the transmission grid. */
export const commodityOfCode: Readonly<Record<string, Commodity>> = {
  1: 'electricity',
  2: 'electricity',
  26: 'electricity',
  7: 'natural-gas',
  9: 'water',
  10: 'steam',
  12: 'heat',
  13: 'cooling',
};

const otherCommodities: Readonly<Record<string, string>> = {
  3: 'a communication network',
  4: 'air',
  5: 'insulating gas',
  6: 'insulating oil',
  8: 'propane',
  11: 'waste water',
  14: 'reclaimed water',
  15: 'nitrogen oxides',
  16: 'sulphur dioxide',
  17: 'methane',
  18: 'carbon dioxide',
  19: 'carbon',
  20: 'hexachlorocyclohexane',
  21: 'perfluorocarbons',
  22: 'sulphur hexafluoride',
  23: 'television',
  24: 'internet',
  25: 'refuse',
};

/** What a commodity code stands for, in words. */
export function commodityName(code: string): string {
  return commodityOfCode[code]?.replace('-', ' ') ?? otherCommodities[code] ?? 'an unknown commodity';
}

const accumulations: Readonly<Record<string, string>> = {
  6: 'indicating readings',
  9: 'summations by time of use',
  10: 'delayed readings',
  12: 'instantaneous readings',
  13: 'latching quantities',
  14: 'bounded quantities',
};

/** AccumulationKind of a register that only grows: dial readings, cumulative and continuously cumulative values. */
export function isRegister(code: string | undefined): boolean {
  return code === '1' || code === '2' || code === '3';
}

/** What a meter reading counts, where it is no use of each interval and no register; undefined where it is (or not said). */
export function accumulationFault(code: string | undefined): string | undefined {
  if (code === undefined || code === '0' || code === '4' || isRegister(code)) return undefined;
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

/**
 * QualityOfReading as bits of `interval-sums.ts`. Valid, edited, derived, raw, other, validated, verified and revenue quality
 * add none; a code that the standard does not have is as questionable as one that says so.
 */
export function qualityFlags(code: string): number {
  switch (code) {
    case '0':
    case '7':
    case '11':
    case '14':
    case '16':
    case '17':
    case '18':
    case '19':
    case '':
      return 0;
    case '8':
    case '9':
    case '13':
      return ESTIMATED;
    case '12':
    case '15':
      return REFUSED;
    default:
      return QUESTIONABLE;
  }
}
