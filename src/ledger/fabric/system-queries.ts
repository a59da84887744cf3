import { common } from '@hyperledger/fabric-protos';
import { ChannelError, isChannelError } from '../../emissions/index.ts';
import type { Call } from './own-peer.ts';
import type { OwnPeers } from './own-peers.ts';

const QSCC = 'qscc';

/** What the peer itself answers about the channel's chain (its system chaincode `qscc`). */
export class SystemQueries {
  readonly #peers: OwnPeers;
  readonly #channel: string;
  readonly #member: string;

  constructor(peers: OwnPeers, channel: string, member: string) {
    this.#peers = peers;
    this.#channel = channel;
    this.#member = member;
  }

  /** Number of blocks that the peer holds. */
  async height(): Promise<number> {
    return common.BlockchainInfo.deserializeBinary(await this.#query('GetChainInfo')).getHeight();
  }

  async block(height: number): Promise<common.Block> {
    return common.Block.deserializeBinary(await this.#query('GetBlockByNumber', String(height)));
  }

  /** The block that holds a transaction; `undefined` when the peer knows of none. */
  async blockOf(transactionId: string): Promise<common.Block | undefined> {
    try {
      return common.Block.deserializeBinary(await this.#query('GetBlockByTxID', transactionId));
    } catch (error) {
      if (isChannelError(error, 'NOT_ENDORSED') && /no such transaction ID/i.test(error.message)) return undefined;
      throw error;
    }
  }

  async #query(name: string, ...args: string[]): Promise<Uint8Array> {
    const call: Call = { chaincode: QSCC, name, args: [this.#channel, ...args], members: [this.#member] };
    const answer = await this.#peers.evaluate(call);
    if (answer.length === 0) throw new ChannelError('LEDGER_UNAVAILABLE', `${name}: the peer gave an empty answer`);
    return answer;
  }
}
