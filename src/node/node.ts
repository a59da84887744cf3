import type { BillItem, ReadOptions } from '../bills/index.ts';
import type { Archive } from '../documents/index.ts';
import type { FactorStore } from '../factors/index.ts';
import type { Inventory } from '../inventory/index.ts';
import type { Evidence, Ledger, VerifyReport } from '../ledger/index.ts';
import type { ImportLog } from './import-log.ts';
import type { UsPlaceLookup } from './line-place.ts';
import type { Progress } from './progress.ts';

/** One member's node: the ports that its use cases work on. Which implementations stand behind them is decided elsewhere. */
export interface Node {
  readonly member: string;
  readonly name: string;
  readonly folder: string;
  readonly ledger: Ledger;
  readonly inventory: Inventory;
  readonly factors: FactorStore;
  readonly archive: Archive;
  readonly imports: ImportLog;
  /** `told` has the format of the file before its first line, `looked` now and then the rows seen before that; it may throw. */
  readonly readBills: (
    body: AsyncIterable<Uint8Array>,
    options: ReadOptions,
    told?: (format: string) => void,
    looked?: (rows: number) => void,
  ) => AsyncIterable<BillItem>;
  readonly usPlaces: () => UsPlaceLookup;
  readonly now: () => Date;
  /**
   * What a ledger's evidence proves, by the rules of that ledger; `undefined` where its peers checked it when the block came.
   * @throws {ChannelError} EVIDENCE_INVALID, SIGNATURE_INVALID
   */
  readonly checkEvidence: (evidence: Evidence) => SignedCall | undefined;
  /** Checks the log of who did what, which stands beside the node, and writes nothing. */
  readonly checkAudit: (progress: Progress) => Promise<AuditCheck>;
  /** What was found when the node was opened, and by its ledger since. */
  readonly notices: () => readonly string[];
  /** Deeper checks that only the process which holds the ledger's files can make. */
  readonly ledgerFiles: LedgerFiles | undefined;
}

export interface AuditCheck {
  readonly entries: number;
  readonly faults: readonly { readonly where: string; readonly message: string }[];
}

/** What checked evidence says of a transaction. */
export interface SignedCall {
  readonly transactionId: string;
  readonly blockHash: string;
  readonly name: string;
  readonly member: string;
  readonly keyId: string;
  /** SHA-256 of the arguments. */
  readonly argsHash: string;
}

export interface LedgerFiles {
  /** Blocks, state and everything derived from the log. */
  fsck(progress: Progress): Promise<VerifyReport>;
  /** The channel's rules run again over every submission. */
  replay(progress: Progress): Promise<VerifyReport>;
  /** Builds the state anew from the log. */
  rebuild(progress: Progress): Promise<void>;
}
