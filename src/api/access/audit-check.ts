import { existsSync, readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as turn } from 'node:timers/promises';
import { onSqlite } from '../../disk/index.ts';
import type { Progress } from '../../node/index.ts';
import {
  type AuditFiles,
  type AuditHead,
  emptyHead,
  proofOf,
  type StoredEntry,
  type StoredHead,
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
 * elsewhere: the log must hold it. Faults are told up to a hundred. Writes nothing; entries that come meanwhile are not waited for.
 * @throws {ChannelError} STORE_UNAVAILABLE when the file is no database
 */
export async function checkAuditLog(
  { path, keyPath }: AuditFiles,
  pinned?: AuditHead,
  progress: Progress = () => undefined,
): Promise<AuditReport> {
  const nothing = { entries: 0, first: 1, head: emptyHead };
  const [log, keyed] = [existsSync(path), existsSync(keyPath)];
  // Neither: the node has done nothing yet, unless somebody knows better.
  if (!log && !keyed) return { ...nothing, faults: pinned === undefined ? [] : [unreached(pinned)] };
  if (!log) return { ...nothing, faults: [fault('audit.db', 'the audit log is gone, its key is there')] };
  if (!keyed) return { ...nothing, faults: [fault('audit.key', 'the key of the audit log is gone')] };
  const db = onSqlite('audit.db', () => new DatabaseSync(path, { readOnly: true, timeout: 5_000 }));
  try {
    // A snapshot: other entries may be appended between two pages.
    onSqlite('audit.db', () => db.exec('BEGIN'));
    return await checkEntries(db, readFileSync(keyPath), pinned, progress);
  } finally {
    db.close();
  }
}

async function checkEntries(
  db: DatabaseSync,
  key: Buffer,
  pinned: AuditHead | undefined,
  progress: Progress,
): Promise<AuditReport> {
  const head = onSqlite('audit.db', () => db.prepare('SELECT * FROM head').get()) as StoredHead | undefined;
  if (head === undefined)
    return { entries: 0, first: 1, head: emptyHead, faults: [fault('head', 'the audit log has lost its head')] };
  const faults =
    proofOf(key, head) === head.proof ? [] : [fault('head', 'the head was changed, or its key is another')];
  let last: AuditHead = { number: head.first - 1, seal: head.before };
  let entries = 0;
  for (const page of pages(db)) {
    for (const entry of page) {
      entries += 1;
      if (faults.length < MOST_FAULTS) faults.push(...entryFaults(key, last, entry, pinned));
      last = entry;
    }
    progress({ what: 'checking the audit log', done: entries, total: head.number - head.first + 1 });
    await turn();
  }
  if (last.number !== head.number || last.seal !== head.seal)
    faults.push(fault('end', `the log ends at entry ${last.number}, its head says ${head.number}`));
  if (pinned !== undefined && last.number < pinned.number) faults.push(unreached(pinned));
  return { entries, first: head.first, head: { number: head.number, seal: head.seal }, faults };
}

function entryFaults(key: Buffer, last: AuditHead, entry: StoredEntry, pinned: AuditHead | undefined): AuditFault[] {
  const { number, body, seal } = entry;
  const next = last.number + 1;
  const faults: AuditFault[] = [];
  if (number !== next) {
    const message = number > next ? `entries ${next} to ${number - 1} are missing` : 'out of order';
    faults.push(fault(`entry ${next}`, message));
  } else if (sealOf(key, last.seal, number, body) !== seal)
    faults.push(fault(`entry ${number}`, 'the entry is not what was written, or the one before it is another'));
  if (number === pinned?.number && seal !== pinned.seal)
    faults.push(fault(`entry ${number}`, 'the entry is not the one that was pinned'));
  return faults;
}

function unreached({ number }: AuditHead): AuditFault {
  return fault('end', `the log does not reach entry ${number}, which was pinned`);
}

function fault(where: string, message: string): AuditFault {
  return { where, message };
}

// By position and not by number: a number that was changed must still be met.
function* pages(db: DatabaseSync): Generator<readonly StoredEntry[]> {
  let from = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const page = storedEntries(db, from, AT_ONCE);
    yield page;
    if (page.length < AT_ONCE) return;
    from = (page.at(-1) as StoredEntry).number + 1;
  }
}
