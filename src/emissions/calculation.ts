import { defined } from './defined.ts';
import { ChannelError } from './error.ts';
import { type Figure, figureOf, type Term } from './exact-sum.ts';
import type { StatedGwpSet } from './factor.ts';
import type { LossRate } from './losses.ts';
import type { MarketTier } from './market.ts';
import { shareByDays } from './period.ts';
import {
  type FigureSource,
  type Rates,
  type RatesInput,
  type ResidualState,
  ratesOf,
  type SliceRows,
} from './rates.ts';
import { formatUnits, type Ratio, ZERO } from './ratio.ts';
import { type RowFigures, rowFigures } from './row-figures.ts';

/** Figures of one result in kg, plain decimals with at most 6 places; a gas that a factor lacks is absent. */
export interface Emissions {
  readonly co2e: string;
  readonly co2?: string;
  readonly ch4?: string;
  readonly n2o?: string;
  readonly gwpSet: StatedGwpSet | 'mixed';
}

export interface MarketEmissions extends Emissions {
  /** The tier; of several slices, the one furthest from an instrument. */
  readonly tier: Extract<MarketTier, 'residual-mix' | 'grid-average'>;
  /** Why no higher tier was used. Certificates, contracts and supplier factors: none was claimed. */
  readonly higher: 'none-claimed';
  /** What was found of a residual mix, slice by slice the worst: used, absent, or not applicable by its publisher's word. */
  readonly residual: ResidualState;
}

export interface Losses {
  readonly basis: LossRate['basis'] | 'mixed';
  /** Lost kWh; absent where the source gives emissions alone. */
  readonly kWh?: string;
  /** kg CO2e, Scope 3 category 3. */
  readonly co2e: string;
}

/** The figures of one slice; `factor` members are positions in the record's list of rows. */
export interface SliceResult {
  readonly start: number;
  readonly end: number;
  /** Energy of the slice in the record's unit. */
  readonly energy: string;
  readonly location?: Emissions;
  readonly market?: MarketEmissions;
  readonly emissions?: Emissions;
  readonly losses?: Losses;
}

/** What the rules make of an activity: electricity has location, market and losses; fuels, steam, heat and cooling emissions. */
export interface Calculation {
  readonly location?: Emissions;
  readonly market?: MarketEmissions;
  readonly emissions?: Emissions;
  readonly losses?: Losses;
  readonly slices: readonly SliceResult[];
  readonly flags: readonly string[];
}

export interface CalculationInput extends RatesInput {
  /** Millionths of the unit, for the whole period. */
  readonly micro: bigint;
}

/**
 * Rules B to F over chosen rows: energy shared out by days, each figure exact until it is rounded once for the record to 6
 * decimals of a kg, slices adding up to it. Deterministic: the same input gives the same text on every node.
 * @throws {ChannelError} FACTOR_GWP_UNAVAILABLE, FACTOR_UNFIT, SLICES_INVALID without a slice
 */
export function calculate(input: CalculationInput, figures: FigureSource = rowFigures): Calculation {
  if (input.slices.length === 0) throw new ChannelError('SLICES_INVALID', 'there are no slices', { where: 'slices' });
  const rates = ratesOf(input, figures);
  const shares = shareByDays(
    input.micro,
    input.slices.map(({ span }) => span),
  );
  const main = emissionsOf(shares, rates.main);
  return assemble(
    input.slices,
    shares,
    rates.flags,
    input.electricity
      ? defined({
          location: main,
          market: rates.market && marketOf(shares, rates.market),
          losses: rates.losses && lossesOf(shares, rates.losses),
        })
      : { emissions: main },
  );
}

/** A result with its figures by slice. */
interface Spread<T> {
  readonly total: T;
  readonly slices: readonly T[];
}

interface Results {
  readonly location?: Spread<Emissions>;
  readonly market?: Spread<MarketEmissions>;
  readonly emissions?: Spread<Emissions>;
  readonly losses?: Spread<Losses>;
}

