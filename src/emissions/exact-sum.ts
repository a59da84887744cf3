import { add, type Ratio, roundUnits } from './ratio.ts';

/** One slice's share of a figure: millionths of the energy unit times kg a unit gives millionths of a kg, exact. */
export interface Term {
  readonly micro: bigint;
  readonly factor: Ratio;
}

/** A figure rounded once for the record, with slice figures that add up to it. In millionths. */
export interface Figure {
  readonly total: bigint;
  readonly slices: readonly bigint[];
}

/**
 * Exact sum of the terms, rounded once half-even; each slice is rounded likewise, to no more than is left of the sum, and the
 * last takes the remainder (channel.md, rule C, rounding). No slice is ever negative.
 */
export function figureOf(terms: readonly Term[]): Figure {
  if (terms.length === 1) {
    const only = roundUnits(exactOf(terms[0] as Term), 0);
    return { total: only, slices: [only] };
  }
  const exact = terms.map(exactOf);
  const total = roundUnits(exact.reduce(add), 0);
  let rest = total;
  const slices = exact.map((value, at) => {
    if (at === exact.length - 1) return rest;
    const rounded = roundUnits(value, 0);
    const units = rounded < rest ? rounded : rest;
    rest -= units;
    return units;
  });
  return { total, slices };
}

function exactOf({ micro, factor }: Term): Ratio {
  return { num: micro * factor.num, den: factor.den };
}
