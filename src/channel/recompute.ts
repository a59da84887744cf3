import {
  ageOf,
  ChannelError,
  calculate,
  canonical,
  defined,
  energyOf,
  type FactorRow,
  type FigureSource,
  formatDate,
  formatUnits,
  methodsFor,
  type Policy,
  parseDate,
  parseSpan,
  placeChain,
  publishersFor,
  type RowFigures,
  rowFigures,
  type SliceRows,
  samePlace,
  validityOf,
  yearOf,
} from '../emissions/index.ts';
import { type ActivityRecord, givenFlags, noResultReason, recordSlice, resultsOf, sortedFlags } from './record.ts';

/** Rows by leaf hash, each proven against a release that the ledger holds. */
export type ProvenRows = ReadonlyMap<string, FactorRow>;

/** Row figures kept for as long as one transaction runs: a page meets the same few rows in every record. */
export function figureCache(): FigureSource {
  const known = new Map<FactorRow, Map<string, RowFigures>>();
  return (row, unit, gwp) => {
    const ofRow = known.get(row) ?? new Map<string, RowFigures>();
    known.set(row, ofRow);
    const figures = ofRow.get(unit + gwp) ?? rowFigures(row, unit, gwp);
    ofRow.set(unit + gwp, figures);
    return figures;
  };
}

/**
 * Computes a record's every number again from its activity and the rows it names, and checks that the rows fit: method,
 * commodity, place, publisher, vintage, and slices cut where the rule cuts them. Gives the rows of its slices; none where it has
 * no result.
 * @throws {ChannelError} ARITHMETIC_MISMATCH, SLICES_INVALID, FACTOR_UNFIT, and what `energyOf` and `calculate` throw
 */
export function recompute(
  record: ActivityRecord,
  rows: ProvenRows,
  policy: Policy,
  figures: FigureSource,
): readonly SliceRows[] {
  const energy = energyOf(record);
  demand(
    formatUnits(energy.micro, 6) === record.energy && energy.unit === record.energyUnit,
    'energy',
    'quantity and unit',
  );
  const given = record.flags.filter((flag) => givenFlags.includes(flag));
  const reason = noResultReason(record);
  if (reason !== undefined) {
    const bare = record.slices === undefined && record.factors === undefined && canonical(resultsOf(record)) === '{}';
    demand(record.noResult === reason && bare, 'noResult', 'a line without result');
    demandFlags(record, energy.flags, given);
    return [];
  }
  demand(record.noResult === undefined, 'noResult', 'a line with a result');
  const slices = checkSlices(record, rows, policy);
  const calculation = calculate(
    {
      flow: record.flow,
      micro: energy.micro,
      unit: energy.unit,
      electricity: record.commodity === 'electricity',
      place: record.place,
      gwp: record.gwp,
      slices,
    },
    figures,
  );
  demandSame(record, resultsOf(calculation), resultsOf(record), 'results');
  record.slices?.forEach((slice, at) => {
    demandSame(
      record,
      recordSlice(calculation, at, defined({ main: slice.main, residual: slice.residual, lossRate: slice.lossRate })),
      slice,
      `slices[${at}]`,
    );
  });
  demandFlags(record, [...energy.flags, ...calculation.flags], given);
  return slices;
}

function checkSlices(record: ActivityRecord, rows: ProvenRows, policy: Policy): SliceRows[] {
  const factors = record.factors ?? [];
  const listed = factors.map((hash) => {
    const row = rows.get(hash);
    if (row === undefined)
      throw new ChannelError('FACTOR_UNFIT', `the page carries no factor row ${hash.slice(0, 12)}`, {
        where: 'factors',
      });
    return row;
  });
  const stated = record.slices ?? [];
  const span = parseSpan(record.start, record.end);
  const used = new Set<number>();
  const rowAt = (position: number | undefined): FactorRow | undefined => {
    if (position === undefined) return undefined;
    used.add(position);
    const row = listed[position];
    if (row === undefined)
      throw new ChannelError('FACTOR_UNFIT', `slice refers to factor ${position} of ${listed.length}`, {
        where: 'slices',
      });
    return row;
  };
  let start = span.start;
  const slices = stated.map((slice, at) => {
    const end = at === stated.length - 1 ? span.end : parseDate(slice.end ?? '', 'slice end');
    checkCut(start, end);
    const checked = defined({
      span: { start, end },
      main: rowAt(slice.main) as FactorRow,
      residual: rowAt(slice.residual),
      losses: rowAt(slice.lossRate),
    });
    checkRows(record, checked, policy);
    start = end;
    return checked;
  });
  if (slices.length === 0) throw new ChannelError('SLICES_INVALID', 'the record has no slices', { where: 'slices' });
  if (used.size !== listed.length || new Set(factors).size !== factors.length)
    throw new ChannelError('FACTOR_UNFIT', 'the record lists a factor that no slice uses', { where: 'factors' });
  checkReasons(slices);
  return slices;
}

