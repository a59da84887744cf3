import {
  type Commodity,
  commodities,
  energyRateOf,
  type Flow,
  flows,
  formatDate,
  isChannelError,
  parseUnit,
  type ReadBasis,
  readBases,
  type StatedEnd,
  statedEnds,
  type UnitName,
} from '../emissions/index.ts';
import type { BillLine, PlaceHint, ReadOptions } from './bill.ts';
import type { CsvColumn } from './csv-columns.ts';
import { placeOf, readRow } from './csv-row.ts';
import { unguardCell } from './formula-guard.ts';
import { isoDay } from './iso-day.ts';
import { isZone } from './zone.ts';

/** Columns that a row without register needs; each has its place in the row, or -1. */
type Places = Readonly<Record<CsvColumn, number>>;

const MAX_TEXT = 200;
const MAX_DAYS = 800;
/** How many texts of one column are remembered: portfolios repeat the same few. */
const MAX_KNOWN = 4_096;

/**
 * Reads rows of the plain layout. A row in which every cell is in its usual form takes a short way, which remembers what
 * repeats from row to row; any other is read by `readRow`, which also says what is wrong. Both give the same line.
 */
export class PlainRows {
  readonly #at: Places;
  readonly #options: ReadOptions;
  readonly #hasGasColumns: boolean;
  readonly #commodities: Known<Commodity>;
  readonly #flows: Known<Flow>;
  readonly #bases: Known<ReadBasis>;
  readonly #ends: Known<StatedEnd>;
  readonly #units: Known<UnitName>;
  readonly #zones: Known<string>;
  readonly #places: Known<PlaceHint>;
  /** A commodity and a unit that measures it. */
  #lastCommodity: Commodity | undefined;
  #lastUnit: UnitName | undefined;
  readonly #days = new Map<number, string>();
  /** The row whose place is looked up. */
  #row: readonly string[] = [];

  constructor(at: Places, options: ReadOptions) {
    this.#at = at;
    this.#options = options;
    this.#hasGasColumns = at.heat_content >= 0 || at.heat_content_unit >= 0 || at.calorific >= 0;
    this.#commodities = new Known(oneOf(commodities), options.commodity);
    this.#flows = new Known(oneOf(flows), 'delivered');
    this.#bases = new Known(oneOf(readBases), 'actual');
    this.#ends = new Known(oneOf(statedEnds), options.statedEnd);
    this.#units = new Known(unitOf, options.unit === undefined ? undefined : unitOf(options.unit));
    this.#zones = new Known((text) => (isZone(text) ? text : undefined), undefined);
    this.#places = new Known(() => orUndefined(() => placeOf(this.cellOf(this.#row), options.place ?? {})), undefined);
  }

  /**
   * The row as a bill line without warnings and parts.
   * @throws {ChannelError} as `readRow`
   */
  read(cells: readonly string[], row: number): BillLine {
    return this.#usual(cells, row) ?? readRow(this.cellOf(cells), this.#options, row);
  }

  /** What a column says in a row, trimmed; blank where the column is absent. */
  cellOf(cells: readonly string[]): (column: CsvColumn) => string {
    return (column) => {
      const at = this.#at[column];
      return at < 0 ? '' : unguardCell((cells[at] ?? '').trim());
    };
  }

