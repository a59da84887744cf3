import { ChannelError } from './error.ts';
import type { Candidate, Commodity, FactorMethod } from './factor.ts';
import { cutSpan, type DaySpan, formatDate, yearCuts, yearOf } from './period.ts';
import { type Place, placeChain, placeName, samePlace } from './place.ts';
import { type Policy, publishersFor } from './policy.ts';
import { type Validity, validityOf } from './validity.ts';

/** Which methods a commodity's result needs; others are never looked for. */
export function methodsFor(commodity: Commodity): {
  readonly main: FactorMethod;
  readonly residual: boolean;
  readonly losses: boolean;
} {
  if (commodity === 'natural-gas') return { main: 'fuel', residual: false, losses: false };
  return { main: 'location', residual: commodity === 'electricity', losses: commodity === 'electricity' };
}

/** The factors of one slice. `residual` and `losses` are absent where none was found within the limits. */
export interface ChosenSlice {
  readonly span: DaySpan;
  readonly main: Candidate;
  /** A row with `notApplicable` is the publisher's word that no residual mix exists. */
  readonly residual?: Candidate;
  readonly losses?: Candidate;
}

export interface ChoiceQuery {
  readonly commodity: Commodity;
  readonly span: DaySpan;
  readonly place: Place;
  readonly calorific?: 'gross' | 'net';
  readonly policy: Policy;
}

/**
 * Rule `uec-choice/1`: cuts the span at year ends and wherever the factors that apply change, and chooses each slice's rows.
 * Publishers are tried in the policy's order; within one, places from fine to coarse; at a place, the row whose validity holds
 * the slice, newest publication first, else the latest earlier row within the vintage limit. Never a later year.
 * @throws {ChannelError} FACTOR_NOT_FOUND naming what was looked for at each step
 */
export function chooseFactors(query: ChoiceQuery, candidates: readonly Candidate[]): ChosenSlice[] {
  const usable = usableCandidates(query, candidates);
  const bounds = usable.flatMap(({ validFrom, validTo }) => [validFrom, validTo]);
  const segments = cutSpan(query.span, [...yearCuts(query.span), ...bounds]);
  const slices: ChosenSlice[] = [];
  for (const span of segments) {
    const slice = chooseSlice(query, span, usable);
    const last = slices.at(-1);
    if (last !== undefined && yearOf(last.span.start) === yearOf(span.start) && sameRows(last, slice)) {
      slices[slices.length - 1] = { ...last, span: { start: last.span.start, end: span.end } };
    } else {
      slices.push(slice);
    }
  }
  return slices;
}

/** Whole years by which a row is older than a slice; 0 when its validity holds the slice. */
export function ageOf(row: Validity, span: DaySpan): number {
  if (row.validTo > span.start) return 0;
  return Math.max(1, yearOf(span.start) - yearOf(row.validTo - 1));
}

interface Usable extends Validity {
  readonly candidate: Candidate;
}

function usableCandidates(query: ChoiceQuery, candidates: readonly Candidate[]): Usable[] {
  const publishers = publishersFor(query.policy, query.place.country);
  const places = placeChain(query.place);
  const { main, residual, losses } = methodsFor(query.commodity);
  return candidates
    .filter(({ row }) => {
      const wanted =
        row.method === main || (residual && row.method === 'residual-mix') || (losses && row.method === 'loss-rate');
      return (
        wanted &&
        (row.notApplicable !== true || row.method === 'residual-mix') &&
        row.commodity === query.commodity &&
        (row.calorific === undefined || row.calorific === (query.calorific ?? 'gross')) &&
        publishers.includes(row.publisher) &&
        places.some((place) => samePlace(place, row.place))
      );
    })
    .map((candidate) => ({ candidate, ...validityOf(candidate.row) }));
}

