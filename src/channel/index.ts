export type { AheadCheck, CheckedPage, MeterPeriod, PageFacts } from './checked-page.ts';
export type { Caller, Contract, Endorsers, LedgerContext, PrivateCollections, QueryContext } from './context.ts';
export { nobodyEndorses } from './context.ts';
export { channelContract, transactionNames } from './contract.ts';
export {
  type DocumentRequest,
  type DocumentStatus,
  type EvidenceState,
  erasureReasons,
  evidenceStates,
} from './documents.ts';
export { type ChannelInfo, type Member, type Role, roles } from './members.ts';
export { lastRecordableDay, MeterYears, periodOf } from './meter-years.ts';
export type { NodeAnnouncement } from './nodes.ts';
export { maxPageBytes, maxPageRecords, type PageDigest, type RecordPage, recordIds } from './page.ts';
export type { ProvenRecord, RecordStatus } from './proven-record.ts';
export { queryNames } from './queries.ts';
export { figureCache, recompute } from './recompute.ts';
export {
  type ActivityRecord,
  buildRecord,
  type CorrectionReason,
  correctionReasons,
  type EvidenceCommitment,
  type FullSlice,
  givenFlags,
  noResultReason,
  type RecordFacts,
  type RecordSlice,
  recordId,
  recordText,
  slicesOf,
} from './record.ts';
export { type PublishedRelease, releaseName } from './releases.ts';
