import type { LocalDays } from '../local-days.ts';

const DAY = 86_400;

/** The instants (epoch seconds) that a clock on the wall shows as one day and minute: none, one, or two where it is set back. */
export class LocalInstants {
  readonly #zone: LocalDays;
  #day = Number.NaN;
  #offsets: readonly number[] = [];

  constructor(zone: LocalDays) {
    this.#zone = zone;
  }

  of(day: number, minutes: number): readonly number[] {
    if (day !== this.#day) {
      // Offsets of the noons around the day: no zone changes its clock twice within them.
      const before = this.#zone.offsetAt(day * DAY - DAY / 2);
      const after = this.#zone.offsetAt(day * DAY + DAY + DAY / 2);
      // The greater offset first: of two instants that look the same, it gives the earlier.
      this.#offsets = before === after ? [before] : [Math.max(before, after), Math.min(before, after)];
      this.#day = day;
    }
    const shown = day * DAY + minutes * 60;
    if (this.#offsets.length === 1) return [shown - (this.#offsets[0] as number)];
    return this.#offsets.map((offset) => shown - offset).filter((at) => at + this.#zone.offsetAt(at) === shown);
  }
}
