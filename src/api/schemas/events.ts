import { z } from 'zod';
import * as c from './common.ts';

/**
 * What is told of one transaction, as a server-sent event and to a webhook alike: what happened, whose it is and where it stands.
 * All of it is on the ledger, which every member reads, and nothing on the ledger is personal. The content is asked for with a token.
 */
export const ledgerEvent = z
  .object({
    type: z.string().meta({ description: 'Name of the transaction, such as records.submit; docs/channel.md.' }),
    timestamp: c.instant,
    data: z.object({
      channel: z.string(),
      height: z.int().meta({ description: 'Of its block.' }),
      index: z.int().meta({ description: 'Its place in the block.' }),
      blockHash: c.hash,
      transactionId: c.hash,
      member: c.memberId,
      event: z
        .object({ name: z.string(), payload: z.unknown() })
        .optional()
        .meta({ description: "What the channel's rules announced with it." }),
    }),
  })
  .meta({
    id: 'LedgerEvent',
    description: 'One transaction on the ledger, to readers of /events and to webhooks alike.',
  });
export type LedgerEvent = z.infer<typeof ledgerEvent>;

/** What a webhook is sent to try it: it stands on no ledger. */
export const testEvent = z
  .object({
    type: z.literal('webhook.test'),
    timestamp: c.instant,
    data: z.object({ channel: z.string(), member: c.memberId }),
  })
  .meta({ id: 'TestEvent', description: 'Sent to try a webhook; it stands on no ledger.' });
export type TestEvent = z.infer<typeof testEvent>;
