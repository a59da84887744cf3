import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { Archive } from '../documents/index.ts';

const NONCE = 12;
const TAG = 16;

/**
 * Seals what the list of imports holds of a file that can be personal: its name, the owner's label and notes, and the words of
 * warnings and rejections. The key comes from the key of the import's first document, so that erasing the document makes them
 * unreadable too, in every copy of the list.
 */
export class ImportSeal {
  readonly #key: Buffer;

  private constructor(key: Buffer) {
    this.#key = key;
  }

  /** Undefined where the document's key is not here, or not any more. */
  static async of(archive: Archive, commitment: string | undefined): Promise<ImportSeal | undefined> {
    const entry = commitment === undefined ? undefined : archive.find(commitment);
    if (entry === undefined || !archive.vault.has(entry.id)) return undefined;
    const key = await archive.vault.use(entry.id, ({ kDoc }) => hkdfSync('sha256', kDoc, '', 'UEC/import-seal/v1', 32));
    return new ImportSeal(Buffer.from(key));
  }

  seal(value: unknown): Uint8Array {
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce);
    const text = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), text]);
  }

  /** Undefined where the bytes were sealed under another key or were changed. */
  open<T>(sealed: Uint8Array | undefined): T | undefined {
    if (sealed === undefined) return undefined;
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, sealed.subarray(0, NONCE));
      decipher.setAuthTag(sealed.subarray(NONCE, NONCE + TAG));
      const text = Buffer.concat([decipher.update(sealed.subarray(NONCE + TAG)), decipher.final()]);
      return JSON.parse(text.toString('utf8')) as T;
    } catch {
      return undefined;
    }
  }
}
