import { request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import { ChannelError } from '../emissions/index.ts';
import type { Send } from './send.ts';

/** Sends to the node that listens on a Unix socket. Bodies are texts: files of this machine are named by their paths. */
export function sendToSocket(socketPath: string): Send {
  return ({ method, path, headers, body, signal }) => {
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    const options = { socketPath, method, path, headers, agent: false, ...(signal === undefined ? {} : { signal }) };
    const sent = httpRequest(options, (answer) => {
      const status = answer.statusCode as number;
      const bare = status === 204 || status === 304;
      if (bare) answer.resume();
      const stream = bare ? null : (Readable.toWeb(answer) as ReadableStream<Uint8Array>);
      const pairs = Object.entries(answer.headers).map(([name, value]): [string, string] => [name, String(value)]);
      resolve(new Response(stream, { status, headers: pairs }));
    });
    sent.on('error', (cause) =>
      reject(new ChannelError('LEDGER_UNAVAILABLE', 'the serving node cannot be reached', { cause })),
    );
    sent.end(body as string | undefined);
    return promise;
  };
}
