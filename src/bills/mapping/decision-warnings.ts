import type { BillWarning } from '../bill.ts';
import type { SignDecision } from './amount-evidence.ts';
import type { DateDecision } from './date-evidence.ts';

/** What a table's first rows decided and the file does not say: told on its first line. */
export function decisionWarnings(
  date: Pick<DateDecision, 'order' | 'seen' | 'stated' | 'shortYears'>,
  sign: SignDecision,
): BillWarning[] {
  const warnings: BillWarning[] = [];
  if (date.stated) warnings.push({ code: 'DATE_ORDER_READ', message: `dates were read ${date.order}: ${date.seen}` });
  if (date.shortYears)
    warnings.push({ code: 'DATE_ORDER_READ', message: 'years of two digits were read as 1980 to 2079' });
  if (sign.stated)
    warnings.push({
      code: 'DECIMAL_SIGN_READ',
      message: `amounts were read with a decimal ${sign.sign}: ${sign.seen}`,
    });
  return warnings;
}
