/** What pdf.js tells of a font. */
export interface FontFacts {
  readonly vertical?: boolean;
  readonly isType3Font?: boolean;
  readonly fontMatrix?: ArrayLike<number>;
  /** The table of letters: its own, the encoding's, or none (then it has firstChar and says that a code is its letter). */
  readonly toUnicode?: object;
  /** Names of glyphs by code, where the font has names of its own. */
  readonly differences?: readonly (string | undefined)[];
}

export interface Glyph {
  readonly originalCharCode: number;
  readonly unicode: string;
  readonly width: number;
  readonly isSpace: boolean;
}

/** Letters of a private use area, controls, and the sign for what is no letter. */
const NO_LETTER = /[\p{Co}\p{Cn}\p{Cc}\uFFFD]/u;
const NUMBERED = /^[A-Za-z]+(\d+)$/;

/**
 * Whether the file says which letter a glyph is. A font cut down to some glyphs may number them and have no table of letters; the number
 * is then no letter's code, though it may look like one of a digit.
 */
export function isKnownLetter({ originalCharCode, unicode }: Glyph, font: FontFacts): boolean {
  if (unicode === '' || NO_LETTER.test(unicode)) return false;
  if (font.toUnicode !== undefined && 'firstChar' in font.toUnicode) return false;
  const number = NUMBERED.exec(font.differences?.[originalCharCode] ?? '')?.[1];
  return number === undefined || unicode !== String.fromCodePoint(Math.min(Number(number), 0x10_ff_ff));
}
