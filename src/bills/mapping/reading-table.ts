import {
  ChannelError,
  type Commodity,
  energyRateOf,
  type Flow,
  formatDate,
  formatUnits,
  isChannelError,
  monthOf,
  parseUnit,
  pow10,
} from '../../emissions/index.ts';
import type { BillItem, BillLine, BillWarning, ReadOptions } from '../bill.ts';
import type { DelimitedRow } from '../delimited.ts';
import { CONFLICT, ESTIMATED, fileBudget, IntervalSums, NEGATIVE, REPEATED, type Reading } from '../interval-sums.ts';
import { isoDay } from '../iso-day.ts';
import { LocalDays } from '../local-days.ts';
import { type DayAmount, monthRuns, sumByDay } from '../metered-days.ts';
import { isZone } from '../zone.ts';
import { signDecision } from './amount-evidence.ts';
import { plainAmount } from './amount-form.ts';
import type { DecimalSign, MappedColumn } from './bill-mapping.ts';
import { LOOK_AHEAD } from './bill-table.ts';
import { commodityNamed, isNoUsage, isTotal } from './column-words.ts';
import { dateDecision } from './date-evidence.ts';
import { DateReader, minutesOfTime } from './date-form.ts';
import { LocalInstants } from './local-instants.ts';
import { RowShape } from './row-shape.ts';
import type { TableBinding } from './table-binding.ts';

/** Decimals of an amount that are summed: finer than any meter shows. */
const PLACES = 9;
const DAY_MINUTES = 1_440;
/** From here on an interval goes by the clock's days, which can have 23 or 25 hours; below, by its own length. */
const LONG = 360;

/** The readings of one meter, commodity, unit and flow. */
interface Series {
  readonly meter: string;
  readonly account: string;
  readonly commodity: Commodity;
  readonly unit: string;
  readonly flow: Flow;
  readonly sums: IntervalSums;
  /** First instants already read of those that the clock shows twice. */
  readonly twice: Set<number>;
  /** Months of which a reading could not be read, with its row and reason. */
  readonly bad: Map<string, ChannelError>;
  isZero: boolean;
}

/**
 * A foreign table of interval readings. They are summed by local civil day in the site's zone, and each month is a line; the
 * readings themselves stay here. A blank is a reading that is missing, never zero; a reading that cannot be read makes its
 * month unusable. Lines come at the end of the file.
 */
export class ReadingTable {
  readonly #binding: TableBinding;
  readonly #options: ReadOptions;
  readonly #zoneName: string;
  readonly #zone: LocalDays;
  readonly #instants: LocalInstants;
  readonly #budget = fileBudget();
  readonly #series = new Map<string, Series>();
  readonly #phase: number;
  #held: DelimitedRow[] = [];
  #dates: DateReader | undefined;
  #shape: RowShape | undefined;
  #sign: DecimalSign = 'point';
  /** Minutes of a reading where the file states neither end nor duration. */
  #step: number | undefined;
  /** End times such as 00:59 name the last minute; those such as 01:00 the one after. */
  #lastMinute = false;
  #untold: BillWarning[];
  #broken: ChannelError | undefined;
  readonly #left: number[] = [];

  /** @throws {ChannelError} ZONE_UNKNOWN where nobody told the zone of the site */
  constructor(binding: TableBinding, options: ReadOptions, notices: readonly BillWarning[]) {
    const zone = binding.fixed.zone;
    if (zone === undefined || !isZone(zone)) {
      throw new ChannelError(
        'ZONE_UNKNOWN',
        zone === undefined
          ? 'the file does not say in which time zone its readings are'
          : 'zone is not an IANA time zone',
        { where: 'zone', fix: 'Give the zone of the site, such as --zone America/Los_Angeles.' },
      );
    }
    this.#binding = binding;
    this.#options = options;
    this.#untold = [...notices];
    this.#zoneName = zone;
    this.#zone = new LocalDays(zone);
    this.#instants = new LocalInstants(this.#zone);
    this.#phase = ((-this.#zone.offsetAt(1_600_000_000) % 3_600) + 3_600) % 3_600;
  }

