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

/** A day as a number and as `YYYY-MM-DD`. */
export interface ReadDay {
  readonly day: number;
  readonly iso: string;
}

/** Reads the days of periods one after another: most begin where the one before begins or ends. */
export class PeriodDays {
  #start: ReadDay | undefined;
  #end: ReadDay | undefined;

  /** The first day of the next period; undefined for no ISO date. */
  start(text: string): ReadDay | undefined {
    if (text === this.#start?.iso) return this.#start;
    const found = text === this.#end?.iso ? this.#end : readDay(text);
    if (found !== undefined) this.#start = found;
    return found;
  }

  /** The last day of that period, or the one after it. */
  end(text: string): ReadDay | undefined {
    if (text === this.#end?.iso) return this.#end;
    const found = readDay(text);
    if (found !== undefined) this.#end = found;
    return found;
  }
}

function readDay(iso: string): ReadDay | undefined {
  const day = isoDay(iso);
  return day === undefined ? undefined : { day, iso };
}

const HYPHEN = 45;
