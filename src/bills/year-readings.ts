import { formatDate, parseDate } from '../emissions/index.ts';
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
  const years = yearsOf(start, end);
  if (years.length < 2) return [];
  const told: string[] = [];
  let isApart = false;
  for (const { from, to } of years) {
    const read = completeTotal(metered, from, to, zone);
    if (read === undefined) return [];
    const byDays = (amount * BigInt(to - from)) / BigInt(end - start);
    const apart = read > byDays ? read - byDays : byDays - read;
    isApart ||= apart * TOLD_FROM > amount;
    told.push(`${shown(read, unit)} in ${formatDate(from).slice(0, 4)}`);
  }
  if (!isApart) return [];
  return [{ code: 'YEARS_BY_DAYS', message: `the readings show ${told.join(' and ')}; the bill is split by its days` }];
}

/** The parts of a period that lie in one calendar year each. */
function yearsOf(start: number, end: number): { readonly from: number; readonly to: number }[] {
  const years = [];
  for (let from = start; from < end; ) {
    const next = parseDate(`${Number(formatDate(from).slice(0, 4)) + 1}-01-01`);
    const to = Math.min(next, end);
    years.push({ from, to });
    from = to;
  }
  return years;
}
