import { createHash, createHmac } from 'node:crypto';
import { ChannelError, hmacSha256, isChannelError, sha256Bytes } from '../emissions/index.ts';

const TAG = 'UEC/doc/v1\0';

/** Bytes of a document in the order of the file, in chunks of any size. */
export type Body = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * The document commitment C = HMAC-SHA256(kDoc, "UEC/doc/v1" || 0x00 || SHA-256(bytes)), 64 lower-case hex digits.
 * `kDoc` is random and kept apart from the bytes: without it C can be tied to no document.
 * @throws {ChannelError} COMMITMENT_INVALID when kDoc is not 32 bytes
 */
export function documentCommitment(kDoc: Uint8Array, bytes: Uint8Array): string {
  return hmacSha256(kDoc, TAG, sha256Bytes(bytes));
}

/** Takes a document chunk by chunk; `commitment` ends it and may be called once. */
export interface DocumentHasher {
  update(chunk: Uint8Array): void;
  commitment(): string;
}

/**
 * The commitment of a document that is too large to hold. The key is read here and may be zeroed afterwards.
 * @throws {ChannelError} COMMITMENT_INVALID when kDoc is not 32 bytes
 */
export function documentHasher(kDoc: Uint8Array): DocumentHasher {
  if (kDoc.length !== 32) {
    throw new ChannelError('COMMITMENT_INVALID', `the key has ${kDoc.length} bytes, 32 are needed`);
  }
  const mac = createHmac('sha256', kDoc).update(TAG);
  const content = createHash('sha256');
  return {
    update: (chunk) => {
      content.update(chunk);
    },
    commitment: () => mac.update(content.digest()).digest('hex'),
  };
}

/** SHA-256 (lower-case hex) and length of a stream, in bounded memory. */
export async function sha256Stream(body: Body): Promise<{ readonly sha256: string; readonly length: number }> {
  const digest = createHash('sha256');
  let length = 0;
  for await (const chunk of body) {
    digest.update(chunk);
    length += chunk.length;
  }
  return { sha256: digest.digest('hex'), length };
}

/**
 * What a check of a document against its commitment found. A document that cannot be read is `not-verified`, which never
 * counts as proof; `reason` says why in one line.
 */
export interface Verification {
  readonly state: 'matches' | 'does-not-match' | 'not-verified';
  readonly reason: string;
}

/**
 * Whether the bytes and key that an owner presents open the commitment on the ledger. A stream that breaks off is
 * `not-verified`.
 * @throws {ChannelError} COMMITMENT_INVALID when the commitment is not 64 lower-case hex digits or kDoc not 32 bytes
 */
export async function verifyOpening(body: Body, kDoc: Uint8Array, commitment: string): Promise<Verification> {
  checkCommitment(commitment);
  const hasher = documentHasher(kDoc);
  try {
    for await (const chunk of body) hasher.update(chunk);
  } catch (error) {
    const found = isChannelError(error) ? `: ${error.code}` : '';
    return { state: 'not-verified', reason: `the document could not be read to its end${found}` };
  }
  if (hasher.commitment() === commitment) return { state: 'matches', reason: 'bytes and key give the commitment' };
  return { state: 'does-not-match', reason: 'bytes and key do not give the commitment' };
}

/** @throws {ChannelError} COMMITMENT_INVALID when the text is not 64 lower-case hex digits */
export function checkCommitment(commitment: string): void {
  if (!/^[0-9a-f]{64}$/.test(commitment)) {
    throw new ChannelError('COMMITMENT_INVALID', 'the commitment is not 64 lower-case hex digits');
  }
}
