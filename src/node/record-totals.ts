import type { ActivityRecord } from '../channel/index.ts';
import { formatExact, parseDecimal } from '../emissions/index.ts';

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

type Figure = 'kWh' | 'location' | 'market' | 'emissions' | 'heat' | 'losses';

/** Adds up records one by one; memory does not grow with them. */
export class RecordSums {
  readonly #sums: Readonly<Record<Figure, DecimalSum>> = {
    kWh: new DecimalSum(),
    location: new DecimalSum(),
    market: new DecimalSum(),
    emissions: new DecimalSum(),
    heat: new DecimalSum(),
    losses: new DecimalSum(),
  };
  #lines = 0;

  add(record: ActivityRecord): void {
    const { kWh, location, market, emissions, heat, losses } = this.#sums;
    this.#lines += 1;
    if (record.location !== undefined) kWh.add(record.energy);
    location.add(record.location?.co2e);
    market.add(record.market?.co2e);
    (record.commodity === 'natural-gas' ? emissions : heat).add(record.emissions?.co2e);
    losses.add(record.losses?.co2e);
  }

  /** The sums of several files. */
  static together(parts: readonly RecordSums[]): RecordSums {
    const all = new RecordSums();
    for (const part of parts) {
      all.#lines += part.#lines;
      for (const name of Object.keys(all.#sums) as Figure[]) all.#sums[name].add(part.#sums[name].text());
    }
    return all;
  }

  totals(rejected: number): RecordTotals {
    const { kWh, location, market, emissions, heat, losses } = this.#sums;
    return {
      lines: this.#lines,
      rejected,
      kWh: kWh.text(),
      location: location.text(),
      market: market.text(),
      emissions: emissions.text(),
      heat: heat.text(),
      losses: losses.text(),
      unit: 'kg',
    };
  }
}

/** An exact sum of decimals on one denominator: that of the finest, so that a million terms stay as short as one. */
class DecimalSum {
  #num = 0n;
  #den = 1n;

  add(text: string | undefined): void {
    if (text === undefined) return;
    const { num, den } = parseDecimal(text);
    if (den > this.#den) {
      this.#num *= den / this.#den;
      this.#den = den;
    }
    this.#num += num * (this.#den / den);
  }

  text(): string {
    return formatExact({ num: this.#num, den: this.#den });
  }
}
