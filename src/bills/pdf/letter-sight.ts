import { type DrawingState, NORMAL } from './drawing-state.ts';
import { isContrast } from './page-paint.ts';
import type { PaintedPage, PaintedWord } from './painted-page.ts';
import { coverWord, inAll, meets } from './word-cover.ts';

/** In points: smaller letters are not read by anyone. */
const SMALLEST = 1.5;
/** Less of a letter's colour is not seen. */
const LEAST_ALPHA = 0.1;

/** Hides what of a word is not painted, or not seen when it is. Rendering modes: 0 fills, 1 outlines, 2 both, 3 nothing; 4 to 7 also clip. */
export function hideUnpainted({ box, size, turns, cover }: PaintedWord, state: DrawingState, page: PaintedPage): void {
  const { mode, clip, clips } = state;
  const ground = page.groundAt((box.left + box.right) / 2, (box.top + box.bottom) / 2);
  const isPainted = mode !== 3 && mode !== 7 && size >= SMALLEST && meets(box, clip);
  if (!isPainted || !isSeenOn(ground, state)) {
    cover.hidden.fill(1);
    return;
  }
  const isCut = (x: number, y: number) =>
    x < clip.left || x > clip.right || y < clip.top || y > clip.bottom || !inAll(clips, x, y);
  const isWithin = box.left >= clip.left && box.right <= clip.right && box.top >= clip.top && box.bottom <= clip.bottom;
  if (!isWithin || clips.length > 0) coverWord(cover, box, turns === 1 || turns === 3, isCut, true);
  cover.doubtful ||= isDoubtful(ground, state);
}

/** Letters are filled, outlined, or both; either may be what is seen. */
function isSeenOn(ground: string | undefined, state: DrawingState): boolean {
  const { mode, fill, stroke, alpha, strokeAlpha, groupAlpha } = state;
  const isFilled = mode % 4 !== 1 && alpha * groupAlpha >= LEAST_ALPHA && isContrast(fill, ground);
  const isOutlined = mode % 4 !== 0 && strokeAlpha * groupAlpha >= LEAST_ALPHA && isContrast(stroke, ground);
  return isFilled || isOutlined;
}

function isDoubtful(ground: string | undefined, { doubt, softMask, blend, fill, mode }: DrawingState): boolean {
  if (doubt || softMask || (fill === undefined && mode % 4 !== 1)) return true;
  // Ink that darkens is seen on paper as it is.
  const isInk = (blend === 'multiply' || blend === 'darken') && ground === '#ffffff';
  return blend !== NORMAL && !isInk;
}
