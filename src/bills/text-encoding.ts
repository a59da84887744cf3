import { isAscii } from 'node:buffer';
import { ChannelError } from '../emissions/index.ts';

/** How the bytes of a text file were read. `notice` says why, where the file itself does not say it. */
export interface TextEncoding {
  readonly name: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';
  readonly notice?: string;
}

export interface DecodedText {
  readonly pieces: AsyncIterable<string>;
  /** What was found so far; may become more exact as pieces are read. */
  encoding(): TextEncoding;
}

/** Bytes from the first one beyond ASCII that are looked at to tell UTF-8 from Windows-1252. */
const WINDOW = 65_536;
/** Bytes that are looked at for UTF-16 without a mark. */
const WIDE_WINDOW = 1_024;
/** Fewer bytes show nothing. */
const LEAST_WIDE = 16;
/** Characters that Windows-1252 does not have (WHATWG Encoding, index windows-1252, where they are C1 controls). */
const UNDEFINED_1252 = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d]);
const ADVICE = 'Save the file as text in UTF-8 (in a spreadsheet: CSV UTF-8).';

/**
 * The text of a bill file, piece by piece, without its byte order mark. A mark decides; without one, text of which every
 * second byte is zero is UTF-16, and what is valid UTF-8 is UTF-8. Else, where the first 64 KiB from the first byte beyond
 * ASCII hold no UTF-8 sequence at all, it is Windows-1252, of which Latin-1 is a part: amounts, dates and column names are
 * ASCII in both.
 * @throws {ChannelError} FILE_MALFORMED naming the byte that does not fit, or the first NUL
 */
export function decodeText(body: AsyncIterable<Uint8Array>): DecodedText {
  const decoding = new Decoding();
  return { pieces: decoded(body, decoding), encoding: () => decoding.encoding };
}

async function* decoded(body: AsyncIterable<Uint8Array>, decoding: Decoding): AsyncGenerator<string> {
  for await (const piece of body) yield decoding.push(piece, false);
  yield decoding.push(new Uint8Array(0), true);
}

/** Holds bytes until they show their encoding: the first 1,024, then those from the first byte beyond ASCII. */
class Decoding {
  encoding: TextEncoding = { name: 'utf-8' };
  #held: Uint8Array = new Uint8Array(0);
  #offset = 0;
  #isNarrow = false;
  #strict: StrictDecoder | undefined;

