import { ChannelError } from '../emissions/index.ts';
import { Database } from './database.ts';
import type { ErasureOrder } from './erasure-order.ts';

/** What became of a document; `lost` is found by a scrub and was ordered by nobody. */
export type CustodyState = 'kept' | 'erasing' | 'erased' | 'lost';

/** No erasure up to and including the day `until` (UTC). */
export interface LegalHold {
  /** YYYY-MM-DD. */
  readonly until: string;
  /** Reason code, such as `tax-law`. */
  readonly reason: string;
}

/** What the owner can show for an erasure; no personal data. */
export interface ErasureEvidence extends ErasureOrder {
  /** The document's id in vault and store. */
  readonly id: string;
  /** Whether its bytes were still there when the order came. */
  readonly before: 'kept' | 'lost';
  readonly places: readonly {
    readonly place: string;
    readonly result: 'erased' | 'shredded' | 'blocked' | 'unreachable';
    readonly until?: string;
  }[];
  /** Instant of the re-reading, ISO 8601 in UTC. */
  readonly checkedAt: string;
  /** True when every place is erased or shredded and reading again found nothing. */
  readonly complete: boolean;
}

/** One document in the owner's custody. */
export interface ArchiveEntry {
  readonly id: string;
  readonly commitment: string;
  readonly fieldsCommitment?: string;
  readonly mediaType?: string;
  /** Instant, ISO 8601 in UTC. */
  readonly keptAt: string;
  readonly state: CustodyState;
  readonly hold?: LegalHold;
  readonly order?: ErasureOrder;
  readonly evidence?: ErasureEvidence;
}

interface Row {
  readonly id: string;
  readonly commitment: string;
  readonly fields_commitment: string | null;
  readonly media_type: string | null;
  readonly kept_at: string;
  readonly state: CustodyState;
  readonly hold_until: string | null;
  readonly hold_reason: string | null;
  readonly order_reference: string | null;
  readonly order_reason: string | null;
  readonly evidence: string | null;
}

// `keeping` is an intent: it stands before the first key is made, so that whatever a crash leaves has a row. It has no
// commitment yet and is never shown. `before_order` is the state in which an order found the document.
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS documents (
    id TEXT PRIMARY KEY, commitment TEXT UNIQUE, fields_commitment TEXT, media_type TEXT, kept_at TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('keeping', 'kept', 'erasing', 'erased', 'lost')),
    hold_until TEXT, hold_reason TEXT, order_reference TEXT, order_reason TEXT, before_order TEXT, evidence TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS documents_by_state ON documents (state, id)`;

/** What an archive holds and in which state; knows no key and no content. */
export class Catalogue {
  readonly #db: Database;

  constructor(path: string) {
    this.#db = new Database(path, SCHEMA);
  }

  begin(id: string, keptAt: string): void {
    this.#db.change("INSERT INTO documents (id, kept_at, state) VALUES (?, ?, 'keeping')", id, keptAt);
  }

  complete(id: string, commitment: string, fieldsCommitment?: string, mediaType?: string): void {
    this.#db.change(
      `UPDATE documents SET commitment = ?, fields_commitment = ?, media_type = ?, state = 'kept'
       WHERE id = ? AND state = 'keeping'`,
      commitment,
      fieldsCommitment ?? null,
      mediaType ?? null,
      id,
    );
  }

  forget(id: string): void {
    this.#db.change("DELETE FROM documents WHERE id = ? AND state = 'keeping' AND commitment IS NULL", id);
  }

  /** Ids whose keeping was begun and not completed: nobody has their commitment. */
  unfinished(): string[] {
    return this.#ids("SELECT id FROM documents WHERE state = 'keeping' AND commitment IS NULL");
  }

  /** Ids of rows that no archive writes: a keep is completed in the very change that gives it its commitment. */
  begunWithCommitment(): string[] {
    return this.#ids("SELECT id FROM documents WHERE state = 'keeping' AND commitment IS NOT NULL");
  }

  find(commitment: string): ArchiveEntry | undefined {
    const row = this.#db.get<Row>('SELECT * FROM documents WHERE commitment = ?', commitment);
    return row === undefined ? undefined : entryOf(row);
  }

  findById(id: string): ArchiveEntry | undefined {
    const row = this.#db.get<Row>("SELECT * FROM documents WHERE id = ? AND state <> 'keeping'", id);
    return row === undefined ? undefined : entryOf(row);
  }

  /** Entries in order of id. */
  all(...states: CustodyState[]): ArchiveEntry[] {
    const wanted = JSON.stringify(states);
    const sql = 'SELECT * FROM documents WHERE state IN (SELECT value FROM json_each(?)) ORDER BY id';
    return this.#db.all<Row>(sql, wanted).map(entryOf);
  }

  /** True when the entry was in the state `from`. */
  move(id: string, from: CustodyState, to: CustodyState): boolean {
    return this.#db.change('UPDATE documents SET state = ? WHERE id = ? AND state = ?', to, id, from) > 0;
  }

  setHold(id: string, hold: LegalHold | undefined): void {
    const { until, reason } = hold ?? { until: null, reason: null };
    this.#db.change('UPDATE documents SET hold_until = ?, hold_reason = ? WHERE id = ?', until, reason, id);
  }

  /** The intent to erase, durable on return; the first order of a document stands. */
  order(id: string, { order, reason }: ErasureOrder): void {
    this.#db.change(
      `UPDATE documents SET before_order = state, state = 'erasing', order_reference = ?, order_reason = ?
       WHERE id = ? AND state IN ('kept', 'lost')`,
      order,
      reason,
      id,
    );
  }

  stateBeforeOrder(id: string): 'kept' | 'lost' {
    const row = this.#db.get<{ before_order: string }>('SELECT before_order FROM documents WHERE id = ?', id);
    return row?.before_order === 'lost' ? 'lost' : 'kept';
  }

  finish(id: string, evidence: ErasureEvidence): void {
    this.#db.change(
      "UPDATE documents SET state = 'erased', media_type = NULL, evidence = ? WHERE id = ? AND state = 'erasing'",
      JSON.stringify(evidence),
      id,
    );
  }

  close(): void {
    this.#db.close();
  }

  #ids(sql: string): string[] {
    return this.#db.all<{ id: string }>(sql).map(({ id }) => id);
  }
}

function entryOf(row: Row): ArchiveEntry {
  return {
    id: row.id,
    commitment: row.commitment,
    ...(row.fields_commitment !== null && { fieldsCommitment: row.fields_commitment }),
    ...(row.media_type !== null && { mediaType: row.media_type }),
    keptAt: row.kept_at,
    state: row.state,
    ...(row.hold_until !== null && { hold: { until: row.hold_until, reason: row.hold_reason ?? '' } }),
    ...(row.order_reference !== null && { order: { order: row.order_reference, reason: row.order_reason ?? '' } }),
    ...(row.evidence !== null && { evidence: evidenceOf(row.id, row.evidence) }),
  };
}

function evidenceOf(id: string, text: string): ErasureEvidence {
  try {
    return JSON.parse(text) as ErasureEvidence;
  } catch (cause) {
    const where = `catalogue.db, document ${id}`;
    throw new ChannelError('VAULT_INVALID', `the erasure evidence of document ${id} is damaged`, { where, cause });
  }
}
