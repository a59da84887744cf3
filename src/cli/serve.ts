import { once } from 'node:events';
import { rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { styleText } from 'node:util';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { type ApiFetch, LocalAccess, OneTokenAccess, openApi } from '../api/index.ts';
import { ChannelError } from '../emissions/index.ts';
import { ledgerFolder, readConfig } from './config.ts';
import { isServed } from './node-client.ts';
import { socketPath } from './socket-path.ts';
import { type OpenNode, openNode } from './wire.ts';

export interface ServeOptions {
  readonly port?: number;
  readonly json?: boolean;
}

export interface RunningNode {
  readonly address: string;
  close(): Promise<void>;
}

/** Serves a node until it is told to stop (SIGINT, SIGTERM). */
export async function serve(folder: string, options: ServeOptions): Promise<void> {
  readConfig(folder);
  if (await isServed(folder))
    throw new ChannelError('LEDGER_LOCKED', `the node in ${folder} is served already`, { where: folder });
  const node = await openNode(folder, 'uec serve');
  const running = await startServing(node, options.port).catch(async (error) => {
    await node.close();
    throw error;
  });
  const told = { address: running.address, member: node.member, channel: node.ledger.channel };
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify(told)}\n`
      : `Node of ${node.member} at ${styleText('bold', running.address)} (this machine only). Ctrl-C ends it.\n`,
  );
  await untilStopped();
  await running.close();
  await node.close();
}

/** Resolves at SIGINT or SIGTERM. */
export async function untilStopped(): Promise<void> {
  const stopped = new AbortController();
  await Promise.race(['SIGINT', 'SIGTERM'].map((signal) => once(process, signal, { signal: stopped.signal })));
  stopped.abort();
}

/**
 * The API on the loopback address and, for the command, on the folder's socket; and, where this process holds the ledger, the ledger on
 * its own socket for nodes that joined it.
 * @throws {ChannelError} LEDGER_UNAVAILABLE when the port is taken
 */
export async function startServing(node: OpenNode, port: number = node.config.http.port): Promise<RunningNode> {
  const doors = openApi(node);
  const api = serverOf(doors.door(new OneTokenAccess(node.config.tokenHash)));
  api.headersTimeout = 10_000;
  const calls = serverOf(doors.door(new LocalAccess()));
  const path = socketPath(node.folder, 'node');
  rmSync(path, { force: true });
  await listen(api, { host: '127.0.0.1', port });
  await listenPrivately(calls, path);
  await node.embedded?.serve(socketPath(ledgerFolder(node.folder, node.config), 'ledger'));
  const bound = api.address();
  return {
    address: `http://127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : port}`,
    close: async () => {
      const ended = doors.close(GRACE_MS);
      await Promise.all([api, calls].map(stop));
      await ended;
      rmSync(path, { force: true });
    },
  };
}

function serverOf(fetch: ApiFetch): Server {
  const adapted = (request: Request, { incoming }: HttpBindings) =>
    fetch(request, { address: incoming.socket.remoteAddress ?? '' });
  const server = createAdaptorServer({ fetch: adapted as never, overrideGlobalObjects: false }) as Server;
  // A limit on the whole request would end honest uploads of large files.
  server.requestTimeout = 0;
  return server;
}

async function listen(
  server: Server,
  where: { readonly path: string } | { readonly host: string; readonly port: number },
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('listening', resolve);
  server.once('error', (cause: NodeJS.ErrnoException) => {
    const place = 'path' in where ? where.path : `port ${where.port}`;
    reject(
      new ChannelError('LEDGER_UNAVAILABLE', `cannot listen on ${place} (${cause.code})`, {
        fix: 'Give another --port, or stop the process that has it.',
        cause,
      }),
    );
  });
  server.listen(where);
  await promise;
}

// The socket file is made inside `listen`: with the mask there is no moment at which others could connect.
async function listenPrivately(server: Server, path: string): Promise<void> {
  const mask = process.umask(0o177);
  try {
    await listen(server, { path });
  } finally {
    process.umask(mask);
  }
}

const GRACE_MS = 10_000;

/** Answers what is under way, for a while; then cuts it off. */
async function stop(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeIdleConnections();
  const cutOff = setTimeout(() => server.closeAllConnections(), GRACE_MS);
  await promise;
  clearTimeout(cutOff);
}
