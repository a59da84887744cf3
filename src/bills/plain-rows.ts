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
import { canonicalAmount } from './canonical-amount.ts';
import type { CsvColumn } from './csv-columns.ts';
import { placeOf, readRow } from './csv-row.ts';
import { unguardCell } from './formula-guard.ts';
import { PeriodDays, type ReadDay } from './iso-day.ts';
import { KnownTexts } from './known-texts.ts';
import { isZone } from './zone.ts';

/** Columns that a row without register needs; each has its place in the row, or -1. */
type Places = Readonly<Record<CsvColumn, number>>;

const MAX_TEXT = 200;
const MAX_DAYS = 800;

/** What a row says of how its amount and dates are to be read, and of where it was. Many rows say the same. */
type Terms = Pick<BillLine, 'commodity' | 'flow' | 'statedEnd' | 'unit' | 'readBasis' | 'place'> & Given<'zone'>;
/** Whose a row is. */
type Names = Pick<BillLine, 'utility' | 'meter'> & Given<'account' | 'site'>;
type Given<K extends keyof BillLine> = { readonly [N in K]: BillLine[N] | undefined };
/** What a row says beside its period and amount. */
export type Setting = Terms & Names;

const TERMS: readonly CsvColumn[] = [
  ...(['commodity', 'flow', 'end_convention', 'unit', 'read_basis', 'zone'] as const),
  ...(['country', 'subdivision', 'region', 'zip', 'utility_id'] as const),
];
const NAMES: readonly CsvColumn[] = ['utility', 'account', 'meter', 'site'];
/** Columns that the short way does not read: a row that fills one takes the long way. */
const RARE: readonly CsvColumn[] = ['heat_content', 'heat_content_unit', 'calorific', 'document'];

/**
 * Reads rows of the plain layout. A row in which every cell is in its usual form takes a short way, which keeps what cells
 * say that repeat the row above; any other is read by `readRow`, which also says what is wrong. Both give the same line.
 */
export class PlainRows {
  /** Days of the line that was read last, where they are known. */
  length: number | undefined;
  readonly #at: Places;
  readonly #options: ReadOptions;
  readonly #termsAt: readonly number[];
  readonly #namesAt: readonly number[];
  readonly #rareAt: readonly number[];
  readonly #commodities: KnownTexts<Commodity>;
  readonly #flows: KnownTexts<Flow>;
  readonly #bases: KnownTexts<ReadBasis>;
  readonly #ends: KnownTexts<StatedEnd>;
  readonly #units: KnownTexts<UnitName>;
  readonly #zones: KnownTexts<string>;
  readonly #places: KnownTexts<PlaceHint>;
  /** The row whose cells say `#setting`. */
  #above: readonly string[] = [];
  #setting: Setting | undefined;
  /** A commodity and a unit that measures it. */
  #fit: { readonly commodity: Commodity; readonly unit: UnitName } | undefined;
  readonly #period = new PeriodDays();
  readonly #days = new Map<number, string>();
  /** The row whose place is looked up. */
  #row: readonly string[] = [];

