import {
  ChannelError,
  type ErrorCode,
  energyRateOf,
  type Flow,
  isChannelError,
  monthOf,
  parseUnit,
  pow10,
} from '../../emissions/index.ts';
import type { BillItem, BillWarning, ReadOptions } from '../bill.ts';
import type { DelimitedRow } from '../delimited.ts';
import { ESTIMATED, fileBudget, IntervalSums, NEGATIVE, type Reading } from '../interval-sums.ts';
import { LocalDays } from '../local-days.ts';
import { isZone } from '../zone.ts';
import { signDecision } from './amount-evidence.ts';
import { plainAmount } from './amount-form.ts';
import type { DecimalSign, MappedColumn } from './bill-mapping.ts';
import { LOOK_AHEAD } from './bill-table.ts';
import { commodityNamed, isNoUsage } from './column-words.ts';
import { dateDecision } from './date-evidence.ts';
import { DateReader } from './date-form.ts';
import { decisionWarnings } from './decision-warnings.ts';
import { LeftOut } from './left-out.ts';
import { basisOf } from './read-basis.ts';
import { demandReadings } from './reading-evidence.ts';
import { PLACES, type ReadingSeries, seriesLines } from './reading-lines.ts';
import { ReadingTimes } from './reading-times.ts';
import { RowShape } from './row-shape.ts';
import { cellOf, rowFault, type TableBinding } from './table-binding.ts';
import { TotalRows } from './total-rows.ts';

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
  readonly #budget = fileBudget();
  readonly #series = new Map<string, ReadingSeries>();
  readonly #phase: number;
  #held: DelimitedRow[] = [];
  #dates: DateReader | undefined;
  #shape: RowShape | undefined;
  #sign: DecimalSign = 'point';
  #times: ReadingTimes | undefined;
  #untold: BillWarning[];
  #broken: ChannelError | undefined;
  readonly #left = new LeftOut('totals and rows of money or power');
  readonly #isTotal: TotalRows;

  /** @throws {ChannelError} ZONE_UNKNOWN where nobody told the zone of the site */
  constructor(binding: TableBinding, options: ReadOptions, notices: readonly BillWarning[]) {
    const zone = binding.fixed.zone ?? options.placeZone;
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
    this.#isTotal = new TotalRows((column) => binding.at[column]);
    this.#untold = [...notices];
    this.#zoneName = zone;
    this.#zone = new LocalDays(zone);
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
    const context = {
      zone: this.#zone,
      zoneName: this.#zoneName,
      utility: this.#binding.fixed.utility ?? '',
      place: this.#options.place ?? {},
      broken: this.#broken,
    };
    for (const series of this.#series.values()) items.push(...seriesLines(series, context));
    if (items.length === 0 && this.#broken !== undefined) throw this.#broken;
    if (items.length === 0)
      throw new ChannelError('FILE_MALFORMED', 'the file has a header and no readings below it', { where: 'rows' });
    return this.#withNotices(items);
  }

  #cell(row: DelimitedRow, column: MappedColumn): string {
    return cellOf(this.#binding, row, column);
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
    this.#untold.push(...decisionWarnings(date, sign));
    demandReadings(
      this.#binding,
      rows.filter(({ cells }) => !this.#isTotal.is(cells)),
      dates,
      sign.sign,
    );
    this.#times = new ReadingTimes(this.#binding, this.#zone, this.#zoneName);
    this.#untold.push(...this.#times.decide(rows, dates));
    this.#shape = new RowShape(
      this.#binding,
      rows.filter(({ cells }) => !this.#isTotal.is(cells)),
    );
    this.#dates = dates;
    for (const row of rows) this.#take(row, dates);
  }

  #take(row: DelimitedRow, dates: DateReader): void {
    const unit = this.#cell(row, 'unit');
    if (this.#isTotal.is(row.cells) || (unit !== '' && isNoUsage(unit))) {
      this.#left.add(row.row);
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
    const day = dates.read(this.#cell(row, 'date'))?.day;
    if (day === undefined) {
      this.#broken ??= this.#fault(
        row,
        'date',
        'DATE_INVALID',
        `the cell is not a date as the file's others are (${dates.order})`,
      );
      return;
    }
    let series: ReadingSeries | undefined;
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
    series: ReadingSeries,
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
    const time = (this.#times as ReadingTimes).of(row, day, series.twice, value === 0n);
    if (time === undefined) return undefined;
    const basis = basisOf(this.#binding.nameOf('read_basis'), this.#cell(row, 'read_basis'), this.#cell(row, 'notes'));
    const estimated = basis === 'estimated';
    const flags = (estimated ? ESTIMATED : 0) | (value < 0n ? NEGATIVE : 0);
    return { ...time, value, flags };
  }

  #seriesOf(row: DelimitedRow, column: 'quantity' | 'exported', flow: Flow): ReadingSeries {
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
    const named = fixed.named[column];
    if (named !== undefined && named !== unit)
      throw this.#fault(
        row,
        'unit',
        'UNIT_AMBIGUOUS',
        `the cell says ${unit}, and the name of column ${this.#binding.nameOf(column)} ${named}`,
        'Mend the one that is wrong, so that both say the same.',
      );
    energyRateOf({ commodity, unit });
    const sums = new IntervalSums(this.#phase, this.#budget);
    const series: ReadingSeries = {
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

  #withNotices(items: BillItem[]): BillItem[] {
    this.#untold.push(...this.#left.warnings());
    const at = items.findIndex((item) => 'line' in item);
    const first = items[at];
    if (first !== undefined && 'line' in first)
      items[at] = { line: { ...first.line, warnings: [...this.#untold, ...first.line.warnings] } };
    return items;
  }

  #fault(row: DelimitedRow, column: MappedColumn, code: ErrorCode, message: string, fix?: string): ChannelError {
    return rowFault(this.#binding, row, column, code, message, fix);
  }
}

/** An amount in units of 10^-9; undefined where it is finer or greater than is summed. */
function unitsOf(amount: string): bigint | undefined {
  const match = /^(-?)(\d{1,8})(?:\.(\d{1,9})0*)?$/.exec(amount);
  if (match === null) return undefined;
  const units = BigInt(match[2] as string) * pow10(PLACES) + BigInt((match[3] ?? '').padEnd(PLACES, '0'));
  return match[1] === '-' ? -units : units;
}
