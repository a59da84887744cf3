import type { Database } from './database.ts';

// Beyond this many the memory is given back; SQLite finds them again.
const MOST = 20_000;

/** Words that repeat, kept once in a table of (id, columns...): gives the id, adding the row where it is new. */
export class Interned {
  readonly #database: Database;
  readonly #find: string;
  readonly #add: string;
  readonly #ids = new Map<string, number>();

  constructor(database: Database, table: string, columns: readonly string[]) {
    this.#database = database;
    this.#find = `SELECT id FROM ${table} WHERE ${columns.map((column) => `${column} = ?`).join(' AND ')}`;
    this.#add = `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')}) RETURNING id`;
  }

  id(...values: string[]): number {
    const key = values.join('\n');
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const found =
      this.#database.get<{ id: number }>(this.#find, ...values) ??
      this.#database.get<{ id: number }>(this.#add, ...values);
    const { id } = found as { id: number };
    if (this.#ids.size >= MOST) this.#ids.clear();
    this.#ids.set(key, id);
    return id;
  }

  /** Forgets everything: after a rollback the table may no longer hold it. */
  clear(): void {
    this.#ids.clear();
  }
}
