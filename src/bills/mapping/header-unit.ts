import type { UnitName } from '../../emissions/index.ts';
import { columnNameOf, unitOfText } from './column-words.ts';

/** What the name of an amount's column says of its unit. */
export interface HeaderUnit {
  /** The unit of the numbers below; `thousand kWh` is MWh. Undefined where the name says none, more than one, or not certainly. */
  readonly unit: UnitName | undefined;
  /** Words of the name by which the numbers are multiples of a unit, of which it is not certain which: `x1000`. */
  readonly factor: string | undefined;
}

const NOTHING: HeaderUnit = { unit: undefined, factor: undefined };

/** Units of which each is a thousand of the one before (docs/units.md). */
const LADDERS: readonly (readonly UnitName[])[] = [
  ['Wh', 'kWh', 'MWh', 'GWh'],
  ['kJ', 'MJ', 'GJ', 'TJ'],
  ['Btu', 'kBtu', 'mmBtu'],
  ['L', 'm3'],
  ['ft3', 'Mcf'],
  ['g', 'kg', 't'],
  ['lb', 'klb'],
];

/** `thousand`, and the thousands of a table of figures: `'000`, `000s`, and `1,000` before the unit. */
const THOUSAND =
  /^(?:in\s+)?(?:thousands?(?: of)?|tsd\.?|tausend|milliers d[e']|miles de|['’]?000['’]?s?|1[.,' ]?000)$/i;
const MILLION = /^(?:in\s+)?(?:millions?(?: of| d[e'])?|mio\.?|millones de|1[.,' ]?000[.,' ]?000)$/i;
/** Thousands after the unit: `kWh (000s)`. A bare `1000` there could be anything. */
const THOUSAND_AFTER = /^\(?\s*(?:in\s+)?(?:thousands?|tsd\.?|tausend|['’]?000['’]?s?)\s*\)?$/i;

/** Anything else by which a number could be a multiple. */
const FACTOR =
  /[x×*÷/]\s*1(?:0+|[.,' ]0{3})+(?!\d)|10\s*(?:\^|\*\*)\s*-?\d|10[²³⁶]|\b1e\d\b|(?<![\d.,])1(?:[.,' ]?0{3}|00?)+(?!\d)|(?<![\d.,])['’]?0{3}['’]?s?(?!\d)|\b(?:thousands?|millions?|hundreds?|tens|tausend|tsd|mio|milliers?|millones|miles)\b|(?<!\p{L})(?:k|m|mm)\s+(?:k?wh|therms?|m3|btu)\b/iu;

/** Letters that are units and much else: a unit only where they stand in brackets. */
const LETTERS: readonly string[] = ['t', 'g', 'L'];

/** The unit that a column's name states, with a factor where it states one. */
export function headerUnit(cell: string): HeaderUnit {
  const { bracket, text } = columnNameOf(cell);
  const whole = bracket === undefined ? undefined : unitOfText(bracket);
  const found = whole === undefined ? unitIn(text) : { unit: whole, text: bracket as string };
  const other = whole === undefined ? undefined : unitIn(text.slice(0, text.lastIndexOf(bracket as string)));
  if (other !== undefined && other.unit !== whole) return NOTHING;
  // The unit's own words are no factor: `thousand cubic feet`.
  const factor = FACTOR.exec(found === undefined ? text : text.replace(found.text, 'kWh'))?.[0].trim();
  if (factor === undefined) return { unit: found?.unit, factor: undefined };
  const scaled = found === undefined ? undefined : scaledUnit(text, found);
  return scaled === undefined ? { ...NOTHING, factor } : { unit: scaled, factor: undefined };
}

/** The words of a text by which all amounts of a file could be multiples: `all figures in thousands`. */
export function factorIn(text: string): string | undefined {
  return /\b(?:in|figures|values|amounts|units)\b[^.]*\b(thousands?|millions?|tausend|tsd|mio|['’]?000['’]?s)\b|^\s*['’]000s?\s*$|[x×]\s*1[.,' ]?000\b/iu.exec(
    text,
  )?.[0];
}

/** The one unit among the words of a name; undefined for none and for several. */
function unitIn(text: string): { readonly unit: UnitName; readonly text: string } | undefined {
  const words = [...text.matchAll(/[^\s_()[\]{},;:]+/g)].map((match) => ({ at: match.index, text: match[0] }));
  const found: { unit: UnitName; text: string }[] = [];
  for (let at = 0; at < words.length; at += 1) {
    for (let count = 3; count >= 1; count -= 1) {
      const [first, last] = [words[at], words[at + count - 1]];
      if (first === undefined || last === undefined) continue;
      const phrase = text.slice(first.at, last.at + last.text.length);
      const unit = unitOfText(phrase.replace(/[\s_]+/g, ' ').replace(/\.$/, '')) ?? unitOfText(phrase.toLowerCase());
      if (unit === undefined || (count === 1 && LETTERS.includes(unit) && phrase.length === 1)) continue;
      found.push({ unit, text: phrase });
      at += count - 1;
      break;
    }
  }
  const [first] = found;
  return first !== undefined && new Set(found.map(({ unit }) => unit)).size === 1 ? first : undefined;
}

/** The unit of which the name's is a thousandth or millionth, where the factor stands right beside it in known words. */
function scaledUnit(text: string, found: { readonly unit: UnitName; readonly text: string }): UnitName | undefined {
  const at = text.indexOf(found.text);
  const before = text.slice(0, at).replace(/[\s([]+$/, '');
  const after = text.slice(at + found.text.length).replace(/^[\s,]+|[\s)\]]+$/g, '');
  const steps = stepsOf(before, after);
  const ladder = LADDERS.find((units) => units.includes(found.unit)) ?? [];
  const place = ladder.indexOf(found.unit);
  return steps === undefined || place < 0 ? undefined : ladder[place + steps];
}

function stepsOf(before: string, after: string): number | undefined {
  // What else stands in the name must hold no factor.
  for (const start of before.matchAll(/^|[\s([]+/g)) {
    const tail = before.slice(start.index + start[0].length);
    const rest = before.slice(0, start.index);
    if (FACTOR.test(rest) || FACTOR.test(after)) continue;
    if (THOUSAND.test(tail)) return 1;
    if (MILLION.test(tail)) return 2;
  }
  return !FACTOR.test(before) && THOUSAND_AFTER.test(after) ? 1 : undefined;
}
