import { type Ratio, roundUnits } from './ratio.ts';

/** A factor that many amounts are multiplied with: exact, and as a double. */
export interface RoundedFactor {
  readonly exact: Ratio;
  readonly near: number;
}

export function roundedFactor(exact: Ratio): RoundedFactor {
  const den = Number(exact.den);
  // What a double cannot hold has no near value, and is always computed exactly.
  return { exact, near: Number.isFinite(den) ? Number(exact.num) / den : Number.NaN };
}

const MOST = 2 ** 42;
const MARGIN = 2 ** -7;

/**
 * The product rounded half-even to a whole number, the same as `roundUnits` gives. `near` must be `Number(micro)`.
 *
 * Doubles only find what is certain. The amount, both parts of the factor, their quotient and the product are each rounded by
 * at most 2^-53 of themselves, together less than 2^-50; a product below 2^42 is off by less than 2^-8. What is not within
 * 2^-7 of a half therefore rounds as the exact product does; the rest, and what is larger, is computed exactly.
 */
export function roundedProduct(micro: bigint, near: number, factor: RoundedFactor): bigint | number {
  const product = near * factor.near;
  const whole = Math.round(product);
  if (product >= 0 && product < MOST && Math.abs(product - whole) < 0.5 - MARGIN) return whole;
  return roundUnits({ num: micro * factor.exact.num, den: factor.exact.den }, 0);
}
