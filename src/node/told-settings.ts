import type { BillLine, PlaceHint, ReadOptions } from '../bills/index.ts';
import { defined, parseUnit } from '../emissions/index.ts';
import { countryOf } from './line-place.ts';

/** What a caller can tell of a whole file, or of a folder of them, where rows do not say it. */
export const toldSettings = ['place', 'zone', 'commodity', 'unit', 'meter', 'account', 'utility', 'statedEnd'] as const;
export type ToldSetting = (typeof toldSettings)[number];

/** Lines that have what was told, by setting; settings that no line has are absent. */
export type ToldLines = Readonly<Partial<Record<ToldSetting, number>>>;

/**
 * Counts the lines of a file that have what was told for all files: a place that was meant for one of them is seen in the other's
 * count. The place counts where the line takes some of it; another setting where the line has the same value, which the file may
 * say as well.
 */
export class ToldCount {
  readonly #place: PlaceHint | undefined;
  readonly #values: readonly (readonly [setting: Exclude<ToldSetting, 'place'>, value: string])[];
  readonly #lines = new Map<ToldSetting, number>();

  constructor({ place, ...read }: ReadOptions) {
    this.#place = place;
    this.#values = toldSettings.flatMap((setting) => {
      if (setting === 'place') return [];
      const value = setting === 'unit' ? unitOf(read.unit) : read[setting];
      return value === undefined || value === '' ? [] : [[setting, value] as const];
    });
  }

  /** `merged`: the line's place with what was told of it. */
  add(line: BillLine, merged: PlaceHint): void {
    if (this.#place !== undefined && isMore(merged, line.place)) this.#count('place');
    for (const [setting, value] of this.#values) if (line[setting] === value) this.#count(setting);
  }

  get lines(): ToldLines {
    return Object.fromEntries(
      toldSettings.flatMap((setting) => (this.#lines.has(setting) ? [[setting, this.#lines.get(setting)]] : [])),
    );
  }

  #count(setting: ToldSetting): void {
    this.#lines.set(setting, (this.#lines.get(setting) ?? 0) + 1);
  }
}

/** Whether a place says something that the other does not. */
function isMore(place: PlaceHint, other: PlaceHint): boolean {
  const than: PlaceHint = { ...other, ...defined({ country: countryOf(other) }) };
  return Object.entries(place).some(([name, value]) => value !== undefined && than[name as keyof PlaceHint] !== value);
}

/** In the spelling that lines have. One that is none is told of by the reader. */
function unitOf(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : parseUnit(text);
  } catch {
    return undefined;
  }
}
