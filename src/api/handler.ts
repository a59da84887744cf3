import { z } from 'zod';
import { ChannelError, canonical, type Json, sha256 } from '../emissions/index.ts';
import type { Principal } from './access/principal.ts';
import { chosenType, jsonBody, limited, mediaTypeOf } from './body.ts';
import { contentTag, isKnown, ledgerTag } from './etag.ts';
import { chosenFields, withFields } from './fields.ts';
import { unchangedApi } from './if-match.ts';
import type { Work } from './jobs/jobs.ts';
import type { AnyOperation, Api, Call } from './operation.ts';
import { pageLinks } from './paging.ts';
import { type Received, receive } from './uploads/received.ts';
import { textValues, validated } from './validate.ts';
import { apiRoot } from './version.ts';

/** Nobody in particular: operations that anybody may call. */
const ANYBODY: Principal = { id: 'anybody', role: 'viewer', kind: 'token' };
const NO_BODY = new ReadableStream<Uint8Array>({ start: (controller) => controller.close() });

/** Runs one operation for one request: who, what, whether it was asked before, and how it is answered. */
export async function handle(
  api: Api,
  operation: AnyOperation,
  request: Request,
  params: Readonly<Record<string, string>>,
  audit: Call['audit'],
  principal: Principal = ANYBODY,
): Promise<Response> {
  const url = new URL(request.url);
  const accept = operation.produces?.includes('text/event-stream')
    ? (operation.produces[0] as string)
    : chosenType(request.headers.get('Accept'), operation.produces ?? ['application/json']);
  const search = new URLSearchParams(url.search);
  const fields = chosenFields(operation, search);
  const headers = new Headers();
  const call = {
    ...{ api, principal, request, accept, headers, audit },
    params: validated(operation.params ?? z.strictObject({}), params, 'path'),
    query: textValues(operation.query ?? z.strictObject({}), search, 'query', operation.item ? ['fields'] : []),
    ...(await bodyOf(api, operation, request, principal, search)),
    progress: () => undefined,
    signal: AbortSignal.any([request.signal, api.stopping]),
  };
  const known = await knownTag(api, operation, request, url, accept, principal);
  if (known !== undefined && isKnown(request.headers.get('If-None-Match'), known))
    return new Response(null, { status: 304, headers: { ETag: known } });
  // Files that came are removed once they were used: at the end of the request, or of the job that it began.
  let { files } = call;
  const run = async (): Promise<Response> => {
    const guarded = { ...call, api: await unchangedApi(call, operation) };
    const value = await operation.handle(guarded as never);
    if (value instanceof Response) {
      if (known !== undefined) headers.set('ETag', known);
      return withHeaders(value, headers);
    }
    if (operation.job === true) {
      const { remove = async () => undefined } = files ?? {};
      const work: Work = (...args) => (value as Work)(...args).finally(remove);
      const response = jobStarted(call, operation, work);
      files = undefined;
      return response;
    }
    return jsonAnswer(operation, request, url, withFields(value, fields), headers, known);
  };
  try {
    return await once(api, call as never, operation, url, run);
  } finally {
    await files?.remove();
  }
}

const NOTHING = { body: undefined, files: undefined, stream: undefined };

/** The body: read as JSON, taken in as files, or left as a stream. @throws {ChannelError} CONTENT_TYPE_UNSUPPORTED, REQUEST_INVALID */
async function bodyOf(
  { access, uploads }: Api,
  operation: AnyOperation,
  request: Request,
  principal: Principal,
  search: URLSearchParams,
): Promise<Pick<Call, 'body' | 'files' | 'stream'>> {
  const { body, raw } = operation;
  if (body === undefined && raw === undefined) return NOTHING;
  // A body in another coding would be taken for what it is not (RFC 9110, section 8.4).
  if ((request.headers.get('Content-Encoding') ?? 'identity').toLowerCase() !== 'identity')
    throw new ChannelError('CONTENT_TYPE_UNSUPPORTED', 'the body is in a coding, such as gzip', {
      where: 'Content-Encoding',
      fix: 'Send the body as it is.',
    });
  const type = mediaTypeOf(request.headers.get('Content-Type'));
  const most = access.bodyLimit(principal.role);
  const bytes = request.body ?? NO_BODY;
  if (body !== undefined && type === 'application/json') {
    demandOnePlace(operation, search);
    return { ...NOTHING, body: validated(body, await jsonBody(bytes, most), 'body') as undefined };
  }
  if (raw?.types.includes(type) === true) {
    if (raw.streamed === true) return { ...NOTHING, stream: limited(bytes, most) };
    const whole = { type: request.headers.get('Content-Type') as string, bytes: limited(bytes, most) };
    return { ...NOTHING, files: (await receive(uploads, whole, raw)) as Received<never> };
  }
  const taken = [...(body === undefined ? [] : ['application/json']), ...(raw?.types ?? [])];
  throw new ChannelError('CONTENT_TYPE_UNSUPPORTED', `the operation takes ${taken.join(', ')}`, {
    where: 'Content-Type',
  });
}

