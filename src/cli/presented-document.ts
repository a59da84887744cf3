import { createReadStream } from 'node:fs';
import { documentHasher, readOpening } from '../documents/index.ts';
import { ChannelError } from '../emissions/index.ts';

export interface PresentedOptions {
  /** Path of the document, and its key in hex. */
  readonly document?: string;
  readonly key?: string;
  /** Path of an opening: one line of JSON with the key, then the document. */
  readonly opening?: string;
}

/**
 * The commitment that a document and its key give; `undefined` where neither is presented.
 * @throws {ChannelError} OPTION_INVALID, FILE_UNREADABLE, FILE_KIND_UNKNOWN
 */
export async function presentedCommitment(options: PresentedOptions): Promise<string | undefined> {
  const { document, key, opening } = options;
  if (document === undefined && key === undefined && opening === undefined) return undefined;
  if (opening !== undefined && document === undefined && key === undefined) return ofOpening(opening);
  if (document === undefined || key === undefined || opening !== undefined || !isKey(key)) {
    throw new ChannelError('OPTION_INVALID', 'a document is presented with its key', {
      where: '--document',
      fix: 'Give --opening FILE, or --document FILE with --key and the 64 hex digits of its key.',
    });
  }
  const hasher = documentHasher(Buffer.from(key, 'hex'));
  for await (const chunk of bytesOf(document, '--document')) hasher.update(chunk);
  return hasher.commitment();
}

async function ofOpening(path: string): Promise<string> {
  const { kDoc, body } = await readOpening(bytesOf(path, '--opening'));
  const hasher = documentHasher(kDoc);
  for await (const chunk of body) hasher.update(chunk);
  return hasher.commitment();
}

function isKey(text: string | undefined): text is string {
  return text !== undefined && /^[0-9a-f]{64}$/.test(text);
}

async function* bytesOf(path: string, where: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(path)) yield chunk as Uint8Array;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new ChannelError('FILE_UNREADABLE', `the file cannot be read (${code})`, { where, cause });
  }
}
