import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { ChannelError, isChannelError } from '../../emissions/index.ts';

// A stored file is one line of 128 bytes (format, id, SHA-256 and length of what follows, padded with spaces) and then the
// encrypted bytes. The line makes damage, and files that changed places, visible without any key; a file and what is known
// of it appear in one step.

const HEADER = 128;
const CHUNK = 256 * 1024;
const FORMAT = 'uec-document-1';

export interface FileHeader {
  readonly sha256: string;
  readonly length: number;
}

/**
 * Writes header and body to a file that is empty; the header comes last, so that an unfinished file has none. `folder` is what
 * errors call the store.
 */
export async function writeStored(
  file: FileHandle,
  id: string,
  body: AsyncIterable<Uint8Array>,
  folder: string,
): Promise<FileHeader> {
  const digest = createHash('sha256');
  let length = 0;
  for await (const chunk of body) {
    digest.update(chunk);
    await storing(folder, () => writeAll(file, chunk, HEADER + length));
    length += chunk.length;
  }
  const header = { sha256: digest.digest('hex'), length };
  await storing(folder, async () => {
    await writeAll(file, headerLine(id, header), 0);
    await file.sync();
  });
  return header;
}

/** @throws {ChannelError} DOCUMENT_CORRUPT when the line is not one, or belongs to another id */
export async function readHeader(path: string, id: string): Promise<FileHeader> {
  const file = await open(path, 'r');
  try {
    const bytes = Buffer.alloc(HEADER);
    const { bytesRead } = await file.read(bytes, 0, HEADER, 0);
    const [, name = '', sha256 = '', length] = bytes.toString('latin1', 0, bytesRead).split(' ');
    const header = { sha256, length: Number(length) };
    if (!headerLine(name, header).equals(bytes)) {
      throw new ChannelError('DOCUMENT_CORRUPT', `the file of document ${id} has no valid first line`);
    }
    if (name !== id) throw new ChannelError('DOCUMENT_CORRUPT', `the file of document ${id} is another document's`);
    return header;
  } finally {
    await file.close();
  }
}

/**
 * The bytes after the header, read again to their end.
 * @throws {ChannelError} DOCUMENT_CORRUPT at the end when they are not what the header says
 */
export async function* readStored(path: string, id: string, header: FileHeader): AsyncGenerator<Uint8Array> {
  const digest = createHash('sha256');
  let length = 0;
  const file = await open(path, 'r');
  try {
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafeSlow(CHUNK), 0, CHUNK, HEADER + length);
      if (bytesRead === 0) break;
      const chunk = buffer.subarray(0, bytesRead);
      digest.update(chunk);
      length += bytesRead;
      yield chunk;
    }
  } finally {
    await file.close();
  }
  if (length !== header.length) {
    throw new ChannelError('DOCUMENT_CORRUPT', `document ${id} has ${length} bytes, ${header.length} were stored`);
  }
  if (digest.digest('hex') !== header.sha256) {
    throw new ChannelError('DOCUMENT_CORRUPT', `the bytes of document ${id} are not those that were stored`);
  }
}

/** Names what went wrong in a file system, and in which folder, once for every call that changes it. */
export async function storing<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (isChannelError(cause)) throw cause;
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') {
      throw new ChannelError('DISK_FULL', 'the document folder has no room left', { where, cause });
    }
    if (code === undefined) throw cause;
    throw new ChannelError('STORE_UNAVAILABLE', `the document folder could not be used: ${code}`, { where, cause });
  }
}

function headerLine(id: string, { sha256, length }: FileHeader): Buffer {
  return Buffer.from(`${`${FORMAT} ${id} ${sha256} ${length}`.padEnd(HEADER - 1)}\n`);
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
