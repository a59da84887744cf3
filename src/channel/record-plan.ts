import {
  type DaySpan,
  energyRateOf,
  type FigureSource,
  figureOf,
  formatUnits,
  multiply,
  parseDecimal,
  parseSpan,
  type Ratio,
  ratesOf,
  readBases,
  reduced,
  roundUnits,
  type SliceRows,
  shareByDays,
  validityOf,
  yearOf,
  yearStart,
} from '../emissions/index.ts';
import type { MeterPeriod } from './checked-page.ts';
import { periodOf } from './meter-years.ts';
import { type PlannedFigure, type PlanTemplate, planTemplate } from './plan-template.ts';
import type { ActivityRecord } from './record.ts';

/** A record that a plan found in a page's text. */
export interface PlannedRecord {
  /** Where its text ends. */
  readonly to: number;
  readonly period: MeterPeriod;
}

const HASH = /^[0-9a-f]{64}$/;
const MOST_DIGITS = 30;
const bases: ReadonlySet<string> = new Set(readBases);

/**
 * What judging one accepted record found that holds for every record of its kind: of the same owner, place, rows, labels, flags
 * and cuts, and with a period in the same years and validities. Such a record is read from the page's text alone; left to judge are
 * its dates and every figure. A plan only ever accepts.
 */
export class RecordPlan {
  readonly #model: ActivityRecord;
  readonly #template: PlanTemplate;
  readonly #energy: Ratio;
  readonly #spans: readonly DaySpan[];
  /** Days on which a period may start, and end; each with its first and last one. */
  readonly #starts: DaySpan;
  readonly #ends: DaySpan;

  /** `record` is the value of a canonical text, was accepted, follows no other, and these are the rows of its slices. */
  constructor(record: ActivityRecord, slices: readonly SliceRows[], figures: FigureSource) {
    const { commodity, flow, place, gwp } = record;
    const energy = energyRateOf(record);
    const input = { flow, unit: energy.unit, electricity: commodity === 'electricity', place, gwp, slices };
    const first = slices[0] as SliceRows;
    const last = slices.at(-1) as SliceRows;
    this.#model = record;
    this.#template = planTemplate(record, ratesOf(input, figures));
    this.#energy = reduced(energy.factor);
    this.#spans = slices.map(({ span }) => span);
    const one = slices.length === 1;
    const { start, end } = windowOf(first);
    this.#starts = { start, end: (one ? end : first.span.end) - 1 };
    this.#ends = { start: (one ? start : last.span.start) + 1, end: windowOf(last).end };
  }

  /**
   * The record whose text begins at `at`; undefined where it is of another kind, or wrong, or this plan cannot tell.
   * @throws {ChannelError} where a date or the quantity is none
   */
  read(text: string, at: number, lastDay: string): PlannedRecord | undefined {
    const { literals } = this.#template;
    const values: string[] = [];
    let to = at;
    for (let n = 0; n < literals.length; n += 1) {
      if (n > 0) {
        const quote = text.indexOf('"', to);
        if (quote === -1) return undefined;
        values.push(text.slice(to, quote));
        to = quote;
      }
      const literal = literals[n] as string;
      const after = to + literal.length;
      // Measured: a slice that is compared takes a quarter of `startsWith`.
      if (text.slice(to, after) !== literal) return undefined;
      to = after;
    }
    const period = this.#judged(values, lastDay);
    return period === undefined ? undefined : { to, period };
  }

  #judged(values: readonly string[], lastDay: string): MeterPeriod | undefined {
    const template = this.#template;
    const start = values[template.start] as string;
    const end = values[template.end] as string;
    const meter = values[template.meter] as string;
    if (!this.#holds(parseSpan(start, end)) || end > lastDay) return undefined;
    if (!HASH.test(meter) || !template.hashes.every((gap) => HASH.test(values[gap] as string))) return undefined;
    if (!bases.has(values[template.readBasis] as string)) return undefined;
    if (!this.#hasFigures(values, start, end)) return undefined;
    const { owner, commodity, flow } = this.#model;
    return periodOf({ owner, commodity, flow, meter, start, end });
  }

  #holds({ start, end }: DaySpan): boolean {
    return start >= this.#starts.start && start <= this.#starts.end && end >= this.#ends.start && end <= this.#ends.end;
  }

  #hasFigures(values: readonly string[], start: string, end: string): boolean {
    const { quantity, energy, cuts, figures } = this.#template;
    const micro = roundUnits(multiply(parseDecimal(values[quantity] as string), this.#energy), 6);
    if (!isAmount(values[energy] as string, micro)) return false;
    let shares: readonly bigint[] = [micro];
    if (cuts !== undefined) {
      if (values[cuts.start] !== start || values[cuts.end] !== end) return false;
      shares = this.#shared(micro, parseSpan(start, end));
      if (!shares.every((share, at) => isAmount(values[cuts.shares[at] as number] as string, share))) return false;
    }
    return figures.every((figure) => isRight(figure, values, shares));
  }

  #shared(micro: bigint, { start, end }: DaySpan): bigint[] {
    const last = this.#spans.length - 1;
    const spans = this.#spans.map((span, at) => ({
      start: at === 0 ? start : span.start,
      end: at === last ? end : span.end,
    }));
    return shareByDays(micro, spans);
  }
}

function isRight(
  { factors, totals, slices }: PlannedFigure,
  values: readonly string[],
  shares: readonly bigint[],
): boolean {
  const figure = figureOf(factors.map((factor, at) => ({ micro: shares[at] as bigint, factor })));
  if (!areAmounts(values, totals, figure.total)) return false;
  return slices.every((gaps, at) => areAmounts(values, gaps, figure.slices[at] as bigint));
}

function areAmounts(values: readonly string[], gaps: readonly number[], units: bigint): boolean {
  const text = formatUnits(units, 6);
  return text.length <= MOST_DIGITS && gaps.every((gap) => values[gap] === text);
}

// Larger amounts may be more than a record can hold: that is for its shape to say.
function isAmount(text: string, units: bigint): boolean {
  return text.length <= MOST_DIGITS && text === formatUnits(units, 6);
}

// Inside one calendar year a row's age does not change once it has ended.
function windowOf({ span, main, residual, losses }: SliceRows): DaySpan {
  const year = yearOf(span.start);
  let start = yearStart(year);
  let end = yearStart(year + 1);
  for (const row of [main, residual, losses]) {
    if (row === undefined) continue;
    const { validFrom, validTo } = validityOf(row);
    const ended = validTo <= span.start;
    start = Math.max(start, ended ? validTo : validFrom);
    if (!ended) end = Math.min(end, validTo);
  }
  return { start, end };
}
