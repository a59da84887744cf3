import { ChannelError, type ErrorReport } from '../emissions/index.ts';
import { asChannelError, problemOf } from '../node/index.ts';

export const PROBLEM_TYPE = 'application/problem+json';

/** An error as an answer: RFC 9457. */
export function problemResponse(error: unknown, headers: Headers = new Headers()): Response {
  const { status, body } = problemOf(error);
  headers.set('Content-Type', PROBLEM_TYPE);
  if (status === 401) headers.set('WWW-Authenticate', 'Bearer');
  const wait = (body as { retryAfter?: number }).retryAfter;
  if (wait !== undefined) headers.set('Retry-After', String(wait));
  return new Response(JSON.stringify(body), { status, headers });
}

/** An error as it is told inside an answer: a fault of the software tells nothing of itself. */
export function reportOf(error: unknown): ErrorReport {
  const told = asChannelError(error);
  const known = told.kind === 'internal' ? new ChannelError('INTERNAL', 'something went wrong inside the node') : told;
  return known.report();
}
