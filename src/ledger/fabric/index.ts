export { enrol } from './enrolment.ts';
export type { EndorsedAnswer, FabricProof } from './evidence.ts';
export { type FabricLedger, type FabricLedgerOptions, openFabricLedger } from './fabric-ledger.ts';
export type { FabricLimits } from './limits.ts';
export { demandEmpty, writeMspFolder } from './msp-folder.ts';
export { type ConnectionProfile, type LoadedProfile, readProfile } from './profile.ts';
