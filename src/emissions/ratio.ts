import { ChannelError } from './error.ts';

/**
 * An exact rational number: the only number the calculation knows. `den` is positive. Not reduced: denominators stay
 * powers of ten in almost every use, and reducing costs more than it saves.
 */
export interface Ratio {
  readonly num: bigint;
  readonly den: bigint;
}

/** Longest decimal accepted: 30 digits before and 18 after the dot, beyond any bill and any factor. */
const DECIMAL = /^(0|[1-9][0-9]{0,29})(?:\.([0-9]{1,18}))?$/;

export const ZERO: Ratio = { num: 0n, den: 1n };
export const ONE: Ratio = { num: 1n, den: 1n };

const POWERS: readonly bigint[] = Array.from({ length: 40 }, (_, n) => 10n ** BigInt(n));

/** 10^n, for 0 <= n < 40 from a table. */
export function pow10(n: number): bigint {
  return POWERS[n] ?? 10n ** BigInt(n);
}

/**
 * The exact value of a plain decimal: digits, at most one dot, no sign, exponent, separator or leading zero.
 * @throws {ChannelError} DECIMAL_INVALID naming `what`, without echoing more than 40 characters
 */
export function parseDecimal(text: string, what = 'number'): Ratio {
  const match = DECIMAL.exec(text);
  if (match === null) {
    throw new ChannelError('DECIMAL_INVALID', `${what} '${text.slice(0, 40)}' is not a plain decimal`, { where: what });
  }
  const fraction = match[2] ?? '';
  return { num: BigInt((match[1] as string) + fraction), den: pow10(fraction.length) };
}

/** True when `text` is a plain decimal in its shortest form, the only form that stands on the ledger. */
export function isCanonicalDecimal(text: string): boolean {
  return DECIMAL.test(text) && !(text.includes('.') && text.endsWith('0'));
}

export function ratio(num: bigint | number, den: bigint | number = 1n): Ratio {
  const d = BigInt(den);
  if (d <= 0n) throw new RangeError('a ratio needs a positive denominator');
  return { num: BigInt(num), den: d };
}

export function add(a: Ratio, b: Ratio): Ratio {
  if (a.den === b.den) return { num: a.num + b.num, den: a.den };
  return { num: a.num * b.den + b.num * a.den, den: a.den * b.den };
}

export function subtract(a: Ratio, b: Ratio): Ratio {
  return add(a, { num: -b.num, den: b.den });
}

export function multiply(a: Ratio, b: Ratio): Ratio {
  return { num: a.num * b.num, den: a.den * b.den };
}

export function divide(a: Ratio, b: Ratio): Ratio {
  if (b.num === 0n) throw new RangeError('division by zero');
  const sign = b.num < 0n ? -1n : 1n;
  return { num: a.num * b.den * sign, den: a.den * b.num * sign };
}

export function compare(a: Ratio, b: Ratio): -1 | 0 | 1 {
  const left = a.num * b.den;
  const right = b.num * a.den;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The same value in lowest terms: for a factor that many amounts are multiplied with. */
export function reduced({ num, den }: Ratio): Ratio {
  let divisor = den;
  for (let rest = num < 0n ? -num : num; rest !== 0n; ) [divisor, rest] = [rest, divisor % rest];
  return { num: num / divisor, den: den / divisor };
}

/**
 * Units of 10^-places, rounded half-even: `roundUnits(1/3, 6)` is 333333n.
 */
export function roundUnits(value: Ratio, places: number): bigint {
  const scaled = places === 0 ? value.num : value.num * pow10(places);
  let quotient = scaled / value.den;
  let rest = scaled - quotient * value.den;
  if (rest < 0n) {
    rest += value.den;
    quotient -= 1n;
  }
  const twice = rest * 2n;
  if (twice > value.den || (twice === value.den && (quotient & 1n) === 1n)) quotient += 1n;
  return quotient;
}

/** The plain decimal of `units` x 10^-places, without trailing zeros, exponent or negative zero. */
export function formatUnits(units: bigint, places: number): string {
  const negative = units < 0n;
  let digits = (negative ? -units : units).toString();
  if (digits.length <= places) digits = digits.padStart(places + 1, '0');
  let end = digits.length;
  const dot = digits.length - places;
  while (end > dot && digits.charCodeAt(end - 1) === 48) end -= 1;
  const text = end === dot ? digits.slice(0, dot) : `${digits.slice(0, dot)}.${digits.slice(dot, end)}`;
  return negative ? `-${text}` : text;
}

/** Rounded half-even to `places` decimals, as a plain decimal. */
export function formatRounded(value: Ratio, places: number): string {
  return formatUnits(roundUnits(value, places), places);
}

/**
 * The exact plain decimal of a ratio that has one.
 * @throws {RangeError} when the ratio has no finite decimal of at most 39 places
 */
export function formatExact(value: Ratio): string {
  for (let places = 0; places < 40; places += 1) {
    if ((value.num * pow10(places)) % value.den === 0n) {
      return formatUnits((value.num * pow10(places)) / value.den, places);
    }
  }
  throw new RangeError('the ratio has no finite decimal');
}
