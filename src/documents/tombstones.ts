import { Database } from './database.ts';
import type { ErasureOrder } from './erasure-order.ts';

/** That a key was destroyed on order; holds nothing of what the key opened. */
export interface Tombstone extends ErasureOrder {
  readonly kind: 'documents' | 'meters';
  /** The document's id or the meter's pseudonym. */
  readonly id: string;
  /** Instant, ISO 8601 in UTC. */
  readonly date: string;
}

/**
 * The destroyed keys of a vault, in a file apart from it: an older copy of the vault put back from a backup is shredded
 * again from here. This file is only ever replaced by a newer copy of itself.
 */
export class Tombstones {
  readonly #db: Database;

  constructor(path: string) {
    this.#db = new Database(
      path,
      `CREATE TABLE IF NOT EXISTS tombstones (kind TEXT NOT NULL, id TEXT NOT NULL, "order" TEXT NOT NULL,
        reason TEXT NOT NULL, date TEXT NOT NULL, PRIMARY KEY (kind, id)) STRICT`,
    );
  }

  /** The tombstone that stands: the first one of an id is never replaced. */
  add(stone: Tombstone): Tombstone {
    this.#db.change(
      'INSERT OR IGNORE INTO tombstones (kind, id, "order", reason, date) VALUES (?, ?, ?, ?, ?)',
      stone.kind,
      stone.id,
      stone.order,
      stone.reason,
      stone.date,
    );
    return this.find(stone.kind, stone.id) ?? stone;
  }

  find(kind: Tombstone['kind'], id: string): Tombstone | undefined {
    return this.#db.get<Tombstone>('SELECT * FROM tombstones WHERE kind = ? AND id = ?', kind, id);
  }

  all(kind: Tombstone['kind']): Tombstone[] {
    return this.#db.all<Tombstone>('SELECT * FROM tombstones WHERE kind = ? ORDER BY id', kind);
  }

  close(): void {
    this.#db.close();
  }
}