// A slice that ends after the period leaves the last one, which ends with it, without days.
function checkCut(start: number, end: number): void {
  if (end <= start)
    throw new ChannelError('SLICES_INVALID', `the slice from ${formatDate(start)} ends on ${formatDate(end)}`, {
      where: 'slices',
    });
  if (yearOf(start) !== yearOf(end - 1))
    throw new ChannelError('SLICES_INVALID', `the slice from ${formatDate(start)} crosses a year end`, {
      where: 'slices',
    });
}

// A cut inside a year is right only on a day on which a row in use ends or begins to hold.
function checkReasons(slices: readonly SliceRows[]): void {
  slices.forEach((slice, at) => {
    const before = slices[at - 1];
    const day = slice.span.start;
    if (before === undefined || yearOf(before.span.start) !== yearOf(day)) return;
    const cut = formatDate(day);
    const ends = rowsOf(before).some(({ validTo }) => validTo === cut);
    const begins = rowsOf(slice).some(({ validFrom }) => validFrom === cut);
    if (!ends && !begins)
      throw new ChannelError('SLICES_INVALID', `the cut on ${cut} has no reason`, { where: 'slices' });
  });
}

function rowsOf({ main, residual, losses }: SliceRows): FactorRow[] {
  return [main, residual, losses].filter((row) => row !== undefined);
}

function checkRows(record: ActivityRecord, slice: SliceRows, policy: Policy): void {
  const { main, residual, losses } = methodsFor(record.commodity);
  checkRow(record, slice.main, slice, main, policy, policy.vintageLimit);
  if (slice.main.calorific !== undefined && slice.main.calorific !== (record.calorific ?? 'gross')) {
    throw new ChannelError('FACTOR_UNFIT', `row ${slice.main.id} is per ${slice.main.calorific} calorific value`, {
      where: 'factors',
    });
  }
  if (slice.residual !== undefined) {
    if (!residual)
      throw new ChannelError('FACTOR_UNFIT', `${record.commodity} has no residual mix`, { where: 'factors' });
    checkRow(record, slice.residual, slice, 'residual-mix', policy, policy.residualVintageLimit);
  }
  if (slice.losses !== undefined) {
    if (!losses || slice.losses.publisher !== slice.main.publisher)
      throw new ChannelError('FACTOR_UNFIT', `row ${slice.losses.id} is not the grid factor's loss rate`, {
        where: 'factors',
      });
    checkRow(record, slice.losses, slice, 'loss-rate', policy, policy.vintageLimit);
  }
}

function checkRow(
  record: ActivityRecord,
  row: FactorRow,
  { span }: SliceRows,
  method: string,
  policy: Policy,
  limit: number,
): void {
  const fault = rowFault(record, row, method, policy);
  if (fault !== undefined) throw new ChannelError('FACTOR_UNFIT', `row ${row.id} ${fault}`, { where: 'factors' });
  const validity = validityOf(row);
  const holds = validity.validFrom <= span.start && validity.validTo >= span.end;
  if (holds || (validity.validTo <= span.start && ageOf(validity, span) <= limit)) return;
  throw new ChannelError(
    'FACTOR_UNFIT',
    `row ${row.id} is valid from ${row.validFrom} to ${row.validTo}; the slice is ${formatDate(span.start)} to ${formatDate(span.end)}, and at most ${limit} years older are allowed`,
    { where: 'factors' },
  );
}

function rowFault(record: ActivityRecord, row: FactorRow, method: string, policy: Policy): string | undefined {
  if (row.method !== method) return `is a ${row.method} row, ${method} is needed`;
  if (row.commodity !== record.commodity) return `is for ${row.commodity}`;
  if (!publishersFor(policy, record.place.country).includes(row.publisher))
    return `is of ${row.publisher}, whom the policy does not list for ${record.place.country}`;
  if (!placeChain(record.place).some((place) => samePlace(place, row.place))) return 'is for another place';
  if (row.notApplicable === true && method !== 'residual-mix') return 'says "not applicable"';
  return undefined;
}

function demandFlags(record: ActivityRecord, derived: readonly string[], given: readonly string[]): void {
  const expected = sortedFlags(derived, given).join(' ');
  if (expected !== record.flags.join(' '))
    throw new ChannelError('ARITHMETIC_MISMATCH', `the flags should be '${expected}'`, { where: 'flags' });
}

function demandSame(record: ActivityRecord, expected: unknown, found: unknown, where: string): void {
  if (sameContent(expected, found)) return;
  throw new ChannelError(
    'ARITHMETIC_MISMATCH',
    `the ${where} of ${record.energy} ${record.energyUnit} should be ${canonical(expected)}`,
    { where },
  );
}

// Texts, numbers and objects of them, in any order of keys. Measured: comparing canonical texts took half of the recomputation.
function sameContent(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => sameContent(a[key as never], b[key as never]));
}

function demand(holds: boolean, where: string, basis: string): void {
  if (!holds) throw new ChannelError('ARITHMETIC_MISMATCH', `${where} does not follow from ${basis}`, { where });
}
