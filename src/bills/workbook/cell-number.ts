import { formatDate } from '../../emissions/index.ts';

/**
 * A number cell as plain decimal text: the shortest decimal that is the same double (ECMA-262, Number::toString), which is what a
 * person typed wherever it had at most 15 digits. Undefined for what is no number, or beyond 2^53, where doubles miss integers.
 */
export function decimalOfDouble(text: string): string | undefined {
  if (!/^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]{1,3})?$/i.test(text)) return undefined;
  const value = Number(text);
  if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER) return undefined;
  const shortest = String(Object.is(value, -0) ? 0 : value);
  const small = /^(-?)([0-9])(?:\.([0-9]+))?e-([0-9]+)$/.exec(shortest);
  if (small === null) return shortest;
  const [, sign, first, rest = '', exponent] = small as unknown as [string, string, string, string | undefined, string];
  return `${sign}0.${'0'.repeat(Number(exponent) - 1)}${first}${rest}`;
}

/**
 * The date of a serial day number: days since 1899-12-30, which holds from 1 March 1900, or since 1904-01-01 (ECMA-376 part 1,
 * 18.17.4.1). Undefined where it holds a time of day or no day between 1900-03-01 and 9999.
 */
export function dateOfSerial(text: string, date1904: boolean): string | undefined {
  if (!/^[0-9]{1,7}(\.0+)?$/.test(text)) return undefined;
  const serial = Number(text) + (date1904 ? 1_462 : 0);
  return serial < 61 || serial > 2_958_465 ? undefined : formatDate(serial - 25_569);
}
