import type { DrawingState } from './drawing-state.ts';
import { type FontFacts, type Glyph, isKnownLetter } from './font-trust.ts';

/** Letters without a gap, from and to where they reach in the space of the text. */
export interface Run {
  readonly from: number;
  to: number;
  text: string;
  readable: boolean;
}

/** As a part of the letters' size: a gap that parts two words. */
const WORD_GAP = 0.12;

/** Parts glyphs into words at spaces and gaps, and says how far they lead (ISO 32000-1, 9.4.4). */
export function textRuns(
  glyphs: readonly (Glyph | number | null)[],
  state: DrawingState,
): { readonly runs: readonly Run[]; readonly advance: number } {
  const { font = {}, size, scale } = state;
  const unit = glyphUnit(font);
  const runs: Run[] = [];
  let run: Run | undefined;
  let x = 0;
  for (const glyph of glyphs) {
    if (glyph === null) continue;
    if (typeof glyph === 'number') {
      x -= (glyph / 1_000) * size * scale;
      if (Math.abs(glyph) > WORD_GAP * 1_000) run = undefined;
      continue;
    }
    const width = glyph.width * unit * size * scale;
    if (/^\s*$/.test(glyph.unicode)) run = undefined;
    else {
      if (run === undefined) {
        run = { from: x, to: x, text: '', readable: true };
        runs.push(run);
      }
      run.text += glyph.unicode;
      run.to = x + width;
      run.readable &&= isKnownLetter(glyph, font);
    }
    x += width + spaceAfter(glyph, state) * scale;
  }
  return { runs, advance: x };
}

function spaceAfter({ isSpace }: Glyph, { letterSpace, wordSpace }: DrawingState): number {
  return letterSpace + (isSpace ? wordSpace : 0);
}

/** Size of a unit of glyphs' widths, as a part of the font's size. */
function glyphUnit({ isType3Font, fontMatrix }: FontFacts): number {
  return isType3Font === true ? Math.abs(fontMatrix?.[0] ?? 0.001) : 0.001;
}
