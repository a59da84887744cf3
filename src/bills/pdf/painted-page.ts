import { areaOf, type Box } from './matrix.ts';
import { blended } from './page-paint.ts';
import { holds, type Shape } from './page-shape.ts';
import type { Word } from './pdf-text.ts';
import { type Cover, coverWord, inAll, meets, seenOf } from './word-cover.ts';

/** A word and all that says whether it is seen. */
export interface DrawnWord extends Word {
  /** Quarter turns clockwise from upright. */
  readonly turns: 0 | 1 | 2 | 3 | undefined;
  readonly box: Box;
  readonly readable: boolean;
  readonly seen: 'seen' | 'doubtful' | 'unseen';
}

/** A word on the page, with what has been painted over it since. */
export interface PaintedWord extends Omit<DrawnWord, 'seen'> {
  readonly cover: Cover;
}

/** What is painted: a shape as far as the clips let it be seen. */
export interface Paint {
  readonly shape: Shape;
  readonly clips: readonly Shape[];
  /** Undefined where it has no one colour. */
  readonly colour: string | undefined;
  readonly alpha: number;
  /** False where something that is not followed says how much of it is seen. */
  readonly sure: boolean;
}

const PAPER = '#ffffff';
/** From here on nothing can be read through a veil. */
const OPAQUE = 0.95;

/** Words and areas of a page, in the order in which they are painted. */
export class PaintedPage {
  readonly #words: PaintedWord[] = [];
  readonly #paints: Paint[] = [];

  get count(): number {
    return this.#words.length;
  }

  words(): readonly DrawnWord[] {
    return this.#words.map(({ cover, ...word }) => ({ ...word, seen: seenOf(cover) }));
  }

  write(word: PaintedWord): void {
    this.#words.push(word);
  }

  /** Paints an area: it hides the words below it, and is the ground of those that come. */
  paint(paint: Paint): void {
    const { shape, clips, alpha, sure } = paint;
    if (areaOf(shape.box) === 0) return;
    if (sure) this.#paints.push(paint);
    if (alpha < OPAQUE) return;
    for (const { cover, box, turns } of this.#words) {
      if (!meets(box, shape.box)) continue;
      const isTall = turns === 1 || turns === 3;
      coverWord(cover, box, isTall, (x, y) => holds(shape, x, y) && inAll(clips, x, y), sure);
    }
  }

  /** A note lies over a part of the page and hides what is there. */
  overlay(box: Box): void {
    for (const word of this.#words) if (meets(word.box, box)) word.cover.hidden.fill(1);
  }

  /** The colour of the page at a point; undefined where it has no one colour. */
  groundAt(x: number, y: number): string | undefined {
    const veils: Paint[] = [];
    let ground: string | undefined = PAPER;
    for (let at = this.#paints.length - 1; at >= 0; at -= 1) {
      const paint = this.#paints[at] as Paint;
      if (!holds(paint.shape, x, y) || !inAll(paint.clips, x, y)) continue;
      if (paint.alpha >= OPAQUE) {
        ground = paint.colour;
        break;
      }
      veils.push(paint);
    }
    return veils.reduceRight((below, { colour, alpha }) => blended(colour, alpha, below), ground);
  }
}
