import type { ReadBasis, ResidualState, StatedGwpSet } from '../emissions/index.ts';
import type { EvidenceOrNone } from './parts.ts';

export type ReportedSet = StatedGwpSet | 'mixed';

/** What inventories report about a share of a total, as `partsOf` writes it. */
export interface Quality {
  readonly readBasis: ReadBasis;
  readonly evidence: EvidenceOrNone;
  readonly oldFactor: boolean;
  readonly oldResidual: boolean;
  readonly oldLossRate: boolean;
  readonly co2Only: boolean;
  readonly lifecycle: boolean;
  readonly main: ResultQuality | undefined;
  readonly market: ResultQuality | undefined;
  /** What was found of a residual mix; absent where there is no market-based result. */
  readonly residual: ResidualState | undefined;
  readonly losses: 'kWh' | 'co2e' | undefined;
}

export interface ResultQuality {
  readonly gwpSet: ReportedSet;
  /** Which gases there are figures of: CO2 1, CH4 2, N2O 4. */
  readonly gases: number;
}

/** Reads what `partsOf` wrote. */
export function parseQuality(text: string): Quality {
  const [readBasis, evidence, marks, mainSet, mainGases, marketSet, marketGases, residual, losses] = text.split(' ');
  const has = (mark: string) => (marks as string).includes(mark);
  return {
    readBasis: readBasis as ReadBasis,
    evidence: evidence as EvidenceOrNone,
    oldFactor: has('o'),
    oldResidual: has('r'),
    oldLossRate: has('l'),
    co2Only: has('c'),
    lifecycle: has('y'),
    main: resultOf(mainSet, mainGases),
    market: resultOf(marketSet, marketGases),
    residual: residual === '-' ? undefined : (residual as ResidualState),
    losses: losses === '-' ? undefined : (losses as 'kWh' | 'co2e'),
  };
}

function resultOf(set: string | undefined, gases: string | undefined): ResultQuality | undefined {
  return set === '-' ? undefined : { gwpSet: set as ReportedSet, gases: Number(gases) };
}
