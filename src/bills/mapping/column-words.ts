import { type Commodity, commodities, isChannelError, parseUnit, type UnitName } from '../../emissions/index.ts';

/** A column's name for comparison: small letters, single blanks, without the unit in brackets. */
export interface ColumnName {
  readonly words: string;
  /** What stands in brackets at the end: `kWh`, `therms`, `$`. */
  readonly bracket: string | undefined;
  readonly text: string;
}

export function columnNameOf(cell: string): ColumnName {
  const text = cell.trim();
  const match = /^(.*?)\s*[([]([^()[\]]{1,20})[)\]]$/.exec(text);
  const words = (match?.[1] ?? text)
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .replace(/[:.]+$/, '')
    .trim();
  return { words, bracket: match?.[2]?.trim(), text };
}

/** The unit that a text names; undefined where it names none or more than one. */
export function unitOfText(text: string): UnitName | undefined {
  try {
    return parseUnit(text);
  } catch (error) {
    if (isChannelError(error)) return undefined;
    throw error;
  }
}

/** True for money, power and demand: no amount of energy or water used. */
export function isNoUsage(unit: string): boolean {
  return /^([$€£¥]|usd|eur|gbp|cad|inr|cost|charge|cents?|k?w|mw|kva|kvar|kvarh|kvah|kw demand|%)$/i.test(unit.trim());
}

/** The commodity that a text such as `Natural gas billing` names. */
export function commodityOfText(text: string): Commodity | undefined {
  const words = text.toLowerCase();
  const found = COMMODITY_WORDS.filter(([, pattern]) => pattern.test(words)).map(([commodity]) => commodity);
  return found.length === 1 ? found[0] : undefined;
}

/** The commodity that a cell names, by its own word or in a sentence. */
export function commodityNamed(cell: string): Commodity | undefined {
  const text = cell.toLowerCase();
  return commodities.find((name) => name === text) ?? commodityOfText(text);
}

const COMMODITY_WORDS: readonly (readonly [Commodity, RegExp])[] = [
  ['electricity', /\b(electric|electricity|strom)\b/],
  ['natural-gas', /\b(natural[ -]gas|gas|erdgas)\b/],
  ['water', /\b(water|wasser)\b/],
  ['steam', /\bsteam\b/],
  ['heat', /\b(heat|district[ -]heating|fernwärme)\b/],
  ['cooling', /\b(cooling|chilled)\b/],
];

/** True for a record that adds up others, by a cell of its own that says so. */
export function isTotal(cells: readonly string[]): boolean {
  for (const cell of cells) if (mayBeTotal(cell) && TOTAL.test(cell)) return true;
  return false;
}

/** False for a cell whose first letter is none of `TOTAL`'s: nearly all are. */
function mayBeTotal(cell: string): boolean {
  if (cell === '') return false;
  const first = cell.charCodeAt(0);
  // Blanks are up to U+0020 or beyond ASCII; a letter's small form has the bit 0x20.
  const letter = first | 0x20;
  return first <= 0x20 || first >= 0x80 || letter === SMALL_G || letter === SMALL_S || letter === SMALL_T;
}

const [SMALL_G, SMALL_S, SMALL_T] = [0x67, 0x73, 0x74];

const TOTAL =
  /^\s*(grand |sub ?-?)?(totals?|summe|gesamt)( (usage|use|consumption|amount|energy|kwh|therms|ccf|verbrauch))?\s*:?\s*$/i;

/** What a cell that holds no amount says, where people write a word for a blank. */
export function isBlankWord(cell: string): boolean {
  return /^([-–—]+|n\/?a|nan|null|none|nil|#n\/a|not available|missing|\?)$/i.test(cell);
}
