import { ChannelError, formatDate, parseDate } from '../emissions/index.ts';
import type { MeterPeriod } from './checked-page.ts';
import type { LedgerContext } from './context.ts';
import { stateKeys } from './keys.ts';
import type { ActivityRecord } from './record.ts';

/** `[start, end, record id]`, half-open dates. */
type Entry = readonly [string, string, string];

interface MeterYear {
  entries: Entry[];
  /** Records that stood here and were voided or superseded. */
  retired: string[];
}

/**
 * Overlap control (rule J): one key a meter, commodity, flow and calendar year, whose value lists the active periods. Read once
 * for all records of a transaction, changed here, written once.
 */
export class MeterYears {
  readonly #years: Map<string, MeterYear>;
  readonly #changed = new Set<string>();

  private constructor(years: Map<string, MeterYear>) {
    this.#years = years;
  }

  static async load(context: Pick<LedgerContext, 'getMany'>, periods: Iterable<MeterPeriod>): Promise<MeterYears> {
    const keys = new Set<string>();
    for (const period of periods) for (const key of period.keys) keys.add(key);
    const sorted = [...keys].sort();
    const values = await context.getMany(sorted);
    const years = sorted.map((key, at): [string, MeterYear] => {
      const value = values[at];
      return [key, value === undefined ? { entries: [], retired: [] } : (JSON.parse(value) as MeterYear)];
    });
    return new MeterYears(new Map(years));
  }

  /**
   * Enters the period of the record with this id.
   * @throws {ChannelError} RECORD_DUPLICATE, RECORD_VOIDED, PERIOD_OVERLAP naming both records
   */
  enter(period: MeterPeriod, id: string): void {
    this.check(period, id);
    const { keys, start, end } = period;
    for (const key of keys) {
      const year = this.#year(key);
      year.entries.splice(position(year.entries, start), 0, [start, end, id]);
      this.#changed.add(key);
    }
  }

  /**
   * Whether the period could be entered; nothing is.
   * @throws {ChannelError} as `enter`
   */
  check(period: MeterPeriod, id: string): void {
    const { keys, replaces } = period;
    for (const key of keys) this.#check(this.#year(key), period, id);
    if (replaces !== undefined && !keys.some((key) => this.#year(key).retired.includes(replaces))) {
      throw new ChannelError(
        'RECORD_NOT_FOUND',
        `no retired record ${replaces.slice(0, 12)} stands under this meter and year`,
        { where: 'replaces', recordId: id },
      );
    }
  }

  /** True where no record stands or stood in the years of the period, so that it can be entered under any id. */
  isFree({ keys, replaces }: MeterPeriod): boolean {
    if (replaces !== undefined) return false;
    return keys.every((key) => this.#year(key).entries.length === 0 && this.#year(key).retired.length === 0);
  }

  /** Takes a voided or superseded record's period out and keeps its id: one id is active at most once in its life. */
  retire({ keys }: MeterPeriod, id: string): void {
    for (const key of keys) {
      const year = this.#year(key);
      year.entries = year.entries.filter(([, , entry]) => entry !== id);
      year.retired.push(id);
      this.#changed.add(key);
    }
  }

  write(context: LedgerContext): void {
    for (const key of [...this.#changed].sort()) {
      const { entries, retired } = this.#year(key);
      context.put(key, JSON.stringify({ entries, retired }));
    }
  }

  #year(key: string): MeterYear {
    return this.#years.get(key) as MeterYear;
  }

  #check({ entries, retired }: MeterYear, record: MeterPeriod, id: string): void {
    if (retired.includes(id))
      throw new ChannelError('RECORD_VOIDED', `the same content was recorded and retired as ${id.slice(0, 12)}`, {
        recordId: id,
      });
    // Entries do not overlap one another, so only the neighbours of the place can overlap the new one.
    const at = position(entries, record.start);
    for (const entry of [entries[at - 1], entries[at]]) {
      if (entry === undefined) continue;
      const [start, end, other] = entry;
      if (other === id)
        throw new ChannelError('RECORD_DUPLICATE', `record ${id.slice(0, 12)} is on the ledger already`, {
          recordId: id,
        });
      if (start < record.end && record.start < end) {
        throw new ChannelError(
          'PERIOD_OVERLAP',
          `record ${id.slice(0, 12)}, ${record.start} to ${record.end}, overlaps record ${other.slice(0, 12)}, ${start} to ${end}, of the same meter`,
          { recordId: id, otherRecordId: other, where: 'start' },
        );
      }
    }
  }
}

/** First entry that starts at or after the date. */
function position(entries: readonly Entry[], start: string): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle] as Entry)[0] < start) low = middle + 1;
    else high = middle;
  }
  return low;
}

type MeteredPeriod = Pick<ActivityRecord, 'owner' | 'meter' | 'commodity' | 'flow' | 'start' | 'end' | 'replaces'>;

/** Where the record stands in overlap control. */
export function periodOf(record: MeteredPeriod): MeterPeriod {
  const { start, end, replaces } = record;
  const keys = keysOf(record);
  return replaces === undefined ? { keys, start, end } : { keys, start, end, replaces };
}

// A period that ends on 1 January, exclusive, has no day in that year. The dates have been read before: they are not read again.
function keysOf({ owner, meter, commodity, flow, start, end }: MeteredPeriod): string[] {
  const first = Number(start.slice(0, 4));
  const last = Number(end.slice(0, 4)) - (end.endsWith('-01-01') ? 1 : 0);
  if (first === last) return [stateKeys.meterYear(owner, meter, commodity, flow, first)];
  const keys: string[] = [];
  for (let year = first; year <= last; year += 1) keys.push(stateKeys.meterYear(owner, meter, commodity, flow, year));
  return keys;
}

/** Day after the proposal's own date: the last day that a period may end before, wherever on Earth the site lies. */
export function lastRecordableDay(timestamp: string): string {
  return formatDate(parseDate(timestamp.slice(0, 10)) + 1);
}
