import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { inTransaction, onSqlite, openDatabase } from '../../disk/index.ts';
import { ChannelError } from '../../emissions/index.ts';
import type { LedgerPosition } from '../events/ledger-event.ts';
import { newSecret } from './signature.ts';

/** A receiver of the ledger's events. Its secret is given out when it is made, and never again. */
export interface Endpoint {
  readonly id: string;
  readonly url: string;
  /** Names of transactions; empty: all. */
  readonly types: readonly string[];
  /** `gone`: the receiver answered 410; nothing is sent until it is replayed. */
  readonly state: 'active' | 'gone';
  readonly created: string;
  /** The next event to deliver. */
  readonly next: LedgerPosition;
  /** Attempts made at it so far, and when the next is due (UTC). */
  readonly attempts: number;
  readonly dueAt?: string;
  /** How the last attempt ended: a status, or `address`, `timeout`, `connection`. */
  readonly last?: string;
  /** Events given up on. */
  readonly dead: number;
}

export interface DeadLetter extends LedgerPosition {
  readonly messageId: string;
  readonly at: string;
  readonly attempts: number;
  readonly last: string;
}

interface Row {
  readonly id: string;
  readonly url: string;
  readonly secret: string;
  readonly old_secret: string | null;
  readonly old_until: string | null;
  readonly types: string;
  readonly state: 'active' | 'gone';
  readonly created: string;
  readonly height: number;
  readonly position: number;
  readonly attempts: number;
  readonly due_at: string | null;
  readonly last: string | null;
  readonly generation: number;
  readonly dead: number;
}

const MOST_ENDPOINTS = 20;
const MOST_DEAD = 10_000;
const OLD_SECRET_HOURS = 24;
const FILE = 'webhooks.db';

/**
 * Endpoints, how far each has got, and what was given up, in one SQLite file of this user. The ledger itself is the queue: an
 * endpoint is a position on it, so nothing is lost and nothing is kept twice.
 */
export class WebhookStore {
  readonly #db: DatabaseSync;
  readonly #now: () => Date;

