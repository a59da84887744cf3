import type { BillWarning } from '../bills/index.ts';
import type { ActivityRecord } from '../channel/index.ts';
import {
  type Commodity,
  conversion,
  type Dimension,
  dimensionOf,
  formatDate,
  parseDate,
  type UnitName,
} from '../emissions/index.ts';
import type { PreparedLine } from './bill-lines.ts';
import { daysText } from './days-text.ts';
import type { Node } from './node.ts';

/** What the watch remembers of a meter, commodity and flow. */
interface Series {
  /** Use a day of the last line that was like the others, and where it stands; 0 where none was seen. */
  usual: number;
  usualAt: string;
  /** The last line that was not like them. */
  odd: number;
  /** How often the amount of the later of two neighbouring bills was more, and less. */
  rises: number;
  falls: number;
  /** The line before. */
  amount: number;
  start: number;
  end: number;
  at: string;
}

/**
 * Use a day that differs from the meter's other lines by more. Exchanged units differ by a thousand; seasons move a meter by a
 * few times, and the use of a gas meter that heats by some tens.
 */
const MOST_RATIO = 300;

/** What use a day is compared in. */
const BASES: Readonly<Record<Dimension, UnitName>> = { energy: 'kWh', volume: 'm3', mass: 'kg' };

/**
 * Use a day beyond which no single meter is credible. 24 GWh are the whole output of a nuclear reactor of 1 GW for a day, as
 * heat or power; 2.4 million m3 of gas hold about as much (10 kWh/m3), and 40,000 t of steam (0.6 kWh/kg). A million m3 of
 * water serve a city of some millions of people.
 */
const MOST_ENERGY = 24_000_000;
const MOST_GAS = 2_400_000;
const MOST_WATER = 1_000_000;
const MOST_MASS = 40_000_000;

const EXCHANGED: Readonly<Record<Dimension, string>> = {
  energy: 'Wh, kWh and MWh, or therms and a unit a thousand times larger, may have been exchanged',
  volume: 'litres and m3, cubic feet and Mcf, or gallons and thousands of gallons may have been exchanged',
  mass: 'kg and tonnes, or pounds and thousands of pounds may have been exchanged',
};

/** Seasons bring use down again within a year. */
const REGISTER_RISES = 11;

/** Meters that are remembered at a time. */
const MOST_SERIES = 4_000;

/** How many earlier records of a meter are looked at. */
const EARLIER = 12;

/**
 * Looks for lines that cannot be right beside the meter's others, in all files of the command and on the ledger: amounts out
 * by a power of a thousand, and single days between two bills. It works with floats, and decides nothing but warnings.
 */
export class UsageWatch {
  readonly #node: Node;
  readonly #series = new Map<string, Series>();

  constructor(node: Node) {
    this.#node = node;
  }

  /** What is to be told of a line that will be recorded. */
  see({ line, record }: PreparedLine): readonly BillWarning[] {
    const usage = usageADay(record);
    const key = `${record.meter} ${record.commodity} ${record.flow} ${usage.dimension}`;
    const series = this.#series.get(key) ?? this.#earlier(record);
    // Bills of a meter stand together or follow in turn: what is let go of here is asked of the ledger again.
    if (this.#series.size >= MOST_SERIES) this.#series.clear();
    this.#series.set(key, series);
    const warnings = [
      ...absurd(record, usage),
      ...gapOf(record, line.statedEnd, series),
      ...outOfLine(series, usage, line.where),
      ...onlyGrows(series, usage, record),
    ];
    series.amount = usage.amount;
    series.start = parseDate(record.start);
    series.end = parseDate(record.end);
    series.at = line.where;
    return warnings;
  }

  /** The meter as the ledger knows it. */
  #earlier({ owner, meter, commodity, flow, start, unit }: ActivityRecord): Series {
    const none: Series = {
      ...{ usual: 0, usualAt: '', odd: 0, rises: 0, falls: 0, amount: Number.NaN },
      ...{ start: Number.NaN, end: Number.NaN, at: '' },
    };
    const filter = { owner, meter, commodity, flow, state: 'active' } as const;
    const { items } = this.#node.inventory.records(filter, { limit: EARLIER });
    const alike = items.filter((one) => dimensionOf(one.unit) === dimensionOf(unit));
    const rates = alike.map((one) => usageADay(one).rate).filter((rate) => rate > 0);
    const usual = rates.toSorted((a, b) => a - b)[rates.length >> 1] ?? 0;
    const last = items.find((one) => parseDate(one.end) + 1 === parseDate(start));
    return {
      ...none,
      ...{ usual, usualAt: `the median of the last ${rates.length} records` },
      ...(last && { start: parseDate(last.start), end: parseDate(last.end), at: `record ${last.id.slice(0, 12)}` }),
    };
  }
}

