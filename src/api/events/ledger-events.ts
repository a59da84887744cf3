import type { Block, Ledger } from '../../ledger/index.ts';
import type { ServerEvent } from '../sse.ts';

export interface EventFilter {
  /** Names of transactions, such as `records.submit`; all where empty. */
  readonly transactions: readonly string[];
  readonly member?: string | undefined;
}

/**
 * What stands on the ledger, transaction by transaction, from a block on and then as it comes. The id is block and position: the
 * same for ever, so that a reader goes on behind the last one it saw. Arguments are left out: records have paths of their own.
 */
export async function* ledgerEvents(
  ledger: Ledger,
  after: { readonly height: number; readonly index: number },
  filter: EventFilter,
  signal: AbortSignal,
): AsyncGenerator<ServerEvent> {
  for await (const block of ledger.blocks(after.height, { follow: true, signal })) {
    for (const event of eventsOf(block, filter)) {
      const [height, index] = event.id.split('.').map(Number) as [number, number];
      if (height > after.height || index > after.index) yield event;
    }
  }
}

function* eventsOf({ height, hash, transactions }: Block, filter: EventFilter): Generator<ServerEvent> {
  for (const [index, { id, name, caller, timestamp, valid, event }] of transactions.entries()) {
    if (!valid) continue;
    if (filter.transactions.length > 0 && !filter.transactions.includes(name)) continue;
    if (filter.member !== undefined && caller.member !== filter.member) continue;
    yield {
      id: `${height}.${index}`,
      event: event?.name ?? name,
      data: {
        ...{ height, hash, transactionId: id, transaction: name, member: caller.member, timestamp },
        ...(event === undefined ? {} : { payload: JSON.parse(event.payload) as unknown }),
      },
    };
  }
}

/** `12.3` as Last-Event-ID has it; undefined where it is none of ours. */
export function positionOf(id: string | null): { readonly height: number; readonly index: number } | undefined {
  const parts = /^([0-9]{1,12})\.([0-9]{1,9})$/.exec(id ?? '');
  return parts === null ? undefined : { height: Number(parts[1]), index: Number(parts[2]) };
}
