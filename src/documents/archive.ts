import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { ChannelError, isChannelError } from '../emissions/index.ts';
import { type ArchiveEntry, Catalogue, type ErasureEvidence, type LegalHold } from './catalogue.ts';
import { type Body, checkCommitment, type DocumentHasher, documentHasher, type Verification } from './commitment.ts';
import { type Custody, readDocument, withKeys } from './custody.ts';
import type { DocumentStore } from './document-store.ts';
import { encrypt } from './encryption.ts';
import { abandon, finishErasure, recover } from './erasure.ts';
import { checkOrder, checkReason, type ErasureOrder } from './erasure-order.ts';
import { type FieldsOpening, fieldsCommitment, openFields, saltFields } from './fields.ts';
import { isHeld } from './legal-hold.ts';
import type { NodeKey } from './node-key.ts';
import { type ArchiveFinding, type ScrubOptions, scrub } from './scrub.ts';
import { KeyVault } from './vault.ts';

export interface ArchiveOptions {
  /** Folder of `catalogue.db`, `vault.db` and `tombstones.db`; made when absent. */
  readonly folder: string;
  readonly nodeKey: NodeKey;
  /** Used by this archive alone: what it does not know in it is an orphan. */
  readonly store: DocumentStore;
  readonly now?: () => Date;
}

/** What stays after a keep: the id in vault and store, and what may go on the ledger. */
export interface Kept {
  readonly id: string;
  readonly commitment: string;
  /** Present when fields were given. */
  readonly fieldsCommitment?: string;
}

/** What an auditor needs to check a document; `kDoc` in lower-case hex. */
export interface Disclosure {
  readonly commitment: string;
  readonly kDoc: string;
  readonly mediaType?: string;
  /** Nothing is read before the first chunk is asked for. */
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * The owner's custody of its documents: encrypted bytes in a store, keys in the vault, and a catalogue of what is where.
 * A document is known by its commitment.
 */
export class Archive {
  readonly #custody: Custody;
  #erasing: Promise<unknown> = Promise.resolve();

  private constructor(custody: Custody) {
    this.#custody = custody;
  }

  /**
   * Opens or makes the archive, takes away keeps that did not come to their end and finishes erasures that were cut short.
   * @throws {ChannelError} VAULT_KEY_WRONG, VAULT_INVALID, DISK_FULL; STORE_UNAVAILABLE when another process has it open
   */
  static async open({ folder, nodeKey, store, now = () => new Date() }: ArchiveOptions): Promise<Archive> {
    const vault = await KeyVault.open(folder, nodeKey, now);
    let catalogue: Catalogue | undefined;
    try {
      catalogue = new Catalogue(join(folder, 'catalogue.db'));
      const custody = { vault, store, catalogue, now, busy: new Set<string>() };
      await recover(custody);
      return new Archive(custody);
    } catch (error) {
      catalogue?.close();
      vault.close();
      throw error;
    }
  }

  /** The vault, for meters and for a change of the node key. */
  get vault(): KeyVault {
    return this.#custody.vault;
  }

