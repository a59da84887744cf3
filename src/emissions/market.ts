import { add, multiply, type Ratio, ratio, roundUnits, ZERO } from './ratio.ts';

/** Market-based order of preference (GHG Protocol Scope 2 Guidance 2015, table 6.3). */
export const marketTiers = ['certificate', 'contract', 'supplier', 'residual-mix', 'grid-average'] as const;
export type MarketTier = (typeof marketTiers)[number];

/** A claim on part of the energy: its own factor for its own kWh. */
export interface Claim {
  readonly tier: 'certificate' | 'contract' | 'supplier';
  /** Millionths of a kWh. */
  readonly micro: bigint;
  /** kg CO2e a kWh. */
  readonly factor: Ratio;
}

interface MarketShare {
  readonly tier: MarketTier;
  readonly micro: bigint;
  readonly factor: Ratio;
}

export interface MarketResult {
  /** Millionths of a kg CO2e, rounded once. */
  readonly co2e: bigint;
  readonly shares: readonly MarketShare[];
  /** Millionths of a kWh that were claimed and not needed, by claim; they stay unclaimed and never reduce emissions. */
  readonly surplus: readonly bigint[];
}

/**
 * Market-based emissions of one slice: claims in the order of their tiers, each with its own factor and never more than the
 * energy; the rest at the residual mix or, where there is none, at the grid average.
 */
export function marketBased(
  micro: bigint,
  claims: readonly Claim[],
  rest: { tier: 'residual-mix' | 'grid-average'; factor: Ratio },
): MarketResult {
  const shares: MarketShare[] = [];
  const surplus = claims.map(() => 0n);
  let open = micro;
  for (const tier of marketTiers) {
    claims.forEach((claim, at) => {
      if (claim.tier !== tier) return;
      const used = claim.micro < open ? claim.micro : open;
      open -= used;
      surplus[at] = claim.micro - used;
      if (used > 0n) shares.push({ tier, micro: used, factor: claim.factor });
    });
  }
  if (open > 0n) shares.push({ tier: rest.tier, micro: open, factor: rest.factor });
  const exact = shares.map((share) => multiply(ratio(share.micro), share.factor)).reduce(add, ZERO);
  return { co2e: roundUnits(exact, 0), shares, surplus };
}
