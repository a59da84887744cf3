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
  // Other fuels, and heat and sewage that go by the name of water, are none of these.
  const words = text
    .toLowerCase()
    .replace(OTHER_GASES, ' ')
    .replace(OTHER_WATERS, ' ')
    .replace(/\bchilled[ -]water\b/g, 'chilled');
  const found = COMMODITY_WORDS.filter(([, pattern]) => pattern.test(words)).map(([commodity]) => commodity);
  return found.length === 1 ? found[0] : undefined;
}

/** The commodity that a cell names, by its own word or in a sentence. */
export function commodityNamed(cell: string): Commodity | undefined {
  const text = cell.toLowerCase();
  return commodities.find((name) => name === text) ?? commodityOfText(text);
}

const OTHER_GASES =
  /\b(propane|butane|lpg|lp|petroleum|bottled|bio|renewable|landfill|digester|sewage|town|coke|coke oven|blast furnace|flüssig|sewer)[ -]?gas\b|\bgas[ -]?(oil|oline)\b|\bgas cylinders?\b/g;
const OTHER_WATERS = /\b(hot|waste|storm|sewer|sewage|grey|fire)[ -]?water\b|\bwater[ -]heat(er|ing)\b/g;

/** True where a text speaks of energy that was generated, sent out or credited: no use, whatever else it names. */
export function isSentOut(text: string): boolean {
  return /\b(generat(ed|ion)|export(ed|s)?|received|returned|sold|sell[ -]?back|feed[ -]?in|fed in|surplus|net[ -]?metering|credit(s|ed)?|einspeisung)\b/i.test(
    text,
  );
}

const COMMODITY_WORDS: readonly (readonly [Commodity, RegExp])[] = [
  ['electricity', /\b(electric|electricity|strom)\b/],
  ['natural-gas', /\b(natural[ -]gas|gas|erdgas)\b/],
  ['water', /\b(water|wasser)\b/],
  ['steam', /\bsteam\b/],
  ['heat', /\b(heat|district[ -]heating|fernwärme)\b/],
  ['cooling', /\b(cooling|chilled)\b/],
];

/** What a cell that holds no amount says, where people write a word for a blank. */
export function isBlankWord(cell: string): boolean {
  return /^([-–—]+|n\/?a|nan|null|none|nil|#n\/a|not available|missing|\?)$/i.test(cell);
}
