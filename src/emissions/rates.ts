import type { Flow } from './activity.ts';
import type { EnergyUnit } from './energy.ts';
import type { FactorRow } from './factor.ts';
import { ageOf } from './factor-choice.ts';
import { type LossRate, lossRate } from './losses.ts';
import type { DaySpan } from './period.ts';
import { type Place, placeChain, samePlace } from './place.ts';
import { co2eOf, type GwpChoice, type RowFigures } from './row-figures.ts';
import { validityOf } from './validity.ts';

export type ResidualState = 'used' | 'absent' | 'not-applicable';

/** The rows of one slice; `residual` and `losses` absent where none was found. */
export interface SliceRows {
  readonly span: DaySpan;
  readonly main: FactorRow;
  readonly residual?: FactorRow;
  readonly losses?: FactorRow;
}

/** What the rates of an activity follow from: everything but its quantity. */
export interface RatesInput {
  readonly flow: Flow;
  readonly unit: EnergyUnit;
  readonly electricity: boolean;
  readonly place: Place;
  readonly gwp: GwpChoice;
  readonly slices: readonly SliceRows[];
}

/** Gives a row's figures; callers that meet the same rows again and again keep them. */
export type FigureSource = (row: FactorRow, unit: EnergyUnit, gwp: GwpChoice) => RowFigures;

/** What the rows give a unit of energy, slice by slice, exact, and the flags: all of a calculation that the energy does not change. */
export interface Rates {
  readonly main: readonly RowFigures[];
  /** Electricity alone. */
  readonly market?: { readonly rows: readonly RowFigures[]; readonly states: readonly ResidualState[] };
  /** Electricity alone, where every slice has a loss row. */
  readonly losses?: readonly LossRate[];
  readonly flags: ReadonlySet<string>;
}

/**
 * Rules B to F as far as they do not depend on the energy.
 * @throws {ChannelError} FACTOR_GWP_UNAVAILABLE, FACTOR_UNFIT
 */
export function ratesOf(input: RatesInput, figures: FigureSource): Rates {
  const main = input.slices.map(({ main: row }) => figures(row, input.unit, input.gwp));
  const flags = new Set(main.flatMap((row) => row.flags));
  for (const slice of input.slices) addMatchFlags(flags, '', slice.main, slice.span, input.place);
  if (input.flow === 'net-only') flags.add('net-only');
  if (!input.electricity) return { main, flags };
  const market = marketOf(input, main, figures, flags);
  const losses = lossesOf(input, main, flags);
  return { main, market, flags, ...(losses === undefined ? {} : { losses }) };
}

function marketOf(
  input: RatesInput,
  grid: readonly RowFigures[],
  figures: FigureSource,
  flags: Set<string>,
): Required<Rates>['market'] {
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
  return { rows, states };
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

function lossesOf(input: RatesInput, grid: readonly RowFigures[], flags: Set<string>): LossRate[] | undefined {
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
  return rates;
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