  constructor(at: Places, options: ReadOptions) {
    const placesIn = (columns: readonly CsvColumn[]) => columns.map((name) => at[name]).filter((place) => place >= 0);
    this.#at = at;
    this.#options = options;
    this.#termsAt = placesIn(TERMS);
    this.#namesAt = placesIn(NAMES);
    this.#rareAt = placesIn(RARE);
    this.#commodities = new KnownTexts(oneOf(commodities), options.commodity);
    this.#flows = new KnownTexts(oneOf(flows), 'delivered');
    this.#bases = new KnownTexts(oneOf(readBases), 'actual');
    this.#ends = new KnownTexts(oneOf(statedEnds), options.statedEnd);
    this.#units = new KnownTexts(unitOf, options.unit === undefined ? undefined : unitOf(options.unit));
    this.#zones = new KnownTexts((text) => (isZone(text) ? text : undefined), undefined);
    this.#places = new KnownTexts(
      () => orUndefined(() => placeOf(this.cellOf(this.#row), options.place ?? {})),
      undefined,
    );
  }

  /**
   * The row as a bill line without warnings and parts.
   * @throws {ChannelError} as `readRow`
   */
  read(cells: readonly string[], row: number): BillLine {
    const at = this.#at;
    const setting = at.start < 0 ? undefined : this.settingOf(cells);
    if (setting !== undefined) {
      const start = this.#period.start(cells[at.start] as string);
      const end = this.#period.end(cells[at.end] as string);
      const days = at.days < 0 ? '' : (cells[at.days] as string);
      const quantity = canonicalAmount(cells[at.quantity] as string);
      const line = this.lineOf(setting, start, end, days, quantity, row);
      if (line !== undefined) return line;
    }
    this.length = undefined;
    return readRow(this.cellOf(cells), this.#options, row);
  }

  /** What a column says in a row, trimmed; blank where the column is absent. */
  cellOf(cells: readonly string[]): (column: CsvColumn) => string {
    return (column) => {
      const at = this.#at[column];
      return at < 0 ? '' : unguardCell((cells[at] ?? '').trim());
    };
  }

  /** What a row says beside its period and amount, where every cell of it is in its usual form. */
  settingOf(cells: readonly string[]): Setting | undefined {
    for (const at of this.#rareAt) if (cells[at] !== '') return undefined;
    const last = this.#setting;
    const terms = last !== undefined && this.#repeats(cells, this.#termsAt) ? last : this.#readTerms(cells);
    const isNamed = last !== undefined && this.#repeats(cells, this.#namesAt);
    if (terms === last && isNamed) return last;
    const names = isNamed ? last : this.#readNames(cells);
    if (terms === undefined || names === undefined) return undefined;
    const { commodity, flow, statedEnd, unit, readBasis, place, zone } = terms;
    const { utility, meter, account, site } = names;
    this.#above = cells;
    this.#setting = { commodity, flow, statedEnd, unit, readBasis, place, zone, utility, meter, account, site };
    return this.#setting;
  }

  /** The line of a setting, where the period and the amount (see `canonicalAmount`) are in their usual form. */
  lineOf(
    setting: Setting,
    start: ReadDay | undefined,
    stated: ReadDay | undefined,
    days: string,
    quantity: string | undefined,
    row: number,
  ): Mutable<BillLine> | undefined {
    const { commodity, flow, statedEnd, unit, readBasis, place, zone, utility, meter, account, site } = setting;
    if (quantity === undefined || start === undefined || stated === undefined) return undefined;
    const end = statedEnd === 'inclusive' ? stated.day + 1 : stated.day;
    const length = end - start.day;
    this.length = length;
    if (length <= 0 || length > MAX_DAYS || (days !== '' && days !== String(length))) return undefined;
    const line: Mutable<BillLine> = {
      utility,
      meter,
      commodity,
      flow,
      start: start.iso,
      end: statedEnd === 'inclusive' ? this.#dateOf(end) : stated.iso,
      statedEnd,
      quantity,
      unit,
      readBasis,
      place,
      warnings: NONE,
      where: `row ${row}`,
    };
    if (account !== undefined) line.account = account;
    if (site !== undefined) line.site = site;
    if (zone !== undefined) line.zone = zone;
    return line;
  }

  /** True where the cells at these places repeat those of the row above: they are the very same strings, see `DelimitedText`. */
  #repeats(cells: readonly string[], places: readonly number[]): boolean {
    for (const at of places) if (cells[at] !== this.#above[at]) return false;
    return true;
  }

  #readTerms(cells: readonly string[]): Terms | undefined {
    const at = this.#at;
    const statedEnd = this.#ends.of(cells[at.end_convention]);
    const commodity = this.#commodities.of(cells[at.commodity]);
    const unit = this.#units.of(cells[at.unit]);
    const flow = this.#flows.of(cells[at.flow]);
    const readBasis = this.#bases.of(cells[at.read_basis]);
    if (statedEnd === undefined || statedEnd === 'read-date' || commodity === undefined) return undefined;
    if (unit === undefined || flow === undefined || readBasis === undefined) return undefined;
    if (!this.#isFit(commodity, unit)) return undefined;
    const written = cells[at.zone] || this.#options.zone;
    const zone = written === undefined ? undefined : this.#zones.of(written);
    const place = this.#placeOf(cells);
    if (place === undefined || (written !== undefined && zone === undefined)) return undefined;
    return { commodity, flow, statedEnd, unit, readBasis, place, zone };
  }

  #isFit(commodity: Commodity, unit: UnitName): boolean {
    if (commodity === this.#fit?.commodity && unit === this.#fit.unit) return true;
    if (orUndefined(() => energyRateOf({ commodity, unit })) === undefined) return false;
    this.#fit = { commodity, unit };
    return true;
  }

  #readNames(cells: readonly string[]): Names | undefined {
    const { at, options } = { at: this.#at, options: this.#options };
    const utility = this.#usualText(cells, at.utility);
    const account = this.#usualText(cells, at.account);
    const meter = this.#usualText(cells, at.meter);
    const site = this.#usualText(cells, at.site);
    if (utility === undefined || account === undefined || meter === undefined || site === undefined) return undefined;
    if (isExponent(account) || isExponent(meter)) return undefined;
    const named = account === '' ? options.account : account;
    const metered = meter === '' ? (options.meter ?? named ?? '') : meter;
    if (metered === '') return undefined;
    return {
      utility: utility === '' ? (options.utility ?? '') : utility,
      meter: metered,
      account: named,
      site: site === '' ? undefined : site,
    };
  }

  /** A cell that is short, without blanks around it, characters that do not print, or an apostrophe before it; blank where absent. */
  #usualText(cells: readonly string[], at: number): string | undefined {
    const text = at < 0 ? '' : (cells[at] as string);
    if (text === '' || text === this.#above[at]) return text;
    return text.length <= MAX_TEXT && USUAL.test(text) ? text : undefined;
  }

  #dateOf(day: number): string {
    let text = this.#days.get(day);
    if (text === undefined) {
      text = formatDate(day);
      if (this.#days.size >= MAX_DATES) this.#days.clear();
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
    // No cell of a usual row has a line break; of any other no place is remembered.
    const key = `${part(country)}\n${part(subdivision)}\n${part(region)}\n${part(zip)}\n${part(utility_id)}`;
    return key.split('\n').length === PLACE_PARTS ? this.#places.of(key) : undefined;
  }
}

export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const NONE: BillLine['warnings'] = [];
const NOWHERE: PlaceHint = {};
/** Cells that say a place. */
const PLACE_PARTS = 5;
/** End days that are remembered as text. */
const MAX_DATES = 4_096;

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

const USUAL = /^(?:[!-&(-~](?:[ -~]*[!-~])?)?$/;

/** True for a number that a spreadsheet has cut: `readRow` refuses it. */
function isExponent(text: string): boolean {
  const first = text.charCodeAt(0);
  return first >= 48 && first <= 57 && EXPONENT.test(text);
}

const EXPONENT = /^[0-9](?:\.[0-9]+)?e\+?[0-9]+$/i;
