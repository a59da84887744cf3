import { sha256 } from '../../emissions/index.ts';
import type { LedgerEvent } from '../schemas/events.ts';
import type { WebhookMessage } from './signature.ts';

/** The message of an event for one endpoint. Its id is the same whenever it is made anew, so that a repetition is known. */
export function messageOf(endpoint: string, event: LedgerEvent): WebhookMessage {
  const id = `msg_${sha256(`${endpoint}\0${event.data.transactionId}`).slice(0, 32)}`;
  return { id, body: JSON.stringify(event) };
}
