import { setTimeout as sleep } from 'node:timers/promises';
import { ChannelError, canonical } from '../../../emissions/index.ts';
import { failureOf, refusalOf } from '../failure.ts';
import { loadIdentity } from '../identity.ts';
import { type ProfilePeer, readProfile } from '../profile.ts';
import type { Network } from './network.ts';
import type { MemberState } from './state.ts';

/** The little that making a network needs of a member's gateway. */
export interface MemberClient {
  /** Submits and waits for the block, however long the network takes to know all its peers. */
  submit(name: string, args: unknown): Promise<void>;
  /** Has a call endorsed as the channel demands, and submits nothing: passes once this member can write. */
  endorse(name: string): Promise<void>;
  close(): void;
}

const ENDORSE_MS = 15_000;
const SUBMIT_MS = 5_000;
const COMMIT_MS = 20_000;
const PATIENCE_MS = 45_000;
const RETRY_MS = 50;

/** Connects to a member's Fabric peer by the profile of its node. */
export async function connectMember({ paths }: Network, { id }: MemberState): Promise<MemberClient> {
  const { openOwnPeer } = await import('../own-peer.ts');
  const profile = readProfile(paths.profile(id));
  const peer = openOwnPeer(profile, profile.peers[0] as ProfilePeer, await loadIdentity(profile, new Date()));
  const endorse = (name: string, args: string) => peer.endorse({ name, args: [args] }, ENDORSE_MS);
  return {
    submit: (name, args) =>
      untilAccepted(`${id}: ${name}`, async () => {
        const signed = await endorse(name, canonical(args));
        await peer.submit(signed, SUBMIT_MS);
        const { code } = await peer.status(signed.transactionId, COMMIT_MS);
        if (code !== 0) throw new Error(`invalid, code ${code}`);
      }),
    endorse: (name) => untilAccepted(`${id}: ${name}`, () => endorse(name, '{}')),
    close: () => peer.close(),
  };
}

/** Tries again until it is done or the chaincode itself refuses. */
async function untilAccepted(what: string, work: () => Promise<unknown>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (true) {
    try {
      await work();
      return;
    } catch (error) {
      const failure = failureOf('endorse', error);
      const refusal = refusalOf(failure);
      if (refusal !== undefined) throw ChannelError.from(refusal);
      if (performance.now() > deadline)
        throw new ChannelError('FABRIC_NETWORK_FAILED', `${what} was not accepted: ${failure.texts.at(-1)}`, {
          cause: error,
        });
      await sleep(RETRY_MS);
    }
  }
}
