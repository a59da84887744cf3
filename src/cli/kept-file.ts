import { rename, stat, writeFile } from 'node:fs/promises';
import { firstFree } from './first-free.ts';

/** More copies than anybody keeps; beyond them something else is wrong. */
const MOST_KEPT = 1_000;

/**
 * A file that a command writes, maybe several times. What stood under its name before, such as rows that somebody is mending, is
 * kept: it is moved to the next free name, `FILE.1`.
 */
export class KeptFile {
  readonly #path: string;
  #isOwn = false;
  /** Name under which the earlier file is kept, where there was one. */
  kept: string | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Writes the whole file from its pieces, for its owner alone. */
  async write(pieces: string | Iterable<string>): Promise<void> {
    if (!this.#isOwn && (await isFilled(this.#path))) {
      this.kept = await freeName(this.#path);
      await rename(this.#path, this.kept);
    }
    this.#isOwn = true;
    await writeFile(this.#path, pieces, { mode: 0o600 });
  }
}

async function freeName(path: string): Promise<string> {
  const free = await firstFree(Array.from({ length: MOST_KEPT - 1 }, (_, at) => `${path}.${at + 1}`));
  if (free === undefined) throw new Error(`${MOST_KEPT} earlier files of one name are kept`);
  return free;
}

/** True for a file with something in it; a device such as `/dev/stdout` keeps nothing. */
function isFilled(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile() && found.size > 0,
    () => false,
  );
}
