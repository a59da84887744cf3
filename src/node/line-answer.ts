import { type ActivityRecord, type FullSlice, slicesOf } from '../channel/index.ts';
import {
  type Emissions,
  type FactorRow,
  type GwpChoice,
  parseDate,
  rowFigures,
  shownFactor,
  yearOf,
} from '../emissions/index.ts';

/** Figures of a result as they are answered: what does not exist is null. */
export interface EmissionsAnswer {
  readonly co2e: string;
  readonly co2: string | null;
  readonly ch4: string | null;
  readonly n2o: string | null;
  readonly unit: 'kg';
  readonly gwpSet: string;
}

interface MarketAnswer extends EmissionsAnswer {
  /** Row of the lowest tier used; null where slices used different rows. */
  readonly factor: string | null;
  readonly tier: string;
  readonly higherTiers: string;
  readonly residualMixAvailable: boolean;
  readonly residualMix: string;
}

/** A factor as it was used: the row's id and its CO2e in the publisher's unit. */
interface FactorAnswer {
  readonly factor: string;
  readonly value: string;
  readonly unit: string;
  readonly co2e: string;
}

interface SliceAnswer {
  readonly year: number;
  readonly start: string;
  readonly end: string;
  readonly days: number;
  readonly kWh?: string;
  readonly energy?: string;
  readonly location?: FactorAnswer;
  readonly market?: FactorAnswer & { readonly tier: string };
  readonly emissions?: FactorAnswer;
}

/** A line's results in the words of the command, the API and the console. */
export interface LineAnswer {
  readonly kWh?: string;
  readonly scope?: 1 | 2;
  readonly energy?: { readonly value: string; readonly unit: string };
  readonly slices: readonly SliceAnswer[];
  readonly location?: EmissionsAnswer;
  readonly market?: MarketAnswer;
  readonly losses?: { readonly kWh: string | null; readonly co2e: string; readonly basis: string } | null;
  readonly emissions?: EmissionsAnswer | null;
  readonly noResult?: string;
  readonly flags: readonly string[];
}

export type RowLookup = (hash: string) => FactorRow;

/** The results of a record, with the rows it names. */
export function lineAnswer(record: ActivityRecord, rowOf: RowLookup): LineAnswer {
  const slices = slicesOf(record).map((slice) => sliceAnswer(record, slice, rowOf));
  const { flags } = record;
  if (record.commodity !== 'electricity') {
    const scope =
      record.commodity === 'natural-gas'
        ? { scope: 1 as const }
        : record.commodity === 'water'
          ? {}
          : { scope: 2 as const };
    const emissions = record.emissions === undefined ? null : emissionsAnswer(record.emissions);
    return {
      ...scope,
      energy: { value: record.energy, unit: record.energyUnit },
      slices,
      emissions,
      ...noResult(record),
      flags,
    };
  }
  if (record.location === undefined || record.market === undefined) {
    return { kWh: record.energy, slices, losses: null, ...noResult(record), flags };
  }
  const { losses, market } = record;
  const used = new Set(slices.map((slice) => slice.market?.factor));
  return {
    kWh: record.energy,
    slices,
    location: emissionsAnswer(record.location),
    market: {
      ...emissionsAnswer(market),
      factor: used.size === 1 ? (slices[0]?.market?.factor ?? null) : null,
      tier: market.tier,
      higherTiers: market.higher,
      residualMixAvailable: market.residual === 'used',
      residualMix: market.residual,
    },
    losses: losses === undefined ? null : { kWh: losses.kWh ?? null, co2e: losses.co2e, basis: losses.basis },
    flags,
  };
}

function noResult(record: ActivityRecord): { noResult?: string } {
  return record.noResult === undefined ? {} : { noResult: record.noResult };
}

function emissionsAnswer({ co2e, co2, ch4, n2o, gwpSet }: Emissions): EmissionsAnswer {
  return { co2e, co2: co2 ?? null, ch4: ch4 ?? null, n2o: n2o ?? null, unit: 'kg', gwpSet };
}

function sliceAnswer(record: ActivityRecord, slice: FullSlice, rowOf: RowLookup): SliceAnswer {
  const first = parseDate(slice.start);
  const common = { year: yearOf(first), start: slice.start, end: slice.end, days: parseDate(slice.end) - first };
  const rowAt = (position: number): FactorRow => rowOf(record.factors?.[position] as string);
  const main = rowAt(slice.main);
  const factor = (row: FactorRow, result: Emissions | undefined): FactorAnswer => ({
    factor: row.id,
    ...factorShown(row, record.energyUnit, record.gwp),
    co2e: result?.co2e ?? '0',
  });
  if (slice.market === undefined) return { ...common, energy: slice.energy, emissions: factor(main, slice.emissions) };
  const marketRow = slice.market.residual === 'used' && slice.residual !== undefined ? rowAt(slice.residual) : main;
  return {
    ...common,
    kWh: slice.energy,
    location: factor(main, slice.location),
    market: { ...factor(marketRow, slice.market), tier: slice.market.tier },
  };
}

function factorShown(row: FactorRow, unit: 'kWh' | 'mmBtu' | 'm3', gwp: GwpChoice): { value: string; unit: string } {
  return shownFactor(row, rowFigures(row, unit, gwp), unit);
}
