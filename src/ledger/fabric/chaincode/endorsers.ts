import { type ChaincodeStub, KeyEndorsementPolicy } from 'fabric-shim';
import type { Endorsers } from '../../../channel/index.ts';

/**
 * A member's own endorsement by a key of its own, `endorser/MEMBER`. Its endorsement policy, set when the member joins, asks for
 * a peer of that member. A policy of a key replaces the chaincode's for that key alone: every other key of the transaction still
 * needs what the channel asks for. Nobody reads the key, so that transactions side by side do not conflict over it.
 */
export class StubEndorsers implements Endorsers {
  readonly #put: (key: string, value: string) => void;
  readonly #enrolled = new Set<string>();

  constructor(put: (key: string, value: string) => void) {
    this.#put = put;
  }

  enrol(member: string): void {
    this.demand(member);
    this.#enrolled.add(member);
  }

  demand(member: string): void {
    this.#put(keyOf(member), JSON.stringify(member));
  }

  /** Hands the policies of members who join to the peer, after the writes: a policy is kept for a key that is there. */
  async flush(stub: ChaincodeStub): Promise<void> {
    for (const member of this.#enrolled) await stub.setStateValidationParameter(keyOf(member), policyOf(member));
  }
}

function keyOf(member: string): string {
  return `endorser/${member}`;
}

function policyOf(member: string): Uint8Array {
  const policy = new KeyEndorsementPolicy();
  // A member's clients are its members too: only the role of a peer keeps them out.
  policy.addOrgs('PEER', member);
  return policy.getPolicy();
}
