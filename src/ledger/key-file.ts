import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { open } from 'node:fs/promises';
import { ChannelError } from '../emissions/index.ts';
import type { Signer } from './signer.ts';

export type KeyAlgorithm = 'ed25519' | 'p256';

/**
 * Makes a new private key (PEM, PKCS#8) in a file that only its owner can read, durable when this resolves.
 * @throws {ChannelError} CONFIG_INVALID when the file exists: a key is never overwritten
 */
export async function generateKeyFile(path: string, algorithm: KeyAlgorithm = 'ed25519'): Promise<void> {
  const { privateKey } =
    algorithm === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const file = await open(path, 'wx', 0o600).catch((cause) => {
    throw new ChannelError('CONFIG_INVALID', `cannot make the key file ${path}: ${(cause as Error).message}`, {
      where: path,
      fix: 'Name a file that does not exist, in a folder that does.',
      cause,
    });
  });
  try {
    await file.writeFile(pem);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * A signer for `member` from a key file: Ed25519 or P-256, PEM, PKCS#8.
 * @throws {ChannelError} CONFIG_INVALID when the file is absent, readable by others, or holds another kind of key
 */
export async function openKeyFile(path: string, member: string): Promise<Signer> {
  const key = parseKey(await readPrivateFile(path), path);
  const digest = key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  return {
    member,
    publicKey: createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64'),
    sign: (message) => sign(digest, message, key).toString('base64'),
  };
}

// Mode and content are read through one handle, so that the file cannot be exchanged between the two.
async function readPrivateFile(path: string): Promise<string> {
  const file = await open(path, 'r').catch((cause) => {
    throw new ChannelError('CONFIG_INVALID', `cannot read the key file ${path}: ${(cause as Error).message}`, {
      where: path,
      fix: 'Name the file that holds the private key.',
      cause,
    });
  });
  try {
    const { mode } = await file.stat();
    // Windows has no such bits: there the file system reports 0666 for every file.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new ChannelError(
        'CONFIG_INVALID',
        `the key file ${path} has mode ${(mode & 0o777).toString(8)}: others can read it`,
        { where: path, fix: `Take the others' permissions away: chmod 600 ${path}` },
      );
    }
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

function parseKey(pem: string, path: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    // The cause is left out: it may quote the file.
    throw new ChannelError('CONFIG_INVALID', `the key file ${path} holds no private key in PEM form`, { where: path });
  }
  const accepted =
    key.asymmetricKeyType === 'ed25519' ||
    (key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1');
  if (!accepted) {
    throw new ChannelError('CONFIG_INVALID', `the key file ${path} holds a key of type ${key.asymmetricKeyType}`, {
      where: path,
      fix: 'Use an Ed25519 or P-256 key.',
    });
  }
  return key;
}
