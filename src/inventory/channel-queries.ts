import type { DocumentRequest, EvidenceState, Member, PublishedRelease } from '../channel/index.ts';
import { defined, type FactorRow } from '../emissions/index.ts';
import type { Database, SqlValue } from './database.ts';
import { decodeCursor, encodeCursor, type Page, type PageRequest, pageSize } from './paging.ts';
import { hex } from './record-queries.ts';
import { evidenceCode, evidenceNames } from './stored.ts';

export interface DocumentFilter {
  readonly owner?: string;
  readonly state?: EvidenceState;
  /** The whole commitment. */
  readonly commitment?: string;
}

/** A document as the ledger knows it: a commitment and what became of it. */
export interface DocumentView {
  readonly commitment: string;
  readonly owner: string;
  readonly state: EvidenceState;
  /** Why and when it was erased, or when it was lost. */
  readonly reason?: string;
  readonly date?: string;
  /** Ids of the records that name it or that it was attached to; the first 100. */
  readonly records: readonly string[];
  readonly recordCount: number;
}

export interface RequestView extends DocumentRequest {
  /** When it was asked. */
  readonly timestamp: string;
}

export interface ReleaseView extends PublishedRelease {
  /** publisher/dataset/version. */
  readonly name: string;
  /** Number of its rows that records on the channel used. */
  readonly rowsUsed: number;
}

export interface FactorView {
  readonly hash: string;
  readonly release: string;
  /** Position in the release. */
  readonly index: number;
  readonly row: FactorRow;
}

/** Documents in the order of their coming, newest first. */
export function listDocuments(database: Database, filter: DocumentFilter, request: PageRequest): Page<DocumentView> {
  const size = pageSize(request);
  const terms = ['1'];
  const values: SqlValue[] = [];
  const add = (term: string, value: SqlValue) => {
    terms.push(term);
    values.push(value);
  };
  if (filter.owner !== undefined) add('owner = ?', filter.owner);
  if (filter.state !== undefined) add('state = ?', evidenceCode(filter.state));
  if (filter.commitment !== undefined) add('commitment = ?', Buffer.from(filter.commitment, 'hex'));
  if (request.cursor !== undefined) add('id < ?', decodeCursor(request.cursor, 1)[0] as number);
  const rows = database.all<DocumentRow>(
    `SELECT * FROM documents WHERE ${terms.join(' AND ')} ORDER BY id DESC LIMIT ?`,
    ...values,
    size + 1,
  );
  const shown = rows.slice(0, size);
  const last = shown.at(-1);
  return {
    items: shown.map((row) => documentView(database, row)),
    ...(rows.length > size && last !== undefined ? { next: encodeCursor([last.id]) } : {}),
  };
}

/** Every request for a document, oldest first. */
export function listRequests(database: Database): RequestView[] {
  return database
    .all<{ content: string; timestamp: string }>('SELECT content, timestamp FROM requests ORDER BY position')
    .map(({ content, timestamp }) => ({ ...(JSON.parse(content) as DocumentRequest), timestamp }));
}

export function listMembers(database: Database): Member[] {
  return database
    .all<{ content: string }>('SELECT content FROM members ORDER BY id')
    .map(({ content }) => JSON.parse(content) as Member);
}

export function listReleases(database: Database): ReleaseView[] {
  return database
    .all<{ name: string; content: string; used: number }>(
      `SELECT name, content, (SELECT count(*) FROM factors WHERE factors.release = releases.name) AS used
       FROM releases ORDER BY name`,
    )
    .map(({ name, content, used }) => ({ name, ...(JSON.parse(content) as PublishedRelease), rowsUsed: used }));
}

/** A factor row that a record on the channel used, by its leaf hash. */
export function findFactor(database: Database, hash: string): FactorView | undefined {
  const row = database.get<{ release: string; row_index: number; content: string }>(
    'SELECT release, row_index, content FROM factors WHERE hash = ? ORDER BY release LIMIT 1',
    hash,
  );
  if (row === undefined) return undefined;
  return { hash, release: row.release, index: row.row_index, row: JSON.parse(row.content) as FactorRow };
}

interface DocumentRow {
  readonly id: number;
  readonly commitment: Uint8Array;
  readonly owner: string;
  readonly state: number;
  readonly reason: string | null;
  readonly date: string | null;
}

const OF_DOCUMENT = `SELECT seq FROM records WHERE document = ?1 UNION SELECT seq FROM attachments WHERE document = ?1`;

function documentView(database: Database, row: DocumentRow): DocumentView {
  const records = database.all<{ id: Uint8Array }>(
    `SELECT id FROM records WHERE seq IN (${OF_DOCUMENT}) ORDER BY seq LIMIT 100`,
    row.id,
  );
  const count = database.get<{ records: number }>(`SELECT count(*) AS records FROM (${OF_DOCUMENT})`, row.id);
  return defined({
    commitment: hex(row.commitment),
    owner: row.owner,
    state: evidenceNames[row.state] as EvidenceState,
    reason: row.reason ?? undefined,
    date: row.date ?? undefined,
    records: records.map(({ id }) => hex(id)),
    recordCount: (count as { records: number }).records,
  });
}
