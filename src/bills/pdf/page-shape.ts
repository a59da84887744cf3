import { areaOf, type Box, type Matrix, mapped, sizeOf } from './matrix.ts';

/** An area of the page: what a path fills, strokes or clips to. */
export interface Shape {
  readonly box: Box;
  /** Corners of its outlines, x and y in turn. */
  readonly rings: readonly (readonly number[])[];
  /** What lies in it (ISO 32000-1, 8.5.3.3); `any`: what lies in one of the outlines. */
  readonly rule: 'nonzero' | 'even-odd' | 'any';
}

export function filled(rings: readonly (readonly number[])[], rule: Shape['rule']): Shape {
  return { box: boxOf(rings), rings, rule };
}

export function boxShape(map: Matrix, [x0, y0, x1, y1]: readonly [number, number, number, number]): Shape {
  const corners = [mapped(map, x0, y0), mapped(map, x1, y0), mapped(map, x1, y1), mapped(map, x0, y1)];
  return filled([corners.flat()], 'nonzero');
}

/** What a line of some width along the outlines covers, `width` in points. Corners are square. */
export function stroked(rings: readonly (readonly number[])[], width: number): Shape {
  const half = width / 2;
  const bars = rings.flatMap((ring) => {
    const found: number[][] = [];
    for (let at = 2; at + 1 < ring.length; at += 2) {
      const [x0, y0, x1, y1] = [ring[at - 2], ring[at - 1], ring[at], ring[at + 1]] as [number, number, number, number];
      const length = Math.hypot(x1 - x0, y1 - y0);
      if (length === 0) continue;
      const [along, across] = [((x1 - x0) / length) * half, ((y1 - y0) / length) * half];
      const corner = (x: number, y: number, end: number, side: number) => [
        x + end * along - side * across,
        y + end * across + side * along,
      ];
      found.push([
        ...corner(x0, y0, -1, 1),
        ...corner(x1, y1, 1, 1),
        ...corner(x1, y1, 1, -1),
        ...corner(x0, y0, -1, -1),
      ]);
    }
    return found;
  });
  return filled(bars, 'any');
}

/** Width of a line on the page. */
export function widthOn(map: Matrix, width: number): number {
  return width * sizeOf(map);
}

export function holds({ box, rings, rule }: Shape, x: number, y: number): boolean {
  if (x < box.left || x > box.right || y < box.top || y > box.bottom) return false;
  if (rule === 'any') return rings.some((ring) => windings(ring, x, y) !== 0);
  const turns = rings.reduce((sum, ring) => sum + windings(ring, x, y), 0);
  return rule === 'nonzero' ? turns !== 0 : turns % 2 !== 0;
}

/** How often an outline goes around a point. */
function windings(ring: readonly number[], x: number, y: number): number {
  let turns = 0;
  for (let at = 0; at < ring.length; at += 2) {
    const before = at === 0 ? ring.length - 2 : at - 2;
    const [x0, y0, x1, y1] = [ring[before], ring[before + 1], ring[at], ring[at + 1]] as [
      number,
      number,
      number,
      number,
    ];
    if (y0 <= y === y1 <= y) continue;
    const crossing = x0 + ((y - y0) / (y1 - y0)) * (x1 - x0);
    if (crossing > x) turns += y1 > y0 ? 1 : -1;
  }
  return turns;
}

/** True where a shape fills the upright box around it. */
export function isBox({ box, rings }: Shape): boolean {
  const [ring, ...more] = rings;
  if (ring === undefined || more.length > 0) return false;
  let double = 0;
  for (let at = 0; at < ring.length; at += 2) {
    const next = (at + 2) % ring.length;
    double += (ring[at] ?? 0) * (ring[next + 1] ?? 0) - (ring[next] ?? 0) * (ring[at + 1] ?? 0);
  }
  return Math.abs(Math.abs(double / 2) - areaOf(box)) < 1e-6 * areaOf(box);
}

function boxOf(rings: readonly (readonly number[])[]): Box {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const ring of rings)
    for (let at = 0; at < ring.length; at += 2) {
      const [x, y] = [ring[at] as number, ring[at + 1] as number];
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  return { left, top, right, bottom };
}
