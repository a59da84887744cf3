import type { FactorRow } from './factor.ts';
import { divide, multiply, ONE, type Ratio, subtract } from './ratio.ts';
import { type GwpChoice, lossShare, rowFigures } from './row-figures.ts';

/** Losses a delivered kWh (rule E): kWh lost, where the source says so, and kg CO2e, both exact. */
export interface LossRate {
  readonly basis: 'generation' | 'delivered' | 'factor';
  readonly kWh?: Ratio;
  readonly co2e: Ratio;
}

/**
 * Transmission and distribution losses a delivered kWh, Scope 3 category 3. `generation`: a share g of generation, lost =
 * g / (1 - g); `delivered`: a share d of what is delivered; `factor`: kg CO2e a kWh, no lost kWh known.
 * @throws {ChannelError} FACTOR_UNFIT, FACTOR_GWP_UNAVAILABLE
 */
export function lossRate(row: FactorRow, gridCo2e: Ratio, choice: GwpChoice): LossRate {
  switch (row.loss?.basis) {
    case 'generation': {
      const share = lossShare(row);
      const kWh = divide(share, subtract(ONE, share));
      return { basis: 'generation', kWh, co2e: multiply(kWh, gridCo2e) };
    }
    case 'delivered': {
      const kWh = lossShare(row);
      return { basis: 'delivered', kWh, co2e: multiply(kWh, gridCo2e) };
    }
    default:
      return { basis: 'factor', co2e: rowFigures(row, 'kWh', choice).co2e };
  }
}
