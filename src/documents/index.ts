export { Archive, type ArchiveOptions, type Disclosure, type Kept } from './archive.ts';
export type { ArchiveEntry, CustodyState, ErasureEvidence, LegalHold } from './catalogue.ts';
export {
  type Body,
  type DocumentHasher,
  documentCommitment,
  documentHasher,
  sha256Stream,
  type Verification,
  verifyOpening,
} from './commitment.ts';
export type {
  DocumentStore,
  ErasureMode,
  PutReceipt,
  StoreCapabilities,
  StoredHead,
  StoreErasure,
  StoreFinding,
} from './document-store.ts';
export type { ErasureOrder } from './erasure-order.ts';
export {
  type FieldsOpening,
  fieldsCommitment,
  openFields,
  type SaltedField,
  saltFields,
  verifyFields,
} from './fields.ts';
export { createFileNodeKey, openFileNodeKey, openWithFileNodeKey, rotateFileNodeKey } from './file-node-key.ts';
export type { Meter } from './meter-keys.ts';
export type { NodeKey } from './node-key.ts';
export { type Opening, readOpening } from './opening.ts';
export { meterText, pseudonym } from './pseudonym.ts';
export type { ArchiveFinding, ScrubOptions } from './scrub.ts';
export type { Tombstone } from './tombstones.ts';
export { type DocumentKeys, KeyVault } from './vault.ts';
