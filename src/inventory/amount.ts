import { formatUnits, shareByDays } from '../emissions/index.ts';

/** Millionths of a kg or of an energy unit, exact: a number as long as that is safe, else a bigint. */
export type Amount = number | bigint;

const LARGEST = 2n ** 63n - 1n;

/** Millionths of a plain decimal with at most 6 places, as every figure of a record has. */
export function amountOf(decimal: string): Amount {
  const dot = decimal.indexOf('.');
  const digits = dot < 0 ? `${decimal}000000` : decimal.slice(0, dot) + decimal.slice(dot + 1).padEnd(6, '0');
  return digits.length <= 15 ? Number(digits) : reduced(BigInt(digits));
}

/** True when the amount fits the 64-bit integers of SQLite: up to 9.2 x 10^12 kg or kWh. */
export function isStorable(amount: Amount): boolean {
  return typeof amount === 'number' || (amount <= LARGEST && amount >= -LARGEST);
}

export function addAmounts(a: Amount, b: Amount): Amount {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return reduced(BigInt(a) + BigInt(b));
}

export function negated(amount: Amount): Amount {
  return typeof amount === 'number' ? 0 - amount : -amount;
}

/** The amount as a plain decimal; `places` 9 gives millionths of a kg in tonnes. */
export function amountText(amount: Amount, places: 6 | 9 = 6): string {
  return formatUnits(BigInt(amount), places);
}

/**
 * The same shares as `shareByDays` of the calculation (rounded half-even, no more than is left, the last takes the
 * remainder), in numbers where every step of them is exact.
 */
export function shareAmount(amount: Amount, days: readonly number[], total: number): Amount[] {
  if (days.length === 1) return [amount];
  if (typeof amount !== 'number' || amount * total > Number.MAX_SAFE_INTEGER) {
    const spans = days.map((length) => ({ start: 0, end: length }));
    return shareByDays(BigInt(amount), spans).map(reduced);
  }
  let rest = amount;
  return days.map((length, at) => {
    if (at === days.length - 1) return rest;
    const product = amount * length;
    const remainder = product % total;
    let share = (product - remainder) / total;
    const twice = remainder * 2;
    if (twice > total || (twice === total && share % 2 === 1)) share += 1;
    if (share > rest) share = rest;
    rest -= share;
    return share;
  });
}

// Figures of cells are kept as two columns, high x 2^40 + low, so that neither a cell nor a sum over cells can exceed the
// integers of SQLite, whose sum() fails and whose + turns into floating point beyond them.
const LOW = 2 ** 40;
const LOW_BIG = 2n ** 40n;

/** The two columns of an amount; the parts have the amount's sign, so they add up column by column. */
export function columnsOf(amount: Amount): [Amount, number] {
  if (typeof amount === 'number') {
    const low = amount % LOW;
    return [(amount - low) / LOW, low];
  }
  return [amount / LOW_BIG, Number(amount % LOW_BIG)];
}

export function fromColumns(high: bigint, low: bigint): bigint {
  return high * LOW_BIG + low;
}

export function reduced(value: bigint): Amount {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
