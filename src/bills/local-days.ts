import { defined } from '../emissions/index.ts';

const DAY = 86_400;
const QUARTER = 900;
/** Offsets and zones remembered: some fifty years of days, for the few zones that one node's bills are in. */
const MAX_OFFSETS = 20_000;
const MAX_ZONES = 10;

/** Civil days of a zone, as day numbers since 1970-01-01; 23- and 25-hour days are days like any other. */
export class LocalDays {
  readonly #format: Intl.DateTimeFormat;
  readonly #offsets = new Map<number, number>();

  constructor(zone: string) {
    this.#format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset', year: 'numeric' });
  }

  /** Seconds by which local time is ahead of UTC at an instant (epoch seconds). */
  offsetAt(instant: number): number {
    const day = Math.floor(instant / DAY);
    const first = this.#offset(day * DAY);
    // Offsets change on few days a year: on all others both ends of the UTC day agree.
    if (first === this.#offset((day + 1) * DAY)) return first;
    return this.#offset(Math.floor(instant / QUARTER) * QUARTER);
  }

  dayOf(instant: number): number {
    return Math.floor((instant + this.offsetAt(instant)) / DAY);
  }

  /** The instant at which a day begins: local midnight, or the first instant after it where the clock skips midnight. */
  startOf(day: number): number {
    const offsets = [this.offsetAt((day - 1) * DAY), this.offsetAt((day + 1) * DAY)];
    const starts = offsets.map((offset) => day * DAY - offset).filter((start) => this.dayOf(start) === day);
    return Math.min(...(starts.length > 0 ? starts : [day * DAY - (offsets[1] as number)]));
  }

  minutesOf(day: number): number {
    return (this.startOf(day + 1) - this.startOf(day)) / 60;
  }

  /** The day whose start is within an hour of an instant; undefined where none is. */
  dayStartingNear(instant: number): number | undefined {
    const day = this.dayOf(instant + DAY / 2);
    return Math.abs(this.startOf(day) - instant) <= 3_600 ? day : undefined;
  }

  #offset(instant: number): number {
    let offset = this.#offsets.get(instant);
    if (offset === undefined) {
      const shown = this.#format.format(instant * 1_000);
      const match = /GMT(?:([+-])([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?)?/.exec(shown);
      const seconds = Number(match?.[2] ?? 0) * 3_600 + Number(match?.[3] ?? 0) * 60 + Number(match?.[4] ?? 0);
      offset = match?.[1] === '-' ? -seconds : seconds;
      if (this.#offsets.size >= MAX_OFFSETS) this.#offsets.clear();
      this.#offsets.set(instant, offset);
    }
    return offset;
  }
}

const kept = new Map<string, LocalDays>();

/** The days of a zone, made once: finding the offsets of a zone is what takes the time. */
export function localDays(zone: string): LocalDays {
  let days = kept.get(zone);
  if (days === undefined) {
    days = new LocalDays(zone);
    if (kept.size >= MAX_ZONES) kept.clear();
    kept.set(zone, days);
  }
  return days;
}

/** What a Green Button file says of local time, as it stands in LocalTimeParameters. */
export interface LocalTimeParameters {
  readonly tzOffset?: string;
  readonly dstOffset?: string;
  readonly dstStartRule?: string;
  readonly dstEndRule?: string;
}

// Second Sunday of March 02:00 and first Sunday of November 02:00: the United States and Canada since 2007.
const US_START = '360E2000';
const US_END = 'B40E2000';
const NO_RULE = /^(0{1,8}|F{8})?$/i;

const withUsRules: Readonly<Record<string, string>> = {
  '-14400': 'America/Halifax',
  '-18000': 'America/New_York',
  '-21600': 'America/Chicago',
  '-25200': 'America/Denver',
  '-28800': 'America/Los_Angeles',
  '-32400': 'America/Anchorage',
};

const withoutRules: Readonly<Record<string, string>> = {
  '-14400': 'America/Puerto_Rico',
  '-21600': 'America/Regina',
  '-25200': 'America/Phoenix',
  '-36000': 'Pacific/Honolulu',
};

/** The zone that keeps the rules stated; undefined for rules that are cut off, unknown or of no zone in the table. */
export function zoneOfRules(rules: LocalTimeParameters): string | undefined {
  const { tzOffset = '', dstOffset = '0', dstStartRule = '', dstEndRule = '' } = defined(rules);
  if (dstStartRule.toUpperCase() === US_START && dstEndRule.toUpperCase() === US_END && dstOffset === '3600') {
    return withUsRules[tzOffset];
  }
  const still = Number(dstOffset) === 0 || (NO_RULE.test(dstStartRule) && NO_RULE.test(dstEndRule));
  return still ? withoutRules[tzOffset] : undefined;
}

/** True where a zone's standard time has the offset stated (seconds east of UTC). */
export function zoneHasOffset(zone: string, tzOffset: string): boolean {
  const days = localDays(zone);
  const standard = Math.min(days.offsetAt(Date.UTC(2022, 0, 1) / 1_000), days.offsetAt(Date.UTC(2022, 6, 1) / 1_000));
  return String(standard) === tzOffset;
}
