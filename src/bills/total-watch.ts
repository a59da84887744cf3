import { ChannelError } from '../emissions/index.ts';
import type { BillLine, BillWarning } from './bill.ts';
import { isoDay } from './iso-day.ts';
import { totalWord } from './total-words.ts';

/** Lines added up. */
interface Sums {
  count: number;
  amount: number;
  first: string;
  last: string;
  start: string;
  end: string;
  longest: number;
  /** The largest amount, and the line that has it. */
  most: number;
  mostAt: string;
  isMostAll: boolean;
}

const fix =
  'Take the row out if it adds up others. If it is a meter of its own, record the row in a file of its own, such as the error file.';

/**
 * Looks for lines that add up the lines before them: by their amounts, their days and their names. Sums are floats: they are
 * compared and never recorded. A few numbers a commodity and unit.
 */
export class TotalWatch {
  readonly #refusesTotals: boolean;
  readonly #sums = new Map<string, Watched>();
  /** That of the line before: nearly always the same. */
  #last: Watched | undefined;
  /** The names of the last line that was not named like a total. */
  #unnamed: Partial<Record<'meter' | 'account' | 'site', string | undefined>> = {};

  /** `refusesTotals`: whether a meter that is named `Total` and nothing else is refused. */
  constructor(refusesTotals: boolean) {
    this.#refusesTotals = refusesTotals;
  }

  /**
   * What is to be told of a line: nothing for nearly all. `length` is its number of days, where that is known already.
   * @throws {ChannelError} ROW_INVALID where the amount is the sum of lines before it, and the name or the longer period says so
   */
  see(line: BillLine, length?: number): readonly BillWarning[] {
    const watched = this.#watchedFor(line);
    const amount = Number(line.quantity);
    const isNamed = this.#isNamed(line);
    const days = length ?? daysOf(line);
    const { since, all } = watched;
    const sums = isSum(line, amount, since) ? since : since !== all && isSum(line, amount, all) ? all : undefined;
    if (sums === undefined) {
      enter(since, line, amount, days);
      if (since !== all) enter(all, line, amount, days);
      return isNamed ? [suspected('the line is named like a total of others, and was counted')] : NONE;
    }
    watched.since = noSums();
    const seen = `the amount is the sum of the ${sums.count} lines from ${sums.first} to ${sums.last}, and the period holds theirs`;
    if (isNamed || days > sums.longest)
      throw new ChannelError('ROW_INVALID', `the row looks like a total: ${seen}`, { where: line.where, fix });
    return [suspected(`${seen}; it was counted beside them`)];
  }

  /** At the end: a line that is the sum of all others, wherever it stands. */
  end(): readonly BillWarning[] {
    return [...this.#sums.values()]
      .map(({ all }) => all)
      .filter(({ count, isMostAll, most, amount }) => count > 2 && isMostAll && isSame(2 * most, amount))
      .map(({ mostAt }) =>
        suspected(
          `the amount of ${mostAt} is the sum of all other lines, and its period holds theirs; it was counted beside them`,
        ),
      );
  }

  #watchedFor({ commodity, unit, flow }: BillLine): Watched {
    const last = this.#last;
    if (last !== undefined && last.commodity === commodity && last.unit === unit && last.flow === flow) return last;
    const key = `${commodity} ${unit} ${flow}`;
    const all = noSums();
    const known = this.#sums.get(key) ?? { commodity, unit, flow, since: all, all };
    this.#sums.set(key, known);
    this.#last = known;
    return known;
  }

  /** @throws {ChannelError} ROW_INVALID */
  #isNamed({ meter, account, site, where }: BillLine): boolean {
    const last = this.#unnamed;
    if (meter === last.meter && account === last.account && site === last.site) return false;
    const word = wordOf(meter);
    if (word === 'total' && this.#refusesTotals)
      throw new ChannelError('ROW_INVALID', 'the meter is named like a total of other rows', {
        where: `${where}, column meter`,
        fix: 'Take the row out if it adds up others; else give the meter the number that stands on the bill.',
      });
    if (word !== undefined || wordOf(account) !== undefined || wordOf(site) !== undefined) return true;
    this.#unnamed = { meter, account, site };
    return false;
  }
}

/** Of one commodity, unit and flow: sums since the last line that was a sum, and since the beginning. They are one until there is a sum. */
interface Watched extends Pick<BillLine, 'commodity' | 'unit' | 'flow'> {
  since: Sums;
  readonly all: Sums;
}

const NONE: readonly BillWarning[] = [];

/** Numbers of meters hold no three letters: no need to look for words. */
function wordOf(text: string | undefined): ReturnType<typeof totalWord> {
  return text !== undefined && LETTERS.test(text) ? totalWord(text) : undefined;
}

const LETTERS = /\p{L}{3}/u;

function noSums(): Sums {
  return {
    ...{ count: 0, amount: 0, first: '', last: '', start: '', end: '', longest: 0 },
    ...{ most: 0, mostAt: '', isMostAll: true },
  };
}

function suspected(message: string): BillWarning {
  return { code: 'TOTAL_SUSPECTED', message };
}

function isSum(line: BillLine, amount: number, sums: Sums): boolean {
  // An amount beside zeros alone is no sum, and is the largest.
  if (sums.count < 2 || amount <= sums.most || !isSame(amount, sums.amount)) return false;
  return line.start <= sums.start && line.end >= sums.end;
}

/** Equal but for what adding floats leaves: far below the last digit of any bill. */
function isSame(one: number, other: number): boolean {
  return Math.abs(one - other) <= 1e-9 * Math.abs(one);
}

function daysOf({ start, end }: BillLine): number {
  return (isoDay(end) as number) - (isoDay(start) as number);
}

function enter(sums: Sums, { where, start, end }: BillLine, amount: number, days: number): void {
  const isFirst = sums.count === 0;
  if (isFirst) sums.first = where;
  sums.count += 1;
  sums.amount += amount;
  sums.last = where;
  if (days > sums.longest) sums.longest = days;
  if (isFirst || start < sums.start || end > sums.end) {
    sums.isMostAll = false;
    if (isFirst || start < sums.start) sums.start = start;
    if (isFirst || end > sums.end) sums.end = end;
  }
  if (!isFirst && amount <= sums.most) return;
  sums.most = amount;
  sums.mostAt = where;
  sums.isMostAll = start <= sums.start && end >= sums.end;
}
