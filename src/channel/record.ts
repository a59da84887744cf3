import {
  type Activity,
  type Calculation,
  type ChosenSlice,
  calculate,
  canonical,
  defined,
  type Emissions,
  energyOf,
  formatDate,
  formatUnits,
  type GwpChoice,
  type Losses,
  leafHash,
  type MarketEmissions,
  type Place,
  parseSpan,
} from '../emissions/index.ts';

/** Why a record follows another one. */
export const correctionReasons = [
  'estimate-replaced',
  'rebilled',
  'misread',
  'wrong-dates',
  'wrong-unit',
  'wrong-place',
  'wrong-meter',
  'wrong-flow',
  'factor-withdrawn',
  'recalculated',
  'duplicate',
  'entered-in-error',
  'other',
] as const;
export type CorrectionReason = (typeof correctionReasons)[number];

interface Follows {
  readonly record: string;
  readonly reason: CorrectionReason;
}

/** Commitments to the evidence: to the document's bytes and, where made, to the bill's fields one by one. */
export interface EvidenceCommitment {
  readonly document: string;
  readonly fields?: string;
}

/** One slice of a record. A record of one slice leaves out what stands on the record itself. */
export interface RecordSlice {
  /** Positions in `factors`. */
  readonly main: number;
  readonly residual?: number;
  readonly lossRate?: number;
  readonly start?: string;
  readonly end?: string;
  readonly energy?: string;
  readonly location?: Emissions;
  readonly market?: MarketEmissions;
  readonly emissions?: Emissions;
  readonly losses?: Losses;
}

/**
 * One line of a bill with its results, as it stands on the ledger: numbers, places, pseudonyms and commitments, nothing
 * personal. Its id is the leaf hash (RFC 9162) of its canonical text, so that two records that differ anywhere have two ids.
 */
export interface ActivityRecord extends Omit<Activity, 'quantity'> {
  readonly schema: 'uec-record/1';
  readonly owner: string;
  readonly quantity: string;
  readonly place: Place;
  /** Pseudonym of the meter: 64 hex digits. */
  readonly meter: string;
  readonly energy: string;
  readonly energyUnit: 'kWh' | 'mmBtu' | 'm3';
  readonly gwp: GwpChoice;
  readonly ruleSet: 'uec-choice/1';
  /** Leaf hashes of the factor rows used; the page carries each row with its proof. */
  readonly factors?: readonly string[];
  readonly slices?: readonly RecordSlice[];
  readonly location?: Emissions;
  readonly market?: MarketEmissions;
  readonly emissions?: Emissions;
  readonly losses?: Losses;
  /** Why there is no result: the flow is not delivered energy (rule D), or the commodity has no emissions here. */
  readonly noResult?: 'flow' | 'commodity';
  readonly flags: readonly string[];
  readonly evidence?: EvidenceCommitment;
  readonly supersedes?: Follows;
  readonly adjusts?: Follows;
  /** A voided or superseded record of the same meter whose content this one records again. */
  readonly replaces?: string;
}

/** What a record is made of beside its activity and factors. */
export interface RecordFacts extends Activity {
  readonly owner: string;
  readonly place: Place;
  readonly meter: string;
  readonly gwp: GwpChoice;
  /** Flags that only the owner can know; a closed list: `givenFlags`. */
  readonly given?: readonly string[];
  readonly evidence?: EvidenceCommitment;
  readonly supersedes?: Follows;
  readonly adjusts?: Follows;
  readonly replaces?: string;
}

/** Flags that the contract cannot derive and takes from the owner. */
export const givenFlags: readonly string[] = ['zip-ambiguous', 'zone-assumed'];

/** The record's canonical text: what is hashed, stored and shown. */
export function recordText(record: ActivityRecord): string {
  return canonical(record);
}

export function recordId(record: ActivityRecord): string {
  return leafHash(recordText(record));
}

/** Why a line of this kind has no result, or `undefined` where it has one. */
export function noResultReason(activity: Pick<Activity, 'commodity' | 'flow'>): 'flow' | 'commodity' | undefined {
  if (activity.commodity === 'water') return 'commodity';
  return activity.flow === 'delivered' || activity.flow === 'net-only' ? undefined : 'flow';
}

