import type { FontFacts } from './font-trust.ts';
import type { Box, Matrix } from './matrix.ts';
import type { Shape } from './page-shape.ts';

/** What the page is drawn with, as far as it moves or hides text (ISO 32000-1, 8.4 and 9.3). */
export interface DrawingState {
  map: Matrix;
  /** The box in which all that is painted lies, and the clips that are no upright boxes. */
  clip: Box;
  clips: readonly Shape[];
  /** Undefined for a pattern or shading. */
  fill: string | undefined;
  stroke: string | undefined;
  /** Whether the fill is a pattern of tiles, which may have gaps. */
  tiled: boolean;
  alpha: number;
  strokeAlpha: number;
  /** Opacity of the groups around it. */
  groupAlpha: number;
  lineWidth: number;
  dashed: boolean;
  /** How colours join with what lies below, as pdf.js calls it. */
  blend: string;
  softMask: boolean;
  /** Whether letters are the clip, or a group is blended: how much is seen is not followed. */
  doubt: boolean;
  mode: number;
  font: FontFacts | undefined;
  size: number;
  letterSpace: number;
  wordSpace: number;
  scale: number;
  leading: number;
  rise: number;
}

export const NORMAL = 'source-over';

/** At the beginning of a page. */
export function newState(map: Matrix, clip: Box): DrawingState {
  return {
    ...{ map, clip, clips: [], fill: '#000000', stroke: '#000000', tiled: false, alpha: 1, strokeAlpha: 1 },
    ...{ groupAlpha: 1, lineWidth: 1, dashed: false, blend: NORMAL, softMask: false, doubt: false },
    ...{ mode: 0, font: undefined, size: 0, letterSpace: 0, wordSpace: 0, scale: 1, leading: 0, rise: 0 },
  };
}
