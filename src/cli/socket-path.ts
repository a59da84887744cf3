import { lstatSync, mkdirSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { ChannelError, sha256 } from '../emissions/index.ts';

// The kernel takes 107 bytes (Linux) or 103 (macOS).
const LONGEST = 100;

/**
 * Where a folder's socket stands: in the folder, or, where that path is too long for the kernel, in a folder of this user's
 * under the system's temporary one, named by the folder's digest.
 */
export function socketPath(folder: string, name: 'node' | 'ledger'): string {
  const inside = join(resolve(folder), `${name}.sock`);
  if (Buffer.byteLength(inside) <= LONGEST) return inside;
  const own = join(tmpdir(), `uec-${userInfo().uid}`);
  mkdirSync(own, { recursive: true, mode: 0o700 });
  const { uid, mode } = lstatSync(own);
  if (uid !== userInfo().uid || (mode & 0o077) !== 0) {
    throw new ChannelError('CONFIG_INVALID', `${own} is not this user's alone`, {
      where: own,
      fix: 'Remove it, or keep the node in a folder with a shorter path.',
    });
  }
  return join(own, `${sha256(resolve(folder)).slice(0, 24)}-${name}.sock`);
}
