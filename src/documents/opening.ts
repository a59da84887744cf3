import { ChannelError } from '../emissions/index.ts';

const LONGEST_HEAD = 4_096;

/** An opening as an owner hands it over: the document's key, and its bytes as they stream. */
export interface Opening {
  readonly kDoc: Buffer;
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * Reads an opening: one line of JSON with the key, then the document. Nothing of the document is read before its bytes are asked
 * for, beyond the chunk in which the line ends.
 * @throws {ChannelError} FILE_KIND_UNKNOWN, and what reading throws
 */
export async function readOpening(bytes: AsyncIterable<Uint8Array>): Promise<Opening> {
  const source = bytes[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  let end = -1;
  while (end < 0 && head.length <= LONGEST_HEAD) {
    const { done, value } = await source.next();
    if (done === true) break;
    head = Buffer.concat([head, value]);
    end = head.indexOf(10);
  }
  if (end < 0 || end > LONGEST_HEAD) throw notAnOpening();
  return { kDoc: keyOf(head.toString('utf8', 0, end)), body: rest(head.subarray(end + 1), source) };
}

async function* rest(first: Uint8Array, source: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* { [Symbol.asyncIterator]: () => source };
}

function keyOf(line: string): Buffer {
  let kDoc: unknown;
  try {
    ({ kDoc } = JSON.parse(line) as { kDoc: unknown });
  } catch {
    throw notAnOpening();
  }
  if (typeof kDoc !== 'string' || !/^[0-9a-f]{64}$/.test(kDoc)) throw notAnOpening();
  return Buffer.from(kDoc, 'hex');
}

function notAnOpening(): ChannelError {
  return new ChannelError('FILE_KIND_UNKNOWN', 'the file is not an opening', {
    where: '--opening',
    fix: 'Ask the owner for the file that uec document answer --offer wrote.',
  });
}
