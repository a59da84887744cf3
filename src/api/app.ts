import { ChannelError } from '../emissions/index.ts';
import type { Peer } from './access/access.ts';
import { handle } from './handler.ts';
import { observed, type Seen } from './observe/observer.ts';
import type { AnyOperation, Api, Method } from './operation.ts';
import { operations, rootOperations } from './operations/index.ts';
import { problemResponse } from './problem.ts';
import { Router } from './router.ts';
import { apiRoot } from './version.ts';

export type ApiFetch = (request: Request, peer: Peer) => Promise<Response>;

/** The node over HTTP: every operation of the table below /api/v1, and beside it what monitors ask for. */
export function apiFetch(api: Api): ApiFetch {
  const routers: Routers = { api: new Router(operations), root: new Router(rootOperations) };
  return async (request, peer) => {
    const response = await observed(api.parts, api.access, request, (seen) => route(api, routers, request, peer, seen));
    if (request.method !== 'HEAD' || response.body === null) return response;
    await response.body.cancel();
    return new Response(null, { status: response.status, headers: response.headers });
  };
}

interface Routers {
  readonly api: Router;
  readonly root: Router;
}

async function route(api: Api, routers: Routers, request: Request, peer: Peer, seen: Seen): Promise<Response> {
  const { pathname } = new URL(request.url);
  const inside = pathname.startsWith('/api');
  const match = matched(routers, pathname, inside);
  const method = request.method as Method;
  const operation =
    match && (match.operations.get(method) ?? (method === 'HEAD' ? match.operations.get('GET') : undefined));
  if (match !== undefined && operation !== undefined) {
    await admit(api, operation, request, peer, seen);
    return handle(api, operation, request, match.params, seen.audit, seen.principal);
  }
  // Who may not ask is told nothing of what there is in the API.
  if (inside) await admit(api, { id: 'unknown', role: 'viewer' }, request, peer, seen);
  if (match === undefined) throw new ChannelError('NOT_FOUND', 'there is nothing at this path');
  return otherMethod(match.operations, request.method);
}

function matched({ api, root }: Routers, pathname: string, inside: boolean): ReturnType<Router['match']> {
  if (!inside) return root.match(pathname);
  return pathname.startsWith(`${apiRoot}/`) ? api.match(pathname.slice(apiRoot.length)) : undefined;
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
