import {
  type DaySpan,
  type EnergyRate,
  energyRateOf,
  type FigureSource,
  formatUnits,
  multiply,
  parseQuantity,
  type Rates,
  type Ratio,
  ratesOf,
  reduced,
  roundUnits,
  type SliceRows,
  samePlace,
  validityOf,
  yearOf,
  yearStart,
} from '../emissions/index.ts';
import type { ActivityRecord, RecordSlice } from './record.ts';

const resultNames = ['location', 'market', 'emissions', 'losses'] as const;
type ResultName = (typeof resultNames)[number];
type Result = Readonly<Record<string, string>>;

/** A field of a result: a figure, or a label such as the GWP set. */
interface Field {
  readonly name: string;
  readonly expected: Ratio | string;
}

/** Span of days, half-open, in which a record's rows hold or have the same age. */
type Window = Readonly<{ from: number; to: number }>;

/** True of records that a plan may serve: those with one slice. */
export function isPlannable(record: ActivityRecord): boolean {
  return record.slices?.length === 1;
}

/**
 * What recomputing one accepted record of one slice found that holds for every record with its kind of activity, its place, its
 * rows and a period in the same window.
 */
export class SlicePlan {
  readonly #model: ActivityRecord;
  readonly #window: Window;
  readonly #energy: EnergyRate;
  readonly #results: readonly (readonly [ResultName, readonly Field[] | undefined])[];

  constructor(record: ActivityRecord, slice: SliceRows, figures: FigureSource) {
    const energy = energyRateOf(record);
    const { flow, place, gwp } = record;
    const rates = ratesOf(
      { flow, unit: energy.unit, electricity: record.commodity === 'electricity', place, gwp, slices: [slice] },
      figures,
    );
    this.#model = record;
    this.#window = windowOf(slice);
    this.#energy = { ...energy, factor: reduced(energy.factor) };
    this.#results = resultNames.map((name) => [
      name,
      fieldsOf(record[name] as Result | undefined, ratiosOf(rates, name)),
    ]);
  }

  /** False where the record is wrong, and where this plan cannot tell. `span` is the record's own. */
  accepts(record: ActivityRecord, { start, end }: DaySpan): boolean {
    if (start < this.#window.from || end > this.#window.to || !sameKind(record, this.#model)) return false;
    const quantity = parseQuantity(record.quantity);
    const micro = roundUnits(multiply(quantity, this.#energy.factor), 6);
    if (formatUnits(micro, 6) !== record.energy) return false;
    for (const [name, fields] of this.#results) {
      if (!holds(record[name] as Result | undefined, fields, micro)) return false;
    }
    return true;
  }
}

// Everything that `recompute` looks at but for the dates and what a plan computes from the quantity.
function sameKind(a: ActivityRecord, b: ActivityRecord): boolean {
  return (
    a.commodity === b.commodity &&
    a.flow === b.flow &&
    a.unit === b.unit &&
    a.energyUnit === b.energyUnit &&
    a.heatContent?.value === b.heatContent?.value &&
    a.heatContent?.unit === b.heatContent?.unit &&
    a.calorific === b.calorific &&
    a.gwp === b.gwp &&
    a.noResult === b.noResult &&
    samePlace(a.place, b.place) &&
    sameItems(a.factors, b.factors) &&
    sameItems(a.flags, b.flags) &&
    sameOnly(a.slices, b.slices)
  );
}

function sameItems(a: readonly string[] = [], b: readonly string[] = []): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += 1) if (a[at] !== b[at]) return false;
  return true;
}

// A slice that is the only one holds positions alone: as many fields and the same positions are the same slice.
function sameOnly(a: readonly RecordSlice[] = [], b: readonly RecordSlice[] = []): boolean {
  const [one] = a;
  const [other] = b;
  if (one === undefined || other === undefined || a.length !== 1) return false;
  if (one.main !== other.main || one.residual !== other.residual || one.lossRate !== other.lossRate) return false;
  let open = 0;
  for (const _ in one) open += 1;
  for (const _ in other) open -= 1;
  return open === 0;
}

function holds(result: Result | undefined, fields: readonly Field[] | undefined, micro: bigint): boolean {
  if (result === undefined || fields === undefined) return result === fields;
  let open = fields.length;
  for (const _ in result) open -= 1;
  if (open !== 0) return false;
  for (const { name, expected } of fields) {
    const right = typeof expected === 'string' ? expected : product(micro, expected);
    if (result[name] !== right) return false;
  }
  return true;
}

function product(micro: bigint, { num, den }: Ratio): string {
  return formatUnits(roundUnits({ num: micro * num, den }, 0), 6);
}

// Labels are those of the accepted record; figures have a ratio.
function fieldsOf(result: Result | undefined, ratios: Readonly<Record<string, unknown>>): Field[] | undefined {
  if (result === undefined) return undefined;
  return Object.entries(result).map(([name, label]) => {
    return { name, expected: figureNames.has(name) ? reduced(ratios[name] as Ratio) : label };
  });
}

const figureNames: ReadonlySet<string> = new Set(['co2e', 'co2', 'ch4', 'n2o', 'kWh']);

function ratiosOf(rates: Rates, name: ResultName): Readonly<Record<string, unknown>> {
  const found = name === 'market' ? rates.market?.rows : name === 'losses' ? rates.losses : rates.main;
  return { ...found?.[0] };
}

// Inside one calendar year a row's age does not change once it has ended.
function windowOf({ span, main, residual, losses }: SliceRows): Window {
  const year = yearOf(span.start);
  let from = yearStart(year);
  let to = yearStart(year + 1);
  for (const row of [main, residual, losses]) {
    if (row === undefined) continue;
    const { validFrom, validTo } = validityOf(row);
    const ended = validTo <= span.start;
    from = Math.max(from, ended ? validTo : validFrom);
    if (!ended) to = Math.min(to, validTo);
  }
  return { from, to };
}
