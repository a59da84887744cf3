import { constants, deflateSync } from 'node:zlib';

// A writer of small PDF files (ISO 32000-1), for sample bills and for the odd and hostile files of the tests. A library would
// write only sound files; half of what is wanted here is not sound. Dictionaries are given as PDF text.

/** A stream's bytes, and what its dictionary says beside the length. */
export interface StreamBody {
  readonly dictionary?: string;
  readonly bytes: Uint8Array;
  /** What the dictionary says of the length, where that is not the truth. */
  readonly length?: string;
}

export type Body = string | StreamBody;

export interface FileParts {
  /** Number of the catalogue. */
  readonly root: number;
  /** Further entries of the trailer. */
  readonly trailer?: string;
  /** What comes first in the file. */
  readonly header?: string;
}

/** Changes the bytes of a string or stream of an object before it is written. */
export type Cipher = (object: number, bytes: Uint8Array) => Uint8Array;

/** Objects of a file, numbered from 1 in the order in which they were asked for. */
export class PdfWriter {
  readonly #bodies: (Body | undefined)[] = [];

  /** A number for an object whose body follows. */
  reserve(): number {
    return this.#bodies.push(undefined);
  }

  set(number: number, body: Body): void {
    this.#bodies[number - 1] = body;
  }

  add(body: Body): number {
    return this.#bodies.push(body);
  }

  /** Adds text or bytes as a stream. */
  stream(bytes: string | Uint8Array, dictionary = ''): number {
    return this.add({ bytes: Buffer.from(bytes as string, 'latin1'), dictionary });
  }

  /** The file with its objects one after the other and a table of where they are. */
  file({ root, trailer = '', header = '%PDF-1.7\n%\xE2\xE3\xCF\xD3\n' }: FileParts, cipher?: Cipher): Buffer {
    const pieces: Uint8Array[] = [Buffer.from(header, 'latin1')];
    const offsets = this.#write(pieces, (_, number) => number, cipher);
    const at = sizeOf(pieces);
    const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`);
    const size = this.#bodies.length + 1;
    pieces.push(
      Buffer.from(
        `xref\n0 ${size}\n0000000000 65535 f \n${rows.join('')}` +
          `trailer\n<< /Size ${size} /Root ${root} 0 R ${trailer} >>\nstartxref\n${at}\n%%EOF\n`,
        'latin1',
      ),
    );
    return Buffer.concat(pieces);
  }

  /** The file with its dictionaries packed in an object stream, and a cross-reference stream (7.5.7, 7.5.8). */
  packedFile({ root, trailer = '', header = '%PDF-1.7\n%\xE2\xE3\xCF\xD3\n' }: FileParts): Buffer {
    const texts = this.#bodies.flatMap((body, index) =>
      typeof body === 'string' ? [{ number: index + 1, body }] : [],
    );
    let length = 0;
    const heads = texts.map(({ number, body }) => {
      const head = `${number} ${length}`;
      length += body.length + 1;
      return head;
    });
    const head = `${heads.join(' ')}\n`;
    const packed = Buffer.from(head + texts.map(({ body }) => `${body}\n`).join(''), 'latin1');
    const container = this.#bodies.length + 1;
    const table = container + 1;
    const places = new Map(texts.map(({ number }, index) => [number, index]));
    const pieces: Uint8Array[] = [Buffer.from(header, 'latin1')];
    const offsets = this.#write(pieces, (body, number) => (typeof body === 'string' ? undefined : number));
    offsets.push(sizeOf(pieces));
    const dictionary = `/Type /ObjStm /N ${texts.length} /First ${head.length}`;
    pieces.push(objectBytes(container, flate(packed, dictionary)));
    const at = sizeOf(pieces);
    offsets.push(at);
    const entries = offsets.map((offset, index) => {
      const place = places.get(index + 1);
      return place === undefined ? entry(1, offset, 0) : entry(2, container, place);
    });
    const rows = Buffer.concat([entry(0, 0, 65535), ...entries]);
    const about = `/Type /XRef /Size ${table + 1} /W [1 4 2] /Root ${root} 0 R ${trailer}`;
    pieces.push(objectBytes(table, flate(rows, about)), Buffer.from(`startxref\n${at}\n%%EOF\n`, 'latin1'));
    return Buffer.concat(pieces);
  }

  #write(pieces: Uint8Array[], chosen: (body: Body, number: number) => number | undefined, cipher?: Cipher): number[] {
    let offset = sizeOf(pieces);
    return this.#bodies.map((body, index) => {
      if (body === undefined) throw new Error(`object ${index + 1} has no body`);
      if (chosen(body, index + 1) === undefined) return 0;
      const bytes = objectBytes(index + 1, body, cipher);
      const at = offset;
      pieces.push(bytes);
      offset += bytes.length;
      return at;
    });
  }
}

/**
 * A compressed stream. Huffman codes alone, without a search for repeats: what that search finds differs between processors,
 * and the samples are the same bytes wherever they are made.
 */
export function flate(bytes: Uint8Array, dictionary = ''): StreamBody {
  const packed = deflateSync(bytes, { strategy: constants.Z_HUFFMAN_ONLY });
  return { bytes: packed, dictionary: `${dictionary} /Filter /FlateDecode`.trim() };
}

/** A string as it stands in a dictionary or content stream. */
export function literal(text: string): string {
  return `(${text.replace(/[\\()]/g, '\\$&')})`;
}

/** An object as it stands in the file. */
export function objectBytes(number: number, body: Body, cipher?: Cipher): Buffer {
  if (typeof body === 'string') return Buffer.from(`${number} 0 obj\n${body}\nendobj\n`, 'latin1');
  const bytes = cipher === undefined ? body.bytes : cipher(number, body.bytes);
  const dictionary = [`/Length ${body.length ?? bytes.length}`, body.dictionary ?? ''].join(' ').trim();
  return Buffer.concat([
    Buffer.from(`${number} 0 obj\n<< ${dictionary} >>\nstream\n`, 'latin1'),
    bytes,
    Buffer.from('\nendstream\nendobj\n', 'latin1'),
  ]);
}

function entry(kind: number, first: number, second: number): Buffer {
  const bytes = Buffer.alloc(7);
  bytes.writeUInt8(kind, 0);
  bytes.writeUInt32BE(first, 1);
  bytes.writeUInt16BE(second, 5);
  return bytes;
}

function sizeOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}
