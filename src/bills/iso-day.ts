import { isChannelError, parseDate } from '../emissions/index.ts';

/** Day number of an ISO date `YYYY-MM-DD`; undefined for any other text. */
export function isoDay(text: string | undefined): number | undefined {
  // Most other texts end here: an error is dear.
  if (text === undefined || text.length !== 10 || text.charCodeAt(4) !== HYPHEN) return undefined;
  try {
    return parseDate(text);
  } catch (error) {
    if (isChannelError(error)) return undefined;
    throw error;
  }
}

const HYPHEN = 45;
