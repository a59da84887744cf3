import { ChannelError } from '../emissions/index.ts';

/**
 * The text of a UTF-8 file, piece by piece, without its byte order mark.
 * @throws {ChannelError} FILE_MALFORMED naming the byte that is not UTF-8, or the first NUL
 */
export async function* decodeUtf8(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let carried: Uint8Array = new Uint8Array(0);
  let offset = 0;
  for await (const bytes of body) {
    let text: string;
    try {
      text = decoder.decode(bytes, { stream: true });
    } catch {
      throw notUtf8(offset - carried.length + firstBadByte(Buffer.concat([carried, bytes]), carried.length));
    }
    const nul = bytes.indexOf(0);
    if (nul >= 0) {
      throw new ChannelError('FILE_MALFORMED', `a text file was expected, byte ${offset + nul} is NUL`, {
        where: `byte ${offset + nul}`,
        fix: 'Save the file as text in UTF-8 (in a spreadsheet: CSV UTF-8).',
      });
    }
    offset += bytes.length;
    // A character takes at most four bytes: the last three are all that a later fault can reach back to.
    carried = Buffer.concat([carried, bytes]).subarray(-3);
    if (text !== '') yield text;
  }
  try {
    decoder.decode();
  } catch {
    throw notUtf8(offset, 'the file ends inside a character');
  }
}

function notUtf8(byte: number, found = `byte ${byte} is not`): ChannelError {
  return new ChannelError('FILE_MALFORMED', `a UTF-8 file was expected, ${found}`, {
    where: `byte ${byte}`,
    fix: 'Save the file in UTF-8 (in a spreadsheet: CSV UTF-8).',
  });
}

/** Index of the first byte of the sequence that does not decode; continuation bytes at the head end a character decoded before. */
function firstBadByte(bytes: Uint8Array, carried: number): number {
  let start = 0;
  while (start < carried && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
  let good = start;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1;
    if (decodes(bytes.subarray(start, middle), true)) good = middle;
    else bad = middle;
  }
  let first = bad - 1;
  while (first > start && !decodes(bytes.subarray(start, first), false)) first -= 1;
  return first;
}

function decodes(bytes: Uint8Array, stream: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream });
    return true;
  } catch {
    return false;
  }
}
