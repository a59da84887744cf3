import type { DatabaseSync } from 'node:sqlite';
import { openDatabase } from '../../disk/index.ts';
import type { ErrorReport } from '../../emissions/index.ts';

export const jobStates = ['running', 'done', 'failed', 'cancelled', 'interrupted'] as const;
export type JobState = (typeof jobStates)[number];

export interface JobEntry {
  readonly id: string;
  readonly operation: string;
  /** Who started it. */
  readonly principal: string;
  /** `interrupted`: the node stopped before its end. */
  readonly state: JobState;
  readonly createdAt: string;
  readonly finishedAt?: string;
  readonly error?: ErrorReport;
}

interface Row {
  readonly id: string;
  readonly operation: string;
  readonly principal: string;
  readonly state: JobState;
  readonly created_at: string;
  readonly finished_at: string | null;
  readonly error: string | null;
}

/**
 * What became of jobs, so that it can be told after a restart. Results are not kept here: those of an import hold rows of bills,
 * which are to be erasable.
 */
export class JobStore {
  readonly #db: DatabaseSync;
  /** Those that were running when the node ended. */
  readonly interrupted: readonly JobEntry[];

  /** Jobs that were running when the node ended are interrupted from now on; those of more than 30 days ago are forgotten. */
  constructor(path: string, now: Date) {
    this.#db = openDatabase(
      path,
      `CREATE TABLE IF NOT EXISTS jobs (id TEXT PRIMARY KEY, operation TEXT NOT NULL, principal TEXT NOT NULL,
        state TEXT NOT NULL, created_at TEXT NOT NULL, finished_at TEXT, error TEXT) STRICT;`,
    );
    const ended = this.#db
      .prepare("UPDATE jobs SET state = 'interrupted', finished_at = ? WHERE state = 'running' RETURNING *")
      .all(now.toISOString()) as unknown as Row[];
    this.interrupted = ended.map(entryOf);
    const old = new Date(now.getTime() - 30 * 86_400_000).toISOString();
    this.#db.prepare('DELETE FROM jobs WHERE created_at < ?').run(old);
  }

  start({ id, operation, principal, createdAt }: JobEntry): void {
    this.#db
      .prepare("INSERT INTO jobs (id, operation, principal, state, created_at) VALUES (?, ?, ?, 'running', ?)")
      .run(id, operation, principal, createdAt);
  }

  finish(id: string, state: JobState, finishedAt: string, error: ErrorReport | undefined): void {
    this.#db
      .prepare('UPDATE jobs SET state = ?, finished_at = ?, error = ? WHERE id = ?')
      .run(state, finishedAt, error === undefined ? null : JSON.stringify(error), id);
  }

  find(id: string): JobEntry | undefined {
    const row = this.#db.prepare('SELECT * FROM jobs WHERE id = ?').get(id) as Row | undefined;
    return row && entryOf(row);
  }

  /** Newest first; of one principal, or of all. */
  list(principal: string | undefined): JobEntry[] {
    const rows = this.#db
      .prepare('SELECT * FROM jobs WHERE ?1 IS NULL OR principal = ?1 ORDER BY rowid DESC LIMIT 500')
      .all(principal ?? null) as unknown as Row[];
    return rows.map(entryOf);
  }

  close(): void {
    this.#db.close();
  }
}

function entryOf(row: Row): JobEntry {
  return {
    id: row.id,
    operation: row.operation,
    principal: row.principal,
    state: row.state,
    createdAt: row.created_at,
    ...(row.finished_at === null ? {} : { finishedAt: row.finished_at }),
    ...(row.error === null ? {} : { error: JSON.parse(row.error) as ErrorReport }),
  };
}
