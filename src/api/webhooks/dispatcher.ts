import { setTimeout as sleep } from 'node:timers/promises';
import { isChannelError } from '../../emissions/index.ts';
import type { Block, Ledger } from '../../ledger/index.ts';
import { type LedgerPosition, ledgerEvent } from '../events/ledger-event.ts';
import type { Delivery } from './deliver.ts';
import { messageOf } from './message.ts';
import type { WebhookMessage } from './signature.ts';
import type { Endpoint, WebhookStore } from './webhook-store.ts';

export interface DispatcherOptions {
  readonly store: WebhookStore;
  readonly ledger: Pick<Ledger, 'channel' | 'blocks'>;
  readonly deliver: (url: string, secrets: readonly string[], message: WebhookMessage) => Promise<Delivery>;
  /** Milliseconds before the second attempt, the third, and so on; when it is used up, the event is given up. */
  readonly schedule?: readonly number[];
  /** Milliseconds between looks at the list of endpoints. */
  readonly pollEvery?: number;
  /** Told how each attempt ended. */
  readonly onAttempt?: (endpoint: string, outcome: Outcome) => void;
  /** Told of a fault of the ledger or the store, after which delivery goes on. */
  readonly onFault?: (error: unknown) => void;
}

export type Outcome = 'delivered' | 'failed' | 'gone' | 'dead';

const SECOND = 1000;
const HOUR = 3600 * SECOND;

/** Standard Webhooks' example of a schedule: ten attempts in a little over three days. */
const SCHEDULE = [5 * SECOND, 300 * SECOND, HOUR / 2, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
const LONGEST_WAIT = 24 * HOUR;
const SAVE_EVERY_BLOCKS = 500;

/** Delivery to one endpoint, from one position on until it is stopped or replayed. */
interface Run {
  readonly id: string;
  readonly generation: number;
  readonly signal: AbortSignal;
}

interface Runner {
  readonly generation: number;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/**
 * Delivers the ledger's events to every endpoint: in the ledger's order, each at least once, one after the other. An endpoint that
 * fails holds back its own events alone. Where it stands is kept in the store, so a new process goes on where the last one was.
 */
export class WebhookDispatcher {
  readonly #options: DispatcherOptions;
  readonly #runners = new Map<string, Runner>();
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#ended = this.#watch();
  }

  /** Ends after the attempts under way. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
    await Promise.all([...this.#runners.values()].map(({ ended }) => ended));
  }

  // Endpoints are added, removed and replayed by other processes too: the file is looked at, not told.
  async #watch(): Promise<void> {
    const { pollEvery = SECOND } = this.#options;
    while (!this.#stop.signal.aborted) {
      try {
        this.#compare();
      } catch (error) {
        this.#options.onFault?.(error);
      }
      await sleep(pollEvery, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
    for (const { stop } of this.#runners.values()) stop.abort();
  }

  #compare(): void {
    const { store } = this.#options;
    const active = new Map<string, { endpoint: Endpoint; generation: number }>();
    for (const endpoint of store.list()) {
      const generation = store.generation(endpoint.id);
      if (endpoint.state === 'active' && generation !== undefined) active.set(endpoint.id, { endpoint, generation });
    }
    for (const [id, runner] of this.#runners) {
      if (active.get(id)?.generation === runner.generation) continue;
      runner.stop.abort();
    }
    for (const [id, { generation }] of active) {
      if (this.#runners.has(id)) continue;
      const stop = new AbortController();
      const ended = this.#run(id, generation, stop.signal).finally(() => this.#runners.delete(id));
      this.#runners.set(id, { generation, stop, ended });
    }
  }

  async #run(id: string, generation: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if ((await this.#follow(id, generation, signal)) === 'gone') return;
      } catch (error) {
        if (isChannelError(error, 'WEBHOOK_NOT_FOUND')) return;
        if (!signal.aborted) this.#options.onFault?.(error);
        await sleep(SECOND, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #follow(id: string, generation: number, signal: AbortSignal): Promise<'gone' | 'ended'> {
    const { store, ledger } = this.#options;
    const { next } = store.get(id);
    let position = next.index;
    let saved = next.height;
    for await (const block of ledger.blocks(next.height, { follow: true, signal })) {
      const ended = await this.#deliverBlock({ id, generation, signal }, block, position);
      if (ended === 'gone') return 'gone';
      if (ended === 'stopped' || signal.aborted) return 'ended';
      position = 0;
      // A position is written where something was sent; blocks without an event for this endpoint are passed over again.
      if (ended === 'sent' || block.height - saved >= SAVE_EVERY_BLOCKS) {
        store.advance(id, generation, { height: block.height + 1, index: 0 });
        saved = block.height;
      }
    }
    // A ledger that ends without being told to is asked again; never at once.
    await sleep(SECOND, undefined, { signal }).catch(() => undefined);
    return 'ended';
  }

  async #deliverBlock(run: Run, block: Block, from: number): Promise<'sent' | 'nothing' | 'gone' | 'stopped'> {
    const { store, ledger } = this.#options;
    const { types } = store.get(run.id);
    let sent: 'sent' | 'nothing' = 'nothing';
    for (let index = from; index < block.transactions.length; index += 1) {
      const event = ledgerEvent(ledger.channel, block, index);
      if (event === undefined || (types.length > 0 && !types.includes(event.type))) continue;
      const ended = await this.#deliver(run, messageOf(run.id, event), { height: block.height, index });
      if (ended !== 'done') return ended;
      sent = 'sent';
    }
    return sent;
  }

  async #deliver(run: Run, message: WebhookMessage, at: LedgerPosition): Promise<'done' | 'gone' | 'stopped'> {
    const { store, deliver } = this.#options;
    for (;;) {
      const { url, dueAt } = store.get(run.id);
      const wait = dueAt === undefined ? 0 : Date.parse(dueAt) - Date.now();
      if (wait > 0) await sleep(wait, undefined, { signal: run.signal }).catch(() => undefined);
      if (run.signal.aborted) return 'stopped';
      const ended = this.#settle(run, message.id, at, await deliver(url, store.secrets(run.id), message));
      this.#options.onAttempt?.(run.id, ended);
      if (ended === 'gone') return 'gone';
      if (ended !== 'failed') return 'done';
    }
  }

  /** Writes down how an attempt ended, and what follows from it. */
  #settle({ id, generation }: Run, messageId: string, at: LedgerPosition, result: Delivery): Outcome {
    const { store, schedule = SCHEDULE } = this.#options;
    const done = { height: at.height, index: at.index + 1 };
    if (result.outcome === 'delivered') {
      store.advance(id, generation, done, String(result.status));
      return 'delivered';
    }
    if (result.outcome === 'gone') {
      store.stop(id, generation);
      return 'gone';
    }
    const last = result.status === undefined ? result.reason : String(result.status);
    const { attempts } = store.get(id);
    const pause = schedule[attempts];
    if (pause === undefined) {
      store.bury(id, { ...at, messageId, attempts: attempts + 1, last });
      store.advance(id, generation, done, last);
      return 'dead';
    }
    const asked = Math.min((result.retryAfter ?? 0) * SECOND, LONGEST_WAIT);
    store.postpone(id, generation, attempts + 1, new Date(Date.now() + Math.max(pause, asked)), last);
    return 'failed';
  }
}
