const YEAR_1990 = 631_152_000;
const YEAR_2200 = 7_258_118_400;
/** Longest value and link kept, in characters: far beyond any real one. */
export const MAX_VALUE = 500;

/**
 * The whole number that a text is, blanks around it left out; `undefined` for anything else, and beyond 15 digits, so that
 * every answer is exact.
 */
export function wholeNumber(text: string): number | undefined {
  let at = 0;
  let end = text.length;
  while (at < end && isBlank(text.charCodeAt(at))) at += 1;
  while (end > at && isBlank(text.charCodeAt(end - 1))) end -= 1;
  const negative = text.charCodeAt(at) === MINUS;
  if (negative) at += 1;
  if (at === end || end - at > 15) return undefined;
  let value = 0;
  for (; at < end; at += 1) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return negative && value !== 0 ? -value : value;
}

const MINUS = 0x2d;
const ZERO = 0x30;

function isBlank(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

/** Seconds since 1970 of a time in seconds, or in milliseconds as some utilities write it; undefined outside 1990 to 2200. */
export function epochSeconds(text: string): number | undefined {
  const given = wholeNumber(text);
  if (given === undefined) return undefined;
  const seconds = given >= YEAR_1990 * 1_000 ? Math.floor(given / 1_000) : given;
  return seconds >= YEAR_1990 && seconds <= YEAR_2200 ? seconds : undefined;
}

/** A link without scheme, host and closing slash: files mix absolute and relative ones. */
export function linkPath(href: string): string {
  return href
    .trim()
    .slice(0, MAX_VALUE)
    .replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '')
    .replace(/\/+$/, '');
}
