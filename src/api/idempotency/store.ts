import type { DatabaseSync } from 'node:sqlite';
import { openDatabase } from '../../disk/index.ts';
import { ChannelError, sha256 } from '../../emissions/index.ts';

/** An answer as it was given, to be given again. */
export interface KeptAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Row {
  readonly request: string;
  readonly answer: string | null;
  readonly digest: string | null;
}

const DAY = 86_400_000;

/**
 * What was answered under which Idempotency-Key, for a day (draft-ietf-httpapi-idempotency-key-header). It names neither the key
 * nor the caller: rows are found by a digest of both. An entry stands before the work begins, so that a repeated request after a
 * crash is told that the first one's outcome is not known.
 */
export class IdempotencyStore {
  readonly #db: DatabaseSync;
  readonly #now: () => Date;

  constructor(path: string, now: () => Date) {
    this.#now = now;
    this.#db = openDatabase(
      path,
      `CREATE TABLE IF NOT EXISTS answers (id TEXT PRIMARY KEY, at INTEGER NOT NULL, request TEXT NOT NULL, answer TEXT,
        digest TEXT) STRICT;`,
    );
  }

  /**
   * Begins a request, or gives the answer of the same one.
   * @throws {ChannelError} IDEMPOTENCY_KEY_REUSED for another request; IDEMPOTENCY_PENDING while no answer stands
   */
  begin(id: string, request: string): KeptAnswer | undefined {
    const at = this.#now().getTime();
    this.#db.prepare('DELETE FROM answers WHERE at < ?').run(at - DAY);
    const found = this.#db.prepare('SELECT request, answer, digest FROM answers WHERE id = ?').get(id) as
      | Row
      | undefined;
    if (found === undefined) {
      this.#db.prepare('INSERT INTO answers (id, at, request) VALUES (?, ?, ?)').run(id, at, request);
      return undefined;
    }
    const where = 'Idempotency-Key';
    if (found.request !== request)
      throw new ChannelError('IDEMPOTENCY_KEY_REUSED', 'the key was used for another request', { where });
    if (found.answer === null)
      throw new ChannelError('IDEMPOTENCY_PENDING', 'the first request under this key has no answer yet', { where });
    if (sha256(found.answer) !== found.digest)
      throw new ChannelError('STORE_UNAVAILABLE', 'the kept answer is damaged', { where: 'answers.db' });
    return JSON.parse(found.answer) as KeptAnswer;
  }

  finish(id: string, answer: KeptAnswer): void {
    const text = JSON.stringify(answer);
    this.#db.prepare('UPDATE answers SET answer = ?, digest = ? WHERE id = ?').run(text, sha256(text), id);
  }

  /** Nothing was done: the same key may be used again. */
  forget(id: string): void {
    this.#db.prepare('DELETE FROM answers WHERE id = ?').run(id);
  }

  close(): void {
    this.#db.close();
  }
}