  push(piece: Uint8Array, last: boolean): string {
    if (this.#strict !== undefined) return this.#strict.decode(piece, last);
    this.#held = this.#held.length === 0 ? piece : Buffer.concat([this.#held, piece]);
    if (!this.#isNarrow) {
      if (this.#held.length < WIDE_WINDOW && !last) return '';
      const wide = wideEncoding(this.#held);
      if (wide !== undefined) return this.#start(wide, last);
      this.#isNarrow = true;
    }
    const ascii = this.#ascii();
    if (this.#held.length === 0 || (this.#held.length < WINDOW && !last)) return ascii;
    return ascii + this.#start(narrowEncoding(this.#held.subarray(0, WINDOW), this.#offset), last);
  }

  /** The text before the first byte beyond ASCII. */
  #ascii(): string {
    const at = firstBeyondAscii(this.#held);
    const bytes = this.#held.subarray(0, at);
    checkNul(bytes.indexOf(0), this.#offset);
    this.#offset += at;
    this.#held = this.#held.subarray(at);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  }

  #start(encoding: TextEncoding, last: boolean): string {
    this.encoding = encoding;
    this.#strict = new StrictDecoder(encoding.name, this.#offset);
    const held = this.#held;
    this.#held = new Uint8Array(0);
    return this.#strict.decode(held, last);
  }
}

/** The text of a file's first bytes, as `decodeText` would read it, where it can be read at all. */
export function decodeHead(head: Uint8Array): string {
  const { name } = wideEncoding(head) ?? narrowEncoding(head.subarray(0, WINDOW), 0);
  return new TextDecoder(name).decode(head);
}

/** UTF-8 with a mark, UTF-16 with one, or UTF-16 by its zero bytes; undefined where the first bytes show neither. */
function wideEncoding(head: Uint8Array): TextEncoding | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return { name: 'utf-16le' };
  if (head[0] === 0xfe && head[1] === 0xff) return { name: 'utf-16be' };
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { name: 'utf-8' };
  if (head.length < LEAST_WIDE) return undefined;
  const zeros = [0, 0];
  const looked = Math.min(head.length - (head.length % 2), WIDE_WINDOW);
  for (let at = 0; at < looked; at += 1) {
    if (head[at] === 0) zeros[at % 2] = (zeros[at % 2] as number) + 1;
  }
  const [even, odd] = zeros as [number, number];
  if (odd > looked / 4 && even === 0) return { name: 'utf-16le', notice: 'every second byte is zero' };
  if (even > looked / 4 && odd === 0) return { name: 'utf-16be', notice: 'every second byte is zero' };
  return undefined;
}

/** UTF-8 or Windows-1252, by the first bytes from one that is not ASCII. */
function narrowEncoding(window: Uint8Array, offset: number): TextEncoding {
  let sequences = 0;
  let bad = -1;
  for (let at = 0; at < window.length; ) {
    const length = sequenceLength(window, at);
    if (length > 1) sequences += 1;
    if (length === 0 && bad < 0) bad = at;
    at += Math.max(1, length);
  }
  // Where UTF-8 sequences stand beside what is none, the file is damaged or two files in one: the strict decoder says where.
  if (bad < 0 || sequences > 0) return { name: 'utf-8' };
  return { name: 'windows-1252', notice: `byte ${offset + bad} is not UTF-8` };
}

/** Bytes of the UTF-8 sequence at a place; 0 where none is. A sequence cut off by the end of the window counts as one. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const length = announcedLength(bytes[at] as number);
  for (let next = 1; next < length; next += 1) {
    const byte = bytes[at + next];
    if (byte === undefined) return bytes.length >= WINDOW ? next : 0;
    if ((byte & 0xc0) !== 0x80) return 0;
  }
  return length;
}

/** Length of the sequence that a first byte begins; 0 for one that begins none (Unicode 16, table 3-7). */
function announcedLength(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}

function firstBeyondAscii(bytes: Uint8Array): number {
  if (isAscii(bytes)) return bytes.length;
  for (let at = 0; at < bytes.length; at += 1) if ((bytes[at] as number) > 0x7f) return at;
  return bytes.length;
}

function checkNul(at: number, offset: number): void {
  if (at < 0) return;
  throw new ChannelError('FILE_MALFORMED', `a text file was expected, byte ${offset + at} is NUL`, {
    where: `byte ${offset + at}`,
    fix: ADVICE,
  });
}

/** Decodes one encoding and names the byte that does not fit. */
class StrictDecoder {
  readonly #name: TextEncoding['name'];
  readonly #decoder: InstanceType<typeof TextDecoder>;
  #offset: number;
  /** The last bytes before `#offset`: a sequence may begin in them. */
  #carried: Uint8Array = new Uint8Array(0);

  constructor(name: TextEncoding['name'], offset: number) {
    this.#name = name;
    this.#decoder = new TextDecoder(name, { fatal: true });
    this.#offset = offset;
  }

  decode(bytes: Uint8Array, last: boolean): string {
    const text = this.#decode(bytes, true);
    if (this.#name === 'windows-1252') this.#checkTable(bytes);
    const isWide = this.#name.startsWith('utf-16');
    const nul = isWide ? 2 * text.indexOf('\u0000') : bytes.indexOf(0);
    checkNul(nul, this.#offset);
    this.#offset += bytes.length;
    // A character takes at most four bytes: the last three are all that a later fault can reach back to.
    if (bytes.length > 0) this.#carried = Buffer.concat([this.#carried, bytes.subarray(-3)]).subarray(-3);
    return last ? text + this.#decode(new Uint8Array(0), false) : text;
  }

  #decode(bytes: Uint8Array, stream: boolean): string {
    try {
      return this.#decoder.decode(bytes, { stream });
    } catch {
      throw this.#misfit(!stream, bytes);
    }
  }

  #checkTable(bytes: Uint8Array): void {
    const at = bytes.findIndex((byte) => UNDEFINED_1252.has(byte));
    if (at < 0) return;
    throw new ChannelError(
      'FILE_MALFORMED',
      `the file is neither UTF-8 nor Windows-1252: byte ${this.#offset + at} is in neither`,
      { where: `byte ${this.#offset + at}`, fix: ADVICE },
    );
  }

  #misfit(last: boolean, bytes: Uint8Array): ChannelError {
    const shown = this.#name === 'utf-8' ? 'UTF-8' : 'UTF-16';
    if (last || this.#name !== 'utf-8') {
      return new ChannelError('FILE_MALFORMED', `a ${shown} file was expected, the file ends inside a character`, {
        where: `byte ${this.#offset}`,
        fix: ADVICE,
      });
    }
    const joined = Buffer.concat([this.#carried, bytes]);
    const byte = this.#offset - this.#carried.length + firstBadByte(joined, this.#carried.length);
    return new ChannelError('FILE_MALFORMED', `a ${shown} file was expected, byte ${byte} is not`, {
      where: `byte ${byte}`,
      fix: ADVICE,
    });
  }
}

/** Index of the first byte that begins no sequence; continuation bytes at the head end a character decoded before. */
function firstBadByte(bytes: Uint8Array, carried: number): number {
  let at = 0;
  while (at < carried && ((bytes[at] ?? 0) & 0xc0) === 0x80) at += 1;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    if (length === 0 || !isScalar(bytes, at, length)) return at;
    at += length;
  }
  return bytes.length;
}

/** False for surrogates, for what is longer than it needs to be, and beyond U+10FFFF (Unicode 16, table 3-7). */
function isScalar(bytes: Uint8Array, at: number, length: number): boolean {
  const [first, second] = [bytes[at] as number, bytes[at + 1] as number];
  if (length === 3) return !((first === 0xe0 && second < 0xa0) || (first === 0xed && second > 0x9f));
  if (length === 4) return !((first === 0xf0 && second < 0x90) || (first === 0xf4 && second > 0x8f));
  return true;
}
