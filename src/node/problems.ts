import { ChannelError, type ErrorCode, type ErrorKind } from '../emissions/index.ts';
import { asChannelError } from './foreign-error.ts';

const statusOf: Readonly<Record<ErrorKind, 400 | 404 | 409 | 422 | 500 | 503>> = {
  input: 400,
  absent: 404,
  conflict: 409,
  refused: 422,
  integrity: 500,
  unavailable: 503,
  internal: 500,
};

/** Codes for which HTTP has a status of its own (RFC 9110, RFC 6585); docs/errors.md lists them. */
export const statusOfCode: Readonly<Partial<Record<ErrorCode, number>>> = {
  TOKEN_INVALID: 401,
  CERTIFICATE_UNKNOWN: 401,
  ROLE_INSUFFICIENT: 403,
  METHOD_NOT_ALLOWED: 405,
  NOT_ACCEPTABLE: 406,
  REQUEST_TOO_SLOW: 408,
  PRECONDITION_FAILED: 412,
  BODY_TOO_LARGE: 413,
  CONTENT_TYPE_UNSUPPORTED: 415,
  HOST_REFUSED: 421,
  BUSY: 429,
  RATE_LIMITED: 429,
};

/** An error as RFC 9457 problem details: status and body. A fault of the software tells nothing of itself. */
export function problemOf(error: unknown): { readonly status: number; readonly body: Record<string, unknown> } {
  const told = asChannelError(error);
  const known = told.kind === 'internal' ? new ChannelError('INTERNAL', 'something went wrong inside the node') : told;
  const { code, message, ...rest } = known.report();
  const status = statusOfCode[code] ?? statusOf[known.kind];
  return { status, body: { type: `urn:uec:error:${code}`, title: code, status, detail: message, code, ...rest } };
}
