import { ChannelError } from '../emissions/index.ts';

/** What a body can be sent as. */
export type Bytes = string | Uint8Array | Blob | FormData | ReadableStream<Uint8Array>;

/** One request, by whatever way there is to the node. */
export type Send = (request: {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Bytes | undefined;
  readonly signal: AbortSignal | undefined;
}) => Promise<Response>;

/** Sends to the node at a URL, with a token. Redirects are not followed: the token is for this node alone. */
export function sendTo(url: string, token: string): Send {
  return async ({ path, headers, body, method, signal }) => {
    const init = { method, headers: { ...headers, Authorization: `Bearer ${token}` }, redirect: 'error' as const };
    const sent = {
      ...init,
      ...(body === undefined ? {} : { body, duplex: 'half' }),
      ...(signal === undefined ? {} : { signal }),
    };
    return fetch(new URL(path, url), sent as RequestInit).catch((cause) => {
      throw new ChannelError('LEDGER_UNAVAILABLE', 'the node cannot be reached', { where: url, cause });
    });
  };
}
