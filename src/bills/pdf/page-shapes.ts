/** Letters that differ from the ground by less than this in each colour, of 255, are not seen. */
const LEAST_CONTRAST = 24;

/** pdf.js gives pictures without transparency as one of its first two kinds (black and white, or three colours). */
export function isOpaqueImage(image: unknown): boolean {
  const { kind } = (image ?? {}) as { readonly kind?: unknown };
  return kind === 1 || kind === 2;
}

/** True for a path of straight lines around an upright rectangle. */
export function isRectangle(paths: unknown): boolean {
  const path = Array.isArray(paths) ? paths[0] : paths;
  if (path === null || typeof path !== 'object') return false;
  const points = pointsOf(Object.values(path as Record<string, number>));
  if (points === undefined) return false;
  const corners = new Set(points.map(([x, y]) => `${x} ${y}`));
  const isUpright = points.every(([x, y], at) => {
    const [px, py] = points[at === 0 ? points.length - 1 : at - 1] ?? [0, 0];
    return x === px || y === py;
  });
  return corners.size === 4 && isUpright;
}

/** The points of one path of straight lines; undefined for any other. 0 moves, 1 draws a line, 4 closes: as pdf.js hands paths on. */
function pointsOf(numbers: readonly number[]): (readonly [number, number])[] | undefined {
  const points: (readonly [number, number])[] = [];
  let at = 0;
  while (at < numbers.length) {
    const step = numbers[at];
    if (step === 4) at += 1;
    else if (step === 1 || (step === 0 && points.length === 0)) {
      points.push([numbers[at + 1] ?? 0, numbers[at + 2] ?? 0]);
      at += 3;
    } else return undefined;
  }
  return points;
}

/** Whether letters of one colour are seen on the other; an unknown colour is a pattern or a picture, on which they are. */
export function isContrast(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined) return true;
  const parts = (colour: string) => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  const [a, b] = [parts(one), parts(other)];
  return a.some((value, at) => Number.isNaN(value) || Math.abs(value - (b[at] ?? 0)) >= LEAST_CONTRAST);
}