  /** The line, where every cell is in its usual form. */
  #usual(cells: readonly string[], row: number): BillLine | undefined {
    const line: Draft = {
      utility: '',
      meter: '',
      commodity: 'electricity',
      flow: 'delivered',
      start: '',
      end: '',
      statedEnd: 'exclusive',
      quantity: '',
      unit: 'kWh',
      readBasis: 'actual',
      place: NOWHERE,
      warnings: NONE,
      where: `row ${row}`,
    };
    const isUsual = this.#readPeriod(cells, line) && this.#readAmount(cells, line) && this.#readNames(cells, line);
    return isUsual && this.#readPlace(cells, line) ? line : undefined;
  }

  #readPeriod(cells: readonly string[], line: Draft): boolean {
    const at = this.#at;
    const start = isoDay(cells[at.start]);
    const stated = isoDay(cells[at.end]);
    const statedEnd = this.#ends.of(cells[at.end_convention]);
    if (start === undefined || stated === undefined || statedEnd === undefined) return false;
    if (statedEnd === 'read-date') return false;
    const end = statedEnd === 'inclusive' ? stated + 1 : stated;
    if (end <= start || end - start > MAX_DAYS) return false;
    const days = at.days < 0 ? '' : cells[at.days];
    if (days !== '' && days !== String(end - start)) return false;
    line.start = cells[at.start] as string;
    line.end = statedEnd === 'inclusive' ? this.#dateOf(end) : (cells[at.end] as string);
    line.statedEnd = statedEnd;
    return true;
  }

  #readAmount(cells: readonly string[], line: Draft): boolean {
    const at = this.#at;
    const quantity = canonicalAmount(cells[at.quantity] as string);
    const commodity = this.#commodities.of(cells[at.commodity]);
    const unit = this.#units.of(cells[at.unit]);
    if (quantity === undefined || commodity === undefined || unit === undefined) return false;
    const flow = this.#flows.of(cells[at.flow]);
    const readBasis = this.#bases.of(cells[at.read_basis]);
    if (flow === undefined || readBasis === undefined) return false;
    if (this.#hasGasColumns && this.#isGasRow(cells)) return false;
    line.quantity = quantity;
    line.commodity = commodity;
    line.unit = unit;
    line.flow = flow;
    line.readBasis = readBasis;
    return this.#isFit(commodity, unit);
  }

  #readNames(cells: readonly string[], line: Draft): boolean {
    const { at, options } = { at: this.#at, options: this.#options };
    const utility = usualText(cells, at.utility);
    const account = usualText(cells, at.account);
    const meter = usualText(cells, at.meter);
    const site = usualText(cells, at.site);
    if (utility === undefined || account === undefined || meter === undefined || site === undefined) return false;
    if (isExponent(account) || isExponent(meter)) return false;
    if (at.document >= 0 && cells[at.document] !== '') return false;
    const named = account === '' ? options.account : account;
    line.meter = meter === '' ? (options.meter ?? named ?? '') : meter;
    line.utility = utility === '' ? (options.utility ?? '') : utility;
    if (named !== undefined) line.account = named;
    if (site !== '') line.site = site;
    return line.meter !== '';
  }

  #readPlace(cells: readonly string[], line: Draft): boolean {
    const text = cells[this.#at.zone] || this.#options.zone;
    if (text !== undefined) {
      const zone = this.#zones.of(text);
      if (zone === undefined) return false;
      line.zone = zone;
    }
    const place = this.#placeOf(cells);
    if (place === undefined) return false;
    line.place = place;
    return true;
  }

  #isGasRow(cells: readonly string[]): boolean {
    const { heat_content, heat_content_unit, calorific } = this.#at;
    for (const at of [heat_content, heat_content_unit, calorific]) if (at >= 0 && cells[at] !== '') return true;
    return false;
  }

  #isFit(commodity: Commodity, unit: UnitName): boolean {
    if (commodity === this.#lastCommodity && unit === this.#lastUnit) return true;
    if (orUndefined(() => energyRateOf({ commodity, unit })) === undefined) return false;
    this.#lastCommodity = commodity;
    this.#lastUnit = unit;
    return true;
  }

  #dateOf(day: number): string {
    let text = this.#days.get(day);
    if (text === undefined) {
      text = formatDate(day);
      this.#days.set(day, text);
    }
    return text;
  }

  /** The row's place: most files repeat few of them. */
  #placeOf(cells: readonly string[]): PlaceHint | undefined {
    const { country, subdivision, region, zip, utility_id } = this.#at;
    if (country < 0 && subdivision < 0 && region < 0 && zip < 0 && utility_id < 0)
      return this.#options.place ?? NOWHERE;
    const part = (at: number) => (at < 0 ? '' : cells[at]);
    this.#row = cells;
    return this.#places.of(
      `${part(country)}\n${part(subdivision)}\n${part(region)}\n${part(zip)}\n${part(utility_id)}`,
    );
  }
}

type Draft = Mutable<BillLine>;

export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const NONE: BillLine['warnings'] = [];
const NOWHERE: PlaceHint = {};

/** Texts of a column with what they mean; what means nothing is left to `readRow`. */
class Known<T> {
  readonly #values = new Map<string, T | undefined>();
  readonly #read: (text: string) => T | undefined;
  readonly #absent: T | undefined;
  #lastText: string | undefined;
  #last: T | undefined;

  constructor(read: (text: string) => T | undefined, absent: T | undefined) {
    this.#read = read;
    this.#absent = absent;
  }

  of(text: string | undefined): T | undefined {
    if (text === undefined || text === '') return this.#absent;
    if (text === this.#lastText) return this.#last;
    let value = this.#values.get(text);
    if (value === undefined && !this.#values.has(text)) {
      value = this.#read(text);
      if (value !== undefined) this.learn(text, value);
    }
    this.#lastText = text;
    this.#last = value;
    return value;
  }

  learn(text: string, value: T): void {
    if (this.#values.size >= MAX_KNOWN) this.#values.clear();
    // A copy: a cell is a part of a run of text, which it would keep in memory.
    this.#values.set(Buffer.from(text).toString(), value);
    this.#lastText = undefined;
  }
}

function oneOf<T extends string>(names: readonly T[]): (text: string) => T | undefined {
  return (text) => names.find((name) => name === text);
}

function unitOf(text: string): UnitName | undefined {
  return orUndefined(() => parseUnit(text));
}

/** What is refused here, `readRow` refuses with its reason. */
function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isChannelError(error)) return undefined;
    throw error;
  }
}

/** A plain decimal in the form in which it stands on the ledger, the trailing zeros taken off; undefined for any other text. */
function canonicalAmount(text: string): string | undefined {
  if (!DECIMAL.test(text)) return undefined;
  const dot = text.indexOf('.');
  let end = text.length;
  if (dot < 0 || text.charCodeAt(end - 1) !== ZERO) return text;
  while (text.charCodeAt(end - 1) === ZERO) end -= 1;
  return text.slice(0, end - 1 === dot ? dot : end);
}

/** As `parseDecimal` reads it. */
const DECIMAL = /^(?:0|[1-9][0-9]{0,29})(?:\.[0-9]{1,18})?$/;
const ZERO = 48;

/** A cell that is short, without blanks around it, characters that do not print, or an apostrophe before it; blank where absent. */
function usualText(cells: readonly string[], at: number): string | undefined {
  const text = at < 0 ? '' : (cells[at] as string);
  if (text === '') return text;
  if (text.length > MAX_TEXT) return undefined;
  return USUAL.test(text) ? text : undefined;
}

const USUAL = /^(?:[!-&(-~](?:[ -~]*[!-~])?)?$/;

/** True for a number that a spreadsheet has cut: `readRow` refuses it. */
function isExponent(text: string): boolean {
  const first = text.charCodeAt(0);
  return first >= 48 && first <= 57 && EXPONENT.test(text);
}

const EXPONENT = /^[0-9](?:\.[0-9]+)?e\+?[0-9]+$/i;
