import type { AheadCheck, CheckedPage } from './checked-page.ts';
import type { LedgerContext } from './context.ts';
import { rangeOf, stateKeys } from './keys.ts';
import { lastRecordableDay } from './meter-years.ts';
import { readPage } from './page-reading.ts';

/** The check of a page as a function of its text and a few facts, for ledgers that check what waits. */
export const pageCheck: AheadCheck = {
  transaction: 'records.submit',
  reads: [[stateKeys.policy, `${stateKeys.policy}\0`], rangeOf('release')],
  check: readPage,
};

/** True where a transaction's facts are those, byte for byte, that the page was checked with. */
export async function stillHolds({ member, lastDay, reads }: CheckedPage, context: LedgerContext): Promise<boolean> {
  if (member !== context.caller.member || lastDay !== lastRecordableDay(context.timestamp)) return false;
  const values = await context.getMany(reads.map(([key]) => key));
  return reads.every(([, value], at) => value === (values[at] ?? null));
}
