import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Header fields of every answer. A handler that serves a page replaces the policy by one that lets the page load its own parts.
 * Two years is what browsers ask for before they preload a name.
 */
export function secureHeaders(scheme: 'http' | 'https'): Readonly<Record<string, string>> {
  return {
    'Cache-Control': 'no-store',
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    ...(scheme === 'https' ? { 'Strict-Transport-Security': 'max-age=63072000' } : {}),
  };
}

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';
// What a page may send and read beside what browsers always allow; the second line of each is tus'.
const REQUEST_FIELDS = [
  'Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID',
  'Tus-Resumable, Upload-Length, Upload-Metadata, Upload-Offset',
].join(', ');
const ANSWER_FIELDS = [
  'Allow, ETag, Link, Location, Retry-After, RateLimit, RateLimit-Policy, WWW-Authenticate, X-Request-Id',
  'Tus-Extension, Tus-Resumable, Tus-Version, Upload-Expires, Upload-Length, Upload-Offset',
].join(', ');

/** For a page of a listed origin; nothing for any other. Without credentials: a token is sent by the page itself. */
export function corsHeaders(
  { headers }: IncomingMessage,
  origins: readonly string[],
): Readonly<Record<string, string>> {
  if (origins.length === 0) return {};
  const { origin } = headers;
  if (origin === undefined || !origins.includes(origin)) return { Vary: 'Origin' };
  return {
    Vary: 'Origin',
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Expose-Headers': ANSWER_FIELDS,
    'Cross-Origin-Resource-Policy': 'cross-origin',
  };
}

/** Answers a browser's question whether a page of a listed origin may call. True when it was one, and is answered. */
export function answerPreflight(
  { method, headers }: IncomingMessage,
  response: ServerResponse,
  origins: readonly string[],
): boolean {
  const { origin } = headers;
  const asked = headers['access-control-request-method'];
  if (method !== 'OPTIONS' || asked === undefined || origin === undefined || !origins.includes(origin)) return false;
  response.writeHead(204, {
    'Access-Control-Allow-Methods': METHODS,
    'Access-Control-Allow-Headers': REQUEST_FIELDS,
    'Access-Control-Max-Age': '600',
  });
  response.end();
  return true;
}