  /**
   * Encrypts and stores a document with keys of its own; durable on return, and nothing of it is left on an error. The same
   * bytes kept twice are two documents with two commitments. Memory does not grow with the document.
   * @throws {ChannelError} DISK_FULL; STORE_UNAVAILABLE; FIELD_INVALID; and what reading `body` throws
   */
  async keep(
    body: Body,
    options: { readonly mediaType?: string; readonly fields?: Readonly<Record<string, string>> } = {},
  ): Promise<Kept> {
    const { vault, store, catalogue, now, busy } = this.#custody;
    checkMediaType(options.mediaType);
    const fields = saltFields(options.fields ?? {});
    const root = fields.length > 0 ? fieldsCommitment(fields) : undefined;
    const id = randomBytes(16).toString('hex');
    busy.add(id);
    try {
      catalogue.begin(id, now().toISOString());
      await vault.create(id, fields);
      const commitment = await vault.use(id, async ({ kDoc, identity }) => {
        const hasher = documentHasher(kDoc);
        await store.put(id, await encrypt(hashed(body, hasher), identity));
        return hasher.commitment();
      });
      catalogue.complete(id, commitment, root, options.mediaType);
      return { id, commitment, ...(root !== undefined && { fieldsCommitment: root }) };
    } catch (error) {
      // On a full disk this fails too; the intent in the catalogue stands and the next scrub or start does it.
      await abandon(this.#custody, id).catch(() => {});
      throw error;
    } finally {
      busy.delete(id);
    }
  }

  /**
   * The document's bytes. The chunks are as they were stored; only the end of the stream says that they are the document.
   * @throws {ChannelError} while streaming: DOCUMENT_NOT_FOUND; DOCUMENT_ERASED; DOCUMENT_LOST; DOCUMENT_CORRUPT when stored
   * bytes are damaged; DOCUMENT_MISMATCH when they do not give the commitment; STORE_UNAVAILABLE; VAULT_INVALID
   */
  async *open(commitment: string): AsyncGenerator<Uint8Array, void> {
    const { id } = this.#present(commitment);
    const found = yield* readDocument(this.#custody, id);
    if (found !== commitment) {
      throw new ChannelError('DOCUMENT_MISMATCH', `the bytes of document ${id} do not give its commitment`);
    }
  }

  /**
   * Whether the document in custody is the one that was committed to. Damaged bytes do not match; bytes that are absent,
   * erased or out of reach are `not-verified`, and so is a commitment that is not in this custody.
   * @throws {ChannelError} COMMITMENT_INVALID
   */
  async verify(commitment: string): Promise<Verification> {
    checkCommitment(commitment);
    try {
      for await (const _ of this.open(commitment));
      return { state: 'matches', reason: 'bytes and key give the commitment' };
    } catch (error) {
      if (!isChannelError(error)) throw error;
      const damaged = isChannelError(error, 'DOCUMENT_MISMATCH', 'DOCUMENT_CORRUPT');
      return { state: damaged ? 'does-not-match' : 'not-verified', reason: error.message };
    }
  }

  /**
   * The opening of a commitment for an auditor: bytes and key. What has been disclosed cannot be erased here.
   * @throws {ChannelError} DOCUMENT_NOT_FOUND; DOCUMENT_ERASED; DOCUMENT_LOST; VAULT_INVALID
   */
  async disclose(commitment: string): Promise<Disclosure> {
    const { id, mediaType } = this.#present(commitment);
    const kDoc = await withKeys(this.vault, id, (keys) => keys.kDoc.toString('hex'));
    return { commitment, kDoc, ...(mediaType !== undefined && { mediaType }), body: this.open(commitment) };
  }

  /**
   * The opening of chosen fields for an auditor, checked with `verifyFields` against the fields commitment.
   * @throws {ChannelError} FIELD_INVALID when a field is not covered; as `disclose`
   */
  async discloseFields(commitment: string, names: readonly string[]): Promise<FieldsOpening> {
    const { id } = this.#present(commitment);
    return await withKeys(this.vault, id, (keys) => openFields(keys.fields, names));
  }

  /**
   * Forbids erasing up to and including a day; replaces the hold that stood. `undefined` lifts it.
   * @throws {ChannelError} DOCUMENT_NOT_FOUND; DOCUMENT_ERASED when an erasure was ordered; DATE_INVALID; FIELD_INVALID
   */
  hold(commitment: string, hold: LegalHold | undefined): void {
    const { id } = this.#present(commitment);
    if (hold !== undefined) {
      checkDate(hold.until);
      checkReason(hold.reason);
    }
    this.#custody.catalogue.setHold(id, hold);
  }

  /**
   * Destroys the document on order: keys and salts, then every copy in the store, then reads again. Once it has begun it
   * cannot be called off; where a place could not be reached the evidence is not complete, and calling again goes on.
   * Repeating a complete erasure gives its evidence.
   * @throws {ChannelError} LEGAL_HOLD; DOCUMENT_NOT_FOUND; FIELD_INVALID; DISK_FULL
   */
  async erase(commitment: string, order: ErasureOrder): Promise<ErasureEvidence> {
    checkOrder(order);
    const run = this.#erasing.then(() => this.#erase(commitment, order));
    this.#erasing = run.catch(() => {});
    return await run;
  }

  /** Every document, erased ones too, in order of id. */
  list(): ArchiveEntry[] {
    return this.#custody.catalogue.all('kept', 'erasing', 'erased', 'lost');
  }

  find(commitment: string): ArchiveEntry | undefined {
    return this.#custody.catalogue.find(commitment);
  }

  /**
   * Reads every document's stored bytes and looks for its key. What is missing or damaged becomes `lost`, and `kept` again
   * once it is restored; what an old backup brought back after its erasure is erased again. With `reportOnly` the same is
   * found and nothing changed.
   * @throws {ChannelError} VAULT_INVALID where the catalogue would have a document destroyed that nobody ordered destroyed
   */
  async *scrub(options: ScrubOptions = {}): AsyncGenerator<ArchiveFinding> {
    yield* scrub(this.#custody, options);
  }

  close(): void {
    this.#custody.catalogue.close();
    this.vault.close();
  }

  async #erase(commitment: string, order: ErasureOrder): Promise<ErasureEvidence> {
    const { catalogue, now } = this.#custody;
    const entry = this.#entry(commitment);
    if (entry.evidence !== undefined) return entry.evidence;
    if (entry.state !== 'erasing' && isHeld(entry.hold, now())) {
      const { until, reason } = entry.hold;
      throw new ChannelError('LEGAL_HOLD', `document ${entry.id} is held until ${until} (${reason})`, {
        where: entry.id,
      });
    }
    catalogue.order(entry.id, order);
    return await finishErasure(this.#custody, this.#entry(commitment));
  }

  #entry(commitment: string): ArchiveEntry {
    checkCommitment(commitment);
    const entry = this.find(commitment);
    if (entry !== undefined) return entry;
    throw new ChannelError('DOCUMENT_NOT_FOUND', `no document with the commitment ${commitment} is in custody here`);
  }

  #present(commitment: string): ArchiveEntry {
    const entry = this.#entry(commitment);
    if (entry.state !== 'erasing' && entry.state !== 'erased') return entry;
    throw new ChannelError('DOCUMENT_ERASED', `document ${entry.id} was erased on order`);
  }
}

async function* hashed(body: Body, hasher: DocumentHasher): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    hasher.update(chunk);
    yield chunk;
  }
}

function checkMediaType(mediaType: string | undefined): void {
  if (mediaType === undefined || /^[a-z0-9.+-]{1,50}\/[a-z0-9.+-]{1,50}$/.test(mediaType)) return;
  const fix = 'Write it as type/subtype in lower case, such as application/pdf.';
  throw new ChannelError('FIELD_INVALID', 'the media type is malformed', { where: 'mediaType', fix });
}

function checkDate(date: string): void {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== date) {
    throw new ChannelError('DATE_INVALID', 'the end of the hold is not a date', { where: 'until' });
  }
}
