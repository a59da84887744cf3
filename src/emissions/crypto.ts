// The one file of the pure core that reaches into node: hashing and signature verification, both deterministic.
import { createHmac, createPublicKey, hash, type KeyObject, verify } from 'node:crypto';
import { ChannelError } from './error.ts';

/** SHA-256, lower-case hex. Text is hashed as UTF-8. */
export function sha256(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}

/** SHA-256 as 32 bytes. */
export function sha256Bytes(data: string | Uint8Array): Buffer {
  return hash('sha256', data, 'buffer');
}

/**
 * HMAC-SHA256 with a key of exactly 32 bytes: HMAC pads shorter keys and hashes longer ones, so free lengths would let two
 * keys open one commitment.
 * @throws {ChannelError} COMMITMENT_INVALID when the key has another length
 */
export function hmacSha256(key: Uint8Array, ...parts: readonly (string | Uint8Array)[]): string {
  if (key.length !== 32) {
    throw new ChannelError('COMMITMENT_INVALID', `the key has ${key.length} bytes, 32 are needed`);
  }
  const mac = createHmac('sha256', key);
  for (const part of parts) mac.update(part);
  return mac.digest('hex');
}

const keys = new Map<string, KeyObject>();

/**
 * True when `signature` (base64) over `message` verifies under `spki` (public key, DER SPKI, base64): Ed25519, or ECDSA
 * P-256 with SHA-256 in DER form. False for anything malformed.
 */
export function verifySignature(spki: string, message: Uint8Array, signature: string): boolean {
  try {
    let key = keys.get(spki);
    if (key === undefined) {
      key = acceptedKey(spki);
      if (key === undefined) return false;
      if (keys.size >= 1024) keys.clear();
      keys.set(spki, key);
    }
    const digest = key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
    const bytes = Buffer.from(signature, 'base64');
    return bytes.toString('base64') === signature && verify(digest, message, key, bytes);
  } catch {
    return false;
  }
}

/** True when the text is a public key that the channel accepts: Ed25519 or P-256, DER SPKI, base64. */
export function isPublicKey(spki: string): boolean {
  try {
    return acceptedKey(spki) !== undefined;
  } catch {
    return false;
  }
}

/** The key's id: SHA-256 of its SPKI bytes, lower-case hex. */
export function keyIdOf(spki: string): string {
  return sha256(Buffer.from(spki, 'base64'));
}

// Decoders skip what is not base64 and what follows the DER: only the text that the key itself gives is accepted, so that one
// key has one text and one id.
function acceptedKey(spki: string): KeyObject | undefined {
  const key = createPublicKey({ key: Buffer.from(spki, 'base64'), format: 'der', type: 'spki' });
  const p256 = key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  if (!p256 && key.asymmetricKeyType !== 'ed25519') return undefined;
  return key.export({ format: 'der', type: 'spki' }).toString('base64') === spki ? key : undefined;
}
