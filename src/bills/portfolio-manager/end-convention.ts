import { formatDate, type StatedEnd } from '../../emissions/index.ts';
import { MeterPeriods } from './meter-periods.ts';

/** What an end date of an entry means, and how that is known. */
export type EndReading =
  /** One day, or shown by the entries of the meter. */
  | { readonly statedEnd: StatedEnd; readonly by: 'entries' }
  /** Nothing shows it: the last day billed, as Portfolio Manager counts it. */
  | { readonly statedEnd: 'inclusive'; readonly by: 'rule' }
  /** Nothing shows it, and the workbook itself speaks against the rule. */
  | { readonly by: 'nothing'; readonly against: string };

/** What the entries of each meter show of the end date: whether it is the last day billed, or shared with the next entry. */
export class EndEvidence {
  readonly #periods = new MeterPeriods();
  #shared: boolean | undefined;

  /** Day numbers as the workbook states them; all before the first `readingOf`. An entry of one day shows nothing: it can only be the last day billed. */
  see(meter: string, start: number, end: number): void {
    this.#periods.enter(meter, start, end);
  }

  /**
   * The convention of one entry. An end on which another entry of the meter starts is shared; one before such a day is the last day
   * billed. An end with no neighbour follows the meter's other ends where they agree. Without any evidence it is the last day billed, as
   * Portfolio Manager itself counts it; but not where the workbook speaks against that: ends of the meter that point both ways, a period
   * from a day of the month to the same day, or shared days at another meter and a period that is no whole months as it stands.
   */
  readingOf(meter: string, start: number, end: number): EndReading {
    if (start === end) return { statedEnd: 'inclusive', by: 'entries' };
    const periods = this.#periods;
    const number = periods.numberOf(meter);
    if (number !== undefined && periods.startsOn(number, end)) return { statedEnd: 'shared-day', by: 'entries' };
    if (number !== undefined && periods.startsOn(number, end + 1)) return { statedEnd: 'inclusive', by: 'entries' };
    const found = number === undefined ? 'none' : periods.foundOf(number);
    if (found === 'shared-day' || found === 'inclusive') return { statedEnd: found, by: 'entries' };
    if (found === 'mixed') return { by: 'nothing', against: 'other ends of the meter point both ways' };
    if (dayOfMonth(start) === dayOfMonth(end))
      return { by: 'nothing', against: 'it is the day of the month on which the entry starts' };
    if (dayOfMonth(start) !== dayOfMonth(end + 1) && this.#anyShared())
      return { by: 'nothing', against: 'ends of other meters are shared with the next entry' };
    return { statedEnd: 'inclusive', by: 'rule' };
  }

  #anyShared(): boolean {
    this.#shared ??= this.#periods.anyShared();
    return this.#shared;
  }
}

function dayOfMonth(day: number): string {
  return formatDate(day).slice(8);
}
