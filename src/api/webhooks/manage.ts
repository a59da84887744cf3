import { randomBytes } from 'node:crypto';
import type { Ledger } from '../../ledger/index.ts';
import type { TestEvent } from '../schemas/events.ts';
import type { AddressGuard } from './address-guard.ts';
import type { Delivery } from './deliver.ts';
import type { WebhookMessage } from './signature.ts';
import type { Endpoint, WebhookStore } from './webhook-store.ts';

export type Deliver = (url: string, secrets: readonly string[], message: WebhookMessage) => Promise<Delivery>;

export interface WebhookRequest {
  readonly url: string;
  /** Names of transactions; all by default. */
  readonly types?: readonly string[] | undefined;
  /** Height of the first block; by default what comes from now on. */
  readonly from?: number | undefined;
}

/**
 * Adds a receiver. Its secret is in the answer and nowhere else again.
 * @throws {ChannelError} WEBHOOK_REFUSED, OPTION_INVALID
 */
export async function addWebhook(
  {
    store,
    guard,
    ledger,
  }: { readonly store: WebhookStore; readonly guard: AddressGuard; readonly ledger: Pick<Ledger, 'height'> },
  { url, types = [], from }: WebhookRequest,
): Promise<{ readonly endpoint: Endpoint; readonly secret: string }> {
  const { href } = guard.parse(url);
  return store.add(href, types, from ?? (await ledger.height()));
}

/** One delivery now, of an event `webhook.test` that stands on no ledger, and how it ended. */
export function testWebhook(
  {
    store,
    ledger,
    deliver,
  }: { readonly store: WebhookStore; readonly ledger: Pick<Ledger, 'channel' | 'member'>; readonly deliver: Deliver },
  id: string,
): Promise<Delivery> {
  const { url } = store.get(id);
  const event: TestEvent = {
    type: 'webhook.test',
    timestamp: new Date().toISOString(),
    data: { channel: ledger.channel, member: ledger.member },
  };
  return deliver(url, store.secrets(id), {
    id: `msg_${randomBytes(16).toString('hex')}`,
    body: JSON.stringify(event),
  });
}