  /** Adds what became known of the file while it is read. */
  note(warnings: readonly BillWarning[]): void {
    this.#untold = [...this.#untold, ...warnings];
  }

  push(rows: readonly DelimitedRow[]): BillItem[] {
    if (this.#dates === undefined) {
      for (const row of rows) this.#held.push(row);
      if (this.#held.length >= LOOK_AHEAD) this.#decide();
      return [];
    }
    for (const row of rows) this.#take(row, this.#dates);
    return [];
  }

  end(): BillItem[] {
    if (this.#dates === undefined) this.#decide();
    const items: BillItem[] = [];
    for (const series of this.#series.values()) items.push(...this.#lines(series));
    if (items.length === 0)
      throw new ChannelError('FILE_MALFORMED', 'the file has a header and no readings below it', { where: 'rows' });
    return this.#withNotices(items);
  }

  #cell(row: DelimitedRow, column: MappedColumn): string {
    const at = this.#binding.at[column];
    return at < 0 ? '' : (row.cells[at] ?? '').trim();
  }

  #decide(): void {
    const { mapping, usualSign } = this.#binding.layout;
    const rows = this.#held;
    this.#held = [];
    const name = this.#binding.nameOf('date');
    const dated = rows.map((row) => ({ row: row.row, dates: [[name, this.#cell(row, 'date')] as const] }));
    const date = dateDecision(dated, this.#options.dateOrder ?? mapping.dateOrder);
    const dates = new DateReader(date.order);
    const amounts = rows.flatMap((row) =>
      (['quantity', 'exported'] as const).map((one) => [row.row, this.#cell(row, one)] as const),
    );
    const sign = signDecision(amounts, this.#options.decimalSign ?? mapping.decimalSign, usualSign);
    this.#sign = sign.sign;
    if (date.stated)
      this.#untold.push({ code: 'DATE_ORDER_READ', message: `dates were read ${date.order}: ${date.seen}` });
    if (date.shortYears)
      this.#untold.push({ code: 'DATE_ORDER_READ', message: 'years of two digits were read as 1980 to 2079' });
    if (sign.stated)
      this.#untold.push({
        code: 'DECIMAL_SIGN_READ',
        message: `amounts were read with a decimal ${sign.sign}: ${sign.seen}`,
      });
    const ends = rows.flatMap((row) => minutesOfTime(this.#cell(row, 'end_time')) ?? []);
    this.#lastMinute = ends.length > 0 && ends.every((minutes) => minutes % 5 === 4);
    this.#step = this.#binding.at.end_time < 0 && this.#binding.at.duration < 0 ? this.#stepOf(rows, dates) : undefined;
    this.#shape = new RowShape(
      this.#binding,
      rows.filter(({ cells }) => !isTotal(cells)),
    );
    this.#dates = dates;
    for (const row of rows) this.#take(row, dates);
  }

  /** The time from one reading to the next, where the file states no end: the same between most neighbours. */
  #stepOf(rows: readonly DelimitedRow[], dates: DateReader): number {
    if (this.#binding.at.time < 0) return DAY_MINUTES;
    const counts = new Map<number, number>();
    let before: number | undefined;
    for (const row of rows) {
      const day = isoDay(dates.iso(this.#cell(row, 'date')));
      const minutes = minutesOfTime(this.#cell(row, 'time'));
      const at = day === undefined || minutes === undefined ? undefined : day * DAY_MINUTES + minutes;
      if (at !== undefined && before !== undefined && at !== before) {
        const step = Math.abs(at - before);
        counts.set(step, (counts.get(step) ?? 0) + 1);
      }
      before = at;
    }
    const [most] = [...counts].sort((a, b) => b[1] - a[1]);
    if (most === undefined || most[1] * 2 <= rows.length - 2) {
      throw new ChannelError(
        'ROW_INVALID',
        'the file does not say how long its readings are, and their times do not show it',
        {
          where: 'readings',
          fix: 'Export the file with an end time or a duration.',
        },
      );
    }
    this.#untold.push({
      code: 'INTERVAL_READ',
      message: `readings were taken as ${most[0]} minutes long: so far are most of them apart`,
    });
    return most[0];
  }

  #take(row: DelimitedRow, dates: DateReader): void {
    const unit = this.#cell(row, 'unit');
    if (isTotal(row.cells) || (unit !== '' && isNoUsage(unit))) {
      if (this.#left.length < 5) this.#left.push(row.row);
      return;
    }
    try {
      this.#shape?.check(row);
    } catch (error) {
      if (!isChannelError(error)) throw error;
      this.#broken ??= error;
      return;
    }
    this.#amount(row, dates, 'quantity', 'delivered');
    if (this.#binding.at.exported >= 0) this.#amount(row, dates, 'exported', 'exported');
  }

  #amount(row: DelimitedRow, dates: DateReader, column: 'quantity' | 'exported', flow: Flow): void {
    const text = this.#cell(row, column);
    const day = isoDay(dates.iso(this.#cell(row, 'date')));
    if (day === undefined) {
      this.#broken ??= this.#fault(
        row,
        'date',
        'DATE_INVALID',
        `the cell is not a date as the file's others are (${dates.order})`,
      );
      return;
    }
    let series: Series | undefined;
    let reading: Reading | undefined;
    try {
      series = this.#seriesOf(row, column, flow);
      if (text === '') return;
      reading = this.#readingOf(row, series, day, column, text);
    } catch (error) {
      if (!isChannelError(error)) throw error;
      const month = monthOf(day);
      if (series === undefined) this.#broken ??= error;
      else if (!series.bad.has(month)) series.bad.set(month, error);
    }
    if (series === undefined || reading === undefined) return;
    if (reading.value !== 0n) series.isZero = false;
    series.sums.add(reading);
    if (series.sums.fault !== undefined) this.#broken ??= this.#fault(row, 'time', 'ROW_INVALID', series.sums.fault);
  }

  #readingOf(
    row: DelimitedRow,
    series: Series,
    day: number,
    column: 'quantity' | 'exported',
    text: string,
  ): Reading | undefined {
    const amount = plainAmount(text, this.#sign);
    if (amount === undefined)
      throw this.#fault(row, column, 'DECIMAL_INVALID', `the cell holds no amount with a decimal ${this.#sign}`);
    const value = unitsOf(amount);
    if (value === undefined)
      throw this.#fault(row, column, 'DECIMAL_INVALID', 'the amount is longer than any meter shows');
    const { start, seconds } = this.#timeOf(row, series, day, value);
    if (seconds === 0) return undefined;
    const estimated = /\bestimat/i.test(`${this.#cell(row, 'notes')} ${this.#cell(row, 'read_basis')}`);
    const flags = (estimated ? ESTIMATED : 0) | (value < 0n ? NEGATIVE : 0);
    return { start, seconds, value, flags };
  }

  #timeOf(row: DelimitedRow, series: Series, day: number, value: bigint): { start: number; seconds: number } {
    const from = this.#binding.at.time < 0 ? 0 : minutesOfTime(this.#cell(row, 'time'));
    if (from === undefined || from === DAY_MINUTES)
      throw this.#fault(row, 'time', 'DATE_INVALID', 'the cell is no time of day');
    const minutes = this.#minutesOf(row, from);
    const starts = this.#instants.of(day, from);
    const [first, second] = starts;
    if (first === undefined) {
      // Where the clock was set forward, some files have a row of zero for the hour that does not exist.
      if (value === 0n) return { start: 0, seconds: 0 };
      throw this.#fault(row, 'time', 'DATE_INVALID', `the time does not exist in the zone ${this.#zoneName}`);
    }
    let start = first;
    if (second !== undefined) {
      if (series.twice.has(first)) start = second;
      else series.twice.add(first);
    }
    if (minutes < LONG) return { start, seconds: minutes * 60 };
    const until = from + minutes;
    const [end] = this.#instants.of(day + Math.floor(until / DAY_MINUTES), until % DAY_MINUTES);
    return { start, seconds: (end ?? start + minutes * 60) - start };
  }

  #minutesOf(row: DelimitedRow, from: number): number {
    const stated = this.#cell(row, 'duration');
    if (this.#binding.at.duration >= 0) {
      if (/^[1-9]\d{0,3}$/.test(stated)) return Number(stated);
      throw this.#fault(row, 'duration', 'ROW_INVALID', 'the duration is not a number of minutes');
    }
    if (this.#step !== undefined) return this.#step;
    const end = minutesOfTime(this.#cell(row, 'end_time'));
    if (end === undefined) throw this.#fault(row, 'end_time', 'DATE_INVALID', 'the cell is no time of day');
    const until = this.#lastMinute ? end + 1 : end;
    const minutes = until > from ? until - from : until + DAY_MINUTES - from;
    return minutes;
  }

  #seriesOf(row: DelimitedRow, column: 'quantity' | 'exported', flow: Flow): Series {
    const { fixed, layout } = this.#binding;
    const said = this.#cell(row, 'commodity');
    const account = this.#cell(row, 'account') || (fixed.account ?? '');
    const meter = this.#cell(row, 'meter') || (fixed.meter ?? account);
    const unitText = this.#cell(row, 'unit') || ((column === 'exported' ? fixed.exportedUnit : fixed.unit) ?? '');
    const key = `${meter}\u0000${said}\u0000${unitText}\u0000${flow}`;
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    const commodity =
      commodityNamed(said) ??
      fixed.commodity ??
      layout.commodityOf?.(unitText) ??
      (said === '' ? fixed.toldCommodity : undefined);
    if (commodity === undefined)
      throw this.#fault(
        row,
        'commodity',
        'COMMODITY_UNKNOWN',
        'nothing says which commodity the readings are of',
        'Give --commodity.',
      );
    if (unitText === '')
      throw this.#fault(row, 'unit', 'UNIT_UNKNOWN', 'nothing says in which unit the readings are', 'Give --unit.');
    if (meter === '')
      throw this.#fault(row, 'meter', 'ROW_INVALID', 'neither meter nor account is given', 'Give --meter.');
    const unit = parseUnit(unitText);
    energyRateOf({ commodity, unit });
    const sums = new IntervalSums(this.#phase, this.#budget);
    const series: Series = {
      meter,
      account,
      commodity,
      unit,
      flow,
      sums,
      twice: new Set(),
      bad: new Map(),
      isZero: true,
    };
    this.#series.set(key, series);
    return series;
  }

  #lines(series: Series): BillItem[] {
    // A meter that never exports has a column of zeros for it.
    if (series.flow === 'exported' && series.isZero && series.bad.size === 0) return [];
    const { days, misplaced } = sumByDay([series.sums], 1n, this.#zone);
    const items: BillItem[] = [];
    for (const { start, end } of monthRuns(days.keys(), monthOf)) {
      const where = `${series.flow}, ${monthOf(start)}`;
      const error = this.#faultOf(series, days, start, end, misplaced, where);
      if (error !== undefined)
        items.push({ rejected: { ...error.report(), where: error.details.where ?? where }, where });
      else items.push({ line: this.#lineOf(series, days, start, end, where) });
    }
    for (const [month, error] of series.bad) {
      if (items.some((item) => ('rejected' in item ? item.where : '') === `${series.flow}, ${month}`)) continue;
      items.push({ rejected: error.report(), where: `${series.flow}, ${month}` });
    }
    return items;
  }

  #faultOf(
    series: Series,
    days: ReadonlyMap<number, DayAmount>,
    start: number,
    end: number,
    misplaced: number,
    where: string,
  ): ChannelError | undefined {
    if (this.#broken !== undefined) return this.#broken;
    const bad = series.bad.get(monthOf(start));
    if (bad !== undefined) return bad;
    if (misplaced > 0)
      return new ChannelError(
        'PERIOD_INVALID',
        'a reading over several days does not begin and end at local midnight',
        { where },
      );
    let flags = 0;
    let amount = 0n;
    for (let day = start; day < end; day += 1) {
      const found = days.get(day) as DayAmount;
      flags |= found.flags;
      amount += found.amount;
    }
    if ((flags & CONFLICT) !== 0)
      return new ChannelError('ROW_INVALID', 'readings of the same time are not the same', {
        where,
        fix: 'Ask the utility for a file with one reading a time.',
      });
    if (amount < 0n || (flags & NEGATIVE) !== 0)
      return new ChannelError('QUANTITY_NEGATIVE', 'readings add up delivered and exported energy', {
        where,
        fix: 'Ask the utility for delivered and exported energy apart; exports never reduce what was delivered.',
      });
    return undefined;
  }

  #lineOf(series: Series, days: ReadonlyMap<number, DayAmount>, start: number, end: number, where: string): BillLine {
    let [amount, estimated, missing, flags] = [0n, 0n, 0, 0];
    for (let day = start; day < end; day += 1) {
      const found = days.get(day) as DayAmount;
      amount += found.amount;
      estimated += found.estimated;
      missing += Math.max(0, this.#zone.minutesOf(day) - found.minutes);
      flags |= found.flags;
    }
    const warnings: BillWarning[] = [];
    const shown = (units: bigint) => formatUnits(units, PLACES);
    if ((flags & ESTIMATED) !== 0)
      warnings.push({
        code: 'READINGS_ESTIMATED',
        message: `${shown(estimated)} of ${shown(amount)} ${series.unit} are estimated`,
      });
    if ((flags & REPEATED) !== 0)
      warnings.push({ code: 'READINGS_REPEATED', message: 'readings stand in the file twice and were counted once' });
    if (missing > 0) warnings.push({ code: 'READINGS_MISSING', message: `readings of ${missing} minutes are missing` });
    const { fixed } = this.#binding;
    return {
      utility: fixed.utility ?? '',
      meter: series.meter,
      ...(series.account === '' ? {} : { account: series.account }),
      zone: this.#zoneName,
      commodity: series.commodity,
      flow: series.flow,
      start: formatDate(start),
      end: formatDate(end),
      statedEnd: 'exclusive',
      quantity: shown(amount),
      unit: parseUnit(series.unit),
      readBasis: (flags & ESTIMATED) === 0 ? 'actual' : 'estimated',
      place: this.#options.place ?? {},
      warnings,
      where,
    };
  }

  #withNotices(items: BillItem[]): BillItem[] {
    if (this.#left.length > 0)
      this.#untold.push({
        code: 'ROWS_LEFT_OUT',
        message: `totals and rows of money or power were not counted: rows ${this.#left.join(', ')}`,
      });
    const at = items.findIndex((item) => 'line' in item);
    const first = items[at];
    if (first !== undefined && 'line' in first)
      items[at] = { line: { ...first.line, warnings: [...this.#untold, ...first.line.warnings] } };
    return items;
  }

  #fault(
    row: DelimitedRow,
    column: MappedColumn,
    code: ChannelError['code'],
    message: string,
    fix?: string,
  ): ChannelError {
    return new ChannelError(code, message, {
      where: `row ${row.row}, column ${this.#binding.nameOf(column)}`,
      ...(fix === undefined ? {} : { fix }),
    });
  }
}

/** An amount in units of 10^-9; undefined where it is finer or greater than is summed. */
function unitsOf(amount: string): bigint | undefined {
  const match = /^(-?)(\d{1,8})(?:\.(\d{1,9}))?0*$/.exec(amount);
  if (match === null) return undefined;
  const units = BigInt(match[2] as string) * pow10(PLACES) + BigInt((match[3] ?? '').padEnd(PLACES, '0'));
  return match[1] === '-' ? -units : units;
}
