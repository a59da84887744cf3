import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isBusy, isFull } from '../../disk/index.ts';
import { ChannelError } from '../../emissions/index.ts';

/** Who writes to a ledger folder. */
interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** UTC, ISO 8601. */
  readonly since: string;
  /** What it does there, such as "uec serve". */
  readonly purpose: string;
}

/**
 * The right to write to a ledger folder. It is a lock of the operating system (SQLite's, on a file of its own), so it ends
 * with its process, however that ends; the text file beside it only names the holder.
 */
export class WriteLock {
  readonly #lock: DatabaseSync;
  readonly #holderFile: string;

  private constructor(lock: DatabaseSync, holderFile: string) {
    this.#lock = lock;
    this.#holderFile = holderFile;
  }

  /** @throws {ChannelError} LEDGER_LOCKED naming the holder; DISK_FULL, LEDGER_UNAVAILABLE where the lock's file cannot be used */
  static take(folder: string, purpose: string): WriteLock {
    const holderFile = join(folder, 'holder.json');
    const path = join(folder, 'lock');
    let lock: DatabaseSync | undefined;
    try {
      lock = new DatabaseSync(path, { timeout: 0 });
      lock.exec('BEGIN EXCLUSIVE');
    } catch (cause) {
      lock?.close();
      if (!isBusy(cause)) throw lockFault(cause, path);
      throw new ChannelError('LEDGER_LOCKED', `the ledger in ${folder} is held by ${holderOf(holderFile)}`, {
        where: folder,
        cause,
      });
    }
    const holder: LockHolder = { pid: process.pid, host: hostname(), since: new Date().toISOString(), purpose };
    try {
      writeFileSync(holderFile, `${JSON.stringify(holder)}\n`, { mode: 0o600 });
    } catch {
      // On a full disk the lock holds all the same; it only goes without a name.
    }
    return new WriteLock(lock, holderFile);
  }

  release(): void {
    rmSync(this.#holderFile, { force: true });
    this.#lock.close();
  }
}

// Nobody holds it: whoever waited for its holder would wait for nothing.
function lockFault(cause: unknown, where: string): ChannelError {
  const message = `the lock's file: ${(cause as Error).message}`;
  if (isFull(cause)) return new ChannelError('DISK_FULL', message, { where, cause });
  const fix = 'See that this user may write it. It holds no data: while no uec runs on the folder it may be removed.';
  return new ChannelError('LEDGER_UNAVAILABLE', message, { where, fix, cause });
}

function holderOf(file: string): string {
  try {
    const { pid, host, since, purpose } = JSON.parse(readFileSync(file, 'utf8')) as LockHolder;
    return `process ${pid} on ${host} since ${since} (${purpose})`;
  } catch {
    return 'another process';
  }
}
