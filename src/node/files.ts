import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { extname } from 'node:path';
import { hashOfFile } from '../disk/index.ts';
import { ChannelError, defined } from '../emissions/index.ts';

const MEDIA_TYPES: ReadonlyMap<string, string> = new Map([
  ['.csv', 'text/csv'],
  ['.xml', 'application/xml'],
  ['.pdf', 'application/pdf'],
  ['.txt', 'text/plain'],
  ['.png', 'image/png'],
  ['.jpg', 'image/jpeg'],
  ['.jpeg', 'image/jpeg'],
]);

/** What an error calls a file of several: names can hold account numbers. */
export function nameOf(index: number): string {
  return `file ${index + 1}`;
}

/** The error with the file that is at fault. One that was named alone is told only where the error says no place in it. */
export function inFile(error: ChannelError, index: number, count: number): ChannelError {
  const [name, { where, ...details }] = [nameOf(index), error.details];
  if (where !== undefined && (count === 1 || where.startsWith(name))) return error;
  return new ChannelError(error.code, error.message, {
    ...details,
    where: where === undefined ? name : `${name}, ${where}`,
    cause: error,
  });
}

export function mediaTypeOf(path: string): string {
  return MEDIA_TYPES.get(extname(path).toLowerCase()) ?? 'application/octet-stream';
}

/**
 * The file's bytes as a stream. `where` says which file it is, for the error.
 * @throws {ChannelError} FILE_UNREADABLE, without the file's name: names can hold account numbers
 */
export async function* fileBytes(path: string, where?: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(path)) yield chunk as Uint8Array;
  } catch (cause) {
    throw unreadable(cause, where);
  }
}

/** @throws {ChannelError} FILE_UNREADABLE when there is no such file, or none that can be read */
export async function checkFile(path: string, where: string): Promise<void> {
  await access(path, constants.R_OK).catch((cause) => {
    throw unreadable(cause, where);
  });
}

function unreadable(cause: unknown, where: string | undefined): ChannelError {
  const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
  const message = reason === 'ENOENT' ? 'there is no such file (ENOENT)' : `the file cannot be read (${reason})`;
  return new ChannelError('FILE_UNREADABLE', message, defined({ where, cause }));
}

/** The SHA-256 of a file, in lower-case hex. @throws {ChannelError} as `fileBytes` */
export async function fileSha256(path: string, where: string): Promise<string> {
  return hashOfFile(path).catch((cause) => {
    throw unreadable(cause, where);
  });
}

/** As `fileBytes`; at the end of the file, before the stream ends, `told` has its SHA-256 and may throw. */
export async function* digestingBytes(
  path: string,
  told: (sha256: string) => void,
  where?: string,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for await (const chunk of fileBytes(path, where)) {
    hash.update(chunk);
    yield chunk;
  }
  told(hash.digest('hex'));
}
