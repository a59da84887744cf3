import { type Matrix, mapped } from './matrix.ts';

type Point = readonly [x: number, y: number];

/** Pieces of straight line that a curve is taken as: less than a tenth of a point off in a page's curves. */
const PIECES = 12;
/** How many points each step of a path has, as pdf.js hands it on: it moves, draws a line, a curve of two kinds, or closes. */
const POINTS = [1, 1, 3, 2, 0];
const [MOVE, LINE, CLOSE] = [0, 1, 4];

/** Outlines of a path on the page, x and y in turn; undefined where it is none. What is closed ends where it begins. */
export function outlines(paths: unknown, map: Matrix): number[][] | undefined {
  const path = Array.isArray(paths) ? paths[0] : paths;
  if (path === null || typeof path !== 'object') return undefined;
  const numbers = Object.values(path as Record<string, number>);
  const pen = new Pen(map);
  for (let at = 0; at < numbers.length; ) {
    const step = numbers[at] as number;
    const count = POINTS[step];
    if (count === undefined) return undefined;
    const points = Array.from(
      { length: count },
      (_, nth): Point => [numbers[at + 1 + 2 * nth] ?? Number.NaN, numbers[at + 2 + 2 * nth] ?? Number.NaN],
    );
    pen.step(step, points);
    at += 1 + 2 * count;
  }
  return pen.rings.flat().every(Number.isFinite) ? pen.rings : undefined;
}

class Pen {
  readonly rings: number[][] = [];
  readonly #map: Matrix;
  #ring: number[] | undefined;
  #start: Point = [0, 0];
  #last: Point = [0, 0];

  constructor(map: Matrix) {
    this.#map = map;
  }

  step(step: number, points: readonly Point[]): void {
    const end = points.at(-1) ?? this.#start;
    if (step === MOVE) this.#start = end;
    else if (step === LINE || step === CLOSE) this.#go(end);
    else this.#bend([this.#last, ...points]);
    this.#last = end;
    if (step === MOVE || step === CLOSE) this.#ring = undefined;
  }

  #bend(points: readonly Point[]): void {
    for (let piece = 1; piece <= PIECES; piece += 1) this.#go(onCurve(points, piece / PIECES));
  }

  #go([x, y]: Point): void {
    if (this.#ring === undefined) {
      this.#ring = mapped(this.#map, ...this.#start);
      this.rings.push(this.#ring);
    }
    this.#ring.push(...mapped(this.#map, x, y));
  }
}

/** The point of a Bézier curve at a part of its way (de Casteljau). */
function onCurve(bends: readonly Point[], part: number): Point {
  let points = bends;
  while (points.length > 1)
    points = points.slice(1).map(([x, y], at): Point => {
      const [px, py] = points[at] as Point;
      return [px + (x - px) * part, py + (y - py) * part];
    });
  return points[0] as Point;
}
