import { Agent as PlainAgent, request as plainRequest, type RequestOptions } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { ChannelError } from '../emissions/index.ts';
import type { Bytes, Send } from './send.ts';

export interface NodeAddress {
  readonly url: URL;
  readonly token: string;
  /** PEM of the CA that vouches for the node, where it is not one that everybody knows. */
  readonly ca?: string;
}

/** As `sendTo`, where a CA of one's own vouches for the node: fetch takes none. Redirects are not followed here either. */
export function sendByNode({ url, token, ca }: NodeAddress): Send {
  const secure = url.protocol === 'https:';
  const options: RequestOptions = secure
    ? { agent: new TlsAgent({ keepAlive: true, ...(ca === undefined ? {} : { ca }) }) }
    : { agent: new PlainAgent({ keepAlive: true }) };
  const failed = (told: string, cause?: unknown, fix?: string) =>
    new ChannelError('LEDGER_UNAVAILABLE', told, { where: url.origin, cause, ...(fix === undefined ? {} : { fix }) });
  return async ({ method, path, headers, body, signal }) => {
    const { stream, type } = bodyOf(body);
    const sent = (secure ? tlsRequest : plainRequest)(new URL(path, url), {
      ...options,
      method,
      headers: { ...type, ...headers, Authorization: `Bearer ${token}` },
      ...(signal === undefined ? {} : { signal }),
    });
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    sent.once('response', (answer) => {
      const status = answer.statusCode as number;
      const bare = method === 'HEAD' || status === 204 || status === 304;
      if (bare) answer.resume();
      if (status >= 300 && status < 400 && status !== 304) reject(failed('the node answers with a redirect'));
      const pairs = Object.entries(answer.headers).map(([name, value]): [string, string] => [name, String(value)]);
      const content = bare ? null : (Readable.toWeb(answer) as ReadableStream<Uint8Array>);
      resolve(new Response(content, { status, headers: pairs }));
    });
    sent.once('error', (cause: NodeJS.ErrnoException) => {
      const untrusted = secure && /CERT|SIGNATURE|ALTNAME/.test(cause.code ?? '');
      const fix = untrusted
        ? 'Give the certificate of the CA that issued the node’s: --ca FILE.'
        : 'Check the URL and its port, and that uec serve runs there.';
      reject(failed(`the node cannot be reached (${cause.code ?? 'no connection'})`, cause, fix));
    });
    // An answer that comes before the body is sent, such as a refusal, is what counts.
    if (stream === undefined) sent.end();
    else stream.on('error', (cause) => sent.destroy(cause)).pipe(sent);
    return promise;
  };
}

/** A body as a stream, with the type that a form says itself. */
function bodyOf(body: Bytes | undefined): {
  readonly stream?: Readable;
  readonly type?: Readonly<Record<string, string>>;
} {
  if (body === undefined) return {};
  const whole = new Response(body as ConstructorParameters<typeof Response>[0]);
  const type = whole.headers.get('Content-Type');
  return {
    stream: Readable.fromWeb(whole.body as never),
    ...(type === null ? {} : { type: { 'Content-Type': type } }),
  };
}
