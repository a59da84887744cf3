import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { ChannelError, type ErrorCode, isChannelError } from '../../emissions/index.ts';
import { problemOf } from '../../node/index.ts';
import type { Peer } from '../access/access.ts';
import { PROBLEM_TYPE } from '../problem.ts';
import { type BodyPace, watchBodies } from './body-watch.ts';
import { answerBeforeBody } from './early-answer.ts';
import { answerPreflight, corsHeaders, secureHeaders } from './headers.ts';
import { guardRequest } from './request-guard.ts';
import type { TlsFiles } from './tls-files.ts';

export interface TransportOptions {
  readonly fetch: (request: Request, env: HttpBindings) => Response | Promise<Response>;
  /** Absent: plain HTTP. */
  readonly tls?: TlsFiles;
  /** More names that the node is asked for; the loopback names, and those of its certificate, are taken anyway. */
  readonly hosts?: readonly string[];
  /** Origins of pages in a browser that may call; none by default. */
  readonly origins?: readonly string[];
  readonly times?: Partial<TransportTimes>;
  /** Told of what was refused before a handler saw it. */
  readonly onRefused?: (code: ErrorCode, status: number) => void;
}

/** Milliseconds, and bytes a second. */
interface TransportTimes extends BodyPace {
  /** For all header fields of a request. */
  readonly headers: number;
  /** Between two requests on one connection. */
  readonly keepAlive: number;
  /** Without a byte in either direction. */
  readonly idle: number;
}

const transportTimes: TransportTimes = {
  headers: 10_000,
  keepAlive: 5_000,
  idle: 120_000,
  grace: 30_000,
  bytesPerSecond: 500,
};

const MOST_HEADER_BYTES = 16_384;
const MOST_CONNECTIONS = 2_000;

/**
 * The server under the API: HTTP/1.1, over TLS where files are given. It refuses what is ambiguous or not for this node before any
 * handler runs, ends connections that are too slow, and gives every answer the headers of `secureHeaders`.
 */
export function apiServer(options: TransportOptions): Server {
  const times = { ...transportTimes, ...options.times };
  const { tls, hosts = [], origins = [] } = options;
  const scheme = tls === undefined ? 'http' : 'https';
  const settings: ServerOptions = {
    maxHeaderSize: MOST_HEADER_BYTES,
    headersTimeout: times.headers,
    // A limit on the whole request would end honest uploads of large files: bodies are held to a pace instead.
    requestTimeout: 0,
    keepAliveTimeout: times.keepAlive,
    connectionsCheckingInterval: Math.max(100, Math.min(5_000, times.headers / 4)),
    insecureHTTPParser: false,
    requireHostHeader: true,
  };
  const server: Server =
    tls === undefined
      ? createServer(settings)
      : (createTlsServer({ ...settings, ...tls.serverOptions() }) as unknown as Server);
  // With a limit here, fields beyond it would be dropped silently; the guard refuses a request with too many.
  server.maxHeadersCount = 0;
  server.maxConnections = MOST_CONNECTIONS;
  server.timeout = times.idle;
  const listener = getRequestListener(options.fetch as never, { overrideGlobalObjects: false });
  const guard = {
    hosts,
    origins,
    scheme,
    ...(tls === undefined ? {} : { certifies: (name: string) => tls.certifies(name) }),
  } as const;
  // The parser may have read on behind a request that was refused: what came there is nobody's request.
  const refused = new WeakSet<Socket>();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (refused.has(request.socket)) return;
    setHeaders(response, { ...secureHeaders(scheme), ...corsHeaders(request, origins) });
    try {
      guardRequest(request, guard);
    } catch (error) {
      refused.add(request.socket);
      refuse(response, error, options);
      return;
    }
    if (answerPreflight(request, response, origins)) return;
    answerBeforeBody(request, response, () => refused.add(request.socket));
    void listener(request, response);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // One connection has one last answer.
    if (refused.has(socket)) socket.destroySoon();
    else refuseBytes(error, socket, options);
  });
  server.on('connect', (_request: IncomingMessage, socket: Socket) =>
    refuseBytes({ code: 'CONNECT' }, socket, options),
  );
  const unwatch = watchBodies(server, times, (request) => {
    if (refused.has(request.socket)) return;
    refused.add(request.socket);
    refuseBytes({ code: 'SLOW' }, request.socket, options);
  });
  const unwatchFiles = tls?.keepFresh(server as never);
  server.once('close', () => {
    unwatch();
    unwatchFiles?.();
  });
  return server;
}

/** Where a request comes from, for `Access.authenticate`: a certificate only where the connection verified it. */
export function peerOf({ socket }: IncomingMessage): Peer {
  const address = socket.remoteAddress ?? '';
  const secured = socket as Partial<TLSSocket>;
  const raw = secured.authorized === true ? secured.getPeerX509Certificate?.()?.raw : undefined;
  return raw === undefined ? { address } : { address, certificate: raw };
}

function setHeaders(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

function refuse(response: ServerResponse, error: unknown, { onRefused }: TransportOptions): void {
  const { status, body } = problemOf(error);
  onRefused?.(body.code as ErrorCode, status);
  response.writeHead(status, { 'Content-Type': PROBLEM_TYPE, Connection: 'close' });
  response.end(JSON.stringify(body), () => response.socket?.destroySoon());
}

/** An answer where there is no request to answer: the bytes were none, or came too slowly. */
function refuseBytes(error: { readonly code?: string | undefined }, socket: Socket, options: TransportOptions): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const told = toldOf(error.code);
  const { status, body } = problemOf(told);
  options.onRefused?.(told.code, status);
  const text = JSON.stringify(body);
  const headers = {
    ...secureHeaders(options.tls === undefined ? 'http' : 'https'),
    'Content-Type': PROBLEM_TYPE,
    'Content-Length': String(Buffer.byteLength(text)),
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  // `end` alone would wait for the other side, which may never close.
  socket.end(
    `HTTP/1.1 ${status} ${isChannelError(told, 'REQUEST_TOO_SLOW') ? 'Request Timeout' : 'Bad Request'}\r\n${lines.join('')}\r\n${text}`,
  );
  setTimeout(() => socket.destroy(), 1_000).unref();
}

function toldOf(code: string | undefined): ChannelError {
  if (code === 'SLOW' || code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new ChannelError('REQUEST_TOO_SLOW', 'the request did not come in time');
  if (code === 'HPE_HEADER_OVERFLOW')
    return new ChannelError('REQUEST_MALFORMED', `the header fields have more than ${MOST_HEADER_BYTES} bytes`);
  return new ChannelError('REQUEST_MALFORMED', 'the request is not HTTP/1.1 as RFC 9112 says');
}
