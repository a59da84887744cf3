import { type ClientRequest, type IncomingMessage, request as plainRequest, type RequestOptions } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { isChannelError } from '../../emissions/index.ts';
import type { AddressGuard, PinnedAddress } from './address-guard.ts';
import { signedHeaders, type WebhookMessage } from './signature.ts';

export interface DeliveryOptions {
  readonly guard: AddressGuard;
  /** Milliseconds for all of one attempt. */
  readonly timeout?: number;
  readonly now?: () => number;
  /** PEM of the CA of a receiver's certificate, where it is not one that everybody knows. */
  readonly ca?: string;
}

export type Delivery =
  | { readonly outcome: 'delivered'; readonly status: number }
  /** The receiver wants no more: 410. */
  | { readonly outcome: 'gone'; readonly status: number }
  | {
      readonly outcome: 'failed';
      readonly reason: FailureReason;
      readonly status?: number;
      readonly retryAfter?: number;
    };

type FailureReason = 'address' | 'status' | 'timeout' | 'connection';

const TIMEOUT_MS = 15_000;

/**
 * One attempt to deliver. Never throws, follows no redirect, reads nothing of the answer but its status, and connects to the very
 * addresses that were checked.
 */
export async function deliver(
  url: string,
  secrets: readonly string[],
  message: WebhookMessage,
  { guard, timeout = TIMEOUT_MS, now = Date.now, ca }: DeliveryOptions,
): Promise<Delivery> {
  const signal = AbortSignal.timeout(timeout);
  try {
    const target = guard.parse(url);
    const pinned = await withinTime(guard.pin(target), signal);
    const answer = await post(target, message.body, {
      signal,
      lookup: lookupOf(pinned),
      headers: {
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(message.body),
        'User-Agent': 'utility-emissions-channel',
        ...signedHeaders(message, secrets, now()),
      },
      ...(ca === undefined ? {} : { ca }),
    });
    return judged(answer);
  } catch (error) {
    if (isChannelError(error)) return { outcome: 'failed', reason: 'address' };
    return { outcome: 'failed', reason: signal.aborted ? 'timeout' : 'connection' };
  }
}

async function post(
  url: URL,
  body: string,
  options: RequestOptions & { readonly ca?: string },
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const send = url.protocol === 'https:' ? tlsRequest : plainRequest;
  // A connection of its own for each attempt: none is left open to an address that was checked for another.
  const sent: ClientRequest = send(url, { ...options, method: 'POST', agent: false, maxHeaderSize: 16_384 });
  sent.once('response', (answer) => {
    resolve(answer);
    answer.on('error', () => undefined);
    answer.destroy();
  });
  sent.once('error', reject);
  sent.end(body);
  return promise;
}

function judged({ statusCode: status = 0, headers }: IncomingMessage): Delivery {
  if (status >= 200 && status < 300) return { outcome: 'delivered', status };
  if (status === 410) return { outcome: 'gone', status };
  const wait = /^[0-9]{1,6}$/.test(headers['retry-after'] ?? '') ? Number(headers['retry-after']) : undefined;
  return { outcome: 'failed', reason: 'status', status, ...(wait === undefined ? {} : { retryAfter: wait }) };
}

/** A look-up that gives what was looked up before. */
function lookupOf(pinned: readonly PinnedAddress[]): LookupFunction {
  return (_hostname, { all }, callback) => {
    const [first] = pinned as [PinnedAddress];
    if (all === true) callback(null, [...pinned]);
    else callback(null, first.address, first.family);
  };
}

/** A look-up of a name cannot be stopped, but need not be waited for. */
async function withinTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
