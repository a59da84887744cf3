import { ChannelError } from '../../../emissions/index.ts';
import type {
  Block,
  BlockOptions,
  Evidence,
  Ledger,
  SubmitOptions,
  SubmitReceipt,
  VerifyReport,
} from '../../ledger.ts';
import type { StandInChannel, StandInIdentity } from './stand-in-channel.conformance.ts';

/** The `Ledger` port over a stand-in channel: what the conformance suite needs to drive the bundle; nothing of a client. */
export class StandInLedger implements Ledger {
  readonly channel: string;
  readonly member: string;
  readonly #channel: StandInChannel;
  readonly #identity: StandInIdentity;
  readonly #closing = new AbortController();

  constructor(channel: StandInChannel, identity: StandInIdentity) {
    this.channel = channel.name;
    this.member = identity.member;
    this.#channel = channel;
    this.#identity = identity;
  }

  async submit(name: string, args: string, options: SubmitOptions = {}): Promise<SubmitReceipt> {
    this.#demandOpen();
    if (options.signal?.aborted === true) throw new ChannelError('LEDGER_UNAVAILABLE', 'given up');
    if (!args.isWellFormed()) throw new ChannelError('NOT_CANONICAL', 'half a surrogate pair');
    const { transactionId, height, result } = await this.#channel.submit(this.#identity, name, args);
    return { transactionId, height, result };
  }

  async evaluate(name: string, args: string): Promise<string> {
    this.#demandOpen();
    return this.#channel.evaluate(this.#identity, name, args);
  }

  async *blocks(from: number, { follow = false, signal }: BlockOptions = {}): AsyncGenerator<Block> {
    const ended = () => signal?.aborted === true || this.#closing.signal.aborted;
    for (let height = from; !ended(); height += 1) {
      while (height >= this.#channel.blocks.length && follow && !ended()) await this.#change(signal);
      const block = this.#channel.blocks[height];
      if (block === undefined || ended()) return;
      yield block;
    }
  }

  async height(): Promise<number> {
    this.#demandOpen();
    return this.#channel.blocks.length;
  }

  async evidence(transactionId: string): Promise<Evidence | undefined> {
    const block = this.#channel.blocks.find(({ transactions }) => transactions.some(({ id }) => id === transactionId));
    return block && { ledger: 'fabric', transactionId, height: block.height, proof: null };
  }

  async verify(onProgress?: (done: number, total: number) => void): Promise<VerifyReport> {
    const { blocks } = this.#channel;
    onProgress?.(blocks.length, blocks.length);
    const transactions = blocks.flatMap((block) => block.transactions).length;
    return { blocks: blocks.length, transactions, bytes: 0, head: blocks.at(-1)?.hash as string, faults: [] };
  }

  async close(): Promise<void> {
    this.#closing.abort();
  }

  // Until a block comes or nobody waits for one any more.
  #change(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        forget();
        resolve();
      };
      const forget = this.#channel.onBlock(done);
      signal?.addEventListener('abort', done, { once: true });
      this.#closing.signal.addEventListener('abort', done, { once: true });
    });
  }

  #demandOpen(): void {
    if (this.#closing.signal.aborted) throw new ChannelError('LEDGER_CLOSED', 'the ledger is closed');
  }
}
