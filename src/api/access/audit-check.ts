import {
  type AuditHead,
  type AuditLog,
  proofOf,
  readHead,
  type StoredEntry,
  sealOf,
  storedEntries,
} from './audit-log.ts';

export interface AuditReport {
  /** Entries that were read. */
  readonly entries: number;
  /** The oldest entry kept. */
  readonly first: number;
  readonly head: AuditHead;
  /** Empty: the log is what was written. */
  readonly faults: readonly AuditFault[];
}

interface AuditFault {
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
  const faults: AuditFault[] = proofOf(key, head) === head.proof ? [] : [fault('head', 'the head was changed')];
  let last = { number: head.first - 1, seal: head.before };
  let entries = 0;
  for (const entry of allEntries(log)) {
    entries += 1;
    faults.push(...entryFaults(key, last, entry));
    if (entry.number === pinned?.number && entry.seal !== pinned.seal)
      faults.push(fault(`entry ${entry.number}`, 'the entry is not the one that was pinned'));
    last = entry;
  }
  if (last.number !== head.number || last.seal !== head.seal)
    faults.push(fault('end', `the log ends at entry ${last.number}, its head says ${head.number}`));
  if (pinned !== undefined && last.number < pinned.number)
    faults.push(fault('end', `the log does not reach entry ${pinned.number}, which was pinned`));
  return {
    entries,
    first: head.first,
    head: { number: head.number, seal: head.seal },
    faults: faults.slice(0, MOST_FAULTS),
  };
}

function entryFaults(key: Buffer, last: AuditHead, { number, body, seal }: StoredEntry): AuditFault[] {
  const next = last.number + 1;
  if (number !== next)
    return [fault(`entry ${next}`, number > next ? `entries ${next} to ${number - 1} are missing` : 'out of order')];
  if (sealOf(key, last.seal, number, body) === seal) return [];
  return [fault(`entry ${number}`, 'the entry is not what was written, or the one before it is another')];
}

function fault(where: string, message: string): AuditFault {
  return { where, message };
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
