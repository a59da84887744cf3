import { asChannelError } from '../../node/index.ts';
import type { Access } from '../access/access.ts';
import type { ApiRole, Principal } from '../access/principal.ts';
import type { NodeParts } from '../node-parts.ts';
import { problemResponse } from '../problem.ts';
import { newRequestId } from './log.ts';

/** What became known of a request on its way. */
export interface Seen {
  operation?: { readonly id: string; readonly role?: ApiRole };
  principal?: Principal;
  /** Id that the node made of what was worked on, for the audit log. */
  readonly audit: { target?: string };
}

/**
 * Around everything: gives each request its id, writes one line of the log, counts, and appends to the audit log what is to be
 * there: what changes something, what a viewer may not see, and what was refused to somebody known. Such an answer is given
 * once the entry is on the disk. What every viewer reads stands in the log alone, so that it does not push the rest out.
 */
export async function observed(
  { log, metrics }: Pick<NodeParts, 'log' | 'metrics'>,
  access: Pick<Access, 'audit' | 'rateHeaders'>,
  request: Request,
  answer: (seen: Seen) => Promise<Response>,
): Promise<Response> {
  const started = performance.now();
  const id = newRequestId();
  const seen: Seen = { audit: {} };
  let code: ReturnType<typeof asChannelError>['code'] | undefined;
  let response = await answer(seen).catch((error) => {
    code = asChannelError(error).code;
    return problemResponse(error);
  });
  const { operation, principal } = seen;
  try {
    if (
      principal !== undefined &&
      operation !== undefined &&
      isAudited(request.method, operation.role, response.status)
    )
      await access.audit({
        ...{ principal, operation: operation.id, status: response.status, ...seen.audit },
        ...(code === undefined ? {} : { code }),
      });
  } catch (error) {
    log.write('error', 'fault', { request: id, code: asChannelError(error).code, outcome: 'audit' });
    await response.body?.cancel();
    response = problemResponse(error);
  }
  if (principal !== undefined)
    for (const [name, value] of Object.entries(access.rateHeaders(principal))) response.headers.set(name, value);
  response.headers.set('X-Request-Id', id);
  const { status } = response;
  const milliseconds = Math.round(performance.now() - started);
  const name = operation?.id ?? UNMATCHED;
  metrics.requests.add([name, String(status)]);
  metrics.seconds.observe([name], milliseconds / 1000);
  if (code !== undefined) metrics.refusals.add([code]);
  log.write(status >= 500 ? 'error' : 'info', 'request', {
    ...{ request: id, operation: name },
    ...(code === undefined ? {} : { code }),
    ...(principal === undefined ? {} : { who: principal.id, role: principal.role }),
    ...{ status, milliseconds },
  });
  return response;
}

const UNMATCHED = 'none';

function isAudited(method: string, role: ApiRole | undefined, status: number): boolean {
  const reads = method === 'GET' || method === 'HEAD';
  return !reads || (role !== undefined && role !== 'viewer') || status === 403;
}
