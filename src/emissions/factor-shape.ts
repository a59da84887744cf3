import { ChannelError } from './error.ts';
import {
  commodities,
  type FactorRow,
  type FactorUnit,
  type FactorValue,
  factorMethods,
  factorUnits,
} from './factor.ts';
import { parseDate } from './period.ts';
import { checkPlace } from './place.ts';
import { isCanonicalDecimal, parseDecimal } from './ratio.ts';

const KEYS: ReadonlySet<string> = new Set([
  'id',
  'publisher',
  'dataset',
  'edition',
  'commodity',
  'method',
  'place',
  'year',
  'validFrom',
  'validTo',
  'co2',
  'ch4',
  'n2o',
  'co2e',
  'loss',
  'gwpSet',
  'gwpInferred',
  'lifecycle',
  'notApplicable',
  'calorific',
  'basis',
  'source',
  'licence',
  'confidence',
  'notes',
]);
const REQUIRED_TEXTS = ['id', 'publisher', 'dataset', 'edition', 'basis', 'source', 'licence'] as const;
const GASES = ['co2', 'ch4', 'n2o', 'co2e'] as const;
const GWP_SETS: readonly string[] = ['AR4', 'AR5', 'AR6', 'not-stated'];
const CONFIDENCES: readonly string[] = ['high', 'medium-high', 'medium', 'medium-low', 'low'];
const SHARE_UNITS: readonly string[] = ['fraction', 'percent'];
const GRID_UNITS: readonly string[] = ['lb/MWh', 'lb/GWh', 'g/kWh', 'kg/kWh', 'kg/MWh', 't/MWh', 'kgCO2e/kWh'];
const HEAT_UNITS: readonly string[] = [...GRID_UNITS, 'kg/mmBtu', 'g/mmBtu'];
const FUEL_UNITS: Readonly<Record<'gross' | 'net', readonly string[]>> = {
  gross: ['kg/mmBtu', 'g/mmBtu', 'kgCO2e/kWh(gross)'],
  net: ['kgCO2e/kWh(net)'],
};
const ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,119}$/;
const CONTROL = /[\p{Cc}\u2028\u2029]/u;
const MAX_TEXT = 2000;

/** A value as it came, before its shape is known. */
type Loose = Readonly<Record<string, unknown>>;
type Fail = (field: string, message: string) => ChannelError;

/**
 * The row, once every field has its shape: closed sets, canonical decimals, a half-open validity, units that fit the
 * method, figures where there must be some and none where the publisher says "not applicable".
 * @throws {ChannelError} RELEASE_INVALID naming the row's id and the field
 */
export function checkFactorRow(value: unknown): FactorRow {
  if (!isObject(value)) throw invalid('a row', 'row', 'is not an object');
  const id = typeof value.id === 'string' && ID.test(value.id) ? value.id : undefined;
  const fail: Fail = (field, message) => invalid(`row ${id ?? 'without a well-formed id'}`, field, message);
  if (id === undefined) throw fail('id', 'must be 1 to 120 letters, digits, dots, colons or hyphens');
  for (const key of Object.keys(value)) {
    if (!KEYS.has(key)) throw fail(key.slice(0, 40), 'is not a field of a row');
  }
  checkTexts(value, fail);
  checkSets(value, fail);
  checkWhere(value, fail);
  const row = value as unknown as FactorRow;
  checkFigures(row, fail);
  checkGwp(row, fail);
  return row;
}

function checkTexts(row: Loose, fail: Fail): void {
  for (const field of REQUIRED_TEXTS) checkText(row[field], field, fail);
  if (row.notes !== undefined) checkText(row.notes, 'notes', fail);
}

function checkText(value: unknown, field: string, fail: Fail): void {
  if (typeof value !== 'string' || value === '') throw fail(field, 'must be a text');
  if (value.length > MAX_TEXT) throw fail(field, `has ${value.length} characters, at most ${MAX_TEXT} are allowed`);
  if (CONTROL.test(value) || !value.isWellFormed()) throw fail(field, 'holds a control character or half a character');
}

function checkSets(row: Loose, fail: Fail): void {
  checkMember(row.commodity, commodities, 'commodity', fail);
  checkMember(row.method, factorMethods, 'method', fail);
  checkMember(row.gwpSet, GWP_SETS, 'gwpSet', fail);
  checkMember(row.confidence, CONFIDENCES, 'confidence', fail);
  if (row.calorific !== undefined) checkMember(row.calorific, ['gross', 'net'], 'calorific', fail);
  for (const flag of ['gwpInferred', 'lifecycle', 'notApplicable']) {
    if (row[flag] !== undefined && row[flag] !== true) throw fail(flag, 'is true or absent');
  }
  if (row.commodity === 'water') throw fail('commodity', 'is water, which has no factors');
}

function checkMember(value: unknown, set: readonly string[], field: string, fail: Fail): void {
  if (typeof value !== 'string' || !set.includes(value)) throw fail(field, `is none of ${set.join(', ')}`);
}

