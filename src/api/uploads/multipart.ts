import { Readable } from 'node:stream';
import { Busboy, type BusboyHeaders } from '@fastify/busboy';
import { ChannelError } from '../../emissions/index.ts';

/** A part of a form that has a file: its field's name and media type. The sender's name for it tells files apart and is never a path. */
export interface FilePart {
  readonly field: string;
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Readable;
}

const MOST_FILES = 100;

/**
 * Reads a form as it comes (RFC 7578): `onFile` is given each file in turn, and the form goes on once it is done with it. Gives
 * the fields that stand before a file to `onFile`, and all of them at the end.
 * @throws {ChannelError} REQUEST_INVALID when it is no form; what `onFile` and the stream throw
 */
export async function readForm(
  contentType: string,
  bytes: AsyncIterable<Uint8Array>,
  onFile: (part: FilePart, fields: URLSearchParams) => Promise<void>,
): Promise<URLSearchParams> {
  const fields = new URLSearchParams();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const parser = parserOf(contentType);
  const work: Promise<void>[] = [];
  const parts: Readable[] = [];
  const fail = (error: unknown): void => {
    reject(error);
    parser.destroy();
  };
  parser.on('field', (name, value, nameCut, valueCut) => {
    if (nameCut || valueCut) fail(malformed('a field is too long'));
    else fields.append(name, value);
  });
  parser.on('file', (field, stream, name, _encoding, mediaType) => {
    // Told to the parser as well. Here it must be heard from the first moment on: nobody may be reading yet, and an error that
    // nobody hears ends the process.
    stream.on('error', () => undefined);
    const done = onFile({ field, name, mediaType, bytes: stream }, fields).catch((error) => {
      stream.resume();
      fail(error);
    });
    work.push(done);
    parts.push(stream);
  });
  for (const limit of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const)
    parser.on(limit, () => fail(malformed('the form has too many parts')));
  parser.on('error', (cause) => fail(malformed('the body is no form that ends', cause)));
  parser.on('finish', () => void Promise.all(work).then(() => resolve()));
  const source = Readable.from(bytes);
  source.on('error', fail);
  source.pipe(parser);
  try {
    await promise;
  } finally {
    source.destroy();
    // Where it failed others may be in the middle of a part: what they began is to be gone before it is told.
    for (const part of parts) part.destroy();
    await Promise.allSettled(work);
  }
  return fields;
}

function parserOf(contentType: string): Busboy {
  try {
    const limits = { fieldSize: 65_536, fields: 100, files: MOST_FILES, parts: MOST_FILES + 100, headerPairs: 20 };
    // A row may name a document below a folder.
    return new Busboy({ headers: { 'content-type': contentType } as BusboyHeaders, limits, preservePath: true });
  } catch (cause) {
    throw malformed('Content-Type names no boundary', cause);
  }
}

function malformed(message: string, cause?: unknown): ChannelError {
  return new ChannelError('REQUEST_INVALID', message, { where: 'body', cause });
}
