import { dimensionOf, type UnitName } from '../../emissions/index.ts';
import { unitOfText } from '../mapping/column-words.ts';

/** A number on the page, with the unit that stands after it. */
export interface PrintedAmount {
  /** Digits and signs as printed. */
  readonly number: string;
  /** What stands after it, up to the next blank: `kWh`, `kWh/m³`, `kW`. */
  readonly unitText: string;
  /** The unit of energy or volume that it names. */
  readonly unit: UnitName | undefined;
  /** Number and unit as printed. */
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

const NUMBER =
  /(?<![\p{L}\d.,/#-])[-\u2212]?(?:\d{1,3}(?:[ \u00a0\u202f'\u2019]\d{3})+(?:[.,]\d+)?|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:[.,]\d+)?)(?![\d]|[.,/-]\d)/gu;
const UNIT_WORD = /^[\s\u00a0]?([\p{L}\u00b0%][^\s]*)/u;

/** The numbers of a text. Dates, and numbers that are a part of a word or of a longer code, are none. */
export function amountsIn(text: string): PrintedAmount[] {
  return [...text.matchAll(NUMBER)].map((match) => {
    const [number] = match;
    const from = match.index;
    const after = text.slice(from + number.length);
    const found = unitAfter(after);
    const to = from + number.length + found.length;
    return { number, unitText: found.text, unit: found.unit, text: text.slice(from, to).trim(), from, to };
  });
}

/**
 * What an amount may be: of `Tier 1 500 kWh` nothing tells whether it is 1,500 or the 500 of tier 1. So it is where a blank parts the
 * groups of a number and a word stands before the first.
 */
export function readingsOf(text: string, amount: PrintedAmount): PrintedAmount[] {
  const groups = /^(\d{1,3} )\d{3}/.exec(amount.number);
  if (groups === null || !/\p{L}[.)]? $/u.test(text.slice(0, amount.from))) return [amount];
  const skipped = groups[1]?.length ?? 0;
  const [number, from] = [amount.number.slice(skipped), amount.from + skipped];
  return [amount, { ...amount, number, from, text: text.slice(from, amount.to).trim() }];
}

function unitAfter(after: string): { text: string; unit: UnitName | undefined; length: number } {
  const word = UNIT_WORD.exec(after);
  if (word === null) return { text: '', unit: undefined, length: 0 };
  const two = /^[\s\u00a0]?([\p{L}]+[ -][\p{L}]+)(?![\p{L}])/u.exec(after);
  for (const match of [two, word]) {
    const text = match?.[1]?.replace(/[).,;:]+$/, '') ?? '';
    const unit = usageUnit(text);
    if (unit !== undefined)
      return { text, unit, length: (match?.[0] ?? '').length - ((match?.[1] ?? '').length - text.length) };
  }
  return { text: word[1] ?? '', unit: undefined, length: 0 };
}

/** Words that were asked about: most of a bill's are no units, and an unknown unit is an error that takes time to make. */
const asked = new Map<string, UnitName | undefined>();
const MOST_ASKED = 4_096;

/** The unit of energy or volume that a text names. */
export function usageUnit(text: string): UnitName | undefined {
  const word = text.trim();
  if (asked.has(word)) return asked.get(word);
  const found = unitOfText(word);
  const unit = found !== undefined && dimensionOf(found) !== 'mass' ? found : undefined;
  if (asked.size >= MOST_ASKED) asked.clear();
  asked.set(word, unit);
  return unit;
}

/** True for a text that is one number and nothing else. */
export function isBareNumber(text: string): boolean {
  const [only, ...more] = amountsIn(text);
  return only !== undefined && more.length === 0 && only.number === text.trim();
}
