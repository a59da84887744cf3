/**
 * What the operator should know, though the ledger works on: a cut tail, a state built anew, a state file not written, pages that
 * are no longer checked on a second thread.
 */
export interface LedgerNotice {
  readonly kind: 'torn-tail' | 'state-rebuilt' | 'state-not-written' | 'no-second-thread';
  readonly message: string;
}
