import { defined } from './defined.ts';
import type { EnergyUnit } from './energy.ts';
import { ChannelError } from './error.ts';
import type { FactorRow, FactorUnit, FactorValue, GwpSet, StatedGwpSet } from './factor.ts';
import { gwp } from './gwp.ts';
import { add, compare, divide, formatRounded, multiply, ONE, parseDecimal, type Ratio, ratio } from './ratio.ts';
import { conversion } from './unit.ts';

/** Which GWP set a result is asked in; `publisher` takes the publisher's own CO2e. */
export type GwpChoice = 'publisher' | GwpSet;

/** A row's figures in kg a kWh (or mmBtu), exact, under one GWP choice. A gas that the row lacks is absent. */
export interface RowFigures {
  readonly co2e: Ratio;
  readonly co2?: Ratio;
  readonly ch4?: Ratio;
  readonly n2o?: Ratio;
  readonly gwpSet: StatedGwpSet;
  readonly flags: readonly string[];
}

interface Gases {
  readonly co2?: Ratio;
  readonly ch4?: Ratio;
  readonly n2o?: Ratio;
}

// Mass and energy of each published unit; the last part says that a gas is given as CO2e.
const unitParts: Readonly<
  Record<Exclude<FactorUnit, 'fraction' | 'percent'>, { mass: Ratio; per: 'kWh' | 'mmBtu'; asCo2e: boolean }>
> = {
  'lb/MWh': { mass: divide(conversion('lb', 'kg'), ratio(1_000)), per: 'kWh', asCo2e: false },
  'lb/GWh': { mass: divide(conversion('lb', 'kg'), ratio(1_000_000)), per: 'kWh', asCo2e: false },
  'g/kWh': { mass: ratio(1, 1_000), per: 'kWh', asCo2e: false },
  'kg/kWh': { mass: ONE, per: 'kWh', asCo2e: false },
  'kg/MWh': { mass: ratio(1, 1_000), per: 'kWh', asCo2e: false },
  't/MWh': { mass: ONE, per: 'kWh', asCo2e: false },
  'kg/mmBtu': { mass: ONE, per: 'mmBtu', asCo2e: false },
  'g/mmBtu': { mass: ratio(1, 1_000), per: 'mmBtu', asCo2e: false },
  'kgCO2e/kWh': { mass: ONE, per: 'kWh', asCo2e: true },
  'kgCO2e/kWh(gross)': { mass: ONE, per: 'kWh', asCo2e: true },
  'kgCO2e/kWh(net)': { mass: ONE, per: 'kWh', asCo2e: true },
};

/**
 * A row's figures a unit of energy. By default the publisher's own CO2e under its own set; from gases alone, AR5, flagged
 * `co2e-computed`; from CO2 alone, the CO2 figure, flagged `co2-only`. A requested set is computed from the gases.
 * @throws {ChannelError} FACTOR_GWP_UNAVAILABLE when a requested set needs gases that the row lacks; FACTOR_UNFIT when the row
 * holds no figure to multiply with
 */
export function rowFigures(row: FactorRow, energyUnit: EnergyUnit, choice: GwpChoice): RowFigures {
  const gases = gasesOf(row, energyUnit);
  const lifecycle = row.lifecycle === true ? ['lifecycle'] : [];
  const published = row.co2e && perEnergy(row.co2e, energyUnit, row).value;
  const ownSet = choice === 'publisher' || (choice === row.gwpSet && !hasAllGases(gases));
  if (published !== undefined && ownSet) {
    const inferred = row.gwpInferred === true ? ['gwp-set-inferred'] : [];
    return { co2e: published, ...gases, gwpSet: row.gwpSet, flags: [...lifecycle, ...inferred] };
  }
  if (hasAllGases(gases)) return computedFigures(gases, choice, lifecycle);
  if (published !== undefined) throw setUnavailable(row, choice);
  if (gases.co2 === undefined) throw unfit(`row ${row.id} holds no figure to multiply with`, row);
  const stated = choice === 'publisher' ? row.gwpSet : choice;
  return { co2e: gases.co2, co2: gases.co2, gwpSet: stated, flags: [...lifecycle, 'co2-only'] };
}

