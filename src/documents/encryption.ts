import { ChannelError, isChannelError } from '../emissions/index.ts';
import type { Body } from './commitment.ts';

// The file format is age v1 (https://age-encryption.org/v1): authenticated chunks of 64 KiB, so that neither side holds the
// document, and a disputed file can be opened with the age command. Its library is loaded only where something is encrypted.

/** The bytes encrypted to an age identity, as a stream that reads `body` only as fast as it is read itself. */
export async function encrypt(body: Body, identity: Buffer): Promise<AsyncIterable<Uint8Array>> {
  const { Encrypter, identityToRecipient } = await import('age-encryption');
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(identity.toString('latin1')));
  const source = pieces(body);
  return closing(await encrypter.encrypt(ReadableStream.from(source) as ReadableStream<Uint8Array>), source);
}

/**
 * The bytes that were encrypted; each chunk is authenticated before it is given, and a cut stream ends in an error.
 * @throws {ChannelError} DOCUMENT_CORRUPT here or while streaming, when the bytes are not what the identity's owner encrypted
 */
export async function decrypt(body: Body, identity: Buffer): Promise<AsyncIterable<Uint8Array>> {
  const { Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity.toString('latin1'));
  const source = pieces(body);
  try {
    const stream = await decrypter.decrypt(ReadableStream.from(source) as ReadableStream<Uint8Array>);
    return corruptible(closing(stream, source));
  } catch (error) {
    await source.return(undefined);
    throw corrupt(error);
  }
}

async function* pieces(body: Body): AsyncGenerator<Uint8Array> {
  yield* body;
}

// A transforming stream that fails does not always cancel what it reads from, which would leave a file open.
async function* closing(
  stream: AsyncIterable<Uint8Array>,
  source: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } finally {
    await source.return(undefined);
  }
}

async function* corruptible(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    throw corrupt(error);
  }
}

function corrupt(cause: unknown): ChannelError {
  if (isChannelError(cause)) return cause;
  return new ChannelError('DOCUMENT_CORRUPT', 'the stored file does not decrypt with the key of its document', {
    cause,
  });
}

/** A new key pair of one document: its age identity. */
export async function newIdentity(): Promise<string> {
  const { generateX25519Identity } = await import('age-encryption');
  return generateX25519Identity();
}
