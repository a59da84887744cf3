import type { Block, Ledger } from '../../ledger/index.ts';
import type { ServerEvent } from '../sse.ts';
import { type LedgerPosition, ledgerEvent } from './ledger-event.ts';

export interface EventFilter {
  /** Names of transactions, such as `records.submit`; all where empty. */
  readonly transactions: readonly string[];
  readonly member?: string | undefined;
}

/**
 * What stands on the ledger, transaction by transaction, from a block on and then as it comes. The id is block and position: the
 * same for ever, so that a reader goes on behind the last one it saw. The data is the event that a webhook is sent.
 */
export async function* ledgerEvents(
  ledger: Pick<Ledger, 'channel' | 'blocks'>,
  after: LedgerPosition,
  filter: EventFilter,
  signal: AbortSignal,
): AsyncGenerator<ServerEvent> {
  for await (const block of ledger.blocks(after.height, { follow: true, signal }))
    yield* eventsOf(ledger.channel, block, block.height > after.height ? -1 : after.index, filter);
}

function* eventsOf(
  channel: string,
  block: Block,
  after: number,
  { transactions, member }: EventFilter,
): Generator<ServerEvent> {
  for (let index = after + 1; index < block.transactions.length; index += 1) {
    const event = ledgerEvent(channel, block, index);
    if (event === undefined) continue;
    if (transactions.length > 0 && !transactions.includes(event.type)) continue;
    if (member !== undefined && event.data.member !== member) continue;
    yield { id: `${block.height}.${index}`, event: event.type, data: event };
  }
}

/** `12.3` as Last-Event-ID has it; undefined where it is none of ours. */
export function positionOf(id: string | null): LedgerPosition | undefined {
  const parts = /^([0-9]{1,12})\.([0-9]{1,9})$/.exec(id ?? '');
  return parts === null ? undefined : { height: Number(parts[1]), index: Number(parts[2]) };
}
