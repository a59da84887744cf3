import {
  type Caller,
  type LedgerContext,
  nobodyEndorses,
  type PrivateCollections,
  type QueryContext,
} from '../../channel/index.ts';
import { ChannelError } from '../../emissions/index.ts';
import { PendingEffects } from '../pending-effects.ts';
import type { Submission } from './envelope.ts';
import type { Outcome } from './outcome.ts';
import type { StateView } from './overlay.ts';

/** World state for a query. */
export class StateContext implements QueryContext {
  readonly channel: string;
  readonly #state: StateView;

  constructor(channel: string, state: StateView) {
    this.channel = channel;
    this.#state = state;
  }

  async get(key: string): Promise<string | undefined> {
    return this.#state.get(key);
  }

  async getMany(keys: readonly string[]): Promise<(string | undefined)[]> {
    return keys.map((key) => this.#state.get(key));
  }

  async *range(start: string, end: string): AsyncGenerator<{ readonly key: string; readonly value: string }> {
    for (const [key, value] of this.#state.range(start, end)) yield { key, value };
  }
}

/** What one transaction sees and what it changes; reads go to the state before it, never to its own writes. */
export class TransactionContext extends StateContext implements LedgerContext {
  readonly caller: Caller;
  readonly transactionId: string;
  readonly timestamp: string;
  readonly argsHash: string;
  readonly collections: PrivateCollections = NO_COLLECTIONS;
  readonly endorsers = nobodyEndorses;
  readonly #effects: PendingEffects;

  constructor(submission: Submission, state: StateView) {
    super(submission.header.channel, state);
    this.caller = submission.caller;
    this.transactionId = submission.id;
    this.timestamp = submission.header.timestamp;
    this.argsHash = submission.header.argsHash;
    this.#effects = new PendingEffects(submission.id);
  }

  put(key: string, value: string): void {
    this.#effects.put(key, value);
  }

  delete(key: string): void {
    this.#effects.delete(key);
  }

  emit(name: string, payload: string): void {
    this.#effects.emit(name, payload);
  }

  /** Ends the transaction: what it answered, announced and changed. */
  end(result: string): Outcome {
    this.#effects.end();
    if (typeof result !== 'string' || !result.isWellFormed())
      throw new ChannelError('INTERNAL', 'the answer is not JSON text');
    const { writes, event } = this.#effects;
    return event === undefined ? { result, writes } : { result, event, writes };
  }
}

// Private values would have to live outside the log, and so outside rebuild and replay, for no use: on one machine each
// node keeps its documents itself.
const NO_COLLECTIONS: PrivateCollections = {
  get: async () => noCollections(),
  put: noCollections,
  purge: noCollections,
};

function noCollections(): never {
  throw new ChannelError('STORE_UNAVAILABLE', 'the embedded ledger has no private collections', {
    fix: 'Keep private values in a document store.',
  });
}
