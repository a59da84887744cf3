import { ChannelError, type ErrorCode } from '../../emissions/index.ts';
import type { BillWarning } from '../bill.ts';
import type { DelimitedRow } from '../delimited.ts';
import type { LocalDays } from '../local-days.ts';
import type { MappedColumn } from './bill-mapping.ts';
import { type DateReader, minutesOfTime } from './date-form.ts';
import { LocalInstants } from './local-instants.ts';
import { cellOf, rowFault, type TableBinding } from './table-binding.ts';

const DAY_MINUTES = 1_440;
/** From here on an interval goes by the clock's days, which can have 23 or 25 hours; below, by its own length. */
const LONG = 360;

/** When the readings of a table begin and how long they are, by the clock of the site. */
export class ReadingTimes {
  readonly #binding: TableBinding;
  readonly #instants: LocalInstants;
  readonly #zoneName: string;
  /** Minutes of a reading where the file states neither end nor duration. */
  #step: number | undefined;
  /** End times such as 00:59 name the last minute; those such as 01:00 the one after. */
  #lastMinute = false;

  constructor(binding: TableBinding, zone: LocalDays, zoneName: string) {
    this.#binding = binding;
    this.#instants = new LocalInstants(zone);
    this.#zoneName = zoneName;
  }

  /**
   * Decides by the first rows how ends are written, or how long readings are where none is.
   * @throws {ChannelError} ROW_INVALID where nothing shows how long a reading is
   */
  decide(rows: readonly DelimitedRow[], dates: DateReader): BillWarning[] {
    const { at } = this.#binding;
    const ends = rows.flatMap((row) => minutesOfTime(cellOf(this.#binding, row, 'end_time')) ?? []);
    this.#lastMinute = ends.length > 0 && ends.every((minutes) => minutes % 5 === 4);
    if (at.end_time >= 0 || at.duration >= 0) return [];
    this.#step = at.time < 0 ? DAY_MINUTES : this.#usualStep(rows, dates);
    const message = `readings were taken as ${this.#step} minutes long: so far are most of them apart`;
    return at.time < 0 ? [] : [{ code: 'INTERVAL_READ', message }];
  }

  /**
   * The time of a reading; undefined for a zero at a time that the clock skips. `twice` has the instants read so far of those
   * that the clock shows twice.
   * @throws {ChannelError} DATE_INVALID, ROW_INVALID
   */
  of(
    row: DelimitedRow,
    day: number,
    twice: Set<number>,
    isZero: boolean,
  ): { start: number; seconds: number } | undefined {
    const from = this.#binding.at.time < 0 ? 0 : minutesOfTime(cellOf(this.#binding, row, 'time'));
    if (from === undefined || from === DAY_MINUTES)
      throw this.#fault(row, 'time', 'DATE_INVALID', 'the cell is no time of day');
    const minutes = this.#minutesOf(row, from);
    const [first, second] = this.#instants.of(day, from);
    if (first === undefined) {
      // Where the clock was set forward, some files have a row of zero for the hour that does not exist.
      if (isZero) return undefined;
      throw this.#fault(row, 'time', 'DATE_INVALID', `the time does not exist in the zone ${this.#zoneName}`);
    }
    const start = second !== undefined && twice.has(first) ? second : first;
    if (second !== undefined) twice.add(first);
    if (minutes < LONG) return { start, seconds: minutes * 60 };
    const until = from + minutes;
    const [end] = this.#instants.of(day + Math.floor(until / DAY_MINUTES), until % DAY_MINUTES);
    return { start, seconds: (end ?? start + minutes * 60) - start };
  }

  #minutesOf(row: DelimitedRow, from: number): number {
    if (this.#binding.at.duration >= 0) {
      const stated = cellOf(this.#binding, row, 'duration');
      if (/^[1-9]\d{0,3}$/.test(stated)) return Number(stated);
      throw this.#fault(row, 'duration', 'ROW_INVALID', 'the duration is not a number of minutes');
    }
    if (this.#step !== undefined) return this.#step;
    const end = minutesOfTime(cellOf(this.#binding, row, 'end_time'));
    if (end === undefined) throw this.#fault(row, 'end_time', 'DATE_INVALID', 'the cell is no time of day');
    const until = this.#lastMinute ? end + 1 : end;
    return until > from ? until - from : until + DAY_MINUTES - from;
  }

  /** The time from one reading to the next, which must be the same between most neighbours. */
  #usualStep(rows: readonly DelimitedRow[], dates: DateReader): number {
    const times = rows.map((row) => {
      const day = dates.read(cellOf(this.#binding, row, 'date'))?.day;
      const minutes = minutesOfTime(cellOf(this.#binding, row, 'time'));
      return day === undefined || minutes === undefined ? Number.NaN : day * DAY_MINUTES + minutes;
    });
    const steps = times.slice(1).map((time, at) => Math.abs(time - (times[at] as number)));
    const groups = Map.groupBy(
      steps.filter((step) => step > 0),
      (step) => step,
    );
    const [most] = [...groups.values()].sort((a, b) => b.length - a.length);
    if (most !== undefined && most.length * 2 > steps.length) return most[0] as number;
    throw new ChannelError('ROW_INVALID', 'neither the file nor the times of its readings say how long they are', {
      where: 'readings',
      fix: 'Export the file with an end time or a duration.',
    });
  }

  #fault(row: DelimitedRow, column: MappedColumn, code: ErrorCode, message: string): ChannelError {
    return rowFault(this.#binding, row, column, code, message);
  }
}
