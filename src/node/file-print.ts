import { sha256Bytes } from '../emissions/index.ts';
import type { NumberedLine } from './bill-file.ts';

/** Lines of which one digest is made. */
export const LINES_A_PRINT = 100;
/** Bytes of a digest. */
const DIGEST = 32;

/**
 * What tells a file's lines from those of another one: a digest of each run of lines, of everything read from the file and
 * nothing that the vault makes of it. A file of a million lines takes 320 kB.
 */
export class FilePrint {
  #texts: string[] = [];
  #digests = new Uint8Array(DIGEST);
  #length = 0;

  add({ at, line: { raw: _raw, mends: _mends, warnings: _warnings, ...line } }: NumberedLine): void {
    this.#texts.push(`${at} ${JSON.stringify(line)}`);
    if (this.#texts.length === LINES_A_PRINT) this.end();
  }

  /** Ends the last run. */
  end(): void {
    if (this.#texts.length === 0) return;
    if (this.#length === this.#digests.length) {
      const grown = new Uint8Array(2 * this.#length);
      grown.set(this.#digests);
      this.#digests = grown;
    }
    this.#digests.set(sha256Bytes(this.#texts.join('\n')), this.#length);
    this.#length += DIGEST;
    this.#texts = [];
  }

  /** Whether the last run that ended is as in the other file, in the same place. */
  lastIsAsIn(other: FilePrint): boolean {
    const [from, to] = [this.#length - DIGEST, this.#length];
    if (from < 0 || to > other.#length) return false;
    return Buffer.compare(this.#digests.subarray(from, to), other.#digests.subarray(from, to)) === 0;
  }

  /** Whether both have as many runs. */
  isAsLongAs(other: FilePrint): boolean {
    return this.#length === other.#length;
  }
}