/**
 * The record of an activity with chosen factors: every number computed here, and computed again by the contract.
 * `slices` is ignored for lines that have no result.
 * @throws {ChannelError} as `energyOf`, `parseSpan` and `calculate`
 */
export function buildRecord(facts: RecordFacts, slices: readonly ChosenSlice[]): ActivityRecord {
  const { given, gwp, owner, place, meter, evidence, supersedes, adjusts, replaces, ...activity } = facts;
  parseSpan(activity.start, activity.end);
  const energy = energyOf(activity);
  const noResult = noResultReason(activity);
  const common = {
    schema: 'uec-record/1' as const,
    ruleSet: 'uec-choice/1' as const,
    ...activity,
    owner,
    place,
    meter,
    gwp,
    energy: formatUnits(energy.micro, 6),
    energyUnit: energy.unit,
    ...defined({ evidence, supersedes, adjusts, replaces }),
  };
  if (noResult !== undefined) {
    return { ...common, noResult, flags: sortedFlags(energy.flags, given) };
  }
  const rows = slices.map(({ span, main, residual, losses }) =>
    defined({ span, main: main.row, residual: residual?.row, losses: losses?.row }),
  );
  const calculation = calculate({
    flow: activity.flow,
    micro: energy.micro,
    unit: energy.unit,
    electricity: activity.commodity === 'electricity',
    place,
    gwp,
    slices: rows,
  });
  const factors = [...new Set(slices.flatMap((slice) => rowHashes(slice)))];
  return {
    ...common,
    factors,
    ...resultsOf(calculation),
    slices: slices.map((slice, at) => recordSlice(calculation, at, positions(slice, factors))),
    flags: sortedFlags([...energy.flags, ...calculation.flags], given),
  };
}

/** Positions of a slice's rows in the record's list. */
export interface SlicePositions {
  readonly main: number;
  readonly residual?: number;
  readonly lossRate?: number;
}

/** A slice as it stands on a record: with its own figures only where there are several. */
export function recordSlice(calculation: Calculation, at: number, positionsOfRows: SlicePositions): RecordSlice {
  const slice = calculation.slices[at];
  if (slice === undefined || calculation.slices.length === 1) return { ...positionsOfRows };
  return {
    ...positionsOfRows,
    start: formatDate(slice.start),
    end: formatDate(slice.end),
    energy: slice.energy,
    ...resultsOf(slice),
  };
}

/** The figures of a calculation, a slice or a record alone. */
export function resultsOf(from: Results): Results {
  const { location, market, emissions, losses } = from;
  return defined({ location, market, emissions, losses });
}

type Results = Pick<ActivityRecord, 'location' | 'market' | 'emissions' | 'losses'>;

export function sortedFlags(derived: readonly string[], given: readonly string[] = []): string[] {
  return [...new Set([...derived, ...given])].sort();
}

/** A slice with all its figures and dates, also where the record has only one. */
export interface FullSlice
  extends Required<Pick<RecordSlice, 'start' | 'end' | 'energy' | 'main'>>,
    Omit<RecordSlice, 'start' | 'end' | 'energy' | 'main'> {}

/** The record's slices in full; none where it has no result. */
export function slicesOf(record: ActivityRecord): FullSlice[] {
  const slices = record.slices ?? [];
  const only = slices.length === 1;
  return slices.map((slice) => ({
    ...slice,
    start: slice.start ?? record.start,
    end: slice.end ?? record.end,
    energy: slice.energy ?? record.energy,
    ...(only ? resultsOf(record) : {}),
  }));
}

function rowHashes(slice: ChosenSlice): string[] {
  return [slice.main, slice.residual, slice.losses].flatMap((candidate) =>
    candidate === undefined ? [] : [candidate.hash],
  );
}

function positions(slice: ChosenSlice, factors: readonly string[]): SlicePositions {
  return {
    main: factors.indexOf(slice.main.hash),
    ...(slice.residual === undefined ? {} : { residual: factors.indexOf(slice.residual.hash) }),
    ...(slice.losses === undefined ? {} : { lossRate: factors.indexOf(slice.losses.hash) }),
  };
}
