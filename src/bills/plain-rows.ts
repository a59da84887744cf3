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
    const at = this.#at;
    const options = this.#options;
    const start = isoDay(cells[at.start]);
    const stated = isoDay(cells[at.end]);
    const statedEnd = this.#ends.of(cells[at.end_convention]);
    if (start === undefined || stated === undefined || statedEnd === undefined || statedEnd === 'read-date')
      return undefined;
    const end = statedEnd === 'inclusive' ? stated + 1 : stated;
    if (end <= start || end - start > MAX_DAYS) return undefined;
    const days = at.days < 0 ? '' : (cells[at.days] as string);
    if (days !== '' && days !== String(end - start)) return undefined;

    const quantity = canonicalAmount(cells[at.quantity] as string);
    const commodity = this.#commodities.of(cells[at.commodity]);
    const flow = this.#flows.of(cells[at.flow]);
    const unit = this.#units.of(cells[at.unit]);
    const readBasis = this.#bases.of(cells[at.read_basis]);
    if (quantity === undefined || commodity === undefined || flow === undefined) return undefined;
    if (unit === undefined || readBasis === undefined) return undefined;
    if (this.#hasGasColumns && this.#isGasRow(cells)) return undefined;
    if (!this.#isFit(commodity, unit)) return undefined;

    const utility = at.utility < 0 ? '' : usualText(cells[at.utility] as string);
    const account = at.account < 0 ? '' : usualText(cells[at.account] as string);
    const meter = at.meter < 0 ? '' : usualText(cells[at.meter] as string);
    const site = at.site < 0 ? '' : usualText(cells[at.site] as string);
    if (utility === undefined || account === undefined || meter === undefined || site === undefined) return undefined;
    if (isExponent(account) || isExponent(meter)) return undefined;
    const named = account === '' ? options.account : account;
    const number = meter === '' ? (options.meter ?? named ?? '') : meter;
    if (number === '') return undefined;
    if (at.document >= 0 && cells[at.document] !== '') return undefined;

    let zone = options.zone;
    if (at.zone >= 0 && cells[at.zone] !== '') zone = this.#zones.of(cells[at.zone]);
    else if (zone !== undefined) zone = this.#zones.of(zone);
    if (zone === undefined && (options.zone !== undefined || (at.zone >= 0 && cells[at.zone] !== ''))) return undefined;
    const place = this.#placeOf(cells);
    if (place === undefined) return undefined;

    const line: Mutable<BillLine> = {
      utility: utility === '' ? (options.utility ?? '') : utility,
      meter: number,
      commodity,
      flow,
      start: cells[at.start] as string,
      end: statedEnd === 'inclusive' ? this.#dateOf(end) : (cells[at.end] as string),
      statedEnd,
      quantity,
      unit,
      readBasis,
      place,
      warnings: NONE,
      where: `row ${row}`,
    };
    if (named !== undefined) line.account = named;
    if (site !== '') line.site = site;
    if (zone !== undefined) line.zone = zone;
    return line;
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
  const length = text.length;
  if (length === 0 || length > 31) return undefined;
  let dot = -1;
  for (let at = 0; at < length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 46 && dot < 0) dot = at;
    else if (code < 48 || code > 57) return undefined;
  }
  if (text.charCodeAt(0) === 48 && length > 1 && dot !== 1) return undefined;
  if (dot < 0) return length > 30 ? undefined : text;
  if (dot === 0 || dot === length - 1 || length - dot - 1 > 18) return undefined;
  let end = length;
  while (text.charCodeAt(end - 1) === 48) end -= 1;
  return end === length ? text : text.slice(0, end - 1 === dot ? dot : end);
}

/** The cell, where it is short, has no blank around it, no character but those that print, and no apostrophe before it. */
function usualText(text: string): string | undefined {
  const length = text.length;
  if (length === 0) return text;
  if (
    length > MAX_TEXT ||
    text.charCodeAt(0) === 32 ||
    text.charCodeAt(0) === 39 ||
    text.charCodeAt(length - 1) === 32
  ) {
    return undefined;
  }
  for (let at = 0; at < length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 32 || code > 126) return undefined;
  }
  return text;
}

/** True for what could be a number that a spreadsheet has cut: `readRow` looks closer. */
function isExponent(text: string): boolean {
  const first = text.charCodeAt(0);
  return first >= 48 && first <= 57 && /e/i.test(text);
}
