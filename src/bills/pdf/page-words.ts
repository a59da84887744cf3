import { type DrawingState, NORMAL, newState } from './drawing-state.ts';
import type { FontFacts, Glyph } from './font-trust.ts';
import { hideUnpainted } from './letter-sight.ts';
import { type Box, common, IDENTITY, type Matrix, mappedBox, matrixOf, shifted, then } from './matrix.ts';
import { isOpaqueImage } from './page-paint.ts';
import { boxShape, filled, isBox, type Shape, stroked, widthOn } from './page-shape.ts';
import { type DrawnWord, PaintedPage } from './painted-page.ts';
import { outlines } from './path-outlines.ts';
import { plainLetters } from './plain-letters.ts';
import { type Run, textRuns } from './text-runs.ts';
import { uncovered } from './word-cover.ts';

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

/** In points: a thinner line hides no letter. */
const THICK = 1.5;
const MOST_STATES = 500;
const NOWHERE: Box = { left: 0, top: 0, right: 0, bottom: 0 };
const UNIT = [0, 0, 1, 1] as const;

/** Draws a page in mind: where each word of it stands, and whether it is seen when the page is done. */
export class PageWords {
  /** Whether a picture is drawn on the page. */
  pictures = false;
  readonly #source: PageSource;
  readonly #page = new PaintedPage();
  #state: DrawingState;
  readonly #saved: DrawingState[] = [];
  #text: Matrix = IDENTITY;
  #line: Matrix = IDENTITY;
  #clips: Shape['rule'] | undefined;
  #lettersClip = false;
  readonly #hidden: boolean[] = [];
  /** Groups around, and whether each only is the mask of something else. */
  readonly #groups: boolean[] = [];

  constructor(source: PageSource) {
    this.#source = source;
    this.#state = newState(source.viewport, source.page);
  }

  /** @throws {RangeError} where the page has more words than it may */
  draw(): void {
    for (const [name, args] of this.#source.operations) this.#actions[name]?.(args);
  }

  words(): readonly DrawnWord[] {
    return this.#page.words();
  }

  /** A note lies over a part of the page and hides what is there. */
  overlay(box: Box): void {
    this.#page.overlay(box);
  }

  readonly #actions: Readonly<Record<string, (args: readonly unknown[]) => void>> = {
    save: () => this.#save(),
    restore: () => this.#restore(),
    transform: (args) => this.#transform(args),
    paintFormXObjectBegin: ([matrix, box]) => {
      this.#save();
      if (matrix !== null) this.#transform(matrix as readonly unknown[]);
      if (box !== null && box !== undefined) this.#clipTo(boxShape(this.#state.map, sidesOf(box)));
    },
    paintFormXObjectEnd: () => this.#restore(),
    beginGroup: ([group]) => this.#beginGroup(group as { readonly smask?: unknown }),
    endGroup: () => {
      this.#groups.pop();
      this.#restore();
    },
    beginText: () => {
      this.#text = IDENTITY;
      this.#line = IDENTITY;
    },
    endText: () => {
      // From here on letters are the clip: what is painted is seen only through them (9.3.6).
      if (this.#lettersClip) this.#state.doubt = true;
      this.#lettersClip = false;
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
      Object.assign(this.#state, { fill: String(colour), tiled: false });
    },
    setFillColorN: ([kind]) => {
      Object.assign(this.#state, { fill: undefined, tiled: kind === 'TilingPattern' });
    },
    setStrokeRGBColor: ([colour]) => {
      this.#state.stroke = String(colour);
    },
    setStrokeColorN: () => {
      this.#state.stroke = undefined;
    },
    setLineWidth: ([width]) => {
      this.#state.lineWidth = Math.abs(Number(width));
    },
    setDash: ([dashes]) => {
      this.#state.dashed = ((dashes ?? []) as ArrayLike<number>).length > 0;
    },
    setGState: ([settings]) => this.#settings(settings as readonly (readonly [string, unknown])[]),
    clip: () => {
      this.#clips = 'nonzero';
    },
    eoClip: () => {
      this.#clips = 'even-odd';
    },
    constructPath: ([how, paths]) => this.#path(String(how), paths),
    paintImageXObject: ([name]) => this.#picture(this.#state.map, this.#source.isOpaque(String(name))),
    paintInlineImageXObject: ([image]) => this.#picture(this.#state.map, isOpaqueImage(image)),
    paintInlineImageXObjectGroup: ([image, places]) => {
      for (const { transform } of places as readonly { transform: unknown }[])
        this.#picture(then(matrixOf(transform) ?? IDENTITY, this.#state.map), isOpaqueImage(image));
    },
    paintImageXObjectRepeat: ([name, x, y, places]) => {
      for (const [left, top] of pairsOf(places)) {
        const own: Matrix = [Number(x), 0, 0, Number(y), left, top];
        this.#picture(then(own, this.#state.map), this.#source.isOpaque(String(name)));
      }
    },
    // A stencil lets the ground be seen where it has gaps; of one point it has none.
    paintSolidColorImageMask: () => this.#fill(boxShape(this.#state.map, UNIT)),
    paintImageMaskXObject: () => this.#fill(boxShape(this.#state.map, UNIT), false),
    paintImageMaskXObjectRepeat: ([_image, x, skewX, skewY, y, places]) => {
      for (const [left, top] of pairsOf(places))
        this.#fill(
          boxShape(then([Number(x), Number(skewX), Number(skewY), Number(y), left, top], this.#state.map), UNIT),
          false,
        );
    },
    paintImageMaskXObjectGroup: ([images]) => {
      for (const { transform } of images as readonly { transform: unknown }[])
        this.#fill(boxShape(then(matrixOf(transform) ?? IDENTITY, this.#state.map), UNIT), false);
    },
    shadingFill: () => {
      const { left, top, right, bottom } = this.#state.clip;
      this.#paint(boxShape(IDENTITY, [left, top, right, bottom]), undefined, this.#state.alpha);
    },
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

  /** A group is painted as a whole, with the opacity and blending that hold before it; one that is a mask is not painted at all. */
  #beginGroup({ smask }: { readonly smask?: unknown }): void {
    this.#save();
    this.#groups.push(smask !== null && smask !== undefined);
    const { alpha, groupAlpha, blend, doubt, softMask } = this.#state;
    Object.assign(this.#state, {
      ...{ groupAlpha: groupAlpha * alpha, alpha: 1, strokeAlpha: 1, blend: NORMAL, softMask: false },
      doubt: doubt || softMask || blend !== NORMAL,
    });
  }

  #clipTo(shape: Shape): void {
    this.#state.clip = common(this.#state.clip, shape.box);
    if (!isBox(shape)) this.#state.clips = [...this.#state.clips, shape];
  }

  #settings(settings: readonly (readonly [string, unknown])[]): void {
    for (const [name, value] of settings) {
      if (name === 'ca') this.#state.alpha = Number(value);
      else if (name === 'CA') this.#state.strokeAlpha = Number(value);
      else if (name === 'BM') this.#state.blend = String(value);
      else if (name === 'SMask') this.#state.softMask = value === true;
      else if (name === 'LW') this.#state.lineWidth = Math.abs(Number(value));
      else if (name === 'D') this.#actions.setDash?.([(value as readonly unknown[])[0]]);
      else if (name === 'Font') this.#actions.setFont?.(value as readonly unknown[]);
    }
  }

  /** A path clips, is filled, and is drawn along its outlines, in this order of what it hides. */
  #path(how: string, paths: unknown): void {
    const rings = outlines(paths, this.#state.map);
    const clips = this.#clips;
    this.#clips = undefined;
    if (rings === undefined || rings.length === 0) {
      if (clips !== undefined) this.#state.clip = NOWHERE;
      return;
    }
    if (/fill/i.test(how)) this.#fill(filled(rings, /^eo|EO/.test(how) ? 'even-odd' : 'nonzero'));
    if (/stroke/i.test(how)) this.#stroke(rings);
    if (clips !== undefined) this.#clipTo(filled(rings, clips));
  }

  #fill(shape: Shape, sure = true): void {
    const { fill, tiled, alpha } = this.#state;
    this.#paint(shape, fill, alpha, sure && !tiled);
  }

