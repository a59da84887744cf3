import type { DrawingState } from './drawing-state.ts';
import type { FontFacts, Glyph } from './font-trust.ts';
import { areaOf, type Box, common, IDENTITY, type Matrix, mappedBox, matrixOf, shifted, then } from './matrix.ts';
import { isContrast, isOpaqueImage, isRectangle } from './page-shapes.ts';
import type { Word } from './pdf-text.ts';
import { plainLetters } from './plain-letters.ts';
import { type Run, textRuns } from './text-runs.ts';

/** A word and all that says whether it is seen. */
export interface DrawnWord extends Word {
  /** Quarter turns clockwise from upright. */
  readonly turns: 0 | 1 | 2 | 3 | undefined;
  readonly box: Box;
  readonly readable: boolean;
  seen: boolean;
}

interface Ground {
  readonly box: Box;
  readonly fill: string | undefined;
}

export interface PageSource {
  /** Names of the operations with their arguments, in the order of drawing; what is done with a path is a name too. */
  readonly operations: Iterable<readonly [name: string, args: readonly unknown[]]>;
  readonly viewport: Matrix;
  readonly page: Box;
  readonly most: number;
  fontOf(name: string): FontFacts | undefined;
  isShown(layer: unknown): boolean;
  /** Whether nothing can be seen through a picture. */
  isOpaque(picture: string): boolean;
}

const PAPER = '#ffffff';
/** In points: smaller letters are not read by anyone. */
const SMALLEST = 1.5;
const MOST_STATES = 500;

/** Draws a page in mind: where each word of it stands, and whether it is seen when the page is done. */
export class PageWords {
  readonly words: DrawnWord[] = [];
  /** Whether a picture is drawn on the page. */
  pictures = false;
  readonly #source: PageSource;
  #state: DrawingState;
  readonly #saved: DrawingState[] = [];
  #text: Matrix = IDENTITY;
  #line: Matrix = IDENTITY;
  #clips = false;
  readonly #hidden: boolean[] = [];
  readonly #grounds: Ground[] = [];

