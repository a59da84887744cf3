export { generateKeyFile, type KeyAlgorithm, openKeyFile } from './key-file.ts';
export type {
  Block,
  BlockOptions,
  CommittedTransaction,
  Evidence,
  Ledger,
  SubmitOptions,
  SubmitReceipt,
  VerifyReport,
} from './ledger.ts';
export type { Signer } from './signer.ts';
