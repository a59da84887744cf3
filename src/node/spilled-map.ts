import { randomBytes } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { sha256Bytes } from '../emissions/index.ts';
import { onAside, openAside } from './aside-file.ts';

/** How a value is written down, and read again. */
export interface SpillForm<V> {
  /** Names nobody and nothing: what is written lies on the disk in the clear. */
  write(value: V): Uint8Array;
  read(bytes: Uint8Array): V;
  /** Bytes that the value takes in memory, where values differ in that. */
  size?(value: V): number;
}

/** What a map may hold in memory. */
export interface SpillRoom {
  readonly entries: number;
  /** Of keys and values; one entry alone may take more. */
  readonly bytes: number;
}

const ROOM: SpillRoom = { entries: 10_000, bytes: 10_000_000 };
/** Bytes of a digest that stands for a key: 2^64 keys would have to be tried for two that share one. */
const DIGEST = 16;

interface Held<V> {
  value: V;
  bytes: number;
}

/**
 * A map that holds no more than a number of entries and bytes in memory. When it has more it sets them aside in a temporary file of
 * SQLite's, which has no name and is gone with the process, and takes back what is asked for. Keys are written as digests
 * under a salt that is never written, so that the file says nothing of a meter.
 */
export class SpilledMap<V> {
  readonly #form: SpillForm<V>;
  readonly #room: SpillRoom;
  readonly #held = new Map<string, Held<V>>();
  #bytes = 0;
  readonly #salt = randomBytes(16).toString('hex');
  #file: SpillFile | undefined;

  constructor(form: SpillForm<V>, room: Partial<SpillRoom> = {}) {
    this.#form = form;
    this.#room = { ...ROOM, ...room };
  }

  /** What is held in memory now. */
  get held(): SpillRoom {
    return { entries: this.#held.size, bytes: this.#bytes };
  }

  /**
   * The value of a key. One that is changed must be `set` again before the next call.
   * @throws {ChannelError} like every method: DISK_FULL, STORE_UNAVAILABLE
   */
  get(key: string): V | undefined {
    const held = this.#held.get(key);
    if (held !== undefined || this.#file === undefined) return held?.value;
    const bytes = this.#file.get(this.#digestOf(key));
    if (bytes === undefined) return undefined;
    const value = this.#form.read(bytes);
    this.#hold(key, value);
    return value;
  }

  set(key: string, value: V): void {
    this.#hold(key, value);
  }

  /** Puts in the place of each value what `change` gives for it; takes the entry out where that is undefined. */
  changeAll(change: (value: V) => V | undefined): void {
    const file = this.#file;
    if (file !== undefined) {
      this.#setAside();
      file.changeAll((bytes) => {
        const changed = change(this.#form.read(bytes));
        return changed === undefined ? undefined : this.#form.write(changed);
      });
      return;
    }
    for (const [key, held] of this.#held) {
      const changed = change(held.value);
      if (changed === undefined) this.#letGo(key, held);
      else this.#replace(key, held, changed);
    }
  }

  close(): void {
    this.#clear();
    this.#file?.close();
    this.#file = undefined;
  }

  #hold(key: string, value: V): void {
    const held = this.#held.get(key);
    if (held !== undefined) {
      this.#replace(key, held, value);
      if (this.#bytes > this.#room.bytes) this.#setAside();
      return;
    }
    const bytes = this.#bytesOf(key, value);
    if (this.#held.size >= this.#room.entries || this.#bytes + bytes > this.#room.bytes) this.#setAside();
    this.#held.set(key, { value, bytes });
    this.#bytes += bytes;
  }

  #replace(key: string, held: Held<V>, value: V): void {
    const bytes = this.#bytesOf(key, value);
    this.#bytes += bytes - held.bytes;
    held.value = value;
    held.bytes = bytes;
  }

  #bytesOf(key: string, value: V): number {
    return key.length + (this.#form.size?.(value) ?? 0);
  }

  #letGo(key: string, { bytes }: Held<V>): void {
    this.#held.delete(key);
    this.#bytes -= bytes;
  }

  #clear(): void {
    this.#held.clear();
    this.#bytes = 0;
  }

  #setAside(): void {
    if (this.#held.size === 0) return;
    this.#file ??= new SpillFile();
    this.#file.putAll(this.#written());
    this.#clear();
  }

  // In the order of the file, whose pages are then each written once.
  *#written(): Generator<readonly [Uint8Array, Uint8Array]> {
    const entries = [...this.#held].map(([key, { value }]) => [Buffer.from(this.#digestOf(key)), value] as const);
    entries.sort(([one], [other]) => Buffer.compare(one, other));
    for (const [digest, value] of entries) yield [digest, this.#form.write(value)];
  }

  #digestOf(key: string): Uint8Array {
    return sha256Bytes(this.#salt + key).subarray(0, DIGEST);
  }
}

/** Digests and values in a temporary file. */
class SpillFile {
  readonly #db: DatabaseSync;
  readonly #get: StatementSync;
  readonly #put: StatementSync;

  constructor() {
    this.#db = openAside('CREATE TABLE kept (digest BLOB PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;');
    this.#get = this.#db.prepare('SELECT value FROM kept WHERE digest = ?');
    this.#put = this.#db.prepare('INSERT OR REPLACE INTO kept (digest, value) VALUES (?, ?)');
  }

  get(digest: Uint8Array): Uint8Array | undefined {
    return onAside(() => this.#get.get(digest))?.value as Uint8Array | undefined;
  }

  putAll(entries: Iterable<readonly [Uint8Array, Uint8Array]>): void {
    onAside(() => {
      this.#db.exec('BEGIN');
      for (const [digest, value] of entries) this.#put.run(digest, value);
      this.#db.exec('COMMIT');
    });
  }

  changeAll(change: (bytes: Uint8Array) => Uint8Array | undefined): void {
    // Values are taken one by one: there can be long ones.
    const next = this.#db.prepare('SELECT digest FROM kept WHERE digest > ? ORDER BY digest LIMIT 1000');
    const drop = this.#db.prepare('DELETE FROM kept WHERE digest = ?');
    onAside(() => {
      this.#db.exec('BEGIN');
      for (let from: Uint8Array | undefined = new Uint8Array(0); from !== undefined; ) {
        const rows = next.all(from) as unknown as { digest: Uint8Array }[];
        for (const { digest } of rows) {
          const changed = change(this.get(digest) as Uint8Array);
          if (changed === undefined) drop.run(digest);
          else this.#put.run(digest, changed);
        }
        from = rows.at(-1)?.digest;
      }
      this.#db.exec('COMMIT');
    });
  }

  close(): void {
    this.#db.close();
  }
}
