import { setTimeout as sleep } from 'node:timers/promises';
import type { ChannelError } from '../../emissions/index.ts';
import { errorOf, failureOf } from './failure.ts';
import { type FabricLimits, pauseOf } from './limits.ts';
import type { Call, OwnPeer } from './own-peer.ts';
import { type Situation, type Step, situationOf } from './situations.ts';

/** A failure with what it means and with the error that would report it. */
export interface Met {
  readonly situation: Situation;
  readonly error: ChannelError;
}

/** The member's own peers: the first that answers is used until it stops answering. */
export class OwnPeers {
  readonly #peers: readonly OwnPeer[];
  readonly #limits: FabricLimits;
  #current = 0;

  constructor(peers: readonly OwnPeer[], limits: FabricLimits) {
    this.#peers = peers;
    this.#limits = limits;
  }

  get current(): OwnPeer {
    return this.#peers[this.#current] as OwnPeer;
  }

  /** Another peer from now on, if there is one and nobody else has switched meanwhile. */
  leave(peer: OwnPeer): void {
    if (peer === this.current) this.#current = (this.#current + 1) % this.#peers.length;
  }

  /** Reads through one peer after the other, and again for a while where waiting may help. */
  async evaluate(call: Call): Promise<Uint8Array> {
    const deadline = performance.now() + this.#limits.readPatience;
    for (let tries = 1; ; tries += 1) {
      const peer = this.current;
      try {
        return await peer.evaluate(call, this.#limits.evaluate);
      } catch (cause) {
        const { situation, error } = this.meet('evaluate', cause, peer, call.name);
        // A read fails fast while no own peer answers: the caller is waiting, and can ask again.
        const again = situation.reaction === 'peer' ? tries < this.#peers.length : situation.reaction === 'propose';
        if (!again || performance.now() > deadline) throw error;
        if (situation.reaction === 'propose') await sleep(pauseOf(this.#limits, tries));
      }
    }
  }

  /** What a foreign error of a peer means; a peer that does not answer is left. */
  meet(step: Step, cause: unknown, peer: OwnPeer, name: string, transactionId?: string): Met {
    const failure = failureOf(step, cause);
    const situation = situationOf(failure);
    if (situation.reaction === 'peer' || (failure.number === UNAVAILABLE && failure.members.length === 0))
      this.leave(peer);
    const ids = transactionId === undefined ? {} : { transactionId };
    return { situation, error: errorOf(failure, { name, where: peer.endpoint, ...ids }, cause) };
  }

  close(): void {
    for (const peer of this.#peers) peer.close();
  }
}

const UNAVAILABLE = 14;
