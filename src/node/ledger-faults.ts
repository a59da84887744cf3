import { type ErrorCode, errorCodes } from '../emissions/index.ts';
import type { VerifyReport } from '../ledger/index.ts';

export type LedgerFault = VerifyReport['faults'][number] & { readonly fix: string };

/** What a check of the ledger found, each with the advice of its code: what is to be done about the log. */
export function withFixes(faults: VerifyReport['faults']): LedgerFault[] {
  return faults.map((fault) => ({ ...fault, fix: fixOf(fault.code) }));
}

function fixOf(code: string): string {
  const known = Object.hasOwn(errorCodes, code) ? errorCodes[code as ErrorCode] : undefined;
  // Other codes have advice for who sends something: what stands on the log already is a matter of the log.
  return known?.kind === 'integrity' ? known.advice : errorCodes.LEDGER_CORRUPT.advice;
}
