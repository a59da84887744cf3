import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { onAside, openAside } from './aside-file.ts';

/** Texts held in memory, and written together. */
const ROOM = 1_000;

/**
 * Texts by number, from 0, of which the last ones alone are held in memory; the others lie in a temporary file, in the clear. To
 * be closed.
 */
export class SpilledList {
  readonly #room: number;
  #held: string[] = [];
  /** Number of the first text that is held. */
  #first = 0;
  #file: { readonly db: DatabaseSync; readonly put: StatementSync; readonly find: StatementSync } | undefined;

  constructor(room = ROOM) {
    this.#room = room;
  }

  /** How many texts are held in memory. */
  get held(): number {
    return this.#held.length;
  }

  /**
   * Gives the text's number.
   * @throws {ChannelError} like every method: DISK_FULL, STORE_UNAVAILABLE
   */
  push(text: string): number {
    if (this.#held.length >= this.#room) this.#setAside();
    return this.#first + this.#held.push(text) - 1;
  }

  /** The text of a number that `push` gave. */
  at(number: number): string {
    if (number >= this.#first) return this.#held[number - this.#first] as string;
    const row = onAside(() => this.#file?.find.get(number)) as { first: number; texts: string };
    return (JSON.parse(row.texts) as string[])[number - row.first] as string;
  }

  close(): void {
    this.#held = [];
    this.#file?.db.close();
    this.#file = undefined;
  }

  #setAside(): void {
    this.#file ??= opened();
    const { put } = this.#file;
    onAside(() => put.run(this.#first, JSON.stringify(this.#held)));
    this.#first += this.#held.length;
    this.#held = [];
  }
}

function opened() {
  const db = openAside('CREATE TABLE kept (first INTEGER PRIMARY KEY, texts TEXT NOT NULL) STRICT;');
  return {
    db,
    put: db.prepare('INSERT INTO kept (first, texts) VALUES (?, ?)'),
    find: db.prepare('SELECT first, texts FROM kept WHERE first <= ? ORDER BY first DESC LIMIT 1'),
  };
}
