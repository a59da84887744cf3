import type { Context, MiddlewareHandler } from 'hono';
import { asChannelError } from '../../node/index.ts';
import type { Access } from '../access/access.ts';
import type { GuardedEnv } from '../access/guard.ts';
import { type Log, type LogFields, newRequestId } from './log.ts';
import type { NodeMetrics } from './node-metrics.ts';

export interface ObserverParts {
  readonly access: Pick<Access, 'audit'>;
  readonly log: Log;
  readonly metrics: Pick<NodeMetrics, 'requests' | 'seconds' | 'refusals'>;
  /** Answers with an error of the observer's own, as the API answers errors. */
  readonly problem: (error: unknown) => Response;
}

const UNMATCHED = 'none';

/**
 * Around everything: gives each request its id, writes one line of the log, counts, and appends to the audit log what is to be
 * there: what changes something, what a viewer may not see, and what was refused to somebody known. Such an answer is given
 * once the entry is on the disk. What every viewer reads stands in the log alone, so that it does not push the rest out.
 */
export function observer({ access, log, metrics, problem }: ObserverParts): MiddlewareHandler<GuardedEnv> {
  return async (context, next) => {
    const started = performance.now();
    const request = newRequestId();
    context.set('requestId', request);
    await next();
    context.header('X-Request-Id', request);
    const told = toldOf(context);
    try {
      await audit(context, told, access);
    } catch (error) {
      log.write('error', 'fault', { request, code: asChannelError(error).code, outcome: 'audit' });
      context.res = problem(error);
    }
    const { status } = context.res;
    const milliseconds = Math.round(performance.now() - started);
    metrics.requests.add([told.operation, String(status)]);
    metrics.seconds.observe([told.operation], milliseconds / 1000);
    if (told.code !== undefined) metrics.refusals.add([told.code]);
    log.write(status >= 500 ? 'error' : 'info', 'request', { request, ...told, status, milliseconds });
  };
}

function toldOf({ error, var: set }: Context<GuardedEnv>): LogFields & { readonly operation: string } {
  const { operation, principal } = set as Partial<GuardedEnv['Variables']>;
  return {
    operation: operation?.id ?? UNMATCHED,
    ...(error === undefined ? {} : { code: asChannelError(error).code }),
    ...(principal === undefined ? {} : { who: principal.id, role: principal.role }),
  };
}

async function audit(context: Context<GuardedEnv>, told: LogFields, access: Pick<Access, 'audit'>): Promise<void> {
  const { operation, principal, target } = context.var as Partial<GuardedEnv['Variables']>;
  const { status } = context.res;
  if (principal === undefined || operation === undefined) return;
  if (!isAudited(context.req.method, operation.role, status)) return;
  await access.audit({
    principal,
    operation: operation.id,
    status,
    ...(target === undefined ? {} : { target }),
    ...(told.code === undefined ? {} : { code: told.code }),
  });
}

function isAudited(method: string, role: string | undefined, status: number): boolean {
  const reads = method === 'GET' || method === 'HEAD';
  return !reads || (role !== undefined && role !== 'viewer') || status === 403;
}
