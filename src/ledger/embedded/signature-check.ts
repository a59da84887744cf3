import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { isPublicKey } from '../../emissions/index.ts';

const keys = new Map<string, KeyObject>();

/**
 * `verifySignature` off the main thread: an audit of a chain hashes on one core while another checks signatures.
 */
export async function verifySignatureAside(spki: string, message: Uint8Array, signature: string): Promise<boolean> {
  const key = keyOf(spki);
  if (key === undefined) return false;
  const digest = key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  const { promise, resolve } = Promise.withResolvers<boolean>();
  verify(digest, message, key, Buffer.from(signature, 'base64'), (error, valid) => resolve(error === null && valid));
  return promise;
}

function keyOf(spki: string): KeyObject | undefined {
  let key = keys.get(spki);
  if (key === undefined && isPublicKey(spki)) {
    key = createPublicKey({ key: Buffer.from(spki, 'base64'), format: 'der', type: 'spki' });
    if (keys.size >= 1024) keys.clear();
    keys.set(spki, key);
  }
  return key;
}
