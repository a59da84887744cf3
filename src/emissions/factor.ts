import type { Place } from './place.ts';

/** What is bought or burnt. Water is kept as volume, without emissions. */
export const commodities = ['electricity', 'natural-gas', 'steam', 'heat', 'cooling', 'water'] as const;
export type Commodity = (typeof commodities)[number];

/**
 * What a row is for. `location`: grid average, or the average of a heat network; `residual-mix`: market-based
 * without instruments; `loss-rate`: transmission and distribution; `fuel`: combustion of a fuel;
 * `non-baseload` and `upstream` are carried and never chosen for an inventory.
 */
export const factorMethods = ['location', 'residual-mix', 'non-baseload', 'loss-rate', 'fuel', 'upstream'] as const;
export type FactorMethod = (typeof factorMethods)[number];

export type GwpSet = 'AR4' | 'AR5' | 'AR6';
export type StatedGwpSet = GwpSet | 'not-stated';

/** One figure as its publisher prints it: a plain decimal and the publisher's unit. Never converted when stored. */
export interface FactorValue {
  readonly value: string;
  readonly unit: FactorUnit;
}

/**
 * Units that factors are published in: mass of gas a unit of energy; `kgCO2e/...` for gases that the publisher
 * gives as CO2e already (DESNZ); `fraction` and `percent` for loss rates.
 */
export const factorUnits = [
  'lb/MWh',
  'lb/GWh',
  'g/kWh',
  'kg/kWh',
  'kg/MWh',
  't/MWh',
  'kg/mmBtu',
  'g/mmBtu',
  'kgCO2e/kWh',
  'kgCO2e/kWh(gross)',
  'kgCO2e/kWh(net)',
  'fraction',
  'percent',
] as const;
export type FactorUnit = (typeof factorUnits)[number];

/**
 * One published factor: a leaf of its release's Merkle tree. Absent fields are absent keys, never null.
 * A row with `notApplicable` is the publisher's own "not applicable" and ends a search.
 */
export interface FactorRow {
  /** Unique in its release and, by convention, everywhere: edition, colon, place, and method where there are several: `eGRID2022:CAMX`. */
  readonly id: string;
  /** Publisher's short name as the policy lists it: `us-epa`, `desnz`, `cea`, `eea`, `ember`, `aib`, `green-e`. */
  readonly publisher: string;
  /** Dataset of the publisher: `egrid`, `ghg-hub`, `conversion-factors`, `co2-baseline`, `electricity-intensity`, `carbon-intensity`, `residual-mix`. */
  readonly dataset: string;
  /** Edition by name, the release's version: `eGRID2022`, `daviz-6`, `2024`. */
  readonly edition: string;
  readonly commodity: Commodity;
  readonly method: FactorMethod;
  readonly place: Place;
  /** The year that the publisher's edition speaks of (data year; DESNZ: year in the edition's name; India: year in which the fiscal year starts). */
  readonly year: number;
  /** Half-open validity in civil dates `[validFrom, validTo)`. */
  readonly validFrom: string;
  readonly validTo: string;
  readonly co2?: FactorValue;
  readonly ch4?: FactorValue;
  readonly n2o?: FactorValue;
  readonly co2e?: FactorValue;
  /** For loss rates given as a share: of generation (`generation`) or of what is delivered (`delivered`); rates in kg CO2e per kWh use the gases above (`factor`). */
  readonly loss?: { readonly basis: 'generation' | 'delivered' | 'factor'; readonly share?: FactorValue };
  /** The set behind `co2e`, and behind gases given as CO2e. */
  readonly gwpSet: StatedGwpSet;
  /** True where the set was found by fitting CO2e to the gases and is not the publisher's statement. */
  readonly gwpInferred?: true;
  /** True where the figure is a lifecycle one (Ember): flagged on every result that uses it. */
  readonly lifecycle?: true;
  readonly notApplicable?: true;
  /** Fuels: calorific value that the factor is per. */
  readonly calorific?: 'gross' | 'net';
  /** What the figure averages, in the publisher's words: `total output`, `gross generation`, `residual mix`. */
  readonly basis: string;
  /** Where in the source it stands: file, table, column. */
  readonly source: string;
  readonly licence: string;
  readonly confidence: 'high' | 'medium-high' | 'medium' | 'medium-low' | 'low';
  /** Caveats worth showing beside the number. */
  readonly notes?: string;
}

/** What a release says of itself; its canonical bytes are what a publisher signs and what the ledger records. */
export interface ReleaseManifest {
  readonly publisher: string;
  /** Publisher's full name. */
  readonly publisherName: string;
  readonly dataset: string;
  readonly version: string;
  readonly title: string;
  /** Date of publication, YYYY-MM-DD, or YYYY-MM or YYYY where no more is known. The newest wins where two editions give one place and year. */
  readonly published: string;
  readonly citation: string;
  readonly terms: { readonly licence: string; readonly open: boolean; readonly note?: string };
  /** SHA-256 of the file that the figures were taken from, as far as one was at hand. */
  readonly sourceSha256?: string;
  readonly sourceName: string;
  readonly replaces?: string;
  readonly rowCount: number;
  /** RFC 9162 Merkle tree hash over the canonical rows, in their order. Lower-case hex. */
  readonly root: string;
}

/** A row with what proves it: its position and audit path in the release. */
export interface ProvenRow {
  readonly release: ReleaseRef;
  readonly row: FactorRow;
  readonly index: number;
  /** Audit path, leaf to root, lower-case hex. */
  readonly path: readonly string[];
}

export interface ReleaseRef {
  readonly publisher: string;
  readonly dataset: string;
  readonly version: string;
}

/** A row that may be chosen, with where it stands. */
export interface Candidate {
  readonly release: ReleaseRef;
  /** Date of the release's publication; the newest wins for one place and year. */
  readonly published: string;
  readonly index: number;
  /** Leaf hash of the row in its release. */
  readonly hash: string;
  readonly row: FactorRow;
}