/**
 * The CO2e that was used, in the publisher's unit: the published figure as it is printed where it was taken, else the one
 * computed from the gases, rounded half-even to 9 places for showing.
 */
export function shownFactor(row: FactorRow, figures: RowFigures, energyUnit: EnergyUnit): FactorValue {
  const published = row.co2e ?? row.co2;
  if (published === undefined) throw unfit(`row ${row.id} holds no figure to show`, row);
  if (compare(perEnergy(published, energyUnit, row).value, figures.co2e) === 0) return published;
  const own = perEnergy({ value: '1', unit: published.unit }, energyUnit, row).value;
  return { value: formatRounded(divide(figures.co2e, own), 9), unit: published.unit };
}

/** CO2 + CH4 x GWP + N2O x GWP, exact. */
export function co2eOf(co2: Ratio, ch4: Ratio, n2o: Ratio, set: GwpSet): Ratio {
  return add(co2, add(multiply(ch4, gwp[set].ch4), multiply(n2o, gwp[set].n2o)));
}

/**
 * A loss row's share as a fraction of 1, exact: 5.1 percent is 51/1000.
 * @throws {ChannelError} FACTOR_UNFIT when the row gives no share, or one of 1 and more
 */
export function lossShare(row: FactorRow): Ratio {
  const share = row.loss?.share;
  if (share === undefined) throw unfit(`row ${row.id} gives no loss rate`, row);
  const value = parseDecimal(share.value, 'loss rate');
  const fraction = share.unit === 'percent' ? divide(value, ratio(100)) : value;
  if (fraction.num >= fraction.den) throw unfit(`row ${row.id} gives a loss of everything`, row);
  return fraction;
}

function computedFigures(gases: Required<Gases>, choice: GwpChoice, flags: readonly string[]): RowFigures {
  const set = choice === 'publisher' ? 'AR5' : choice;
  const co2e = co2eOf(gases.co2, gases.ch4, gases.n2o, set);
  return { co2e, ...gases, gwpSet: set, flags: choice === 'publisher' ? [...flags, 'co2e-computed'] : flags };
}

function gasesOf(row: FactorRow, energyUnit: EnergyUnit): Gases {
  return defined({
    co2: row.co2 && perEnergy(row.co2, energyUnit, row).value,
    ch4: row.ch4 && gasOf(row.ch4, 'ch4', energyUnit, row),
    n2o: row.n2o && gasOf(row.n2o, 'n2o', energyUnit, row),
  });
}

function hasAllGases(gases: Gases): gases is Required<Gases> {
  return gases.co2 !== undefined && gases.ch4 !== undefined && gases.n2o !== undefined;
}

// UK rows give CH4 and N2O as CO2e: the mass of the gas is that figure divided by the row's own GWP.
function gasOf(value: FactorValue, gas: 'ch4' | 'n2o', energyUnit: EnergyUnit, row: FactorRow): Ratio {
  const figure = perEnergy(value, energyUnit, row);
  if (!figure.asCo2e) return figure.value;
  if (row.gwpSet === 'not-stated') {
    throw unfit(`row ${row.id} gives ${gas} as CO2e without naming its GWP set`, row);
  }
  return divide(figure.value, gwp[row.gwpSet][gas]);
}

function perEnergy(value: FactorValue, energyUnit: EnergyUnit, row: FactorRow): { value: Ratio; asCo2e: boolean } {
  if (value.unit === 'fraction' || value.unit === 'percent' || energyUnit === 'm3') {
    throw unfit(`row ${row.id} in ${value.unit} does not fit ${energyUnit}`, row);
  }
  const { mass, per, asCo2e } = unitParts[value.unit];
  const perOwnUnit = multiply(parseDecimal(value.value, row.id), mass);
  return { value: per === energyUnit ? perOwnUnit : multiply(perOwnUnit, conversion(energyUnit, per)), asCo2e };
}

function setUnavailable(row: FactorRow, asked: GwpChoice): ChannelError {
  const message = `row ${row.id} gives CO2e under ${row.gwpSet} and not every gas, so ${asked} cannot be computed`;
  return new ChannelError('FACTOR_GWP_UNAVAILABLE', message, { where: row.id });
}

function unfit(message: string, row: FactorRow): ChannelError {
  return new ChannelError('FACTOR_UNFIT', message, { where: row.id });
}
