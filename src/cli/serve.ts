import { once } from 'node:events';
import { rmSync } from 'node:fs';
import type { IncomingMessage, Server } from 'node:http';
import { isIP } from 'node:net';
import { styleText } from 'node:util';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { LocalAccess } from '../api/access/index.ts';
import { apiServer, jsonLog, type Log, openApi, openNodeParts, peerOf, silentLog, TlsFiles } from '../api/index.ts';
import { ChannelError } from '../emissions/index.ts';
import { ledgerFolder, nodePaths, readConfig } from './config.ts';
import { type HttpOptions, type HttpSettings, httpSettings } from './http-settings.ts';
import { isServed } from './node-client.ts';
import { socketPath } from './socket-path.ts';
import { adoptToken } from './token-file.ts';
import { version } from './version.ts';
import { type OpenNode, openNode } from './wire.ts';

export interface ServeOptions extends HttpOptions {
  readonly json?: boolean;
}

export interface RunningNode {
  readonly address: string;
  close(): Promise<void>;
}

/** Serves a node until it is told to stop (SIGINT, SIGTERM). */
export async function serve(folder: string, options: ServeOptions): Promise<void> {
  const settings = httpSettings(folder, readConfig(folder).http, options);
  if (await isServed(folder))
    throw new ChannelError('LEDGER_LOCKED', `the node in ${folder} is served already`, { where: folder });
  await adoptToken(folder);
  const node = await openNode(folder, 'uec serve');
  const log = jsonLog((line) => process.stderr.write(line));
  const running = await startServing(node, settings, log).catch(async (error) => {
    await node.close();
    throw error;
  });
  const told = { address: running.address, member: node.member, channel: node.ledger.channel };
  const reach = settings.host === '127.0.0.1' ? ' (this machine only)' : '';
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify(told)}\n`
      : `Node of ${node.member} at ${styleText('bold', running.address)}${reach}. Ctrl-C ends it.\n`,
  );
  log.write('info', 'started', { version: version() });
  await untilStopped();
  await running.close();
  await node.close();
  log.write('info', 'stopped');
}

/** Resolves at SIGINT or SIGTERM. */
export async function untilStopped(): Promise<void> {
  const stopped = new AbortController();
  await Promise.race(['SIGINT', 'SIGTERM'].map((signal) => once(process, signal, { signal: stopped.signal })));
  stopped.abort();
}

/**
 * The API where the settings say and, for the command, on the folder's socket; and, where this process holds the ledger, the ledger on
 * its own socket for nodes that joined it.
 * @throws {ChannelError} LEDGER_UNAVAILABLE when the port is taken, CONFIG_INVALID, AUDIT_CORRUPT
 */
export async function startServing(
  node: OpenNode,
  settings: HttpSettings = httpSettings(node.folder, node.config.http, {}),
  log: Log = silentLog,
): Promise<RunningNode> {
  const { config, folder } = node;
  const paths = nodePaths(folder);
  const tls = settings.tls && new TlsFiles(settings.tls, (error) => tellCertificate(log, error));
  const parts = openNodeParts({
    node,
    paths,
    log,
    version: version(),
    ...(config.access === undefined ? {} : { access: config.access }),
    ...(config.webhooks === undefined ? {} : { webhooks: config.webhooks }),
  });
  const doors = openApi(node, parts);
  const fromNet = doors.door(parts.access);
  const local = doors.door(new LocalAccess(parts.auditLog));
  const api = apiServer({
    fetch: (request, { incoming }) => fromNet(request, peerOf(incoming as IncomingMessage)),
    hosts: settings.hosts,
    origins: settings.origins,
    onRefused: (code, status) => {
      parts.metrics.refusals.add([code]);
      log.write('warning', 'refused', { code, status });
    },
    ...(tls === undefined ? {} : { tls }),
  });
  const calls = createAdaptorServer({
    fetch: ((request: Request, _env: HttpBindings) => local(request, { address: '' })) as never,
    overrideGlobalObjects: false,
  }) as Server;
  // A limit on the whole request would end honest uploads of large files.
  calls.requestTimeout = 0;
  const path = socketPath(folder, 'node');
  rmSync(path, { force: true });
  try {
    await listen(api, settings);
    await listenPrivately(calls, path);
    await node.embedded?.serve(socketPath(ledgerFolder(folder, config), 'ledger'));
  } catch (error) {
    await Promise.all([api, calls].map(stop));
    await doors.close(0);
    await parts.close();
    throw error;
  }
  const bound = api.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : settings.port;
  const host = isIP(settings.host) === 6 ? `[${settings.host}]` : settings.host;
  return {
    address: `${tls === undefined ? 'http' : 'https'}://${host}:${port}`,
    close: async () => {
      const ended = doors.close(GRACE_MS);
      await Promise.all([api, calls].map(stop));
      await ended;
      rmSync(path, { force: true });
      await parts.close();
    },
  };
}

function tellCertificate(log: Log, error?: ChannelError): void {
  if (error === undefined) log.write('info', 'certificate-renewed');
  else log.write('error', 'certificate-kept', { code: error.code });
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
  if (!server.listening) return;
  server.close(() => resolve());
  server.closeIdleConnections();
  const cutOff = setTimeout(() => server.closeAllConnections(), GRACE_MS);
  await promise;
  clearTimeout(cutOff);
}
