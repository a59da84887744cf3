import { randomBytes, timingSafeEqual } from 'node:crypto';
import { sha256Bytes } from '../emissions/index.ts';

/** A new API token: 256 random bits behind a prefix that secret scanners can know. Shown once; only its hash is kept. */
export function newToken(): { readonly token: string; readonly hash: string } {
  const token = `uec_${randomBytes(32).toString('base64url')}`;
  return { token, hash: sha256Bytes(token).toString('hex') };
}

/** True when the header carries the token, compared in constant time. */
export function isAuthorized(header: string | undefined, hash: string): boolean {
  const token = /^Bearer ([A-Za-z0-9_-]{10,200})$/.exec(header ?? '')?.[1];
  return token !== undefined && timingSafeEqual(sha256Bytes(token), Buffer.from(hash, 'hex'));
}
