import type { ActivityRecord, CorrectionReason, ProvenRecord } from '../channel/index.ts';
import { ChannelError, inclusionPath } from '../emissions/index.ts';
import type { Database } from './database.ts';
import type { EvidenceOrNone } from './parts.ts';
import { textOf } from './record-texts.ts';
import { evidenceNames, type RecordState, recordStates, startRange } from './stored.ts';

/** A record with what became of it. */
export interface RecordView {
  readonly id: string;
  /** Exactly as it stands on the ledger. */
  readonly record: ActivityRecord;
  readonly state: RecordState;
  /** Whether totals count it: an adjustment stops counting when the record that it adjusts ends. */
  readonly counted: boolean;
  /** The record that superseded it. */
  readonly by?: string;
  /** Why it was superseded or voided. */
  readonly reason?: CorrectionReason;
  /** Records that adjust it, in the order of their coming. */
  readonly adjustments: readonly string[];
  readonly evidence: EvidenceOrNone;
  readonly documents: readonly { readonly commitment: string; readonly state: EvidenceOrNone }[];
  /** The page's transaction and the record's place in it. */
  readonly page: string;
  readonly index: number;
  readonly height: number;
  readonly timestamp: string;
}

interface FoundRow {
  readonly seq: number;
  readonly id: Uint8Array;
}

interface PageRow {
  readonly first: number;
  readonly count: number;
  readonly transaction_id: Uint8Array;
  readonly height: number;
  readonly timestamp: string;
}

/** Shortest prefix of an id that is taken: shorter ones are met by chance in a channel of some size. */
const LEAST_PREFIX = 8;

/**
 * The record of an id or of a prefix of at least 8 hex digits that only it has; `undefined` where there is none.
 * @throws {ChannelError} RECORD_ID_AMBIGUOUS when several records begin so; FIELD_INVALID when it is no prefix of an id
 */
export function findRecord(database: Database, idOrPrefix: string): RecordView | undefined {
  const found = findRow(database, idOrPrefix);
  return found === undefined ? undefined : viewOf(database, found);
}

/**
 * The record with the path that proves it to the ledger: what a correction of it carries.
 * @throws {ChannelError} as `findRecord`
 */
export function provenRecord(database: Database, idOrPrefix: string): ProvenRecord | undefined {
  const found = findRow(database, idOrPrefix);
  if (found === undefined) return undefined;
  const page = pageOf(database, found.seq);
  const leaves = database.all<{ id: Uint8Array }>(
    'SELECT id FROM records WHERE seq >= ? AND seq < ? ORDER BY seq',
    page.first,
    page.first + page.count,
  );
  const index = found.seq - page.first;
  return {
    index,
    page: hex(page.transaction_id),
    path: inclusionPath(
      leaves.map(({ id }) => hex(id)),
      index,
    ),
    record: JSON.parse(textOf(database, found.seq)) as ActivityRecord,
  };
}

function findRow(database: Database, idOrPrefix: string): FoundRow | undefined {
  if (!/^[0-9a-f]{1,64}$/.test(idOrPrefix) || idOrPrefix.length < LEAST_PREFIX)
    throw new ChannelError('FIELD_INVALID', 'what was given is no record id', {
      where: 'id',
      fix: `Give the id, or at least its first ${LEAST_PREFIX} characters.`,
    });
  const [least, most] = startRange(idOrPrefix);
  // The newest first: the same content can stand twice where it was superseded and recorded again.
  const rows = database
    .all<FoundRow>('SELECT seq, id FROM records WHERE id_start BETWEEN ? AND ? ORDER BY seq DESC', least, most)
    .filter(({ id }) => hex(id).startsWith(idOrPrefix));
  const ids = [...new Set(rows.map(({ id }) => hex(id)))].sort();
  if (ids.length > 1) {
    const few = ids.slice(0, 3).map((id) => id.slice(0, 16));
    throw new ChannelError('RECORD_ID_AMBIGUOUS', `${ids.length} records begin with ${idOrPrefix}: ${few.join(', ')}`, {
      where: 'id',
    });
  }
  return rows[0];
}

function viewOf(database: Database, { seq, id }: FoundRow): RecordView {
  const row = database.get<{ state: number; counted: number; evidence: number }>(
    'SELECT state, counted, evidence FROM records WHERE seq = ?',
    seq,
  ) as { state: number; counted: number; evidence: number };
  const page = pageOf(database, seq);
  return {
    id: hex(id),
    record: JSON.parse(textOf(database, seq)) as ActivityRecord,
    state: recordStates[row.state] as RecordState,
    counted: row.counted === 1,
    ...endOf(database, seq),
    adjustments: followersOf(database, seq, 'adjusts').map((follower) => hex(follower.id)),
    evidence: evidenceNames[row.evidence] as EvidenceOrNone,
    documents: documentsOf(database, seq),
    page: hex(page.transaction_id),
    index: seq - page.first,
    height: page.height,
    timestamp: page.timestamp,
  };
}

function endOf(database: Database, seq: number): { by?: string; reason?: CorrectionReason } {
  const [successor] = followersOf(database, seq, 'supersedes');
  if (successor !== undefined) return { by: hex(successor.id), reason: successor.reason };
  const voided = database.get<{ reason: CorrectionReason }>('SELECT reason FROM voids WHERE seq = ?', seq);
  return voided === undefined ? {} : { reason: voided.reason };
}

function followersOf(
  database: Database,
  base: number,
  how: 'supersedes' | 'adjusts',
): { id: Uint8Array; reason: CorrectionReason }[] {
  return database.all(
    `SELECT records.id, follows.reason FROM follows JOIN records ON records.seq = follows.seq
     WHERE follows.base = ? AND follows.how = ? ORDER BY follows.seq`,
    base,
    how,
  );
}

function documentsOf(database: Database, seq: number): RecordView['documents'] {
  return database
    .all<{ commitment: Uint8Array; state: number }>(
      `SELECT commitment, state FROM documents WHERE id IN (SELECT document FROM records WHERE seq = ?1
         UNION SELECT document FROM attachments WHERE seq = ?1) ORDER BY id`,
      seq,
    )
    .map(({ commitment, state }) => ({
      commitment: hex(commitment),
      state: evidenceNames[state] as EvidenceOrNone,
    }));
}

function pageOf(database: Database, seq: number): PageRow {
  return database.get<PageRow>('SELECT * FROM pages WHERE first <= ? ORDER BY first DESC LIMIT 1', seq) as PageRow;
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
