import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open, rename, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ChannelError, isChannelError } from '../emissions/index.ts';
import { syncFolder } from './durable.ts';
import type { NodeKey } from './node-key.ts';

const VERSION = 1;
const NONCE = 12;
const TAG = 16;
const CIPHER = 'aes-256-gcm';

/**
 * A new node key: 32 random bytes in a file of mode 0600 that did not exist before. Keep it on another volume and in other
 * backups than the vault.
 * @throws {ChannelError} NODE_EXISTS when the file is there; FILE_UNREADABLE when it cannot be written
 */
export async function createFileNodeKey(path: string): Promise<NodeKey> {
  const bytes = randomBytes(32);
  try {
    const file = await open(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600);
    try {
      await file.write(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await syncFolder(dirname(path));
    return new FileNodeKey(createSecretKey(bytes), path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') {
      const fix = 'Use the key that is there; a vault opens with no other.';
      throw new ChannelError('NODE_EXISTS', `there is a file at ${path} already`, { where: path, fix, cause });
    }
    throw new ChannelError('FILE_UNREADABLE', `the node key could not be written to ${path}`, { where: path, cause });
  } finally {
    bytes.fill(0);
  }
}

/**
 * The node key in a file.
 * @throws {ChannelError} FILE_UNREADABLE when it cannot be read; CONFIG_INVALID when its group or others may read or write
 * it; VAULT_KEY_WRONG when it is not 32 bytes
 */
export async function openFileNodeKey(path: string): Promise<NodeKey> {
  const bytes = Buffer.alloc(33);
  try {
    const file = await open(path, 'r').catch((cause: unknown) => {
      throw new ChannelError('FILE_UNREADABLE', `the node key at ${path} could not be read`, { where: path, cause });
    });
    try {
      const { mode } = await file.stat();
      // Windows keeps access rights elsewhere and always shows 0666.
      if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
        const found = (mode & 0o777).toString(8).padStart(4, '0');
        const fix = `Run chmod 600 ${path}, and replace the key if somebody else may have read it.`;
        throw new ChannelError('CONFIG_INVALID', `the node key at ${path} has mode ${found}, 0600 is needed`, {
          where: path,
          fix,
        });
      }
      const { bytesRead } = await file.read(bytes, 0, 33, 0);
      if (bytesRead !== 32) {
        throw new ChannelError('VAULT_KEY_WRONG', `the node key at ${path} is not exactly 32 bytes`, { where: path });
      }
      return new FileNodeKey(createSecretKey(bytes.subarray(0, 32)), path);
    } finally {
      await file.close();
    }
  } finally {
    bytes.fill(0);
  }
}

/** What rotation needs of a vault. */
interface Rewrappable {
  rewrap(key: NodeKey): Promise<void>;
}

/**
 * Gives the vault a new key and puts it in the place of the old file. Killed at any point, `openWithFileNodeKey` finds the
 * key that fits: the next key stands complete in `PATH.next` before the vault changes.
 */
export async function rotateFileNodeKey(vault: Rewrappable, path: string): Promise<void> {
  const next = `${path}.next`;
  // A vault that is open was opened with PATH, so a leftover PATH.next wraps nothing.
  await unlink(next).catch(() => {});
  await vault.rewrap(await createFileNodeKey(next));
  await rename(next, path);
  await syncFolder(dirname(path));
}

/**
 * Opens something with the key in `path`, or, after a rotation that was cut short, with the one in `PATH.next`, which then
 * takes its place.
 * @throws {ChannelError} as `openFileNodeKey`, and whatever `opener` throws
 */
export async function openWithFileNodeKey<T>(path: string, opener: (key: NodeKey) => Promise<T>): Promise<T> {
  try {
    return await opener(await openFileNodeKey(path));
  } catch (error) {
    const next = `${path}.next`;
    if (!isChannelError(error, 'VAULT_KEY_WRONG') || !(await exists(next))) throw error;
    const opened = await opener(await openFileNodeKey(next));
    await rename(next, path);
    await syncFolder(dirname(path));
    return opened;
  }
}

class FileNodeKey implements NodeKey {
  readonly #key: KeyObject;
  readonly #path: string;

  constructor(key: KeyObject, path: string) {
    this.#key = key;
    this.#path = path;
  }

  // Version (1) || nonce (12) || ciphertext || tag (16).
  async wrap(secret: Uint8Array, context: string): Promise<Uint8Array> {
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv(CIPHER, this.#key, nonce, { authTagLength: TAG });
    cipher.setAAD(Buffer.from(context));
    const text = [cipher.update(secret), cipher.final()];
    return Buffer.concat([Buffer.of(VERSION), nonce, ...text, cipher.getAuthTag()]);
  }

  async unwrap(wrapped: Uint8Array, context: string): Promise<Buffer> {
    if (wrapped.length < 1 + NONCE + TAG || wrapped[0] !== VERSION) throw this.#wrongKey();
    const nonce = wrapped.subarray(1, 1 + NONCE);
    const decipher = createDecipheriv(CIPHER, this.#key, nonce, { authTagLength: TAG });
    decipher.setAAD(Buffer.from(context));
    decipher.setAuthTag(wrapped.subarray(-TAG));
    const secret = decipher.update(wrapped.subarray(1 + NONCE, -TAG));
    try {
      decipher.final();
    } catch (cause) {
      secret.fill(0);
      throw this.#wrongKey(cause);
    }
    return secret;
  }

  #wrongKey(cause?: unknown): ChannelError {
    return new ChannelError('VAULT_KEY_WRONG', 'a secret of the vault does not open with this node key', {
      where: this.#path,
      cause,
    });
  }
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
