import { ChannelError } from '../emissions/index.ts';
import type { Peer } from './access/access.ts';
import { handle } from './handler.ts';
import { metricsType } from './observe/metrics.ts';
import { observed, type Seen } from './observe/observer.ts';
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
    const response = await observed(api.parts, api.access, request, (seen) => route(api, router, request, peer, seen));
    if (request.method !== 'HEAD' || response.body === null) return response;
    await response.body.cancel();
    return new Response(null, { status: response.status, headers: response.headers });
  };
}

async function route(api: Api, router: Router, request: Request, peer: Peer, seen: Seen): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (!pathname.startsWith('/api')) return besides(api, pathname, request, peer, seen);
  const match = pathname.startsWith(`${apiRoot}/`) ? router.match(pathname.slice(apiRoot.length)) : undefined;
  const method = request.method as Method;
  const operation =
    match && (match.operations.get(method) ?? (method === 'HEAD' ? match.operations.get('GET') : undefined));
  if (match !== undefined && operation !== undefined) {
    await admit(api, operation, request, peer, seen);
    return handle(api, operation, request, match.params, seen.audit, seen.principal);
  }
  // Who may not ask is told nothing of what there is.
  await admit(api, { id: 'unknown', role: 'viewer' }, request, peer, seen);
  if (match === undefined) throw new ChannelError('NOT_FOUND', 'there is nothing at this path');
  return otherMethod(match.operations, request.method);
}

/** Lets a caller through to an operation, or not. @throws {ChannelError} what `Access` throws */
async function admit(
  { access }: Api,
  operation: NonNullable<Seen['operation']>,
  request: Request,
  peer: Peer,
  seen: Seen,
): Promise<void> {
  seen.operation = operation;
  const { id, role } = operation;
  if (role === undefined) return;
  const principal = await access.authenticate(request, peer);
  seen.principal = principal;
  const length = request.headers.get('Content-Length');
  access.admit(principal, { id, role, ...(length === null ? {} : { bodyBytes: Number(length) }) });
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

async function besides(api: Api, pathname: string, request: Request, peer: Peer, seen: Seen): Promise<Response> {
  const { member, ledger } = api.node;
  const path = request.method === 'GET' || request.method === 'HEAD' ? pathname : undefined;
  const json = (body: object, status = 200) =>
    new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
  switch (path) {
    case '/':
      seen.operation = { id: 'welcome' };
      return new Response(welcome(member, ledger.channel));
    case '/health':
      seen.operation = { id: 'health' };
      return json({ status: 'ok' });
    case '/ready': {
      seen.operation = { id: 'ready' };
      const answer = await api.ready();
      return json(answer, answer.ready ? 200 : 503);
    }
    case '/metrics':
      await admit(api, { id: 'metrics', role: 'viewer' }, request, peer, seen);
      return new Response(await api.parts.metrics.metrics.text(), { headers: { 'Content-Type': metricsType } });
    default:
      throw new ChannelError('NOT_FOUND', 'there is nothing at this path');
  }
}

function welcome(member: string, channel: string): string {
  return `Utility Emissions Channel: node of ${member} on channel ${channel}

GET /health, /ready         is it up, can it work (no token)
GET /metrics                for Prometheus
GET ${apiRoot}/docs            every operation, for people (no token)
GET ${apiRoot}/openapi.json    the same, for programs (no token)
GET ${apiRoot}/records         records, newest first

Send a token of this node: Authorization: Bearer TOKEN
`;
}
