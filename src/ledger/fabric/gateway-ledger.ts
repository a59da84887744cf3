import { ChannelError } from '../../emissions/index.ts';
import type { Block, BlockOptions, Evidence, SubmitOptions, SubmitReceipt, VerifyReport } from '../ledger.ts';
import { BlockCheck } from './block-check.ts';
import { decodedBlocks, rawBlocks } from './block-stream.ts';
import { findTransaction, resultOf } from './decode.ts';
import { makeEvidence } from './evidence.ts';
import type { FabricLedger } from './fabric-ledger.ts';
import type { FabricLimits } from './limits.ts';
import type { OwnPeer } from './own-peer.ts';
import { OwnPeers } from './own-peers.ts';
import type { LoadedProfile } from './profile.ts';
import { type FoundTransaction, submitTransaction } from './submit.ts';
import { SystemQueries } from './system-queries.ts';

export { openOwnPeer } from './own-peer.ts';

/** The ledger over the gateways of the member's own peers. */
export class GatewayLedger implements FabricLedger {
  readonly channel: string;
  readonly member: string;
  readonly #profile: LoadedProfile;
  readonly #limits: FabricLimits;
  readonly #peers: OwnPeers;
  readonly #queries: SystemQueries;
  readonly #notices: () => FabricLedger['notices'];
  readonly #closed = new AbortController();

  constructor(
    profile: LoadedProfile,
    peers: readonly OwnPeer[],
    limits: FabricLimits,
    notices: () => FabricLedger['notices'],
  ) {
    this.channel = profile.channel;
    this.member = profile.mspId;
    this.#profile = profile;
    this.#limits = limits;
    this.#peers = new OwnPeers(peers, limits);
    this.#queries = new SystemQueries(this.#peers, profile.channel, profile.mspId);
    this.#notices = notices;
  }

  get notices(): FabricLedger['notices'] {
    return this.#notices();
  }

  async submit(name: string, args: string, options: SubmitOptions = {}): Promise<SubmitReceipt> {
    this.#mustBeOpen();
    mustBeText(args);
    const submitter = {
      peers: this.#peers,
      limits: this.#limits,
      lookUp: (transactionId: string) => this.#lookUp(transactionId),
    };
    const { sealed, signal } = options;
    const call = { name, args: [args], ...(sealed === undefined ? {} : { transient: sealed }) };
    return submitTransaction(submitter, call, signal);
  }

  async evaluate(name: string, args: string): Promise<string> {
    this.#mustBeOpen();
    mustBeText(args);
    // By an own peer: another member's could answer what it likes, and may not have this one's last block.
    const answer = await this.#peers.evaluate({ name, args: [args], members: [this.member] });
    return Buffer.from(answer).toString();
  }

  blocks(from: number, options: BlockOptions = {}): AsyncIterable<Block> {
    this.#mustBeOpen();
    return this.#blocks(from, options);
  }

  async height(): Promise<number> {
    this.#mustBeOpen();
    return this.#queries.height();
  }

  async evidence(transactionId: string): Promise<Evidence | undefined> {
    this.#mustBeOpen();
    const { channel, chaincode } = this.#profile;
    const source = { peers: this.#peers, queries: this.#queries, limits: this.#limits, channel, chaincode };
    return makeEvidence(source, transactionId);
  }

  async verify(onProgress?: (done: number, total: number) => void): Promise<VerifyReport> {
    this.#mustBeOpen();
    const to = await this.#queries.height();
    const check = new BlockCheck(this.#profile);
    let done = 0;
    for await (const block of rawBlocks(this.#peers, this.#limits, { from: 0, to, signal: this.#closed.signal })) {
      check.check(block);
      done += 1;
      onProgress?.(done, to);
    }
    this.#mustBeOpen();
    return check.report();
  }

  async close(): Promise<void> {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort();
    this.#peers.close();
  }

  async *#blocks(from: number, { follow = false, signal }: BlockOptions): AsyncGenerator<Block> {
    const to = follow ? Number.POSITIVE_INFINITY : await this.#queries.height();
    const ends = AbortSignal.any([this.#closed.signal, ...(signal === undefined ? [] : [signal])]);
    yield* decodedBlocks(rawBlocks(this.#peers, this.#limits, { from, to, signal: ends }), this.#profile);
  }

  async #lookUp(transactionId: string): Promise<FoundTransaction | undefined> {
    const block = await this.#queries.blockOf(transactionId);
    const found = block && findTransaction(block, transactionId);
    if (found === undefined) return undefined;
    const { valid, opened } = found;
    return {
      height: block?.getHeader()?.getNumber() ?? 0,
      valid,
      result: valid ? resultOf(opened) : undefined,
    };
  }

  #mustBeOpen(): void {
    if (this.#closed.signal.aborted) throw new ChannelError('LEDGER_CLOSED', 'the ledger was closed');
  }
}

// Half a surrogate pair has no UTF-8 form: something else would be signed and recorded in its place.
function mustBeText(args: string): void {
  if (!args.isWellFormed()) throw new ChannelError('NOT_CANONICAL', 'the arguments are not well-formed text');
}
