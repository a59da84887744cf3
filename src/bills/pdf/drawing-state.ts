import type { FontFacts } from './font-trust.ts';
import type { Box, Matrix } from './matrix.ts';

/** What the page is drawn with, as far as it moves or hides text (ISO 32000-1, 8.4 and 9.3). */
export interface DrawingState {
  map: Matrix;
  clip: Box;
  /** Undefined for a pattern or shading. */
  fill: string | undefined;
  alpha: number;
  mode: number;
  font: FontFacts | undefined;
  size: number;
  letterSpace: number;
  wordSpace: number;
  scale: number;
  leading: number;
  rise: number;
}
