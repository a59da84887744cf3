import type { HttpBindings } from '@hono/node-server';
import type { MiddlewareHandler } from 'hono';
import { ChannelError } from '../../emissions/index.ts';
import { peerOf } from '../transport/server.ts';
import type { Access } from './access.ts';
import type { ApiRole, Principal } from './principal.ts';

/** What a route is to the guard. */
export interface GuardedOperation {
  /** Such as `records.list`: the name in logs, metrics and the audit log. */
  readonly id: string;
  /** Role that it asks for; absent: anybody may call it, without a token. */
  readonly role?: ApiRole;
}

/** What handlers and the observer find in Hono's context. */
export interface GuardedEnv {
  Bindings: HttpBindings;
  Variables: {
    requestId: string;
    operation: GuardedOperation;
    principal: Principal;
    /** Id that the operation worked on, for the audit log; set by a handler, never what a caller wrote. */
    target: string;
  };
}

/**
 * A route's guard: who calls, whether they may, how often and how much. The body that a handler reads ends with an error where it
 * is larger than the role may send, also when no length was told.
 * @throws {ChannelError} what `Access` throws
 */
export function operationGuard(access: Access): (operation: GuardedOperation) => MiddlewareHandler<GuardedEnv> {
  return (operation) => async (context, next) => {
    context.set('operation', operation);
    if (operation.role === undefined) return next();
    const request = context.req.raw;
    const principal = await access.authenticate(request, peerOf(context.env.incoming));
    context.set('principal', principal);
    const length = request.headers.get('Content-Length');
    access.admit(principal, {
      id: operation.id,
      role: operation.role,
      ...(length === null ? {} : { bodyBytes: Number(length) }),
    });
    for (const [name, value] of Object.entries(access.rateHeaders(principal))) context.header(name, value);
    if (length === null && request.headers.has('Transfer-Encoding') && request.body !== null) {
      const body = request.body.pipeThrough(atMost(access.bodyLimit(principal.role)));
      const { url, method, headers, signal } = request;
      context.req.raw = new Request(url, { method, headers, signal, body, duplex: 'half' } as RequestInit);
    }
    await next();
  };
}

function atMost(limit: number): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0;
  return new TransformStream({
    transform: (chunk, controller) => {
      bytes += chunk.byteLength;
      if (bytes > limit) controller.error(new ChannelError('BODY_TOO_LARGE', `the body has more than ${limit} bytes`));
      else controller.enqueue(chunk);
    },
  });
}
