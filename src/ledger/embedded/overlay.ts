import type { Writes } from './outcome.ts';

/** World state as a transaction reads it. */
export interface StateView {
  get(key: string): string | undefined;
  /** Keys k with start <= k < end, in byte order of UTF-8. */
  range(start: string, end: string): Iterable<readonly [key: string, value: string]>;
}

/** Changes over another view. */
export class Overlay implements StateView {
  readonly #base: StateView;
  readonly #changes = new Map<string, string | null>();

  constructor(base: StateView) {
    this.#base = base;
  }

  apply(writes: Writes): void {
    for (const [key, value] of writes) this.#changes.set(key, value);
  }

  get changes(): Writes {
    return this.#changes;
  }

  clear(): void {
    this.#changes.clear();
  }

  get(key: string): string | undefined {
    const changed = this.#changes.get(key);
    return changed === undefined ? this.#base.get(key) : (changed ?? undefined);
  }

  *range(start: string, end: string): Generator<readonly [string, string]> {
    const changed = [...this.#changes]
      .filter(([key]) => compareUtf8(start, key) <= 0 && compareUtf8(key, end) < 0)
      .sort(([a], [b]) => compareUtf8(a, b));
    let next = 0;
    for (const entry of this.#base.range(start, end)) {
      let order = 1;
      while (next < changed.length && order > 0) {
        const [key, value] = changed[next] as [string, string | null];
        order = compareUtf8(entry[0], key);
        if (order < 0) break;
        if (value !== null) yield [key, value];
        next += 1;
      }
      if (order !== 0) yield entry;
    }
    for (const [key, value] of changed.slice(next)) {
      if (value !== null) yield [key, value];
    }
  }
}

/** Order of two well-formed texts by their UTF-8 bytes; a plain comparison goes by UTF-16 units. */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const unitA = a.charCodeAt(at);
    const unitB = b.charCodeAt(at);
    if (unitA !== unitB) {
      const surrogateA = isSurrogate(unitA);
      // A surrogate stands for a code point above all others.
      return surrogateA === isSurrogate(unitB) ? unitA - unitB : surrogateA ? 1 : -1;
    }
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
