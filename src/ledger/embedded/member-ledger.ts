import { ChannelError } from '../../emissions/index.ts';
import type { Block, BlockOptions, Evidence, Ledger, SubmitOptions, SubmitReceipt, VerifyReport } from '../ledger.ts';
import type { Signer } from '../signer.ts';
import { NO_BLOCK, readBlock, toBlock } from './block-frame.ts';
import type { LoggedFrame } from './block-log.ts';
import { signEnvelope } from './envelope.ts';
import type { LedgerCore } from './ledger-core.ts';

/** The open ledger as one member sees it. Closing it leaves the ledger open for the others. */
export class MemberLedger implements Ledger {
  protected readonly core: LedgerCore;
  readonly #signer: Signer;
  readonly #now: () => Date;
  readonly #closed = new AbortController();

  constructor(core: LedgerCore, signer: Signer, now: () => Date) {
    this.core = core;
    this.#signer = signer;
    this.#now = now;
  }

  get channel(): string {
    return this.core.channel;
  }

  get member(): string {
    return this.#signer.member;
  }

  async submit(name: string, args: string, options: SubmitOptions = {}): Promise<SubmitReceipt> {
    this.#mustBeOpen();
    const timestamp = this.#now().toISOString();
    return this.core.submit(
      signEnvelope(this.#signer, { channel: this.channel, name, args, timestamp }),
      options.signal,
    );
  }

  async evaluate(name: string, args: string): Promise<string> {
    this.#mustBeOpen();
    return this.core.evaluate(name, args);
  }

  blocks(from: number, options: BlockOptions = {}): AsyncIterable<Block> {
    this.#mustBeOpen();
    const { follow = false, signal } = options;
    const ends = [...(follow ? [this.#closed.signal] : []), ...(signal === undefined ? [] : [signal])];
    return decodeFrames(this.core.frames(from, follow, AbortSignal.any(ends)), this.channel);
  }

  async height(): Promise<number> {
    this.#mustBeOpen();
    return this.core.height;
  }

  async evidence(transactionId: string): Promise<Evidence | undefined> {
    this.#mustBeOpen();
    return this.core.evidence(transactionId);
  }

  async verify(onProgress?: (done: number, total: number) => void): Promise<VerifyReport> {
    this.#mustBeOpen();
    return this.core.verify(onProgress);
  }

  async close(): Promise<void> {
    this.#closed.abort();
  }

  #mustBeOpen(): void {
    if (this.#closed.signal.aborted) throw new ChannelError('LEDGER_CLOSED', 'the ledger was closed');
  }
}

/** Blocks of frames, each checked against its hash and against the block before it. */
export async function* decodeFrames(frames: AsyncIterable<LoggedFrame>, channel: string): AsyncGenerator<Block> {
  let previous: string | undefined;
  for await (const { height, offset, bytes } of frames) {
    const block = readBlock(bytes, { channel, height, previous: height === 0 ? NO_BLOCK : previous, offset }, false);
    previous = block.hash;
    yield toBlock(block);
  }
}
