/** What pdf.js tells of a font. */
export interface FontFacts {
  readonly vertical?: boolean;
  /** `TrueType`, `Type1`, `CIDFontType2`: codes of the last are glyphs, and no encoding names them. */
  readonly type?: string;
  readonly isType3Font?: boolean;
  readonly fontMatrix?: ArrayLike<number>;
  /** The table of letters: its own, the encoding's, or none (then it has firstChar and says that a code is its letter). */
  readonly toUnicode?: object;
  /** Names of glyphs by code, where the font has names of its own. */
  readonly differences?: readonly (string | undefined)[];
  /** Names of glyphs by code, as the encoding has them. They hold where the font is not symbolic. */
  readonly defaultEncoding?: readonly (string | undefined)[];
  readonly isSymbolicFont?: boolean;
}

export interface Glyph {
  readonly originalCharCode: number;
  readonly unicode: string;
  readonly width: number;
  readonly isSpace: boolean;
}

/**
 * Letters of a private use area, controls, what turns the direction of writing, and the sign for what is no letter. None of them reaches a
 * terminal or a page.
 */
const NO_LETTER = /[\p{Co}\p{Cn}\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\uFFFD]/u;
const NUMBERED = /^[A-Za-z]+(\d+)$/;
const DIGITS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

/**
 * Whether the file says which letter a glyph is. A font cut down to some glyphs may number them and have no table of letters; the number
 * is then no letter's code, though it may look like one of a digit.
 */
export function isKnownLetter({ originalCharCode, unicode }: Glyph, font: FontFacts): boolean {
  if (unicode === '' || NO_LETTER.test(unicode)) return false;
  if (font.toUnicode !== undefined && 'firstChar' in font.toUnicode) return false;
  if (isOtherLetter(unicode, nameOf(originalCharCode, font))) return false;
  const number = NUMBERED.exec(font.differences?.[originalCharCode] ?? '')?.[1];
  return number === undefined || unicode !== String.fromCodePoint(Math.min(Number(number), 0x10_ff_ff));
}

/** The name of what is painted for a code; undefined where only the font itself knows. */
function nameOf(code: number, { type, differences, defaultEncoding, isSymbolicFont }: FontFacts): string | undefined {
  const own = differences?.[code];
  if (own !== undefined || isSymbolicFont !== false || type?.startsWith('CID') !== false) return own;
  return defaultEncoding?.[code];
}

/** A table of letters may say that the letter O is the digit 0: the page shows what the name says. */
function isOtherLetter(unicode: string, name: string | undefined): boolean {
  if (name === undefined) return false;
  const digit = DIGITS.indexOf(name);
  if (digit >= 0) return unicode !== String(digit);
  return /^[A-Za-z]$/.test(name) && unicode !== name;
}
