import { cutSpan, shareByDays, yearCuts, yearOf } from '../emissions/index.ts';
import type { BillWarning } from './bill.ts';
import type { LocalDays } from './local-days.ts';
import { completeTotal, type MeteredDays } from './metered-days.ts';
import { type Draft, shown } from './usage-point.ts';

/** Part of a bill below which a year's share by days and by readings need not be told apart: a hundredth. */
const TOLD_FROM = 100n;

/**
 * What complete readings show of the years of a bill that crosses one, where it is not what the days alone give: emissions are
 * split by days (docs/decisions/0060), and the person should know how far that is from the readings.
 */
export function yearWarnings(
  { start, end, amount, unit }: Pick<Draft, 'start' | 'end' | 'amount' | 'unit'>,
  metered: MeteredDays,
  zone: LocalDays,
): BillWarning[] {
  const cuts = yearCuts({ start, end });
  if (cuts.length === 0) return [];
  const years = cutSpan({ start, end }, cuts);
  const shares = shareByDays(amount, years);
  const told: string[] = [];
  let isApart = false;
  for (const [at, year] of years.entries()) {
    const read = completeTotal(metered, year.start, year.end, zone);
    if (read === undefined) return [];
    const byDays = shares[at] as bigint;
    const apart = read > byDays ? read - byDays : byDays - read;
    isApart ||= apart * TOLD_FROM > amount;
    told.push(`${shown(read, unit)} in ${yearOf(year.start)}`);
  }
  if (!isApart) return [];
  return [{ code: 'YEARS_BY_DAYS', message: `the readings show ${told.join(' and ')}; the bill is split by its days` }];
}
