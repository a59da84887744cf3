import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { onSqlite, openDatabase } from '../../disk/index.ts';
import { ChannelError, sha256Bytes } from '../../emissions/index.ts';
import { type ApiRole, isApiRole } from './principal.ts';

/** A token as the node keeps it: everything but the token. */
export interface TokenEntry {
  /** First 16 hex digits of the token's SHA-256: finds the row, and names the token in logs. */
  readonly id: string;
  readonly role: ApiRole;
  /** What the operator calls it, such as `console` or `nightly-import`. */
  readonly label: string;
  /** Days, UTC: YYYY-MM-DD. */
  readonly created: string;
  /** Last day on which it is taken; absent: it does not expire. */
  readonly expires?: string;
  readonly revoked?: string;
  /** Day of the last request with it. */
  readonly lastUsed?: string;
}

export interface TokenRequest {
  readonly role: ApiRole;
  readonly label: string;
  readonly expires?: string | undefined;
}

interface Row {
  readonly id: string;
  readonly hash: Uint8Array;
  readonly role: string;
  readonly label: string;
  readonly created: string;
  readonly expires: string | null;
  readonly revoked: string | null;
  readonly last_used: string | null;
}

const MOST_TOKENS = 1000;

/** The node's API tokens in one SQLite file: hashes only. Every process sees a change at once. */
export class TokenStore {
  readonly #db: DatabaseSync;
  readonly #today: () => string;

  /** @throws {ChannelError} like every method: DISK_FULL, STORE_UNAVAILABLE */
  constructor(path: string, now: () => Date = () => new Date()) {
    this.#today = () => now().toISOString().slice(0, 10);
    this.#db = openDatabase(
      path,
      `CREATE TABLE IF NOT EXISTS tokens (id TEXT PRIMARY KEY, hash BLOB NOT NULL UNIQUE, role TEXT NOT NULL,
        label TEXT NOT NULL, created TEXT NOT NULL, expires TEXT, revoked TEXT, last_used TEXT) STRICT;`,
    );
  }

  /**
   * Makes a token: 256 random bits behind a prefix that secret scanners can know. It is given out here and never again.
   * @throws {ChannelError} OPTION_INVALID
   */
  add({ role, label, expires }: TokenRequest): { readonly token: string; readonly entry: TokenEntry } {
    if (!isApiRole(role)) throw new ChannelError('OPTION_INVALID', 'the role is not one of the API', { where: 'role' });
    if (!/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}$/.test(label))
      throw new ChannelError('OPTION_INVALID', 'the label is not a short plain name', {
        where: 'label',
        fix: 'Use up to 40 letters, digits, spaces, dots and hyphens; no personal data.',
      });
    if (expires !== undefined) this.#demandFuture(expires);
    const token = `uec_${randomBytes(32).toString('base64url')}`;
    const entry = this.#insert(sha256Bytes(token), { role, label, ...(expires === undefined ? {} : { expires }) });
    return { token, entry };
  }

  /** Takes over a token of which only the hash is known (64 hex digits). Nothing is done where it is known already. */
  adopt(hash: string, request: TokenRequest): void {
    const bytes = Buffer.from(hash, 'hex');
    if (bytes.length !== 32) throw new ChannelError('CONFIG_INVALID', 'tokenHash is not 64 hex digits');
    if (this.#find(bytes) === undefined) this.#insert(bytes, request);
  }

  /** The token's entry when it is known, not revoked and not expired; notes the day. `undefined` otherwise. */
  check(token: string): TokenEntry | undefined {
    const hash = sha256Bytes(token);
    const row = this.#find(hash);
    // The index finds by a part of the hash of what was sent, which tells a guesser nothing; the whole is compared in constant time.
    if (row === undefined || !timingSafeEqual(hash, row.hash) || !isApiRole(row.role)) return undefined;
    const today = this.#today();
    if (row.revoked !== null || (row.expires !== null && row.expires < today)) return undefined;
    if (row.last_used !== today)
      onSqlite('access.db', () => this.#db.prepare('UPDATE tokens SET last_used = ? WHERE id = ?').run(today, row.id));
    return entryOf({ ...row, last_used: today });
  }

  list(): TokenEntry[] {
    const rows = onSqlite('access.db', () => this.#db.prepare('SELECT * FROM tokens ORDER BY created, rowid').all());
    return (rows as unknown as Row[]).map(entryOf);
  }

  /**
   * The token with this id, or with the one id that begins so, by at least four digits.
   * @throws {ChannelError} TOKEN_NOT_FOUND, OPTION_INVALID when several begin so
   */
  get(id: string): TokenEntry {
    const matches = /^[0-9a-f]{4,16}$/.test(id) ? this.list().filter((entry) => entry.id.startsWith(id)) : [];
    const [entry, other] = matches;
    if (entry === undefined) throw new ChannelError('TOKEN_NOT_FOUND', 'no token has this id', { where: 'id' });
    if (other !== undefined)
      throw new ChannelError('OPTION_INVALID', `${matches.length} tokens have ids that begin so`, { where: 'id' });
    return entry;
  }

  /** Ends a token at once; one that is revoked stays so. `id` as in `get`. */
  revoke(id: string): TokenEntry {
    const entry = this.get(id);
    const revoked = entry.revoked ?? this.#today();
    onSqlite('access.db', () => this.#db.prepare('UPDATE tokens SET revoked = ? WHERE id = ?').run(revoked, entry.id));
    return { ...entry, revoked };
  }

  close(): void {
    this.#db.close();
  }

  #find(hash: Buffer): Row | undefined {
    const id = hash.toString('hex').slice(0, 16);
    return onSqlite('access.db', () => this.#db.prepare('SELECT * FROM tokens WHERE id = ?').get(id)) as
      | Row
      | undefined;
  }

  #insert(hash: Buffer, { role, label, expires }: TokenRequest): TokenEntry {
    const entry: Row = {
      id: hash.toString('hex').slice(0, 16),
      hash,
      role,
      label,
      created: this.#today(),
      expires: expires ?? null,
      revoked: null,
      last_used: null,
    };
    onSqlite('access.db', () => {
      const count = this.#db.prepare('SELECT count(*) AS n FROM tokens').get() as { n: number };
      if (count.n >= MOST_TOKENS)
        throw new ChannelError('OPTION_INVALID', `the node has ${MOST_TOKENS} tokens, the most it keeps`);
      this.#db
        .prepare('INSERT INTO tokens (id, hash, role, label, created, expires) VALUES (?, ?, ?, ?, ?, ?)')
        .run(entry.id, hash, role, label, entry.created, entry.expires);
    });
    return entryOf(entry);
  }

  #demandFuture(day: string): void {
    const real = /^\d{4}-\d{2}-\d{2}$/.test(day) && new Date(`${day}T00:00:00Z`).toJSON()?.slice(0, 10) === day;
    if (!real) throw new ChannelError('DATE_INVALID', 'the last day is not a date', { where: 'expires' });
    if (day < this.#today())
      throw new ChannelError('OPTION_INVALID', `the last day, ${day}, is over`, { where: 'expires' });
  }
}

function entryOf({ id, role, label, created, expires, revoked, last_used }: Row): TokenEntry {
  return {
    id,
    role: role as ApiRole,
    label,
    created,
    ...(expires === null ? {} : { expires }),
    ...(revoked === null ? {} : { revoked }),
    ...(last_used === null ? {} : { lastUsed: last_used }),
  };
}
