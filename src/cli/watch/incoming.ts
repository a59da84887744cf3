import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { billFilesOf } from './bill-names.ts';

/** A file is complete when size and time of change were the same at two looks this far apart. */
const SETTLED_MS = 2_000;
/** A program that makes a file and fills it later: an empty one is waited for longer. */
const EMPTY_MS = 60_000;

interface Seen {
  readonly print: string;
  readonly since: number;
}

export interface Look {
  /** Names of files that are complete, in order. */
  readonly ready: readonly string[];
  /** How many may still be written to. */
  readonly settling: number;
  /** What is no regular file, told once. */
  readonly others: readonly string[];
}

/** Which files of a folder have come in whole. */
export class Incoming {
  readonly #folder: string;
  readonly #clock: () => number;
  #seen = new Map<string, Seen>();
  #told = new Set<string>();

  /** `clock`: milliseconds that only go forward. */
  constructor(folder: string, clock: () => number = () => performance.now()) {
    this.#folder = folder;
    this.#clock = clock;
  }

  /** @throws {ChannelError} FILE_UNREADABLE when the folder is gone */
  async look(): Promise<Look> {
    const { names, others } = await billFilesOf(this.#folder);
    const now = this.#clock();
    const seen = new Map<string, Seen>();
    const ready: string[] = [];
    for (const name of names) {
      const print = await printOf(join(this.#folder, name));
      if (print === undefined) continue;
      const known = this.#seen.get(name);
      const since = known?.print === print ? known.since : now;
      seen.set(name, { print, since });
      if (now - since >= (print.startsWith('0 ') ? EMPTY_MS : SETTLED_MS)) ready.push(name);
    }
    this.#seen = seen;
    const fresh = others.filter((name) => !this.#told.has(name));
    this.#told = new Set(others);
    return { ready, settling: seen.size - ready.length, others: fresh };
  }
}

/** Undefined where the file went away, or is no regular file any more. */
async function printOf(path: string): Promise<string | undefined> {
  const stat = await lstat(path, { bigint: true }).catch(() => undefined);
  return stat?.isFile() === true ? `${stat.size} ${stat.mtimeNs} ${stat.ino}` : undefined;
}
