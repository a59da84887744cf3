// Words that stand in the file as small integers, and hashes that are found by an integer.
import { evidenceStates } from '../channel/index.ts';
import type { EvidenceOrNone } from './parts.ts';

export const recordStates = ['active', 'superseded', 'voided'] as const;
export type RecordState = (typeof recordStates)[number];

/** Position = code in the file; 0 for a record without any document. */
export const evidenceNames: readonly EvidenceOrNone[] = ['none', ...evidenceStates];

/** From the state that proves most to the one that proves least: a record with several documents has the first. */
const byWorth: readonly EvidenceOrNone[] = [
  'verified',
  'committed',
  'challenged',
  'withheld',
  'lost',
  'erased',
  'none',
];

export function evidenceCode(state: EvidenceOrNone): number {
  return evidenceNames.indexOf(state);
}

/** The best of several evidence codes: one verified document proves the record, whatever became of the others. */
export function bestEvidence(codes: readonly number[]): number {
  const found = byWorth.find((state) => codes.includes(evidenceCode(state)));
  return evidenceCode(found ?? 'none');
}

const START_DIGITS = 13;

/** The first 52 bits of a hash in hex: an integer that is safe and that an index keeps in 6 bytes. */
export function startOfHash(hex: string): number {
  return Number.parseInt(hex.slice(0, START_DIGITS), 16);
}

/** The integers that hashes beginning with `prefix` can start with, inclusive. */
export function startRange(prefix: string): [number, number] {
  const digits = prefix.slice(0, START_DIGITS);
  return [Number.parseInt(digits.padEnd(START_DIGITS, '0'), 16), Number.parseInt(digits.padEnd(START_DIGITS, 'f'), 16)];
}