  constructor(source: PageSource) {
    this.#source = source;
    this.#state = {
      ...{ map: source.viewport, clip: source.page, fill: '#000000', alpha: 1, mode: 0, font: undefined, size: 0 },
      ...{ letterSpace: 0, wordSpace: 0, scale: 1, leading: 0, rise: 0 },
    };
  }

  /** @throws {RangeError} where the page has more words than it may */
  draw(): readonly DrawnWord[] {
    for (const [name, args] of this.#source.operations) this.#actions[name]?.(args);
    return this.words;
  }

  /** A note lies over a part of the page and hides what is there. */
  overlay(box: Box): void {
    for (const word of this.words) if (areaOf(common(word.box, box)) > 0) word.seen = false;
  }

  readonly #actions: Readonly<Record<string, (args: readonly unknown[]) => void>> = {
    save: () => this.#save(),
    restore: () => this.#restore(),
    transform: (args) => this.#transform(args),
    paintFormXObjectBegin: ([matrix, box]) => {
      this.#save();
      if (matrix !== null) this.#transform(matrix as readonly unknown[]);
      if (box !== null && box !== undefined) this.#clipTo(box as ArrayLike<number>);
    },
    paintFormXObjectEnd: () => this.#restore(),
    beginGroup: () => this.#save(),
    endGroup: () => this.#restore(),
    beginText: () => {
      this.#text = IDENTITY;
      this.#line = IDENTITY;
    },
    setFont: ([name, size]) => {
      this.#state.font = this.#source.fontOf(String(name));
      this.#state.size = Number(size);
    },
    setCharSpacing: ([space]) => {
      this.#state.letterSpace = Number(space);
    },
    setWordSpacing: ([space]) => {
      this.#state.wordSpace = Number(space);
    },
    setHScale: ([scale]) => {
      this.#state.scale = Number(scale) / 100;
    },
    setLeading: ([leading]) => {
      this.#state.leading = -Number(leading);
    },
    setTextRise: ([rise]) => {
      this.#state.rise = Number(rise);
    },
    setTextRenderingMode: ([mode]) => {
      this.#state.mode = Number(mode);
    },
    moveText: ([x, y]) => this.#newLine(Number(x), Number(y)),
    setLeadingMoveText: ([x, y]) => {
      this.#state.leading = Number(y);
      this.#newLine(Number(x), Number(y));
    },
    nextLine: () => this.#newLine(0, this.#state.leading),
    setTextMatrix: ([matrix]) => {
      this.#line = matrixOf(matrix) ?? IDENTITY;
      this.#text = this.#line;
    },
    showText: ([glyphs]) => this.#show(glyphs as readonly (Glyph | number | null)[]),
    setFillRGBColor: ([colour]) => {
      this.#state.fill = String(colour);
    },
    setFillColorN: () => {
      this.#state.fill = undefined;
    },
    setGState: ([settings]) => this.#settings(settings as readonly (readonly [string, unknown])[]),
    clip: () => {
      this.#clips = true;
    },
    eoClip: () => {
      this.#clips = true;
    },
    constructPath: ([how, paths, box]) => this.#path(String(how), paths, box),
    paintImageXObject: ([name]) => this.#picture(this.#state.map, this.#source.isOpaque(String(name))),
    paintInlineImageXObject: ([image]) => this.#picture(this.#state.map, isOpaqueImage(image)),
    paintInlineImageXObjectGroup: ([image, places]) => {
      for (const { transform } of places as readonly { transform: unknown }[])
        this.#picture(then(matrixOf(transform) ?? IDENTITY, this.#state.map), isOpaqueImage(image));
    },
    paintImageXObjectRepeat: ([name, x, y, places]) => {
      const numbers = places as ArrayLike<number>;
      for (let at = 0; at + 1 < numbers.length; at += 2) {
        const own: Matrix = [Number(x), 0, 0, Number(y), numbers[at] ?? 0, numbers[at + 1] ?? 0];
        this.#picture(then(own, this.#state.map), this.#source.isOpaque(String(name)));
      }
    },
    shadingFill: () => this.#cover({ box: this.#state.clip, fill: undefined }),
    beginMarkedContent: () => {
      this.#hidden.push(false);
    },
    beginMarkedContentProps: ([tag, layer]) => {
      this.#hidden.push(tag === 'OC' && !this.#source.isShown(layer));
    },
    endMarkedContent: () => {
      this.#hidden.pop();
    },
  };

  #save(): void {
    if (this.#saved.length >= MOST_STATES) throw new RangeError('states');
    this.#saved.push({ ...this.#state });
  }

  #restore(): void {
    this.#state = this.#saved.pop() ?? this.#state;
  }

  #transform(args: readonly unknown[]): void {
    const matrix = matrixOf(args);
    if (matrix !== undefined) this.#state.map = then(matrix, this.#state.map);
  }

  #clipTo(box: ArrayLike<number>): void {
    const sides = [box[0], box[1], box[2], box[3]] as [number, number, number, number];
    if (sides.every(Number.isFinite)) this.#state.clip = common(this.#state.clip, mappedBox(this.#state.map, sides));
  }

  #settings(settings: readonly (readonly [string, unknown])[]): void {
    for (const [name, value] of settings) {
      if (name === 'ca') this.#state.alpha = Number(value);
      else if (name === 'Font') this.#actions.setFont?.(value as readonly unknown[]);
    }
  }

  /** A path clips by its box; a filled rectangle is the ground of what comes after, and hides what came before. */
  #path(how: string, paths: unknown, box: unknown): void {
    if (box === null || typeof box !== 'object') {
      this.#clips = false;
      return;
    }
    const sides = box as ArrayLike<number>;
    if (this.#clips) this.#clipTo(sides);
    this.#clips = false;
    const { fill, alpha, map, clip } = this.#state;
    if (!/fill/i.test(how) || alpha < 0.95 || !isRectangle(paths)) return;
    const mapped = mappedBox(map, [0, 1, 2, 3].map((at) => sides[at] ?? 0) as [number, number, number, number]);
    this.#cover({ box: common(clip, mapped), fill });
  }

  /** A picture fills the unit square; what it shows is not looked at. */
  #picture(map: Matrix, opaque: boolean): void {
    this.pictures = true;
    if (!opaque || this.#state.alpha < 0.95) return;
    this.#cover({ box: common(this.#state.clip, mappedBox(map, [0, 0, 1, 1])), fill: undefined });
  }

  #cover(ground: Ground): void {
    if (this.#hidden.includes(true) || areaOf(ground.box) === 0) return;
    this.#grounds.push(ground);
    for (const word of this.words) {
      if (word.seen && areaOf(common(word.box, ground.box)) > 0.5 * areaOf(word.box)) word.seen = false;
    }
  }

  #newLine(x: number, y: number): void {
    this.#line = shifted(this.#line, x, y);
    this.#text = this.#line;
  }

  #show(glyphs: readonly (Glyph | number | null)[]): void {
    const { runs, advance } = textRuns(glyphs, this.#state);
    for (const run of runs) this.#keep(run);
    this.#text = shifted(this.#text, advance, 0);
  }

  #keep({ from, to, text, readable }: Run): void {
    if (this.words.length >= this.#source.most) throw new RangeError('words');
    const { map, size, rise, font } = this.#state;
    const placed = then(shifted(this.#text, 0, rise), map);
    const at = (x: number, y: number) => [
      placed[0] * x + placed[2] * y + placed[4],
      placed[1] * x + placed[3] * y + placed[5],
    ];
    const [x0 = 0, y0 = 0] = at(from, 0);
    const [x1 = 0, y1 = 0] = at(to, 0);
    const height = Math.hypot(placed[2] * size, placed[3] * size);
    const box = mappedBox(placed, [from, -0.2 * size, to, 0.75 * size]);
    const turns = font?.vertical === true ? undefined : turnsOf(x1 - x0, y1 - y0);
    const word = { text: plainLetters(text), left: x0, right: x1, baseline: y0, size: height, turns, box, readable };
    this.words.push({ ...word, seen: this.#isSeen(word) });
  }

  #isSeen({ box, size }: Pick<DrawnWord, 'box' | 'size'>): boolean {
    const { mode, alpha, clip, fill } = this.#state;
    if (this.#hidden.includes(true) || mode === 3 || mode === 7 || alpha < 0.1 || size < SMALLEST) return false;
    if (areaOf(common(box, clip)) < 0.5 * areaOf(box)) return false;
    const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
    const ground = this.#grounds.findLast(
      (one) => one.box.left <= x && x <= one.box.right && one.box.top <= y && y <= one.box.bottom,
    );
    // Letters that are only outlined are drawn in the colour of lines, which is not followed.
    if (mode === 1 || mode === 5) return true;
    return isContrast(fill, ground === undefined ? PAPER : ground.fill);
  }
}

function turnsOf(x: number, y: number): DrawnWord['turns'] {
  const [wide, high] = [Math.abs(x), Math.abs(y)];
  if (high <= 0.05 * wide) return x >= 0 ? 0 : 2;
  if (wide <= 0.05 * high) return y >= 0 ? 1 : 3;
  return undefined;
}
