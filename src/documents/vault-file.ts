import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { ChannelError, isChannelError } from '../emissions/index.ts';
import { Database } from './database.ts';
import { checkOrder, type ErasureOrder } from './erasure-order.ts';
import type { NodeKey } from './node-key.ts';
import { type Tombstone, Tombstones } from './tombstones.ts';

export type VaultTable = 'documents' | 'meters';

interface SecretRow {
  readonly id: string;
  readonly secret: Uint8Array;
}

// `meta` holds the lookup key, wrapped like every other secret: opening it is the check of the node key. `due` stands from
// the deletion of a row until the file is rebuilt.
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS meta (id TEXT PRIMARY KEY, secret BLOB NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS documents (id TEXT PRIMARY KEY, secret BLOB NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS meters (id TEXT PRIMARY KEY, lookup TEXT NOT NULL UNIQUE, secret BLOB NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS due (rebuild INTEGER NOT NULL) STRICT`;

const LOOKUP = 'lookup-key';

/** The vault's file: wrapped secrets by table and id, their destruction, and the change of the node key. */
export class VaultFile {
  readonly db: Database;
  readonly tombstones: Tombstones;
  /** Key of the index by which a meter is found; 32 bytes, of no use without the file. */
  readonly lookupKey: Buffer;
  #key: NodeKey;
  readonly #now: () => Date;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(db: Database, tombstones: Tombstones, lookupKey: Buffer, key: NodeKey, now: () => Date) {
    this.db = db;
    this.tombstones = tombstones;
    this.lookupKey = lookupKey;
    this.#key = key;
    this.#now = now;
  }

  static async open(folder: string, key: NodeKey, now: () => Date): Promise<VaultFile> {
    const db = new Database(join(folder, 'vault.db'), SCHEMA);
    let tombstones: Tombstones | undefined;
    try {
      const lookupKey = await openLookupKey(db, key);
      tombstones = new Tombstones(join(folder, 'tombstones.db'));
      const file = new VaultFile(db, tombstones, lookupKey, key, now);
      file.#shredAgain();
      return file;
    } catch (error) {
      tombstones?.close();
      db.close();
      throw error;
    }
  }

  /** Runs what writes or unwraps one after the other, so that no secret is wrapped by the old key during a rewrap. */
  async serially<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#last.then(work);
    this.#last = run.catch(() => {});
    return await run;
  }

  async wrap(table: VaultTable, id: string, secret: Uint8Array): Promise<Uint8Array> {
    return await this.#key.wrap(secret, context(table, id));
  }

  /** @throws {ChannelError} VAULT_INVALID when the row does not open although the node key is right */
  async unwrap(table: VaultTable, row: SecretRow): Promise<Buffer> {
    try {
      return await this.#key.unwrap(row.secret, context(table, row.id));
    } catch (cause) {
      if (!isChannelError(cause, 'VAULT_KEY_WRONG')) throw cause;
      const message = `a secret in the table ${table} is damaged or belongs to another row`;
      throw new ChannelError('VAULT_INVALID', message, { where: `${table} ${row.id}`, cause });
    }
  }

  /** Tombstone first, so that a crash after it still ends in destruction: at the next open at the latest. */
  async destroy(kind: VaultTable, id: string, order: ErasureOrder): Promise<Tombstone> {
    checkOrder(order);
    return await this.serially(async () => {
      const stone = this.tombstones.add({
        kind,
        id,
        order: order.order,
        reason: order.reason,
        date: this.#now().toISOString(),
      });
      this.#remove(kind, [id]);
      return stone;
    });
  }

  /** All secrets under another node key, or, when it fails or is killed, all under the present one. */
  async rewrap(next: NodeKey): Promise<void> {
    await this.serially(async () => {
      const rewrapped: [string, Uint8Array, string][] = [];
      for (const table of ['meta', 'documents', 'meters'] as const) {
        for (const row of this.db.all<SecretRow>(`SELECT id, secret FROM ${table}`)) {
          const secret =
            table === 'meta'
              ? await this.#key.unwrap(row.secret, context(table, row.id))
              : await this.unwrap(table, row);
          rewrapped.push([table, await next.wrap(secret, context(table, row.id)), row.id]);
          secret.fill(0);
        }
      }
      this.db.transaction(() => {
        for (const [table, secret, id] of rewrapped) {
          this.db.change(`UPDATE ${table} SET secret = ? WHERE id = ?`, secret, id);
        }
        this.db.change('INSERT INTO due (rebuild) VALUES (1)');
      });
      this.#key = next;
      this.#rebuild();
    });
  }

  close(): void {
    this.lookupKey.fill(0);
    this.db.close();
    this.tombstones.close();
  }

  #shredAgain(): void {
    for (const kind of ['documents', 'meters'] as const) {
      this.#remove(
        kind,
        this.tombstones.all(kind).map((stone) => stone.id),
      );
    }
  }

  #remove(table: VaultTable, ids: readonly string[]): void {
    this.db.transaction(() => {
      let removed = 0;
      for (const id of ids) removed += this.db.change(`DELETE FROM ${table} WHERE id = ?`, id);
      if (removed > 0) this.db.change('INSERT INTO due (rebuild) VALUES (1)');
    });
    if (this.db.get('SELECT 1 FROM due LIMIT 1') !== undefined) this.#rebuild();
  }

  // The mark goes last: killed in between, the next open rebuilds again.
  #rebuild(): void {
    this.db.rebuild();
    this.db.change('DELETE FROM due');
  }
}

async function openLookupKey(db: Database, key: NodeKey): Promise<Buffer> {
  const row = db.get<SecretRow>('SELECT id, secret FROM meta WHERE id = ?', LOOKUP);
  if (row !== undefined) return await key.unwrap(row.secret, context('meta', LOOKUP));
  const held = db.get('SELECT id FROM documents UNION ALL SELECT id FROM meters LIMIT 1');
  if (held !== undefined) throw new ChannelError('VAULT_INVALID', 'the vault holds secrets but no check of its key');
  const lookupKey = randomBytes(32);
  db.change('INSERT INTO meta (id, secret) VALUES (?, ?)', LOOKUP, await key.wrap(lookupKey, context('meta', LOOKUP)));
  return lookupKey;
}

// Binds a wrapped secret to its row, so that two rows cannot be exchanged.
function context(table: VaultTable | 'meta', id: string): string {
  return `UEC/vault/v1|${table}|${id}`;
}
