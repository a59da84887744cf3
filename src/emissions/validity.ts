import type { FactorRow } from './factor.ts';
import { parseDate } from './period.ts';

/** Half-open validity of a row as day numbers. */
export interface Validity {
  readonly validFrom: number;
  readonly validTo: number;
}

// Rows are never changed: each is read once, however many records use it.
const known = new WeakMap<FactorRow, Validity>();

/**
 * The days for which a row holds.
 * @throws {ChannelError} DATE_INVALID
 */
export function validityOf(row: FactorRow): Validity {
  const found = known.get(row);
  if (found !== undefined) return found;
  const validity = { validFrom: parseDate(row.validFrom), validTo: parseDate(row.validTo) };
  known.set(row, validity);
  return validity;
}