  #stroke(rings: readonly (readonly number[])[]): void {
    const { map, lineWidth, stroke, strokeAlpha, dashed } = this.#state;
    const width = widthOn(map, lineWidth);
    if (width >= THICK) this.#paint(stroked(rings, width), stroke, strokeAlpha, !dashed);
  }

  /** A picture fills the unit square; what it shows is not looked at. */
  #picture(map: Matrix, opaque: boolean): void {
    this.pictures = true;
    this.#paint(boxShape(map, UNIT), undefined, this.#state.alpha, opaque);
  }

  #paint(shape: Shape, colour: string | undefined, alpha: number, sure = true): void {
    const { clip, clips, groupAlpha } = this.#state;
    const box = common(clip, shape.box);
    if (this.#isHidden() || box.left > box.right || box.top > box.bottom) return;
    const isFollowed = sure && !this.#isDoubtful();
    this.#page.paint({ shape: { ...shape, box }, clips, colour, alpha: alpha * groupAlpha, sure: isFollowed });
  }

  #isHidden(): boolean {
    return this.#hidden.includes(true) || this.#groups.includes(true);
  }

  #isDoubtful(): boolean {
    const { doubt, softMask, blend } = this.#state;
    return doubt || softMask || blend !== NORMAL;
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
    if (this.#page.count >= this.#source.most) throw new RangeError('words');
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
    const cover = uncovered(text.length);
    const word = {
      text: plainLetters(text),
      left: x0,
      right: x1,
      baseline: y0,
      size: height,
      turns,
      box,
      readable,
      cover,
    };
    if (this.#state.mode >= 4) this.#lettersClip = true;
    if (this.#isHidden()) cover.hidden.fill(1);
    else hideUnpainted(word, this.#state, this.#page);
    this.#page.write(word);
  }
}

function turnsOf(x: number, y: number): DrawnWord['turns'] {
  const [wide, high] = [Math.abs(x), Math.abs(y)];
  if (high <= 0.05 * wide) return x >= 0 ? 0 : 2;
  if (wide <= 0.05 * high) return y >= 0 ? 1 : 3;
  return undefined;
}

function sidesOf(box: unknown): [number, number, number, number] {
  const numbers = box as ArrayLike<number>;
  return [0, 1, 2, 3].map((at) => numbers[at] ?? 0) as [number, number, number, number];
}

function pairsOf(places: unknown): (readonly [number, number])[] {
  const numbers = Array.from(places as ArrayLike<number>);
  return numbers.flatMap((left, at) =>
    at % 2 === 0 && at + 1 < numbers.length ? [[left, numbers[at + 1] as number] as const] : [],
  );
}
