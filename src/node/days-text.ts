import { formatDate, parseDate } from '../emissions/index.ts';

/** A half-open period as people say it, first day to last day: 2022-01-01 and 2022-02-01 are `2022-01-01 to 2022-01-31`. */
export function daysText({ start, end }: { readonly start: string; readonly end: string }): string {
  const last = formatDate(parseDate(end) - 1);
  return start === last ? start : `${start} to ${last}`;
}