function assemble(
  rows: readonly SliceRows[],
  shares: readonly bigint[],
  flags: ReadonlySet<string>,
  results: Results,
): Calculation {
  const pick = (at: number | undefined) =>
    defined({
      location: partOf(results.location, at),
      market: partOf(results.market, at),
      emissions: partOf(results.emissions, at),
      losses: partOf(results.losses, at),
    });
  const slices = rows.map(({ span }, at) => ({
    start: span.start,
    end: span.end,
    energy: formatUnits(shares[at] as bigint, 6),
    ...pick(at),
  }));
  return { ...pick(undefined), slices, flags: [...flags].sort() };
}

function partOf<T>(spread: Spread<T> | undefined, slice: number | undefined): T | undefined {
  return slice === undefined ? spread?.total : spread?.slices[slice];
}

function emissionsOf(shares: readonly bigint[], rows: readonly RowFigures[]): Spread<Emissions> {
  const figure = (gas: 'co2e' | 'co2' | 'ch4' | 'n2o'): Figure | undefined => {
    const terms: Term[] = [];
    for (let at = 0; at < rows.length; at += 1) {
      const factor = rows[at]?.[gas];
      if (factor === undefined) return undefined;
      terms.push({ micro: shares[at] as bigint, factor });
    }
    return figureOf(terms);
  };
  const co2e = figure('co2e') as Figure;
  const co2 = figure('co2');
  const ch4 = figure('ch4');
  const n2o = figure('n2o');
  const sets = new Set(rows.map(({ gwpSet }) => gwpSet));
  const at = (slice: number | undefined, gwpSet: Emissions['gwpSet']): Emissions =>
    defined({
      co2e: formatFigure(co2e, slice),
      co2: co2 && formatFigure(co2, slice),
      ch4: ch4 && formatFigure(ch4, slice),
      n2o: n2o && formatFigure(n2o, slice),
      gwpSet,
    });
  return {
    total: at(undefined, sets.size === 1 ? (rows[0] as RowFigures).gwpSet : 'mixed'),
    slices: rows.map((row, slice) => at(slice, row.gwpSet)),
  };
}

function marketOf(shares: readonly bigint[], { rows, states }: NonNullable<Rates['market']>): Spread<MarketEmissions> {
  const tierOf = (state: ResidualState) => (state === 'used' ? 'residual-mix' : 'grid-average');
  const worst = states.includes('absent') ? 'absent' : states.includes('not-applicable') ? 'not-applicable' : 'used';
  const spread = emissionsOf(shares, rows);
  const label = (emissions: Emissions, state: ResidualState): MarketEmissions => ({
    ...emissions,
    tier: tierOf(state),
    higher: 'none-claimed',
    residual: state,
  });
  return {
    total: label(spread.total, worst),
    slices: spread.slices.map((emissions, at) => label(emissions, states[at] as ResidualState)),
  };
}

function lossesOf(shares: readonly bigint[], rates: readonly LossRate[]): Spread<Losses> {
  const terms = (factor: (rate: LossRate) => Ratio): Figure =>
    figureOf(rates.map((rate, at) => ({ micro: shares[at] as bigint, factor: factor(rate) })));
  const co2e = terms((rate) => rate.co2e);
  const kWh = rates.every((rate) => rate.kWh !== undefined) ? terms((rate) => rate.kWh ?? ZERO) : undefined;
  const bases = new Set(rates.map(({ basis }) => basis));
  const at = (slice: number | undefined, basis: Losses['basis']): Losses =>
    defined({ basis, kWh: kWh && formatFigure(kWh, slice), co2e: formatFigure(co2e, slice) });
  return {
    total: at(undefined, bases.size === 1 ? (rates[0] as LossRate).basis : 'mixed'),
    slices: rates.map((rate, slice) => at(slice, rate.basis)),
  };
}

function formatFigure(figure: Figure, slice: number | undefined): string {
  return formatUnits(slice === undefined ? figure.total : (figure.slices[slice] as bigint), 6);
}
