/** Letters that differ from the ground by less than this in each colour, of 255, are not seen. */
const LEAST_CONTRAST = 24;

/** pdf.js gives pictures without transparency as one of its first two kinds (black and white, or three colours). */
export function isOpaqueImage(image: unknown): boolean {
  const { kind } = (image ?? {}) as { readonly kind?: unknown };
  return kind === 1 || kind === 2;
}

/** Whether letters of one colour are seen on the other; an unknown colour is a pattern or a picture, on which they are. */
export function isContrast(one: string | undefined, other: string | undefined): boolean {
  const [a, b] = [partsOf(one), partsOf(other)];
  if (a === undefined || b === undefined) return true;
  return a.some((value, at) => Math.abs(value - (b[at] ?? 0)) >= LEAST_CONTRAST);
}

/** The colour of a veil of some opacity over a ground. */
export function blended(veil: string | undefined, alpha: number, ground: string | undefined): string | undefined {
  const [a, b] = [partsOf(veil), partsOf(ground)];
  if (a === undefined || b === undefined) return undefined;
  const mixed = a.map((value, at) => Math.round(value * alpha + (b[at] ?? 0) * (1 - alpha)));
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

function partsOf(colour: string | undefined): number[] | undefined {
  if (colour === undefined) return undefined;
  const parts = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return parts.some(Number.isNaN) ? undefined : parts;
}
