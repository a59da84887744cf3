import { sha256 } from '../../emissions/index.ts';
import type { Block, CommittedTransaction } from '../../ledger/index.ts';
import type { WebhookMessage } from './signature.ts';

/** Position of a transaction on the channel. */
export interface LedgerPosition {
  readonly height: number;
  /** Its place in the block. */
  readonly index: number;
}

/**
 * What a receiver is told of one transaction: what happened, whose it is and where it stands. All of it is on the ledger, which
 * every member reads, and nothing on the ledger is personal. The content is asked for with a token.
 */
export interface LedgerEvent {
  /** Name of the transaction, such as `records.submit`. */
  readonly type: string;
  /** The transaction's own time, UTC. */
  readonly timestamp: string;
  readonly data: {
    readonly channel: string;
    readonly height: number;
    readonly index: number;
    readonly blockHash: string;
    readonly transactionId: string;
    readonly member: string;
    /** What the channel's rules announced with it. */
    readonly event?: { readonly name: string; readonly payload: unknown };
  };
}

/** One transaction as an event; `undefined` for one without effect. */
export function ledgerEvent(channel: string, block: Block, index: number): LedgerEvent | undefined {
  const transaction = block.transactions[index];
  if (transaction?.valid !== true) return undefined;
  return {
    type: transaction.name,
    timestamp: transaction.timestamp,
    data: {
      channel,
      height: block.height,
      index,
      blockHash: block.hash,
      transactionId: transaction.id,
      member: transaction.caller.member,
      ...announced(transaction),
    },
  };
}

function announced({ event }: CommittedTransaction): Pick<LedgerEvent['data'], 'event'> {
  return event === undefined ? {} : { event: { name: event.name, payload: JSON.parse(event.payload) as unknown } };
}

/** The message of an event for one endpoint. Its id is the same whenever it is made anew, so that a repetition is known. */
export function messageOf(endpoint: string, event: LedgerEvent): WebhookMessage {
  const id = `msg_${sha256(`${endpoint}\0${event.data.transactionId}`).slice(0, 32)}`;
  return { id, body: JSON.stringify(event) };
}
