import { ChannelError, isChannelError } from '../emissions/index.ts';
import type { Catalogue } from './catalogue.ts';
import { documentHasher } from './commitment.ts';
import type { DocumentStore } from './document-store.ts';
import { decrypt } from './encryption.ts';
import type { KeyVault } from './vault.ts';

/** The parts that an archive holds together; the store is this archive's alone. */
export interface Custody {
  readonly vault: KeyVault;
  readonly store: DocumentStore;
  readonly catalogue: Catalogue;
  readonly now: () => Date;
  /** Ids that are being kept at this moment, which recovery and scrub leave alone. */
  readonly busy: Set<string>;
}

/**
 * The decrypted bytes of a document, ending in what its commitment is.
 * @throws {ChannelError} DOCUMENT_LOST when bytes or key are absent; DOCUMENT_ERASED; DOCUMENT_CORRUPT, also while
 * streaming; VAULT_INVALID; STORE_UNAVAILABLE
 */
export async function* readDocument({ vault, store }: Custody, id: string): AsyncGenerator<Uint8Array, string> {
  const { hasher, bytes } = await withKeys(vault, id, async ({ kDoc, identity }) => {
    const stored = await store.get(id);
    return { hasher: documentHasher(kDoc), bytes: await decrypt(stored.body, identity) };
  });
  for await (const chunk of bytes) {
    hasher.update(chunk);
    yield chunk;
  }
  return hasher.commitment();
}

/** As `vault.use`, in the words of custody: a key that is absent without an order is a loss. */
export async function withKeys<T>(vault: KeyVault, id: string, f: Parameters<typeof vault.use<T>>[1]): Promise<T> {
  try {
    return await vault.use(id, f);
  } catch (cause) {
    if (isChannelError(cause, 'DOCUMENT_NOT_FOUND')) {
      throw new ChannelError('DOCUMENT_LOST', `the key of document ${id} is not in the vault`, { cause });
    }
    if (isChannelError(cause, 'KEY_SHREDDED')) throw new ChannelError('DOCUMENT_ERASED', cause.message, { cause });
    throw cause;
  }
}
