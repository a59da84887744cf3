import type { Block, CommittedTransaction } from '../../ledger/index.ts';
import type { LedgerEvent } from '../schemas/events.ts';

/** Position of a transaction on the channel. */
export interface LedgerPosition {
  readonly height: number;
  /** Its place in the block. */
  readonly index: number;
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
