// Calls of an API that is served in this process: by the typed client, and bare.
import assert from 'node:assert/strict';
import { NodeApiClient, sendTo } from '../../src/client/index.ts';
import { ChannelError } from '../../src/emissions/index.ts';

export interface Calls {
  client(token?: string): NodeApiClient;
  send(path: string, init?: RequestInit & { readonly token?: string }): Promise<Response>;
}

/** `address` is asked for each time: a test may serve the node anew. */
export function callsOf(address: () => string): Calls {
  return {
    client: (token = 'operator-token') => new NodeApiClient(sendTo(address(), token)),
    send: (path, { token = 'admin-token', headers, ...rest } = {}) =>
      fetch(`${address()}/api/v1${path}`, {
        ...rest,
        headers: { Authorization: `Bearer ${token}`, ...(headers as Record<string, string>) },
      }),
  };
}

/** Demands that an answer is a problem of this status and code, and gives its body. */
export async function problem(response: Response, status: number, code: string): Promise<Record<string, unknown>> {
  const body = (await response.json()) as Record<string, unknown>;
  assert.deepEqual([response.status, body.code], [status, code], JSON.stringify(body));
  assert.equal(response.headers.get('content-type'), 'application/problem+json');
  return body;
}

export const rejects =
  (code: string) =>
  (error: unknown): boolean =>
    error instanceof ChannelError && error.code === code;
