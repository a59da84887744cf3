import { isChannelError } from '../emissions/index.ts';
import { problemOf } from '../node/index.ts';

/** An error as an answer: RFC 9457. */
export function problemResponse(error: unknown, headers: Headers = new Headers()): Response {
  const { status, body } = problemOf(error);
  headers.set('Content-Type', 'application/problem+json');
  if (status === 401) headers.set('WWW-Authenticate', 'Bearer');
  const wait = (body as { retryAfter?: number }).retryAfter;
  if (wait !== undefined) headers.set('Retry-After', String(wait));
  // What is left of a body that is too long is never read: the connection cannot carry another request.
  if (status === 413) headers.set('Connection', 'close');
  return new Response(JSON.stringify(body), { status, headers });
}

export function codeOf(error: unknown): string {
  return isChannelError(error) ? error.code : 'INTERNAL';
}
