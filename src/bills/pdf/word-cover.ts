import { areaOf, type Box, common } from './matrix.ts';
import { holds, type Shape } from './page-shape.ts';

/** How much of a word is seen: each of its columns from left to right, from top to bottom where it runs so. */
export interface Cover {
  /** 1 where a column is hidden. */
  readonly hidden: Uint8Array;
  /** Whether something that is not followed may hide a part of it. */
  doubtful: boolean;
}

/** Columns of a letter: a digit is two of them, so that one that is hidden is found. */
const COLUMNS = 2;
const MOST_COLUMNS = 200;
/** Heights at which a column is looked at, and how many of them hide it: an underline or a rule does not. */
const ROWS = [1 / 6, 1 / 2, 5 / 6];
const HIDING = 2;

export function uncovered(letters: number): Cover {
  return { hidden: new Uint8Array(Math.min(MOST_COLUMNS, Math.max(COLUMNS * letters, 4))), doubtful: false };
}

/** Hides what of a word lies in a shape. `sure`: false where the shape may let it be seen. */
export function coverWord(
  cover: Cover,
  word: Box,
  isTall: boolean,
  isCovered: (x: number, y: number) => boolean,
  sure: boolean,
): void {
  const { hidden } = cover;
  for (let at = 0; at < hidden.length; at += 1) {
    if (hidden[at] === 1) continue;
    const along = (at + 0.5) / hidden.length;
    const covered = ROWS.filter((across) => {
      const [right, down] = isTall ? [across, along] : [along, across];
      return isCovered(word.left + right * (word.right - word.left), word.top + down * (word.bottom - word.top));
    });
    if (covered.length < HIDING) continue;
    if (sure) hidden[at] = 1;
    else cover.doubtful = true;
  }
}

/** Hidden where half of it is; doubtful where a part is, as the first digit of a number. */
export function seenOf({ hidden, doubtful }: Cover): 'seen' | 'doubtful' | 'unseen' {
  const count = hidden.reduce((sum, one) => sum + one, 0);
  if (count > hidden.length / 2) return 'unseen';
  return count > 0 || doubtful ? 'doubtful' : 'seen';
}

/** Whether two boxes have anything in common. */
export function meets(one: Box, other: Box): boolean {
  return areaOf(common(one, other)) > 0;
}

/** Whether a point lies in all of the shapes. */
export function inAll(shapes: readonly Shape[], x: number, y: number): boolean {
  return shapes.every((shape) => holds(shape, x, y));
}
