import type { BillFile } from '../sheet.ts';
import { ambiguousDates } from './ambiguous-dates.ts';
import { germanTwoFuels } from './german-two-fuels.ts';
import { spanishElectricity } from './spanish-electricity.ts';
import { ukTwoFuels } from './uk-two-fuels.ts';
import { usElectricity } from './us-electricity.ts';

/** The sample bills of samples/pdf. */
export function sampleBills(): BillFile[] {
  return [usElectricity(), germanTwoFuels(), ukTwoFuels(), spanishElectricity(), ambiguousDates()];
}
