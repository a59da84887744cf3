import type { Flow } from './activity.ts';
import { defined } from './defined.ts';
import type { EnergyUnit } from './energy.ts';
import { ChannelError } from './error.ts';
import { type Figure, figureOf, type Term } from './exact-sum.ts';
import type { FactorRow, StatedGwpSet } from './factor.ts';
import { ageOf } from './factor-choice.ts';
import { type LossRate, lossRate } from './losses.ts';
import type { MarketTier } from './market.ts';
import { type DaySpan, shareByDays } from './period.ts';
import { type Place, placeChain, samePlace } from './place.ts';
import { formatUnits, type Ratio, ZERO } from './ratio.ts';
import { co2eOf, type GwpChoice, type RowFigures, rowFigures } from './row-figures.ts';
import { validityOf } from './validity.ts';

/** Figures of one result in kg, plain decimals with at most 6 places; a gas that a factor lacks is absent. */
export interface Emissions {
  readonly co2e: string;
  readonly co2?: string;
  readonly ch4?: string;
  readonly n2o?: string;
  readonly gwpSet: StatedGwpSet | 'mixed';
}

export type ResidualState = 'used' | 'absent' | 'not-applicable';

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

/** The rows of one slice; `residual` and `losses` absent where none was found. */
export interface SliceRows {
  readonly span: DaySpan;
  readonly main: FactorRow;
  readonly residual?: FactorRow;
  readonly losses?: FactorRow;
}

export interface CalculationInput {
  readonly flow: Flow;
  /** Millionths of the unit, for the whole period. */
  readonly micro: bigint;
  readonly unit: EnergyUnit;
  readonly electricity: boolean;
  readonly place: Place;
  readonly gwp: GwpChoice;
  readonly slices: readonly SliceRows[];
}

/** Gives a row's figures; callers that meet the same rows again and again keep them. */
export type FigureSource = (row: FactorRow, unit: EnergyUnit, gwp: GwpChoice) => RowFigures;

/**
 * Rules B to F over chosen rows: energy shared out by days, each figure exact until it is rounded once for the record to 6
 * decimals of a kg, slices adding up to it. Deterministic: the same input gives the same text on every node.
 * @throws {ChannelError} FACTOR_GWP_UNAVAILABLE, FACTOR_UNFIT, SLICES_INVALID without a slice
 */
export function calculate(input: CalculationInput, figures: FigureSource = rowFigures): Calculation {
  if (input.slices.length === 0) throw new ChannelError('SLICES_INVALID', 'there are no slices', { where: 'slices' });
  const shares = shareByDays(
    input.micro,
    input.slices.map(({ span }) => span),
  );
  const main = input.slices.map(({ main: row }) => figures(row, input.unit, input.gwp));
  const flags = new Set(main.flatMap((row) => row.flags));
  for (const slice of input.slices) addMatchFlags(flags, '', slice.main, slice.span, input.place);
  if (input.flow === 'net-only') flags.add('net-only');
  const mainResult = emissionsOf(shares, main);
  if (!input.electricity) {
    return assemble(input, shares, flags, { emissions: mainResult });
  }
  const market = marketOf(input, shares, main, figures, flags);
  const losses = lossesOf(input, shares, main, flags);
  return assemble(input, shares, flags, { location: mainResult, market, ...(losses === undefined ? {} : { losses }) });
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
  input: CalculationInput,
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
  const slices = input.slices.map(({ span }, at) => ({
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

function marketOf(
  input: CalculationInput,
  shares: readonly bigint[],
  grid: readonly RowFigures[],
  figures: FigureSource,
  flags: Set<string>,
): Spread<MarketEmissions> {
  const states: ResidualState[] = [];
  const rows = input.slices.map((slice, at) => {
    const gridRow = grid[at] as RowFigures;
    const state = residualState(slice.residual);
    states.push(state);
    if (state !== 'used') {
      flags.add(state === 'absent' ? 'residual-mix-absent' : 'residual-mix-not-applicable');
      return gridRow;
    }
    const row = slice.residual as FactorRow;
    addMatchFlags(flags, 'residual-', row, slice.span, input.place);
    const result = withGridGases(row, figures(row, 'kWh', input.gwp), gridRow, input.gwp);
    for (const flag of result.flags) flags.add(flag);
    return result;
  });
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

function residualState(row: FactorRow | undefined): ResidualState {
  if (row === undefined) return 'absent';
  return row.notApplicable === true ? 'not-applicable' : 'used';
}

// Green-e publishes CO2 alone; CH4 and N2O come from the same slice's eGRID row (channel.md, rule C, CO2e).
function withGridGases(row: FactorRow, own: RowFigures, grid: RowFigures, choice: GwpChoice): RowFigures {
  if (row.publisher !== 'green-e' || own.co2 === undefined || grid.ch4 === undefined || grid.n2o === undefined)
    return own;
  const set = choice !== 'publisher' ? choice : grid.gwpSet === 'not-stated' ? 'AR5' : grid.gwpSet;
  return {
    co2e: co2eOf(own.co2, grid.ch4, grid.n2o, set),
    co2: own.co2,
    ch4: grid.ch4,
    n2o: grid.n2o,
    gwpSet: set,
    flags: [...own.flags.filter((flag) => flag !== 'co2-only'), 'residual-gases-from-grid'],
  };
}

function lossesOf(
  input: CalculationInput,
  shares: readonly bigint[],
  grid: readonly RowFigures[],
  flags: Set<string>,
): Spread<Losses> | undefined {
  const rates: LossRate[] = [];
  input.slices.forEach((slice, at) => {
    if (slice.losses === undefined) return;
    rates.push(lossRate(slice.losses, (grid[at] as RowFigures).co2e, input.gwp));
  });
  if (rates.length < input.slices.length) {
    flags.add('losses-unavailable');
    return undefined;
  }
  for (const { losses, span } of input.slices) addMatchFlags(flags, 'losses-', losses as FactorRow, span, input.place);
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

/** Flags of how well a row matches its slice: `place-coarser`, and `factor-older-N` by N years. */
function addMatchFlags(
  flags: Set<string>,
  prefix: '' | 'residual-' | 'losses-',
  row: FactorRow,
  span: DaySpan,
  place: Place,
): void {
  const finest = placeChain(place)[0] as Place;
  if (!samePlace(row.place, finest)) flags.add(`${prefix}place-coarser`);
  const age = ageOf(validityOf(row), span);
  if (age > 0) flags.add(`${prefix === '' ? 'factor-' : prefix}older-${age}`);
}

function formatFigure(figure: Figure, slice: number | undefined): string {
  return formatUnits(slice === undefined ? figure.total : (figure.slices[slice] as bigint), 6);
}