  /** @throws {ChannelError} like every method: DISK_FULL, STORE_UNAVAILABLE */
  constructor(path: string, now: () => Date = () => new Date()) {
    this.#now = now;
    this.#db = openDatabase(
      path,
      `CREATE TABLE IF NOT EXISTS endpoints (id TEXT PRIMARY KEY, url TEXT NOT NULL, secret TEXT NOT NULL, old_secret TEXT,
        old_until TEXT, types TEXT NOT NULL, state TEXT NOT NULL, created TEXT NOT NULL, height INTEGER NOT NULL,
        position INTEGER NOT NULL, attempts INTEGER NOT NULL, due_at TEXT, last TEXT, generation INTEGER NOT NULL) STRICT;
       CREATE TABLE IF NOT EXISTS dead (endpoint TEXT NOT NULL REFERENCES endpoints ON DELETE CASCADE, message TEXT NOT NULL,
        height INTEGER NOT NULL, position INTEGER NOT NULL, at TEXT NOT NULL, attempts INTEGER NOT NULL, last TEXT NOT NULL,
        PRIMARY KEY (endpoint, height, position)) STRICT;`,
    );
  }

  /**
   * Adds a receiver that gets events from a block on.
   * @throws {ChannelError} OPTION_INVALID
   */
  add(url: string, types: readonly string[], from: number): { readonly endpoint: Endpoint; readonly secret: string } {
    const strange = types.find((type) => !/^[a-z]+(\.[a-z-]+)+$/i.test(type));
    if (strange !== undefined || types.length > 50)
      throw new ChannelError('OPTION_INVALID', 'a type is not the name of a transaction', {
        where: 'types',
        fix: 'Names stand in docs/channel.md, such as records.submit.',
      });
    const id = `wh_${randomBytes(8).toString('hex')}`;
    const secret = newSecret();
    onSqlite(FILE, () => {
      const { n } = this.#db.prepare('SELECT count(*) AS n FROM endpoints').get() as { n: number };
      if (n >= MOST_ENDPOINTS)
        throw new ChannelError('OPTION_INVALID', `the node has ${MOST_ENDPOINTS} webhooks, the most it serves`);
      this.#db
        .prepare(
          `INSERT INTO endpoints (id, url, secret, types, state, created, height, position, attempts, generation)
           VALUES (?, ?, ?, ?, 'active', ?, ?, 0, 0, 0)`,
        )
        .run(id, url, secret, JSON.stringify(types), this.#now().toISOString(), from);
    });
    return { endpoint: this.get(id), secret };
  }

  list(): Endpoint[] {
    return this.#rows('ORDER BY e.created, e.rowid').map(endpointOf);
  }

  /** @throws {ChannelError} WEBHOOK_NOT_FOUND */
  get(id: string): Endpoint {
    return endpointOf(this.#row(id));
  }

  /** Secrets that sign now: the present one, and for a day the one before it. */
  secrets(id: string): readonly string[] {
    const { secret, old_secret, old_until } = this.#row(id);
    const old = old_secret !== null && old_until !== null && old_until > this.#now().toISOString() ? [old_secret] : [];
    return [secret, ...old];
  }

  /** Gives a new secret. Both sign for a day. */
  rotate(id: string): string {
    const { secret } = this.#row(id);
    const fresh = newSecret();
    const until = new Date(this.#now().getTime() + OLD_SECRET_HOURS * 3_600_000).toISOString();
    this.#change(
      'UPDATE endpoints SET secret = ?, old_secret = ?, old_until = ? WHERE id = ?',
      fresh,
      secret,
      until,
      id,
    );
    return fresh;
  }

  remove(id: string): void {
    this.#row(id);
    this.#change('DELETE FROM endpoints WHERE id = ?', id);
  }

  /** Sends everything again from a block on, also to a receiver that was gone; what was given up is given up no longer. */
  replay(id: string, from: number): void {
    this.#row(id);
    onSqlite(FILE, () =>
      inTransaction(this.#db, () => {
        this.#db.prepare('DELETE FROM dead WHERE endpoint = ? AND height >= ?').run(id, from);
        this.#db
          .prepare(
            `UPDATE endpoints SET height = ?, position = 0, attempts = 0, due_at = NULL, state = 'active',
             generation = generation + 1 WHERE id = ?`,
          )
          .run(from, id);
      }),
    );
  }

  /** Counts up with each replay: whoever delivers begins anew. */
  generation(id: string): number | undefined {
    return this.#rows('WHERE e.id = ?', id)[0]?.generation;
  }

  /** The events before this position are done with. `last` is how the last attempt ended; none where nothing was sent. */
  advance(id: string, generation: number, { height, index }: LedgerPosition, last?: string): void {
    this.#change(
      `UPDATE endpoints SET height = ?, position = ?, attempts = 0, due_at = NULL, last = coalesce(?, last)
       WHERE id = ? AND generation = ?`,
      height,
      index,
      last ?? null,
      id,
      generation,
    );
  }

  /** An attempt failed; the next is due then. */
  postpone(id: string, generation: number, attempts: number, dueAt: Date, last: string): void {
    this.#change(
      'UPDATE endpoints SET attempts = ?, due_at = ?, last = ? WHERE id = ? AND generation = ?',
      attempts,
      dueAt.toISOString(),
      last,
      id,
      generation,
    );
  }

  /** The receiver wants no more. */
  stop(id: string, generation: number): void {
    this.#change("UPDATE endpoints SET state = 'gone', last = '410' WHERE id = ? AND generation = ?", id, generation);
  }

  /** Gives an event up. */
  bury(id: string, { height, index, messageId, attempts, last }: Omit<DeadLetter, 'at'>): void {
    onSqlite(FILE, () =>
      inTransaction(this.#db, () => {
        this.#db
          .prepare('INSERT OR REPLACE INTO dead VALUES (?, ?, ?, ?, ?, ?, ?)')
          .run(id, messageId, height, index, this.#now().toISOString(), attempts, last);
        this.#db
          .prepare(
            `DELETE FROM dead WHERE endpoint = ? AND rowid NOT IN
             (SELECT rowid FROM dead WHERE endpoint = ? ORDER BY height DESC, position DESC LIMIT ${MOST_DEAD})`,
          )
          .run(id, id);
      }),
    );
  }

  /** Events given up on, oldest first. */
  dead(id: string): DeadLetter[] {
    this.#row(id);
    const rows = onSqlite(FILE, () =>
      this.#db
        .prepare(
          `SELECT message AS messageId, height, position AS "index", at, attempts, last FROM dead WHERE endpoint = ?
           ORDER BY height, position`,
        )
        .all(id),
    );
    return rows as unknown as DeadLetter[];
  }

  close(): void {
    this.#db.close();
  }

  #row(id: string): Row {
    const [row] = this.#rows('WHERE e.id = ?', id);
    if (row === undefined) throw new ChannelError('WEBHOOK_NOT_FOUND', 'no webhook has this id', { where: 'id' });
    return row;
  }

  #rows(condition: string, ...values: string[]): Row[] {
    const sql = `SELECT e.*, (SELECT count(*) FROM dead d WHERE d.endpoint = e.id) AS dead FROM endpoints e ${condition}`;
    return onSqlite(FILE, () => this.#db.prepare(sql).all(...values)) as unknown as Row[];
  }

  #change(sql: string, ...values: (string | number | null)[]): void {
    onSqlite(FILE, () => this.#db.prepare(sql).run(...values));
  }
}

function endpointOf(row: Row): Endpoint {
  return {
    id: row.id,
    url: row.url,
    types: JSON.parse(row.types) as string[],
    state: row.state,
    created: row.created,
    next: { height: row.height, index: row.position },
    attempts: row.attempts,
    ...(row.due_at === null ? {} : { dueAt: row.due_at }),
    ...(row.last === null ? {} : { last: row.last }),
    dead: row.dead,
  };
}
