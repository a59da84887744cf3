// A channel over stand-in peers: every proposal is simulated by all of them, their results must be the same bytes, and a
// transaction commits if what it read still stands, one block each.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { ChannelError, canonical, type ErrorReport, sha256 } from '../../../emissions/index.ts';
import type { Block, CommittedTransaction } from '../../ledger.ts';
import { hashOf, keysBetween, type Simulation, type StandInPeer, type Versioned } from './stand-in-peer.conformance.ts';
import type { Proposal } from './stand-in-proposal.conformance.ts';
import { type TestCertificate, testCertificate } from './test-certificate.conformance.ts';

export interface StandInIdentity extends TestCertificate {
  readonly member: string;
}

/** A submitter of a member; `roles` is its certificate's attribute. */
export function standInIdentity(member: string, roles?: string): StandInIdentity {
  const attributes = roles === undefined ? undefined : JSON.stringify({ attrs: { 'uec.role': roles } });
  return { member, ...testCertificate(`submitter of ${member}`, attributes) };
}

export interface ProposalOptions {
  readonly transactionId?: string;
  readonly timestamp?: Date;
  readonly transient?: Readonly<Record<string, Uint8Array>>;
}

export interface StandInCommit {
  readonly transactionId: string;
  readonly height: number;
  readonly result: string;
  readonly made: Simulation;
}

export class StandInChannel {
  readonly name: string;
  readonly blocks: Block[] = [];
  readonly #peers: readonly StandInPeer[];
  readonly #listeners = new Set<() => void>();
  #state: ReadonlyMap<string, Versioned> = new Map();
  #hashes: ReadonlyMap<string, string> = new Map();

  constructor(name: string, peers: readonly StandInPeer[]) {
    this.name = name;
    this.#peers = peers;
    this.#append([]);
  }

  get state(): ReadonlyMap<string, Versioned> {
    return this.#state;
  }

  /** Endorsed by every peer, then committed. */
  async submit(by: StandInIdentity, name: string, args: string, options: ProposalOptions = {}): Promise<StandInCommit> {
    const proposal = this.#proposal(by, name, args, options);
    const made = await this.#endorse(proposal, this.#peers);
    if (made.status !== 200) throw refusal(made);
    const valid = this.#stands(made);
    const height = this.blocks.length;
    if (valid) this.#apply(made, `${height}.0`);
    this.#append([
      {
        id: proposal.transactionId,
        name,
        args,
        result: valid ? made.payload : undefined,
        caller: { member: by.member, keyId: by.keyId },
        timestamp: proposal.timestamp.toISOString(),
        valid,
        ...(made.event === undefined ? {} : { event: made.event }),
      },
    ]);
    if (!valid)
      throw new ChannelError('NOT_COMMITTED', 'MVCC_READ_CONFLICT', { transactionId: proposal.transactionId });
    return { transactionId: proposal.transactionId, height, result: made.payload, made };
  }

  /** Simulated by the caller's own peer where it has one, else by the first. */
  async evaluate(by: StandInIdentity, name: string, args: string | Uint8Array): Promise<string> {
    const own = this.#peers.find(({ member }) => member === by.member) ?? this.#peers[0];
    const made = await this.#endorse(this.#proposal(by, name, args, {}), [own as StandInPeer]);
    if (made.status !== 200) throw refusal(made);
    return made.payload;
  }

  /** Calls back after each block until the answer is called. */
  onBlock(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #proposal(by: StandInIdentity, name: string, args: string | Uint8Array, options: ProposalOptions): Proposal {
    return {
      channel: this.name,
      transactionId: randomBytes(32).toString('hex'),
      timestamp: new Date(),
      member: by.member,
      certificate: by.certificate,
      args: [name, args],
      ...options,
    };
  }

  async #endorse(proposal: Proposal, peers: readonly StandInPeer[]): Promise<Simulation> {
    const snapshot = { state: this.#state, hashes: this.#hashes };
    const [first, ...others] = await Promise.all(peers.map((peer) => peer.simulate(proposal, snapshot)));
    for (const other of others) assert.equal(other?.bytes(), first?.bytes(), 'two endorsers differ');
    return first as Simulation;
  }

  #stands({ reads, ranges }: Simulation): boolean {
    const same = [...reads].every(([key, version]) => (this.#state.get(key)?.version ?? null) === version);
    return (
      same &&
      ranges.every(({ start, end, found }) => {
        const now = keysBetween(this.#state, start, end).map(([key, { version }]) => [key, version]);
        return JSON.stringify(now) === JSON.stringify(found);
      })
    );
  }

  #apply({ writes, privateWrites }: Simulation, version: string): void {
    const state = new Map(this.#state);
    for (const [key, value] of writes) {
      if (value === null) state.delete(key);
      else state.set(key, { value, version });
    }
    this.#state = state;
    const hashes = new Map(this.#hashes);
    for (const [key, value] of privateWrites) {
      if (value === null) hashes.delete(key);
      else hashes.set(key, hashOf(value));
      for (const peer of this.#peers) {
        if (value === null) peer.held.delete(key);
        else if (key.startsWith(`_implicit_org_${peer.member}/`)) peer.held.set(key, value);
      }
    }
    this.#hashes = hashes;
  }

  #append(transactions: readonly CommittedTransaction[]): void {
    const height = this.blocks.length;
    const previous = this.blocks.at(-1)?.hash ?? '0'.repeat(64);
    this.blocks.push({ height, previous, hash: sha256(canonical({ height, previous, transactions })), transactions });
    for (const listener of [...this.#listeners]) listener();
  }
}

function refusal({ status, message }: Simulation): ChannelError {
  assert.equal(status, 500);
  return ChannelError.from(JSON.parse(message) as ErrorReport);
}
