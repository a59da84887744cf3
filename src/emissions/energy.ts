import type { Activity, HeatContent } from './activity.ts';
import { ChannelError } from './error.ts';
import type { Commodity } from './factor.ts';
import { compare, divide, multiply, parseDecimal, type Ratio, ratio, roundUnits } from './ratio.ts';
import { conversion, dimensionOf, type UnitName } from './unit.ts';

/** What every calculation starts from: kWh for electricity, steam, heat and cooling, mmBtu (HHV) for fuels, m3 for water. */
export type EnergyUnit = 'kWh' | 'mmBtu' | 'm3';

export interface Energy {
  /** Millionths of the unit: the bill's quantity converted once and rounded half-even to 6 decimals. */
  readonly micro: bigint;
  readonly unit: EnergyUnit;
  readonly flags: readonly string[];
}

/** Natural gas where the bill gives no heat content: 0.001026 mmBtu per scf (US EPA, GHG Emission Factors Hub 2025, table 1). */
const DEFAULT_MMBTU_PER_FT3 = ratio(1_026, 1_000_000);
/** What gas can hold, in mmBtu per ft3: from lean biogas to propane-rich gas. Outside it the unit of the heat content is wrong. */
const LEAST_MMBTU_PER_FT3 = ratio(300, 1_000_000);
const MOST_MMBTU_PER_FT3 = ratio(3_000, 1_000_000);

export function energyUnitOf(commodity: Commodity): EnergyUnit {
  if (commodity === 'natural-gas') return 'mmBtu';
  return commodity === 'water' ? 'm3' : 'kWh';
}

/**
 * The exact value of a bill's quantity.
 * @throws {ChannelError} QUANTITY_BLANK, QUANTITY_NEGATIVE, DECIMAL_INVALID (exponents, separators, anything else)
 */
export function parseQuantity(text: string): Ratio {
  const trimmed = text.trim();
  if (trimmed === '') throw new ChannelError('QUANTITY_BLANK', 'the quantity is blank', { where: 'quantity' });
  if (/^[-\u2212(]/.test(trimmed)) {
    throw new ChannelError('QUANTITY_NEGATIVE', `the quantity '${trimmed.slice(0, 40)}' is negative`, {
      where: 'quantity',
    });
  }
  return parseDecimal(trimmed, 'quantity');
}

/** What one unit of a bill's quantity is in the energy unit, exact, with the flags that come of it. */
export interface EnergyRate {
  readonly factor: Ratio;
  readonly unit: EnergyUnit;
  readonly flags: readonly string[];
}

/**
 * The activity's quantity as energy (or volume, for water).
 * @throws {ChannelError} as `parseQuantity` and `energyRateOf`
 */
export function energyOf(activity: EnergyActivity & Pick<Activity, 'quantity'>): Energy {
  const quantity = parseQuantity(activity.quantity);
  const { factor, unit, flags } = energyRateOf(activity);
  return { micro: roundUnits(multiply(quantity, factor), 6), unit, flags };
}

type EnergyActivity = Pick<Activity, 'commodity' | 'unit' | 'heatContent' | 'calorific'>;

/**
 * How the activity's quantity becomes energy.
 * @throws {ChannelError} UNIT_UNFIT when the unit does not measure the commodity; FIELD_INVALID when the heat content cannot be
 * that of a gas or stands where none belongs
 */
export function energyRateOf(activity: EnergyActivity): EnergyRate {
  const { commodity, unit } = activity;
  const target = energyUnitOf(commodity);
  checkGasFields(activity);
  if (target === 'mmBtu' && dimensionOf(unit) === 'volume') {
    const { perFt3, flags } = gasHeat(activity.heatContent);
    return { factor: multiply(conversion(unit, 'ft3'), perFt3), unit: target, flags };
  }
  checkUnit(commodity, unit);
  const flags =
    target === 'mmBtu' && unit.endsWith('Wh') && activity.calorific === undefined ? ['calorific-assumed-gross'] : [];
  return { factor: conversion(unit, target), unit: target, flags };
}

/** Heat content in mmBtu a cubic foot, exact. */
function heatContentPerFt3(content: HeatContent): Ratio {
  const value = parseDecimal(content.value, 'heat content');
  switch (content.unit) {
    case 'mmBtu/Mcf':
      return divide(value, ratio(1_000));
    case 'therm/CCF':
      return divide(value, ratio(1_000));
    case 'Btu/ft3':
      return divide(value, ratio(1_000_000));
    case 'MJ/m3':
      return multiply(multiply(value, conversion('MJ', 'mmBtu')), conversion('ft3', 'm3'));
    case 'kWh/m3':
      return multiply(multiply(value, conversion('kWh', 'mmBtu')), conversion('ft3', 'm3'));
  }
}

function gasHeat(content: HeatContent | undefined): { perFt3: Ratio; flags: string[] } {
  if (content === undefined) return { perFt3: DEFAULT_MMBTU_PER_FT3, flags: ['heat-content-default'] };
  const perFt3 = heatContentPerFt3(content);
  if (compare(perFt3, LEAST_MMBTU_PER_FT3) < 0 || compare(perFt3, MOST_MMBTU_PER_FT3) > 0) {
    throw new ChannelError('FIELD_INVALID', `a heat content of ${content.value} ${content.unit} is not that of a gas`, {
      where: 'heatContent',
      fix: 'Natural gas holds about 1.026 mmBtu/Mcf, 1.026 therm/CCF, 1026 Btu/ft3, 38 MJ/m3 or 10.6 kWh/m3: check the unit.',
    });
  }
  return { perFt3, flags: [] };
}

function checkUnit(commodity: Commodity, unit: UnitName): void {
  const fits =
    commodity === 'water'
      ? dimensionOf(unit) === 'volume'
      : dimensionOf(unit) === 'energy' && (unit !== 'ton-hour' || commodity === 'cooling');
  if (!fits) {
    const right =
      commodity === 'water'
        ? 'm3, US gallon or CCF'
        : commodity === 'natural-gas'
          ? 'therm, mmBtu, kWh, m3 or CCF'
          : 'kWh, MWh, MJ or kBtu';
    throw new ChannelError('UNIT_UNFIT', `${unit} does not measure ${commodity}`, {
      where: 'unit',
      fix: `Use an energy unit of the bill, such as ${right}.`,
    });
  }
}

function checkGasFields(activity: EnergyActivity): void {
  const gasByVolume = activity.commodity === 'natural-gas' && dimensionOf(activity.unit) === 'volume';
  if (activity.heatContent !== undefined && !gasByVolume) {
    throw new ChannelError('FIELD_INVALID', 'a heat content belongs to natural gas billed by volume', {
      where: 'heatContent',
    });
  }
  if (activity.calorific !== undefined && (activity.commodity !== 'natural-gas' || gasByVolume)) {
    throw new ChannelError('FIELD_INVALID', 'a calorific value belongs to natural gas billed in energy', {
      where: 'calorific',
    });
  }
}
