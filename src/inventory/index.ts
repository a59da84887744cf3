export type { DocumentFilter, DocumentView, FactorView, ReleaseView, RequestView } from './channel-queries.ts';
export type { Completeness, MeterCompleteness } from './completeness.ts';
export { inventoryCsv } from './csv.ts';
export type { Holdings } from './holdings.ts';
export { Inventory } from './inventory.ts';
export type { Page, PageRequest } from './paging.ts';
export type { EvidenceOrNone } from './parts.ts';
export type { RecordFilter, RecordLine } from './record-list.ts';
export type { RecordView } from './record-queries.ts';
export type { Consumption, InventoryReport } from './report.ts';
export {
  type EnergyTotal,
  type LossTotal,
  type QualityShares,
  type ScopeTotal,
  type ShareName,
  type Sums,
  shareNames,
} from './scope-total.ts';
export { bySite, type SiteCompleteness } from './site-completeness.ts';
export type { RecordState } from './stored.ts';
export { type Dimension, dimensions, type Totals, type TotalsKey, type TotalsQuery, type TotalsRow } from './totals.ts';
