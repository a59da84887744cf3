import { isChannelError, parseDate } from '../emissions/index.ts';

/** Day numbers of the dates met, by year, month and day in one number: bills repeat their dates. */
const known = new Map<number, number | undefined>();
const MAX_KNOWN = 100_000;

/** Day number of an ISO date `YYYY-MM-DD`; undefined for any other text. */
export function isoDay(text: string | undefined): number | undefined {
  if (text === undefined || text.length !== 10) return undefined;
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return undefined;
  let digits = 0;
  for (let at = 0; at < 10; at += 1) {
    if (at === 4 || at === 7) continue;
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return undefined;
    digits = digits * 10 + digit;
  }
  const found = known.get(digits);
  if (found !== undefined || known.has(digits)) return found;
  if (known.size >= MAX_KNOWN) known.clear();
  const day = dayOf(text);
  known.set(digits, day);
  return day;
}

function dayOf(text: string): number | undefined {
  try {
    return parseDate(text);
  } catch (error) {
    if (isChannelError(error)) return undefined;
    throw error;
  }
}