function checkWhere(row: Loose, fail: Fail): void {
  const place = row.place;
  if (!isObject(place)) throw fail('place', 'is not an object');
  for (const [key, part] of Object.entries(place)) {
    if (!['country', 'subdivision', 'region'].includes(key) || typeof part !== 'string') {
      throw fail(`place.${key.slice(0, 40)}`, 'is not a part of a place');
    }
  }
  try {
    checkPlace({ country: '', ...place });
  } catch (error) {
    throw fail('place', (error as Error).message);
  }
  const year = row.year;
  if (typeof year !== 'number' || !Number.isInteger(year) || year < 1900 || year > 2200) {
    throw fail('year', 'must be a year from 1900 to 2200');
  }
  for (const field of ['validFrom', 'validTo']) {
    if (!isDate(row[field])) throw fail(field, 'is not a date YYYY-MM-DD');
  }
  if ((row.validFrom as string) >= (row.validTo as string)) {
    throw fail('validTo', 'must be after validFrom; the validity is half-open');
  }
}

function checkFigures(row: FactorRow, fail: Fail): void {
  const figures = GASES.filter((gas) => row[gas] !== undefined);
  if (row.notApplicable === true) {
    if (figures.length > 0 || row.loss !== undefined) throw fail('notApplicable', 'stands beside figures');
    return;
  }
  const units = unitsOf(row, fail);
  for (const gas of figures) checkValue(row[gas], gas, units, fail);
  if (row.loss?.share === undefined && row.co2 === undefined && row.co2e === undefined) {
    throw fail('co2e', 'and co2 are both absent');
  }
}

/** The units that the row's gases may have; checks what depends on the method alone. */
function unitsOf(row: FactorRow, fail: Fail): readonly string[] {
  if (row.method !== 'loss-rate' && row.loss !== undefined) throw fail('loss', 'stands on a row that is no loss rate');
  if (row.method === 'fuel') {
    if (row.commodity !== 'natural-gas') throw fail('method', `is fuel for ${row.commodity}`);
    if (row.calorific === undefined) throw fail('calorific', 'is absent from a fuel');
    return FUEL_UNITS[row.calorific];
  }
  if (row.commodity === 'natural-gas') throw fail('method', `is ${row.method} for natural gas`);
  if (row.calorific !== undefined) throw fail('calorific', 'stands on a row that is no fuel');
  if (row.method === 'loss-rate') checkLoss(row, fail);
  return row.commodity === 'electricity' ? GRID_UNITS : HEAT_UNITS;
}

function checkLoss(row: FactorRow, fail: Fail): void {
  const loss: unknown = row.loss;
  if (!isObject(loss)) throw fail('loss', 'is absent from a loss rate');
  const { basis, share, ...rest } = loss;
  if (Object.keys(rest).length > 0) throw fail('loss', 'has a field that is not one of basis, share');
  checkMember(basis, ['generation', 'delivered', 'factor'], 'loss.basis', fail);
  if (basis === 'factor') {
    if (share !== undefined) throw fail('loss.share', 'stands on a loss given as a factor');
    return;
  }
  checkValue(share as FactorValue | undefined, 'loss.share', SHARE_UNITS, fail);
  const { value, unit } = share as FactorValue;
  const { num, den } = parseDecimal(value);
  if (num >= den * (unit === 'percent' ? 100n : 1n)) throw fail('loss.share', 'is the whole or more');
  if (GASES.some((gas) => row[gas] !== undefined)) throw fail('loss.share', 'stands beside gases');
}

function checkValue(figure: FactorValue | undefined, field: string, units: readonly string[], fail: Fail): void {
  if (!isObject(figure)) throw fail(field, 'is not a value with its unit');
  const { value, unit, ...rest } = figure as Loose;
  if (Object.keys(rest).length > 0) throw fail(field, 'has a field that is not one of value, unit');
  if (typeof value !== 'string' || !isCanonicalDecimal(value)) {
    throw fail(field, `${shown(value)} is not a plain decimal in its shortest form`);
  }
  if (!factorUnits.includes(unit as FactorUnit)) throw fail(field, `unit ${shown(unit)} is unknown`);
  if (!units.includes(unit as string)) throw fail(field, `unit ${unit as string} does not fit the row's method`);
}

function checkGwp(row: FactorRow, fail: Fail): void {
  if (row.gwpInferred === true && row.gwpSet === 'not-stated') throw fail('gwpInferred', 'stands without a set');
  for (const gas of ['ch4', 'n2o'] as const) {
    if (row[gas]?.unit.startsWith('kgCO2e/') && row.gwpSet === 'not-stated') {
      throw fail('gwpSet', `is not stated, but ${gas} is given as CO2e`);
    }
  }
}

/** A text as it came, shortened; of anything else only its type, since putting it to text could run on for ever. */
function shown(value: unknown): string {
  return `'${typeof value === 'string' ? value.slice(0, 40) : typeof value}'`;
}

function isObject(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isDate(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  try {
    parseDate(value);
    return true;
  } catch {
    return false;
  }
}

function invalid(row: string, field: string, message: string): ChannelError {
  return new ChannelError('RELEASE_INVALID', `${row}: ${field} ${message}`, {
    where: field,
    fix: 'Mend the row and compile the release again; docs/factors.md lists the fields.',
  });
}
