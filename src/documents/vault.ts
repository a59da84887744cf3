import { randomBytes } from 'node:crypto';
import { ChannelError, canonical } from '../emissions/index.ts';
import { newIdentity } from './encryption.ts';
import type { ErasureOrder } from './erasure-order.ts';
import type { SaltedField } from './fields.ts';
import { eachMeter, type Meter, meterPseudonyms, type NamedMeter } from './meter-keys.ts';
import type { NodeKey } from './node-key.ts';
import type { Tombstone } from './tombstones.ts';
import { VaultFile } from './vault-file.ts';

/** The keys of one document; valid only inside the callback of `use`. */
export interface DocumentKeys {
  /** Key of the document commitment, 32 bytes. */
  readonly kDoc: Buffer;
  /** age X25519 identity (`AGE-SECRET-KEY-1...`) made for this document alone, 74 ASCII bytes. */
  readonly identity: Buffer;
  /** Fields read from the document with their salts; empty when none were kept. */
  readonly fields: readonly SaltedField[];
}

const K_DOC = 32;
const IDENTITY = 74;

/**
 * Where a node keeps what opens its documents and names its meters. Every secret is wrapped by the node key and bound to
 * its row; destroying a secret leaves a tombstone, and no byte of it in the vault's files. Opened by one process at a time.
 */
export class KeyVault {
  readonly #file: VaultFile;

  private constructor(file: VaultFile) {
    this.#file = file;
  }

  /**
   * Opens or makes the vault in `folder` (`vault.db`, `tombstones.db`); keys with a tombstone that an older copy of the
   * vault brought back are destroyed again.
   * @throws {ChannelError} VAULT_KEY_WRONG when the node key is not this vault's; VAULT_INVALID when it is damaged;
   * STORE_UNAVAILABLE when another process has it open; DISK_FULL
   */
  static async open(folder: string, nodeKey: NodeKey, now: () => Date = () => new Date()): Promise<KeyVault> {
    return new KeyVault(await VaultFile.open(folder, nodeKey, now));
  }

  /**
   * Makes the keys of a document, durable on return. `fields` come from `saltFields`.
   * @throws {ChannelError} DOCUMENT_EXISTS when the id has keys; KEY_SHREDDED when it had
   */
  async create(id: string, fields: readonly SaltedField[] = []): Promise<void> {
    await this.#file.serially(async () => {
      this.#refuseShredded(id);
      if (this.has(id)) throw new ChannelError('DOCUMENT_EXISTS', `the vault has keys for document ${id}`);
      const secret = Buffer.concat([
        randomBytes(K_DOC),
        Buffer.from(await newIdentity(), 'latin1'),
        Buffer.from(canonical(fields)),
      ]);
      try {
        const wrapped = await this.#file.wrap('documents', id, secret);
        this.#file.db.change('INSERT INTO documents (id, secret) VALUES (?, ?)', id, wrapped);
      } finally {
        secret.fill(0);
      }
    });
  }

  /**
   * What `f` gives for the document's keys, whose buffers are zeroed afterwards.
   * @throws {ChannelError} KEY_SHREDDED when they were destroyed on order; DOCUMENT_NOT_FOUND when there are none;
   * VAULT_INVALID when the row is damaged
   */
  async use<T>(id: string, f: (keys: DocumentKeys) => Promise<T> | T): Promise<T> {
    const secret = await this.#file.serially(async () => {
      this.#refuseShredded(id);
      const row = this.#row(id);
      if (row === undefined) throw new ChannelError('DOCUMENT_NOT_FOUND', `the vault has no keys for document ${id}`);
      return await this.#file.unwrap('documents', row);
    });
    try {
      return await f({
        kDoc: secret.subarray(0, K_DOC),
        identity: secret.subarray(K_DOC, K_DOC + IDENTITY),
        fields: JSON.parse(secret.toString('utf8', K_DOC + IDENTITY)) as SaltedField[],
      });
    } finally {
      secret.fill(0);
    }
  }

  has(id: string): boolean {
    return this.#row(id) !== undefined;
  }

  /** Ids of documents with keys, in byte order. */
  ids(): string[] {
    return this.#file.db.all<{ id: string }>('SELECT id FROM documents ORDER BY id').map((row) => row.id);
  }

  /**
   * Destroys a document's keys and salts and rewrites the file; repeating gives the first tombstone.
   * @throws {ChannelError} FIELD_INVALID when the order is malformed; DISK_FULL
   */
  async shred(id: string, order: ErasureOrder): Promise<Tombstone> {
    return await this.#file.destroy('documents', id, order);
  }

  /** The tombstone of a document whose keys were destroyed. */
  tombstone(id: string): Tombstone | undefined {
    return this.#file.tombstones.find('documents', id);
  }

  /** Destroyed documents' tombstones in order of id. */
  tombstones(): Tombstone[] {
    return this.#file.tombstones.all('documents');
  }

  /**
   * The pseudonym of a meter, the same for every spelling that `meterText` makes equal; a new meter gets a key of its own.
   * After `shredMeter` the same meter gets another pseudonym. `site` replaces the one on the label.
   * @throws {ChannelError} FIELD_INVALID when utility or number is blank
   */
  async meterPseudonym(utility: string, number: string, site?: string): Promise<string> {
    const [only] = await this.meterPseudonyms([{ utility, number, ...(site !== undefined && { site }) }]);
    return only as string;
  }

  /**
   * As `meterPseudonym` for several meters, in their order; they are kept at once, which takes as long as keeping one.
   * @throws {ChannelError} as `meterPseudonym`; none of the new meters is kept then
   */
  async meterPseudonyms(meters: readonly NamedMeter[]): Promise<string[]> {
    return await meterPseudonyms(this.#file, meters);
  }

  /** The owner's own list of its meters, in order of pseudonym: personal data, not for the channel. */
  async meters(): Promise<Meter[]> {
    return await Array.fromAsync(this.eachMeter());
  }

  /** As `meters`, one by one: memory does not grow with them. */
  eachMeter(): AsyncIterable<Meter> {
    return eachMeter(this.#file);
  }

  /** Destroys kMeter and the label: nothing ties the meter's records to it any more. */
  async shredMeter(pseudonym: string, order: ErasureOrder): Promise<Tombstone> {
    return await this.#file.destroy('meters', pseudonym, order);
  }

  /**
   * Wraps every secret with another node key. All or nothing, also when killed: afterwards the vault opens with exactly
   * one of the two, so the old one is kept until this returns.
   */
  async rewrap(nodeKey: NodeKey): Promise<void> {
    await this.#file.rewrap(nodeKey);
  }

  close(): void {
    this.#file.close();
  }

  #row(id: string): { id: string; secret: Uint8Array } | undefined {
    return this.#file.db.get('SELECT id, secret FROM documents WHERE id = ?', id);
  }

  #refuseShredded(id: string): void {
    const stone = this.tombstone(id);
    if (stone === undefined) return;
    throw new ChannelError('KEY_SHREDDED', `the keys of document ${id} were destroyed on ${stone.date.slice(0, 10)}`);
  }
}
