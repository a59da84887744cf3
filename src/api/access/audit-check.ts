import { proofOf, readHead, sealOf, type AuditHead, type AuditLog, type StoredEntry, storedEntries } from './audit-log.ts';

export interface AuditReport {
  /** Entries that were read. */
  readonly entries: number;
  /** The oldest entry kept. */
  readonly first: number;
  readonly head: AuditHead;
  /** Empty: the log is what was written. */
  readonly faults: readonly AuditFault[];
}

export interface AuditFault {
  readonly where: string;
  readonly message: string;
}

const AT_ONCE = 1000;
const MOST_FAULTS = 100;

/**
 * Reads the whole log and checks every seal, the numbers, and that it ends where its head says. `pinned` is a head that was kept
 * elsewhere: the log must hold it. Faults are told up to a hundred.
 */
export function checkAuditLog(log: AuditLog, pinned?: AuditHead): AuditReport {
  const { db, key } = log.material;
  const head = readHead(db);
  const faults: AuditFault[] = [];
  const fault = (where: string, message: string): void => {
    if (faults.length < MOST_FAULTS) faults.push({ where, message });
  };
  if (proofOf(key, head) !== head.proof) fault('head', 'the head was changed');
  let next = head.first;
  let before = head.before;
  let entries = 0;
  let pinSeen = pinned === undefined || pinned.number < head.first;
  for (const entry of allEntries(log)) {
    entries += 1;
    if (entry.number !== next)
      fault(`entry ${next}`, entry.number > next ? `entries ${next} to ${entry.number - 1} are missing` : 'out of order');
    else if (sealOf(key, before, entry.number, entry.body) !== entry.seal)
      fault(`entry ${entry.number}`, 'the entry is not what was written, or the one before it is another');
    if (pinned !== undefined && entry.number === pinned.number) {
      pinSeen = true;
      if (entry.seal !== pinned.seal) fault(`entry ${entry.number}`, 'the entry is not the one that was pinned');
    }
    next = entry.number + 1;
    before = entry.seal;
  }
  if (next - 1 !== head.number || before !== head.seal)
    fault('end', `the log ends at entry ${next - 1}, its head says ${head.number}`);
  if (!pinSeen) fault('end', `the log does not reach entry ${pinned?.number}, which was pinned`);
  return { entries, first: head.first, head: { number: head.number, seal: head.seal }, faults };
}

// By position and not by number: a number that was changed must still be met.
function* allEntries(log: AuditLog): Generator<StoredEntry> {
  let from = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const page = storedEntries(log.material.db, from, AT_ONCE);
    yield* page;
    if (page.length < AT_ONCE) return;
    from = (page.at(-1) as StoredEntry).number + 1;
  }
}
