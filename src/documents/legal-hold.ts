import type { LegalHold } from './catalogue.ts';

/** Whether a hold forbids erasing at this moment: up to and including its last day (UTC). */
export function isHeld(hold: LegalHold | undefined, now: Date): hold is LegalHold {
  return hold !== undefined && now.toISOString().slice(0, 10) <= hold.until;
}