/**
 * Settings stand in the query where the body is the file itself. Beside a JSON body they would not be read: `?dryRun=true` would record.
 * @throws {ChannelError} REQUEST_INVALID
 */
function demandOnePlace({ query, raw }: AnyOperation, search: URLSearchParams): void {
  const [name] = search.keys();
  if (query === undefined || raw?.form === undefined || name === undefined) return;
  throw new ChannelError('REQUEST_INVALID', 'the query has settings beside a JSON body, which has them itself', {
    where: `query/${name}`,
    fix: 'Give the settings in the body.',
  });
}

async function knownTag(
  { node }: Api,
  { fresh, id }: AnyOperation,
  request: Request,
  url: URL,
  accept: string,
  { role }: Principal,
): Promise<string | undefined> {
  if (fresh === undefined || !(request.method === 'GET' || request.method === 'HEAD')) return undefined;
  return ledgerTag(await node.ledger.height(), `${id} ${url.pathname}${url.search} ${accept} ${role}`);
}

/** Runs the work under the request's Idempotency-Key, or gives the answer that it got before. */
async function once(
  { idempotency }: Api,
  { principal, params, query, body, files, request }: Call,
  operation: AnyOperation,
  url: URL,
  run: () => Promise<Response>,
): Promise<Response> {
  const key = request.headers.get('Idempotency-Key');
  const content = files === undefined ? body : files.content;
  if (key === null || content === undefined || operation.once === 'never-kept') return run();
  if (!/^[\x21-\x7e ]{1,255}$/.test(key))
    throw new ChannelError('REQUEST_INVALID', 'Idempotency-Key has 1 to 255 printable characters', {
      where: 'Idempotency-Key',
    });
  const id = sha256(`${principal.id}\0${key}`);
  const asked = { id: operation.id, path: url.pathname, params, query, body: content } as unknown as Json;
  const kept = idempotency.begin(id, sha256(canonical(asked)));
  if (kept !== undefined)
    return new Response(kept.body === '' ? null : kept.body, { status: kept.status, headers: kept.headers });
  let response: Response;
  try {
    response = await run();
  } catch (error) {
    // Refused, so nothing was done; or not reached, and every write of this software may be sent again.
    idempotency.forget(id);
    throw error;
  }
  const text = await response.clone().text();
  idempotency.finish(id, { status: response.status, headers: Object.fromEntries(response.headers), body: text });
  return response;
}

function jobStarted(
  { api, principal, headers, audit }: Pick<Call, 'api' | 'principal' | 'headers' | 'audit'>,
  { id, counts, role }: AnyOperation,
  work: Work,
): Response {
  const job = api.jobs.start(id, principal, work, counts, role);
  // The entry of its end has the same target.
  audit.target = job.id;
  headers.set('Location', `${apiRoot}/jobs/${job.id}`);
  headers.set('Content-Type', 'application/json');
  return new Response(JSON.stringify(job), { status: 202, headers });
}

function jsonAnswer(
  operation: AnyOperation,
  request: Request,
  url: URL,
  value: unknown,
  headers: Headers,
  known: string | undefined,
): Response {
  const status = operation.status ?? 200;
  if (value === undefined) return new Response(null, { status: status === 200 ? 204 : status, headers });
  const text = JSON.stringify(value);
  headers.set('Content-Type', 'application/json');
  if (operation.method === 'GET') {
    const tag = known ?? contentTag(text);
    headers.set('ETag', tag);
    if (known === undefined && isKnown(request.headers.get('If-None-Match'), tag))
      return new Response(null, { status: 304, headers: { ETag: tag } });
    if (Object.hasOwn(operation.query?.shape ?? {}, 'cursor'))
      headers.set('Link', pageLinks(url, (value as { next?: string }).next));
  }
  return new Response(text, { status, headers });
}

function withHeaders(response: Response, headers: Headers): Response {
  const all = new Headers(headers);
  response.headers.forEach((value, name) => {
    all.set(name, value);
  });
  return new Response(response.body, { status: response.status, headers: all });
}
