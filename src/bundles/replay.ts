import {
  type Caller,
  channelContract,
  type LedgerContext,
  nobodyEndorses,
  type PrivateCollections,
} from '../channel/index.ts';
import { ChannelError, canonical } from '../emissions/index.ts';
import type { Check } from './check.ts';

/** A transaction that was shown to be its caller's, and to stand on the chain. */
export interface ProvenCall {
  readonly id: string;
  readonly name: string;
  readonly args: string;
  readonly caller: Caller;
  readonly timestamp: string;
  readonly height: number;
}

/** What a ledger's own checks give: the transactions that hold, up to the first that does not. */
export interface CheckedChain {
  readonly checks: readonly Check[];
  readonly calls: readonly ProvenCall[];
}

/**
 * The channel's own rules over world state in memory. What transactions give is worked out, not read from the bundle: members,
 * keys, roles, policy and releases as far as the transactions go.
 */
export class Replay {
  readonly #channel: string;
  #state = new Map<string, string>();

  constructor(channel: string) {
    this.#channel = channel;
  }

  /** @throws {ChannelError} what the rules refuse it for */
  async run(call: ProvenCall): Promise<string> {
    const { context, changed } = this.#contextOf(call);
    const answer = await channelContract.run(context, call.name, call.args);
    this.#state = changed;
    return answer;
  }

  /** Whether the rules accept it now; nothing is kept. */
  async attempt(call: ProvenCall): Promise<void> {
    await channelContract.run(this.#contextOf(call).context, call.name, call.args);
  }

  async query<T>(name: string): Promise<T> {
    return JSON.parse(await channelContract.query(this.#reading(), name, canonical({}))) as T;
  }

  #contextOf({ id, caller, timestamp }: ProvenCall): { context: LedgerContext; changed: Map<string, string> } {
    const changed = new Map(this.#state);
    const context: LedgerContext = {
      ...this.#reading(),
      caller,
      transactionId: id,
      timestamp,
      put: (key, value) => changed.set(key, value),
      delete: (key) => changed.delete(key),
      emit: () => undefined,
      collections,
      endorsers: nobodyEndorses,
    };
    return { context, changed };
  }

  #reading(): Pick<LedgerContext, 'channel' | 'get' | 'getMany' | 'range'> {
    const state = this.#state;
    return {
      channel: this.#channel,
      get: async (key) => state.get(key),
      getMany: async (keys) => keys.map((key) => state.get(key)),
      range: async function* (start, end) {
        for (const key of [...state.keys()].sort()) {
          if (key >= start && key < end) yield { key, value: state.get(key) as string };
        }
      },
    };
  }
}

const none = (): never => {
  throw new ChannelError('STORE_UNAVAILABLE', 'a bundle has no private collections');
};
const collections: PrivateCollections = { get: none, put: none, purge: none };
