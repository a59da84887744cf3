import { type ActivityRecord, type EvidenceState, type FullSlice, slicesOf } from '../channel/index.ts';
import {
  cutSpan,
  type DaySpan,
  type Emissions,
  formatDate,
  formatUnits,
  monthCuts,
  parseDate,
  parseSpan,
  shareByDays,
  yearCuts,
} from '../emissions/index.ts';
import { type Amount, amountOf, isStorable, shareAmount } from './amount.ts';

/**
 * What a record adds to a month. `main` is the location-based result of electricity and the one result of everything else;
 * `lost_energy` is in kWh.
 */
export const figureNames = [
  'energy',
  'main_co2e',
  'main_co2',
  'main_ch4',
  'main_n2o',
  'market_co2e',
  'market_co2',
  'market_ch4',
  'market_n2o',
  'lost_co2e',
  'lost_energy',
] as const;

export type EvidenceOrNone = EvidenceState | 'none';

/** A month's share of one slice of a record. */
export interface Part {
  /** Year x 12 + month - 1. */
  readonly month: number;
  /** 1 on the first part of the record in this month, so that sums count records. */
  readonly touched: 0 | 1;
  /** 1 on the record's first part. */
  readonly begun: 0 | 1;
  /** What the share's quality is told by; see quality.ts. */
  readonly quality: string;
  /** In the order of `figureNames`. */
  readonly figures: readonly Amount[];
}

/**
 * The record shared out over months (rule C, rounding): each slice's figures by days, rounded half-even, the last month of the
 * slice taking the remainder, so that months add up to slices and slices to the record. Energy of a line without a result is
 * cut at year ends by days first, as rule B cuts every line.
 */
export function partsOf(record: ActivityRecord, evidence: EvidenceOrNone): Part[] {
  const parts: Part[] = [];
  const base = `${record.readBasis} ${evidence} ${marksOf(record.flags)}`;
  let last = -1;
  for (const slice of fullSlices(record)) {
    const quality = `${base} ${sliceQuality(slice)}`;
    const figures = sliceFigures(slice);
    const months = monthsOf(slice.start, slice.end);
    const shares = figures.map((figure) => shareAmount(figure, months.days, months.total));
    months.days.forEach((_days, at) => {
      const month = months.first + at;
      parts.push({
        month,
        touched: month === last ? 0 : 1,
        begun: last === -1 ? 1 : 0,
        quality,
        figures: shares.map((share) => share[at] as Amount),
      });
      last = month;
    });
  }
  return parts;
}

/** False for a record whose figures exceed what can be summed: it is shown and named, and stands in no total. */
export function isInRange(record: ActivityRecord): boolean {
  const { energy, location, market, emissions, losses } = record;
  const figures = [energy, location?.co2e, market?.co2e, emissions?.co2e, losses?.co2e, losses?.kWh];
  return figures.every((figure) => figure === undefined || isStorable(amountOf(figure)));
}

function fullSlices(record: ActivityRecord): readonly FullSlice[] {
  if (record.noResult === undefined) return slicesOf(record);
  const span = parseSpan(record.start, record.end);
  const spans = cutSpan(span, yearCuts(span));
  if (spans.length === 1) return [{ start: record.start, end: record.end, energy: record.energy, main: 0 }];
  const shares = shareByDays(BigInt(amountOf(record.energy)), spans);
  return spans.map(({ start, end }, at) => ({
    start: formatDate(start),
    end: formatDate(end),
    energy: formatUnits(shares[at] as bigint, 6),
    main: 0,
  }));
}

function sliceFigures({ energy, location, market, emissions, losses }: FullSlice): Amount[] {
  return [amountOf(energy), ...gasFigures(location ?? emissions), ...gasFigures(market), ...lossFigures(losses)];
}

function gasFigures(from: Emissions | undefined): Amount[] {
  if (from === undefined) return [0, 0, 0, 0];
  return [amountOf(from.co2e), optional(from.co2), optional(from.ch4), optional(from.n2o)];
}

function lossFigures(losses: FullSlice['losses']): Amount[] {
  return losses === undefined ? [0, 0] : [amountOf(losses.co2e), optional(losses.kWh)];
}

function optional(figure: string | undefined): Amount {
  return figure === undefined ? 0 : amountOf(figure);
}

function sliceQuality({ location, market, emissions, losses }: FullSlice): string {
  const lost = losses === undefined ? '-' : losses.kWh === undefined ? 'co2e' : 'kWh';
  return `${resultQuality(location ?? emissions)} ${resultQuality(market)} ${market?.residual ?? '-'} ${lost}`;
}

function resultQuality(from: Emissions | undefined): string {
  if (from === undefined) return '- 0';
  const gases = (from.co2 === undefined ? 0 : 1) + (from.ch4 === undefined ? 0 : 2) + (from.n2o === undefined ? 0 : 4);
  return `${from.gwpSet} ${gases}`;
}

/** The flags that inventories report, a letter each. */
function marksOf(flags: readonly string[]): string {
  let marks = '';
  for (const flag of flags) {
    if (flag.startsWith('factor-older-')) marks += 'o';
    else if (flag.startsWith('residual-older-')) marks += 'r';
    else if (flag.startsWith('losses-older-')) marks += 'l';
    else if (flag === 'co2-only') marks += 'c';
    else if (flag === 'lifecycle') marks += 'y';
  }
  return marks === '' ? '-' : marks;
}

interface Months {
  readonly first: number;
  readonly days: readonly number[];
  readonly total: number;
}

const knownMonths = new Map<string, Months>();

// Bills of one month have one period, so the same few periods come again and again.
function monthsOf(start: string, end: string): Months {
  const key = start + end;
  const known = knownMonths.get(key);
  if (known !== undefined) return known;
  const span: DaySpan = { start: parseDate(start), end: parseDate(end) };
  const days = cutSpan(span, monthCuts(span)).map((part) => part.end - part.start);
  const months = { first: monthNumber(start), days, total: span.end - span.start };
  if (knownMonths.size > 20_000) knownMonths.clear();
  knownMonths.set(key, months);
  return months;
}

/** Year x 12 + month - 1 of `YYYY-MM` or `YYYY-MM-DD`. */
export function monthNumber(text: string): number {
  return Number(text.slice(0, 4)) * 12 + Number(text.slice(5, 7)) - 1;
}
