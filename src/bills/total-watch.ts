import { ChannelError } from '../emissions/index.ts';
import type { BillLine, BillWarning } from './bill.ts';
import { isoDay } from './iso-day.ts';
import { totalWord } from './total-words.ts';

/** Lines added up, of one commodity, unit and flow. */
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
  /** Since the last line that was a sum, and since the beginning. */
  readonly #since = new Map<string, Sums>();
  readonly #all = new Map<string, Sums>();

  /**
   * What is to be told of a line: nothing for nearly all.
   * @throws {ChannelError} ROW_INVALID where the amount is the sum of lines before it, and the name or the longer period says so
   */
  see(line: BillLine): readonly BillWarning[] {
    const key = `${line.commodity} ${line.unit} ${line.flow}`;
    const amount = Number(line.quantity);
    const isNamed = [line.meter, line.account, line.site].some(
      (text) => text !== undefined && totalWord(text) !== undefined,
    );
    const sums = [this.#since.get(key), this.#all.get(key)].find(
      (one) => one !== undefined && isSum(line, amount, one),
    );
    if (sums === undefined) {
      for (const known of [this.#since, this.#all]) enter(known, key, line, amount);
      return isNamed ? [suspected('the line is named like a total of others, and was counted')] : [];
    }
    this.#since.delete(key);
    const seen = `the amount is the sum of the ${sums.count} lines from ${sums.first} to ${sums.last}, and the period holds theirs`;
    if (isNamed || daysOf(line) > sums.longest)
      throw new ChannelError('ROW_INVALID', `the row looks like a total: ${seen}`, { where: line.where, fix });
    return [suspected(`${seen}; it was counted beside them`)];
  }

  /** At the end: a line that is the sum of all others, wherever it stands. */
  end(): readonly BillWarning[] {
    return [...this.#all.values()]
      .filter(({ count, isMostAll, most, amount }) => count > 2 && isMostAll && isSame(2 * most, amount))
      .map(({ mostAt }) =>
        suspected(
          `the amount of ${mostAt} is the sum of all other lines, and its period holds theirs; it was counted beside them`,
        ),
      );
  }
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

function enter(known: Map<string, Sums>, key: string, line: BillLine, amount: number): void {
  const { where, start, end } = line;
  const sums = known.get(key);
  if (sums === undefined) {
    known.set(key, {
      ...{ count: 1, amount, first: where, last: where, start, end, longest: daysOf(line) },
      ...{ most: amount, mostAt: where, isMostAll: true },
    });
    return;
  }
  sums.count += 1;
  sums.amount += amount;
  sums.last = where;
  if (start < sums.start || end > sums.end) {
    sums.isMostAll = false;
    if (start < sums.start) sums.start = start;
    if (end > sums.end) sums.end = end;
  }
  sums.longest = Math.max(sums.longest, daysOf(line));
  if (amount <= sums.most) return;
  sums.most = amount;
  sums.mostAt = where;
  sums.isMostAll = start <= sums.start && end >= sums.end;
}
