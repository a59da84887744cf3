/** What the operator should know, though the ledger works on: a cut tail, a state built anew, a state file not written. */
export interface LedgerNotice {
  readonly kind: 'torn-tail' | 'state-rebuilt' | 'state-not-written';
  readonly message: string;
}
