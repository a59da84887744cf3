import { ChannelError } from '../emissions/index.ts';
import { decodeUtf8 } from './utf8-text.ts';

/** Encodings that XML files come in; `utf-8` holds for US-ASCII too. */
type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

/** The declaration stands within these bytes (XML 1.0, appendix F). */
const HEAD = 256;
const PIECE = 16_384;

/** The encoding that the first bytes show: a byte order mark, or how `<?` and `<` look in it. */
function shownEncoding(head: Uint8Array): { encoding: Encoding; marked: boolean } {
  const [a, b, c] = head;
  if (a === 0xff && b === 0xfe) return { encoding: 'utf-16le', marked: true };
  if (a === 0xfe && b === 0xff) return { encoding: 'utf-16be', marked: true };
  if (a === 0xef && b === 0xbb && c === 0xbf) return { encoding: 'utf-8', marked: true };
  if (a === 0x3c && b === 0) return { encoding: 'utf-16le', marked: false };
  if (a === 0 && b === 0x3c) return { encoding: 'utf-16be', marked: false };
  return { encoding: 'utf-8', marked: false };
}

/** The first bytes of a file as text, for a look at what it is. */
export function headText(head: Uint8Array): string {
  return new TextDecoder(shownEncoding(head).encoding).decode(head);
}

/**
 * The text of an XML file, piece by piece, without its byte order mark: UTF-8, UTF-16 in either order, or ISO 8859-1 and
 * Windows-1252 where the file declares them. A file that is no UTF-16 and declares it is read as UTF-8, strictly: programs
 * write the name of their own strings' encoding.
 * @throws {ChannelError} FILE_MALFORMED for bytes that are not of the encoding, and for other encodings
 */
export async function* decodeXml(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const source = body[Symbol.asyncIterator]();
  try {
    let head: Uint8Array = new Uint8Array(0);
    while (head.length < HEAD) {
      const { done, value } = await source.next();
      if (done === true) break;
      head = head.length === 0 ? value : Buffer.concat([head, value]);
    }
    const encoding = encodingOf(head);
    const bytes = withHead(head, source);
    if (encoding === 'utf-8') yield* decodeUtf8(bytes);
    else yield* decodeOther(bytes, encoding);
  } finally {
    await source.return?.();
  }
}

/** The bytes again, in small pieces: each piece of text outlives some collections of garbage, and is copied by each. */
async function* withHead(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  let bytes = head;
  for (;;) {
    for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
    const { done, value } = await rest.next();
    if (done === true) return;
    bytes = value;
  }
}

function encodingOf(head: Uint8Array): Encoding {
  const shown = shownEncoding(head);
  const declared = declaredEncoding(headText(head.subarray(0, HEAD)));
  if (declared === undefined) return shown.encoding;
  const wide = shown.encoding !== 'utf-8';
  if (/^(utf-?16(le|be)?|iso-10646-ucs-2|ucs-2)$/i.test(declared)) return shown.encoding;
  if (/^(utf-?8|us-ascii|ascii)$/i.test(declared) && !wide) return 'utf-8';
  if (/^(iso-?8859-1|latin-?1|windows-1252|cp1252)$/i.test(declared) && !wide && !shown.marked) return 'windows-1252';
  throw new ChannelError(
    'FILE_MALFORMED',
    'the file declares an encoding that is not read, or not the one that it is in',
    {
      where: 'line 1',
      fix: 'Save the file in UTF-8 and say so in its first line.',
    },
  );
}

function declaredEncoding(text: string): string | undefined {
  return /^\uFEFF?<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']/.exec(text)?.[1];
}

async function* decodeOther(body: AsyncIterable<Uint8Array>, encoding: Encoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let offset = 0;
  const decode = (bytes?: Uint8Array) => {
    try {
      return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
    } catch {
      throw new ChannelError('FILE_MALFORMED', `a file in ${encoding} was expected, these bytes are not`, {
        where: bytes === undefined ? 'the end of the file' : `byte ${offset} or after it`,
        fix: 'Save the file in UTF-8 and say so in its first line.',
      });
    }
  };
  for await (const bytes of body) {
    const text = decode(bytes);
    offset += bytes.length;
    if (text !== '') yield text;
  }
  decode();
}
