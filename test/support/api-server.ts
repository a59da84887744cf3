// The API's server with a small handler behind it, on a free port of the loopback address; and raw connections to it.
import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { apiServer, type TransportOptions } from '../../src/api/transport/server.ts';

export interface Started {
  readonly port: number;
  readonly server: Server;
  /** Requests that a handler saw: method and path. */
  readonly seen: string[];
  close(): Promise<void>;
}

export async function startApiServer(options: Partial<TransportOptions> = {}): Promise<Started> {
  const seen: string[] = [];
  const server = apiServer({
    fetch: async (request) => {
      seen.push(`${request.method} ${new URL(request.url).pathname}`);
      const body = await request.text();
      return new Response(`${body.length}`);
    },
    ...options,
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    server,
    seen,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Sends bytes, waits for the connection to be closed, and gives what came: every byte. */
export async function exchange(port: number, text: string | Buffer): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => undefined);
  socket.write(text);
  await once(socket, 'close');
  return Buffer.concat(chunks).toString('latin1');
}

/** Statuses of the answers in what came. */
export function statuses(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 ([0-9]{3}) /g)].map((match) => Number(match[1]));
}
