export {
  createEmbeddedLedger,
  EmbeddedLedger,
  type EmbeddedLedgerOptions,
  type NewLedgerOptions,
  openEmbeddedLedger,
} from './embedded-ledger.ts';
export { type Envelope, type SubmissionHeader, signEnvelope } from './envelope.ts';
export { checkEmbeddedEvidence, type EmbeddedProof, type ProvenTransaction } from './evidence.ts';
export type { LedgerNotice } from './notice.ts';
export { openRemoteLedger, type RemoteLedgerOptions } from './remote-ledger.ts';
export type { LedgerServer } from './server.ts';
