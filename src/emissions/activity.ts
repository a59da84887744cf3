import type { Commodity } from './factor.ts';
import type { UnitName } from './unit.ts';

/** Which way the energy went. Never netted (rule D): exports are their own lines. */
export const flows = ['delivered', 'exported', 'generated', 'self-consumed', 'net-only'] as const;
export type Flow = (typeof flows)[number];

/** How the reading came about, in the bill's terms. */
export const readBases = ['actual', 'estimated', 'customer', 'calculated', 'billed-only'] as const;
export type ReadBasis = (typeof readBases)[number];

/** How the bill states its end (rule A); what was read is stored beside the half-open period. */
export const statedEnds = ['inclusive', 'exclusive', 'shared-day', 'read-date'] as const;
export type StatedEnd = (typeof statedEnds)[number];

export const heatContentUnits = ['mmBtu/Mcf', 'therm/CCF', 'Btu/ft3', 'MJ/m3', 'kWh/m3'] as const;

/** Energy a unit of gas volume, as the bill states it, on the gross (higher) calorific value. */
export interface HeatContent {
  readonly value: string;
  readonly unit: (typeof heatContentUnits)[number];
}

/** Measured use from a bill line: what is calculated from. */
export interface Activity {
  readonly commodity: Commodity;
  readonly flow: Flow;
  /** Half-open local civil dates `[start, end)`, YYYY-MM-DD. */
  readonly start: string;
  readonly end: string;
  readonly statedEnd: StatedEnd;
  /** IANA zone of the site. */
  readonly zone: string;
  /** As on the bill: plain decimal, never negative. */
  readonly quantity: string;
  readonly unit: UnitName;
  readonly readBasis: ReadBasis;
  readonly heatContent?: HeatContent;
  /** Gas billed in energy: the calorific value it is billed on. */
  readonly calorific?: 'gross' | 'net';
}
