import type { ActivityRecord } from '../channel/index.ts';
import { add, formatExact, parseDecimal, type Ratio, ZERO } from '../emissions/index.ts';

/** Sums of the lines of one import, exact: kWh of electricity delivered, and kg CO2e by scope and method. */
export interface RecordTotals {
  readonly lines: number;
  readonly rejected: number;
  readonly kWh: string;
  readonly location: string;
  readonly market: string;
  /** Scope 1: fuels. */
  readonly emissions: string;
  /** Scope 2 of steam, heat and cooling, the same in both methods. */
  readonly heat: string;
  /** Scope 3 category 3: transmission and distribution losses, where known. */
  readonly losses: string;
  readonly unit: 'kg';
}

export function totalsOf(records: readonly ActivityRecord[], rejected: number): RecordTotals {
  const sum = (figure: (record: ActivityRecord) => string | undefined): string => {
    const amounts = records.map((record): Ratio => {
      const value = figure(record);
      return value === undefined ? ZERO : parseDecimal(value);
    });
    return formatExact(amounts.reduce(add, ZERO));
  };
  return {
    lines: records.length,
    rejected,
    kWh: sum((record) => (record.location === undefined ? undefined : record.energy)),
    location: sum((record) => record.location?.co2e),
    market: sum((record) => record.market?.co2e),
    emissions: sum((record) => (record.commodity === 'natural-gas' ? record.emissions?.co2e : undefined)),
    heat: sum((record) => (record.commodity === 'natural-gas' ? undefined : record.emissions?.co2e)),
    losses: sum((record) => record.losses?.co2e),
    unit: 'kg',
  };
}
