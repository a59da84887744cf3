import { type ErrorCode, formatDate, formatUnits } from '../emissions/index.ts';
import { AMOUNT_PLACES } from './espi-units.ts';
import { CONFLICT, ESTIMATED, type IntervalSum, type IntervalSums, NEGATIVE, SEVERAL } from './interval-sums.ts';
import type { LocalDays } from './local-days.ts';
import { LONGEST_DAY } from './metered-days.ts';

/** A reading of a register that only grows. */
interface RegisterRead {
  /** Epoch seconds at which it was read. */
  readonly at: number;
  readonly value: bigint;
  readonly flags: number;
}

/** The use between reads, in order, and how the reads give it. */
export interface RegisterUse {
  readonly sums: readonly IntervalSum[];
  readonly reads: number;
  /** True where reads state an interval and no instant: they were taken as read at its end. */
  readonly atEnd: boolean;
}

/**
 * The use that a register shows: the differences between its reads, in the order of time. Where the register falls, it rolled
 * over, was reset or was exchanged; how much was used is not known then, and nothing is given.
 */
export function registerUse(
  read: IntervalSums,
  scale: bigint,
  zone: LocalDays,
): RegisterUse | { readonly code: ErrorCode; readonly reason: string } {
  const found = readsOf(read);
  if (typeof found === 'string') return { code: 'ROW_INVALID', reason: found };
  const { reads, atEnd } = found;
  const sums: IntervalSum[] = [];
  for (const [at, read] of reads.entries()) {
    const before = reads[at - 1];
    const again = before !== undefined && before.at === read.at;
    if ((read.flags & CONFLICT) !== 0 || (again && before.value !== read.value)) {
      return { code: 'ROW_INVALID', reason: 'two reads of its register at one time are not the same' };
    }
    if (before === undefined || again) continue;
    if (read.value < before.value) {
      const reason = `its register falls from ${shown(before.value * scale)} to ${shown(read.value * scale)} by ${formatDate(zone.dayOf(read.at))}: it rolled over, was reset or was exchanged`;
      return { code: 'ROW_INVALID', reason };
    }
    sums.push(between(before, read));
  }
  if (sums.length > 0) return { sums, reads: sums.length + 1, atEnd };
  return { code: 'ROW_INVALID', reason: 'it holds one read of a register: use is the difference of two' };
}

/** The reads in the order of time; in words where it is not said when they were read. */
function readsOf(read: IntervalSums): { reads: RegisterRead[]; atEnd: boolean } | string {
  const reads: RegisterRead[] = [];
  for (const { start, value, flags } of read.instants()) reads.push({ at: start, value, flags });
  let atEnd = false;
  for (const { seconds, until, value, flags } of read.sums()) {
    if ((flags & SEVERAL) !== 0) return 'it holds reads of a register that are closer together than an hour';
    if (seconds > LONGEST_DAY) return 'it holds reads of a register over several days, without saying when it was read';
    atEnd = true;
    reads.push({ at: until, value, flags });
  }
  return { reads: reads.sort((a, b) => a.at - b.at), atEnd };
}

function shown(amount: bigint): string {
  return amount < 0n ? `-${shown(-amount)}` : formatUnits(amount, AMOUNT_PLACES);
}

function between(from: RegisterRead, to: RegisterRead): IntervalSum {
  const value = to.value - from.value;
  const flags = (from.flags | to.flags) & KEPT;
  const seconds = to.at - from.at;
  return {
    start: from.at,
    seconds,
    until: to.at,
    value,
    estimated: (flags & ESTIMATED) === 0 ? 0n : value,
    minutes: Math.round(seconds / 60),
    flags,
  };
}

/** What is known of a read holds for the difference too, but for its sign. */
const KEPT = ~(NEGATIVE | SEVERAL);
