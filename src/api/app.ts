import { ChannelError } from '../emissions/index.ts';
import type { Peer } from './access/access.ts';
import { admitted, handle } from './handler.ts';
import type { AnyOperation, Api, Method } from './operation.ts';
import { operations } from './operations/index.ts';
import { problemResponse } from './problem.ts';
import { Router } from './router.ts';
import { apiRoot } from './version.ts';

export type ApiFetch = (request: Request, peer: Peer) => Promise<Response>;

/** The node over HTTP: a welcome and its health without a token, and every operation of the table below /api/v1. */
export function apiFetch(api: Api): ApiFetch {
  const router = new Router(operations);
  return async (request, peer) => {
    const response = await route(api, router, request, peer).catch((error) => problemResponse(error));
    for (const [name, value] of Object.entries(SECURE))
      if (!response.headers.has(name)) response.headers.set(name, value);
    if (request.method !== 'HEAD' || response.body === null) return response;
    await response.body.cancel();
    return new Response(null, { status: response.status, headers: response.headers });
  };
}

const SECURE = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'",
};

async function route(api: Api, router: Router, request: Request, peer: Peer): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (!pathname.startsWith('/api')) return besides(api, pathname, request);
  const match = pathname.startsWith(`${apiRoot}/`) ? router.match(pathname.slice(apiRoot.length)) : undefined;
  const method = request.method as Method;
  const operation =
    match && (match.operations.get(method) ?? (method === 'HEAD' ? match.operations.get('GET') : undefined));
  if (match !== undefined && operation !== undefined) {
    const open = operation.role === undefined;
    const principal = open ? undefined : await admitted(api, operation, request, peer);
    return handle(api, operation, request, match.params, principal);
  }
  // Who may not ask is told nothing of what there is.
  await api.access.authenticate(request, peer);
  if (match === undefined) throw new ChannelError('NOT_FOUND', 'there is nothing at this path');
  return otherMethod(match.operations, request.method);
}

function otherMethod(operations: ReadonlyMap<Method, AnyOperation>, method: string): Response {
  const allow = [...new Set([...operations.keys(), ...(operations.has('GET') ? ['HEAD'] : []), 'OPTIONS'])].join(', ');
  const headers = new Headers({ Allow: allow });
  if (method === 'OPTIONS') {
    if ([...operations.values()].some(({ id }) => id === 'createUpload'))
      for (const [name, value] of Object.entries(TUS)) headers.set(name, value);
    return new Response(null, { status: 204, headers });
  }
  return problemResponse(
    new ChannelError('METHOD_NOT_ALLOWED', 'there is something at this path, and not by this method', {
      fix: `Use one of ${allow}.`,
    }),
    headers,
  );
}

// What tus 1.0 says of itself: https://tus.io/protocols/resumable-upload
const TUS = {
  'Tus-Resumable': '1.0.0',
  'Tus-Version': '1.0.0',
  'Tus-Extension': 'creation,expiration,termination',
};

async function besides({ node }: Api, pathname: string, request: Request): Promise<Response> {
  const { member, ledger } = node;
  const reads = request.method === 'GET' || request.method === 'HEAD';
  if (reads && pathname === '/') return new Response(welcome(member, ledger.channel));
  if (reads && pathname === '/health') {
    const told = { status: 'ok', member, channel: ledger.channel, height: await ledger.height() };
    return new Response(JSON.stringify(told), { headers: { 'Content-Type': 'application/json' } });
  }
  throw new ChannelError('NOT_FOUND', 'there is nothing at this path');
}

function welcome(member: string, channel: string): string {
  return `Utility Emissions Channel: node of ${member} on channel ${channel}

GET /health                 is it up (no token)
GET ${apiRoot}/docs            every operation, for people (no token)
GET ${apiRoot}/openapi.json    the same, for programs (no token)
GET ${apiRoot}/records         records, newest first

Send a token of this node: Authorization: Bearer TOKEN
`;
}
