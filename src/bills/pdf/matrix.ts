/** An affine map as PDF writes it (ISO 32000-1, 8.3.3): x' = a x + c y + e, y' = b x + d y + f. */
export type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

export const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0];

/** First `one`, then `next`. */
export function then(one: Matrix, next: Matrix): Matrix {
  return [
    one[0] * next[0] + one[1] * next[2],
    one[0] * next[1] + one[1] * next[3],
    one[2] * next[0] + one[3] * next[2],
    one[2] * next[1] + one[3] * next[3],
    one[4] * next[0] + one[5] * next[2] + next[4],
    one[4] * next[1] + one[5] * next[3] + next[5],
  ];
}

export function shifted(matrix: Matrix, x: number, y: number): Matrix {
  return then([1, 0, 0, 1, x, y], matrix);
}

/** A matrix from six numbers in any kind of list; undefined where they are not six finite numbers. */
export function matrixOf(value: unknown): Matrix | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  const numbers = [0, 1, 2, 3, 4, 5].map((at) => (value as ArrayLike<unknown>)[at]);
  return numbers.every((one) => Number.isFinite(one)) ? (numbers as unknown as Matrix) : undefined;
}

/** Where a point comes to lie. */
export function mapped(matrix: Matrix, x: number, y: number): [number, number] {
  return [matrix[0] * x + matrix[2] * y + matrix[4], matrix[1] * x + matrix[3] * y + matrix[5]];
}

/** By how much lengths grow, on the whole. */
export function sizeOf(matrix: Matrix): number {
  return Math.sqrt(Math.abs(matrix[0] * matrix[3] - matrix[1] * matrix[2]));
}

/** An upright box: least and greatest x and y. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The upright box around a box that was mapped. */
export function mappedBox(matrix: Matrix, [x0, y0, x1, y1]: readonly [number, number, number, number]): Box {
  const corners = [
    [x0, y0],
    [x1, y0],
    [x0, y1],
    [x1, y1],
  ].map(([x = 0, y = 0]) => mapped(matrix, x, y));
  const [xs, ys] = [corners.map(([x = 0]) => x), corners.map(([, y = 0]) => y)];
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

/** What both boxes have in common; it may be empty (right below left). */
export function common(one: Box, other: Box): Box {
  return {
    left: Math.max(one.left, other.left),
    top: Math.max(one.top, other.top),
    right: Math.min(one.right, other.right),
    bottom: Math.min(one.bottom, other.bottom),
  };
}

export function areaOf({ left, top, right, bottom }: Box): number {
  return Math.max(0, right - left) * Math.max(0, bottom - top);
}