function chooseSlice(query: ChoiceQuery, span: DaySpan, usable: readonly Usable[]): ChosenSlice {
  const { main: method, residual: needsResidual, losses: needsLosses } = methodsFor(query.commodity);
  const { policy } = query;
  const main = search(query, span, usable, method, policy.vintageLimit);
  if (main === undefined) throw notFound(query, span, method, usable);
  const residual = needsResidual ? search(query, span, usable, 'residual-mix', policy.residualVintageLimit) : undefined;
  const losses = needsLosses ? lossesFor(query, span, usable, main) : undefined;
  return { span, main, ...(residual === undefined ? {} : { residual }), ...(losses === undefined ? {} : { losses }) };
}

// A loss rate goes with the grid factor it multiplies: one publisher's loss on another publisher's factor would mix two bases.
function lossesFor(
  query: ChoiceQuery,
  span: DaySpan,
  usable: readonly Usable[],
  main: Candidate,
): Candidate | undefined {
  const own = usable.filter(({ candidate }) => candidate.row.publisher === main.row.publisher);
  return search(query, span, own, 'loss-rate', query.policy.vintageLimit);
}

function search(
  query: ChoiceQuery,
  span: DaySpan,
  usable: readonly Usable[],
  method: FactorMethod,
  limit: number,
): Candidate | undefined {
  const places = placeChain(query.place);
  for (const publisher of publishersFor(query.policy, query.place.country)) {
    for (const place of places) {
      const rows = usable.filter(
        ({ candidate: { row } }) => row.method === method && row.publisher === publisher && samePlace(row.place, place),
      );
      const found =
        best(rows.filter((row) => row.validFrom <= span.start && row.validTo >= span.end)) ?? latest(rows, span, limit);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function latest(rows: readonly Usable[], span: DaySpan, limit: number): Candidate | undefined {
  const earlier = rows.filter((row) => row.validTo <= span.start && ageOf(row, span) <= limit);
  const newest = Math.max(...earlier.map(({ validTo }) => validTo));
  return best(earlier.filter(({ validTo }) => validTo === newest));
}

/** The newest publication; what is equal in that is settled by edition, row id and hash, so that every node chooses alike. */
function best(rows: readonly Usable[]): Candidate | undefined {
  let winner: Candidate | undefined;
  for (const { candidate } of rows) {
    if (winner === undefined || rank(candidate) > rank(winner)) winner = candidate;
  }
  return winner;
}

function rank({ published, row, hash }: Candidate): string {
  return `${published}\0${row.edition}\0${row.id}\0${hash}`;
}

// A row that holds one slice and is older than the next is a cut: only the second is flagged with its age.
function sameRows(a: ChosenSlice, b: ChosenSlice): boolean {
  const same = (before: Candidate | undefined, after: Candidate | undefined) =>
    before?.hash === after?.hash && (before === undefined || ageIn(before, a.span) === ageIn(before, b.span));
  return same(a.main, b.main) && same(a.residual, b.residual) && same(a.losses, b.losses);
}

function ageIn({ row }: Candidate, span: DaySpan): number {
  return ageOf(validityOf(row), span);
}

function notFound(query: ChoiceQuery, span: DaySpan, method: FactorMethod, usable: readonly Usable[]): ChannelError {
  const places = placeChain(query.place).map(placeName).join(', then ');
  const publishers = publishersFor(query.policy, query.place.country);
  const steps = publishers.map((publisher) => {
    const rows = usable.filter(({ candidate: { row } }) => row.publisher === publisher && row.method === method);
    if (rows.length === 0) return `${publisher}: nothing`;
    const first = yearOf(Math.min(...rows.map(({ validFrom }) => validFrom)));
    const last = yearOf(Math.max(...rows.map(({ validTo }) => validTo)) - 1);
    return `${publisher}: only ${first === last ? first : `${first} to ${last}`}`;
  });
  // As people say it: with its last day.
  const [first, last] = [formatDate(span.start), formatDate(span.end - 1)];
  const period = first === last ? first : `${first} to ${last}`;
  return new ChannelError(
    'FACTOR_NOT_FOUND',
    `no ${method} factor for ${query.commodity} at ${placeName(query.place)}, ${period} (looked at ${places}; ${steps.join('; ')}; at most ${query.policy.vintageLimit} years older, never later)`,
    { where: 'place' },
  );
}
