import type { CheckedPage, MeterPeriod } from '../../channel/index.ts';

type Row = readonly [keys: number, start: string, end: string, replaces?: string];

interface Packed extends Omit<CheckedPage, 'periods'> {
  /** Lists of keys, each once: a meter's periods of a year have the same. */
  readonly keys: readonly (readonly string[])[];
  readonly rows: readonly Row[];
}

/** A checked page as one text. Measured: between threads it costs half of a structured clone. */
export function encodeChecked({ periods, ...page }: CheckedPage): string {
  const places = new Map<string, number>();
  const keys: (readonly string[])[] = [];
  let last: string | undefined;
  let place = 0;
  const rows = periods.map((period): Row => {
    const text = period.keys.length === 1 ? (period.keys[0] as string) : period.keys.join();
    // A meter's bills mostly follow one another.
    if (text !== last) {
      place = places.get(text) ?? keys.push(period.keys) - 1;
      places.set(text, place);
      last = text;
    }
    const { start, end, replaces } = period;
    return replaces === undefined ? [place, start, end] : [place, start, end, replaces];
  });
  return JSON.stringify({ ...page, keys, rows } satisfies Packed);
}

export function decodeChecked(text: string): CheckedPage {
  const { keys, rows, ...page } = JSON.parse(text) as Packed;
  const periods = rows.map(([place, start, end, replaces]): MeterPeriod => {
    const period = { keys: keys[place] as readonly string[], start, end };
    return replaces === undefined ? period : { ...period, replaces };
  });
  return { ...page, periods };
}