interface Usage {
  readonly dimension: Dimension;
  /** In the dimension's base unit. */
  readonly amount: number;
  readonly rate: number;
}

const factors = new Map<UnitName, number>();

function usageADay({ quantity, unit, start, end }: Pick<ActivityRecord, 'quantity' | 'unit' | 'start' | 'end'>): Usage {
  const dimension = dimensionOf(unit);
  let factor = factors.get(unit);
  if (factor === undefined) {
    const { num, den } = conversion(unit, BASES[dimension]);
    factor = Number(num) / Number(den);
    factors.set(unit, factor);
  }
  const amount = Number(quantity) * factor;
  return { dimension, amount, rate: amount / (parseDate(end) - parseDate(start)) };
}

function mostOf(commodity: Commodity, dimension: Dimension): number {
  if (dimension === 'energy') return MOST_ENERGY;
  if (dimension === 'mass') return MOST_MASS;
  return commodity === 'water' ? MOST_WATER : MOST_GAS;
}

function absurd({ commodity }: ActivityRecord, { dimension, rate }: Usage): BillWarning[] {
  const most = mostOf(commodity, dimension);
  if (rate <= most) return [];
  const unit = BASES[dimension];
  const message = `${rough(rate)} ${unit} a day is more than any meter is likely to show (${rough(most)} ${unit}): ${EXCHANGED[dimension]}`;
  return [{ code: 'USAGE_IMPLAUSIBLE', message }];
}

function outOfLine(series: Series, { dimension, rate }: Usage, where: string): BillWarning[] {
  if (rate <= 0) return [];
  const { usual, usualAt, odd } = series;
  const isUsual = usual === 0 || isLike(rate, usual);
  const isOddAgain = odd > 0 && isLike(rate, odd);
  // Two odd lines that are like each other: from here on they are the usual.
  if (isUsual || isOddAgain) Object.assign(series, { usual: rate, usualAt: where, odd: 0 });
  else series.odd = rate;
  if (isUsual) return [];
  const unit = BASES[dimension];
  const ratio = rate > usual ? `${rough(rate / usual)} times` : `one ${rough(usual / rate)}th of`;
  const message = `${rough(rate)} ${unit} a day is ${ratio} what the same meter has in ${usualAt} (${rough(usual)} ${unit} a day): ${EXCHANGED[dimension]}`;
  return [{ code: 'USAGE_IMPLAUSIBLE', message }];
}

/** Amounts that grow from bill to bill for a year are those that a register shows, or a running total. */
function onlyGrows(series: Series, { amount }: Usage, { start }: ActivityRecord): BillWarning[] {
  const later = parseDate(start) > series.start ? amount - series.amount : series.amount - amount;
  if (later > 0) series.rises += 1;
  if (later < 0) series.falls += 1;
  if (later === 0 || series.falls > 0 || series.rises !== REGISTER_RISES) return [];
  const message = `the amounts of ${REGISTER_RISES + 1} bills of the meter, up to this one, only ever grow: they may be reads of a register or a running total`;
  return [{ code: 'USAGE_IMPLAUSIBLE', message }];
}

function isLike(one: number, other: number): boolean {
  return one < other * MOST_RATIO && other < one * MOST_RATIO;
}

/** A single day that is in neither of two bills: nearly always an end date that was taken for the day after it. */
function gapOf(record: ActivityRecord, statedEnd: string, before: Series): BillWarning[] {
  const [start, end] = [parseDate(record.start), parseDate(record.end)];
  const isAfter = before.end + 1 === start;
  if (!isAfter && end + 1 !== before.start) return [];
  const missing = daysText(isAfter ? dayAt(before.end) : dayAt(end));
  const earlier = isAfter ? dayAt(before.start, before.end) : record;
  const longer = isAfter ? dayAt(before.start, before.end + 1) : dayAt(start, end + 1);
  const readings =
    statedEnd === 'inclusive' || statedEnd === 'read-date'
      ? 'a bill or a day may be missing'
      : `with end dates taken as ${statedEnd} the earlier bill is ${daysText(earlier)}; if they are the last day billed (inclusive) it is ${daysText(longer)}, and no day is missing`;
  const message = `${missing} is in neither this bill nor ${before.at} of the same meter: ${readings}`;
  return [{ code: 'DAY_BETWEEN_BILLS', message }];
}

function dayAt(start: number, end: number = start + 1): { readonly start: string; readonly end: string } {
  return { start: formatDate(start), end: formatDate(end) };
}

/** A number for people: three digits, in groups. */
function rough(value: number): string {
  const digits = value >= 100 ? Math.round(Number(value.toPrecision(3))) : Number(value.toPrecision(2));
  return digits.toLocaleString('en-US', { maximumFractionDigits: 9 });
}
