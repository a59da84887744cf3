import { createHash } from 'node:crypto';
import { ChannelError } from '../../emissions/index.ts';
import { tooLarge } from './pdf-refusals.ts';

/** A header may stand a little into the file (ISO 32000-1, annex H.3.4.1). */
const HEADER_WITHIN = 1_024;
/** The end mark stands near the end of the file. */
const MARK_WITHIN = 2_048;

/** Where the header of a PDF stands in the first bytes of a file; -1 where it is none. */
export function pdfHeaderAt(head: Uint8Array): number {
  return Buffer.from(head.subarray(0, HEADER_WITHIN))
    .toString('latin1')
    .search(/%PDF-\d/);
}

/** The bytes of a PDF on their way: checked and hashed, and never held together. */
export class PdfBytes {
  readonly #body: AsyncIterable<Uint8Array> | readonly Uint8Array[];
  readonly #most: number;
  readonly #hash = createHash('sha256');
  #digest = '';

  constructor(body: AsyncIterable<Uint8Array> | Uint8Array, most: number) {
    this.#body = body instanceof Uint8Array ? [body] : body;
    this.#most = most;
  }

  /** In lower-case hex, once all was given. */
  get sha256(): string {
    return this.#digest;
  }

  /**
   * The bytes as they come. Nothing is given before the header, and the end is given only to a file that has its mark.
   * @throws {ChannelError} FILE_KIND_UNKNOWN, FILE_TOO_LARGE, FILE_MALFORMED
   */
  async *pieces(): AsyncGenerator<Uint8Array> {
    let held: Uint8Array[] = [];
    let length = 0;
    let tail = Buffer.alloc(0);
    for await (const piece of this.#body) {
      length += piece.length;
      if (length > this.#most) throw tooLarge(`more than ${this.#most / 1024 / 1024} MB`);
      this.#hash.update(piece);
      tail = Buffer.concat([tail, piece.subarray(-MARK_WITHIN)]).subarray(-MARK_WITHIN);
      held.push(piece);
      if (length < HEADER_WITHIN) continue;
      yield* this.#begun(held);
      held = [];
    }
    yield* this.#begun(held);
    if (!tail.toString('latin1').includes('%%EOF')) throw cutOff();
    this.#digest = this.#hash.digest('hex');
  }

  #isBegun = false;

  #begun(held: readonly Uint8Array[]): readonly Uint8Array[] {
    if (!this.#isBegun && pdfHeaderAt(Buffer.concat(held)) < 0)
      throw new ChannelError('FILE_KIND_UNKNOWN', 'a PDF was expected', {
        fix: 'Other bill files need no proposal: a dry run shows their lines.',
      });
    this.#isBegun = true;
    return held;
  }
}

/** A file that was cut off would be read as far as it goes, and the line that is missing would not be missed. */
function cutOff(): ChannelError {
  return new ChannelError('FILE_MALFORMED', 'the PDF ends before its end mark: a part of it is missing', {
    fix: 'Download the bill again.',
  });
}
