import type { ChaincodeStub } from 'fabric-shim';
import type { PrivateCollections } from '../../../channel/index.ts';
import { ChannelError } from '../../../emissions/index.ts';

/** Every member has this collection without any definition; its values are kept by that member's peers alone. */
const IMPLICIT = '_implicit_org_';

/** How every age file begins (age-encryption.org/v1). */
const SEALED = Buffer.from('age-encryption.org/v1\n');

interface PrivateWrite {
  readonly collection: string;
  readonly key: string;
  /** Absent: purge. */
  readonly value?: Uint8Array;
}

/**
 * The caller's own private collection. Fabric lets any client read and write another member's implicit collection where
 * it reaches that member's peer, so the owner is checked here. Purged values stay in a peer's files for an unbounded
 * time: hence ciphertext only.
 */
export class StubCollections implements PrivateCollections {
  readonly #stub: ChaincodeStub;
  readonly #member: string;
  readonly #writes: PrivateWrite[] = [];

  constructor(stub: ChaincodeStub, member: string) {
    this.#stub = stub;
    this.#member = member;
  }

  async get(collection: string, key: string): Promise<Uint8Array | undefined> {
    this.#demandOwn(collection);
    let value: Uint8Array;
    try {
      value = await this.#stub.getPrivateData(collection, key);
    } catch (cause) {
      throw new ChannelError('STORE_UNAVAILABLE', `this peer does not hold the value in ${collection}`, {
        cause,
        fix: `Ask a peer of ${this.#member}.`,
      });
    }
    return value.length === 0 ? undefined : value;
  }

  put(collection: string, key: string): void {
    this.#demandOwn(collection);
    const value = this.#stub.getTransient().get(`${collection}/${key}`);
    if (value === undefined)
      throw new ChannelError('ARGUMENTS_INVALID', `nothing was sent for ${collection} under this key`, {
        where: 'transient data',
        fix: 'Send the value as transient data named COLLECTION/KEY.',
      });
    if (!Buffer.from(value).subarray(0, SEALED.length).equals(SEALED))
      throw new ChannelError('ARGUMENTS_INVALID', `the value sent for ${collection} is not an age file`, {
        where: 'transient data',
        fix: 'Encrypt it first: what a collection once held cannot be wiped from the disks of its peers.',
      });
    this.#writes.push({ collection, key, value });
  }

  purge(collection: string, key: string): void {
    this.#demandOwn(collection);
    this.#writes.push({ collection, key });
  }

  /** Hands the writes to the peer. */
  async flush(): Promise<void> {
    for (const { collection, key, value } of this.#writes) {
      if (value === undefined) await this.#stub.purgePrivateData(collection, key);
      else await this.#stub.putPrivateData(collection, key, value);
    }
  }

  #demandOwn(collection: string): void {
    if (collection === IMPLICIT + this.#member) return;
    if (!collection.startsWith(IMPLICIT))
      throw new ChannelError('STORE_UNAVAILABLE', `the channel has no private collection ${collection.slice(0, 60)}`, {
        fix: `Use the member's own: ${IMPLICIT}${this.#member}.`,
      });
    throw new ChannelError('NOT_OWNER', `${this.#member} asks for the private collection of another member`, {
      member: this.#member,
      fix: `Use the member's own: ${IMPLICIT}${this.#member}.`,
    });
  }
}
