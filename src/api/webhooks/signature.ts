import { createHmac, randomBytes } from 'node:crypto';

/** A new secret as Standard Webhooks writes it: `whsec_` and 256 random bits in base64. */
export function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

export interface WebhookMessage {
  /** The same for every attempt: a receiver tells a repetition by it. */
  readonly id: string;
  readonly body: string;
}

/**
 * Header fields of one attempt (Standard Webhooks, specification 1.0): HMAC-SHA256 over id, time and body, one signature a secret,
 * so that a receiver may know either while a secret is exchanged. `at` is in milliseconds; the field has whole seconds.
 */
export function signedHeaders(
  { id, body }: WebhookMessage,
  secrets: readonly string[],
  at: number,
): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
