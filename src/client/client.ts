import type { Operations } from '../api/index.ts';
import type { DeepReadonly, JsonOf, Spec } from '../api/operation.ts';
import { ChannelError, type ErrorReport } from '../emissions/index.ts';
import type { Bytes, Send } from './send.ts';
import { type ServerEvent, serverEvents } from './server-events.ts';

type OperationOf<K extends keyof Operations> = Operations[K];

/** Every operation by its route, such as `GET /records/{id}`: the types come from the API's own table, and nothing else does. */
export type Routes = {
  [K in keyof Operations as `${OperationOf<K>['method']} ${OperationOf<K>['path']}`]: OperationOf<K>;
};
export type Route = keyof Routes;
type JobRoute = { [R in Route]: Routes[R] extends { readonly job: true } ? R : never }[Route];
type ListRoute = {
  [R in Route]: Routes[R] extends { readonly query: { shape: { cursor: unknown } } } ? R : never;
}[Route];
type Input<T> = T extends { readonly _zod: { readonly input: infer I } } ? DeepReadonly<I> : never;
type Part<Name extends string, T> = [T] extends [never] ? object : { readonly [K in Name]: T };
type PartOptional<Name extends string, T> = [T] extends [never] ? object : { readonly [K in Name]?: T };
type Of<R extends Route, Name extends string> = Routes[R] extends { readonly [K in Name]: infer T } ? Input<T> : never;

/** What an operation is given: parameters of the path, a query, and a body; or the body as bytes of another type, which a form says itself. */
export type CallInput<R extends Route> = Part<'params', Of<R, 'params'>> &
  PartOptional<'query', Of<R, 'query'>> &
  (Routes[R] extends { readonly raw: unknown } ? PartOptional<'body', Of<R, 'body'>> : Part<'body', Of<R, 'body'>>) & {
    readonly raw?: { readonly type?: string; readonly bytes: Bytes };
    readonly headers?: Readonly<Record<string, string>>;
    readonly signal?: AbortSignal;
  };
export type CallAnswer<R extends Route> = JsonOf<Routes[R] & Spec>;
type Step = { readonly what: string; readonly done: number; readonly total?: number };
type JobView = CallAnswer<'GET /jobs/{id}'>;

const ROOT = '/api/v1';

/** A node's API, typed: a wrong parameter or field does not compile. */
export class NodeApiClient {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  /** @throws {ChannelError} what the node answers; LEDGER_UNAVAILABLE when it cannot be reached */
  async call<R extends Route>(route: R, input: CallInput<R>): Promise<CallAnswer<R>> {
    const response = await this.response(route, input);
    const text = await response.text();
    return (text === '' ? undefined : JSON.parse(text)) as CallAnswer<R>;
  }

  /** As `call`, with the answer as it comes: a table, a page of text, or a stream. */
  async response<R extends Route>(route: R, input: CallInput<R>): Promise<Response> {
    const { params = {}, query = {}, body, raw, headers = {}, signal } = input as CallParts;
    const [method = '', path = ''] = route.split(' ');
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
    const response = await this.#send({
      method,
      path: `${ROOT}${filled}${queryText(query)}`,
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(raw?.type === undefined ? {} : { 'Content-Type': raw.type }),
        ...headers,
      },
      body: raw?.bytes ?? (body === undefined ? undefined : JSON.stringify(body)),
      signal,
    });
    if (response.status >= 400) throw await errorOf(response);
    return response;
  }

  /** Every item of a list, page by page. */
  async *all<R extends ListRoute>(
    route: R,
    input: CallInput<R>,
  ): AsyncGenerator<CallAnswer<R> extends { readonly items: readonly (infer T)[] } ? T : never> {
    let cursor: string | undefined;
    do {
      const query = { ...(input as CallParts).query, limit: 500, ...(cursor === undefined ? {} : { cursor }) };
      const page = (await this.call(route, { ...input, query } as never)) as { items: never[]; next?: string };
      yield* page.items;
      cursor = page.next;
    } while (cursor !== undefined);
  }

  /**
   * Starts a job, tells how far it is, and gives what it results in. A stream that breaks is taken up again; a signal asks the
   * job to stop.
   * @throws {ChannelError} what the job failed with; CANCELLED
   */
  async run<R extends JobRoute>(
    route: R,
    input: CallInput<R>,
    progress: (step: Step) => void = () => undefined,
  ): Promise<CallAnswer<R>> {
    const { signal, ...rest } = input as CallParts;
    const { id } = (await this.call(route, rest as CallInput<R>)) as unknown as JobView;
    const stop = () => void this.call('POST /jobs/{id}/cancel', { params: { id } }).catch(() => undefined);
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted === true) stop();
    await this.#follow(id, progress).finally(() => signal?.removeEventListener('abort', stop));
    const job = await this.call('GET /jobs/{id}', { params: { id } });
    if (job.error !== undefined) throw ChannelError.from(job.error as unknown as ErrorReport);
    if (job.state !== 'done')
      throw new ChannelError('LEDGER_UNAVAILABLE', `the job ended as ${job.state}`, {
        fix: 'See uec status; sending the same again is safe.',
      });
    return job.result as CallAnswer<R>;
  }

  async #follow(id: string, progress: (step: Step) => void): Promise<void> {
    let last: string | undefined;
    for (let failures = 0; failures < MOST_FAILURES; failures += 1) {
      for await (const event of this.events('GET /jobs/{id}/events', { params: { id } }, last)) {
        last = event.id;
        failures = 0;
        if (event.event !== 'progress') return;
        progress(JSON.parse(event.data) as Step);
      }
    }
    throw new ChannelError('LEDGER_UNAVAILABLE', 'the node closed the connection before the job ended', {
      fix: 'See uec status; sending the same again is safe.',
    });
  }

  /** Server-sent events of an operation, behind the one with the id `after`. */
  async *events<R extends Route>(route: R, input: CallInput<R>, after?: string): AsyncGenerator<ServerEvent> {
    const { headers = {} } = input as CallParts;
    const more = after === undefined ? {} : { 'Last-Event-ID': after };
    const response = await this.response(route, { ...input, headers: { ...headers, ...more } } as CallInput<R>);
    if (response.body !== null) yield* serverEvents(response.body);
  }
}

const MOST_FAILURES = 5;

interface CallParts {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly raw?: { readonly type?: string; readonly bytes: Bytes };
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

function queryText(query: Readonly<Record<string, unknown>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) search.append(name, String(one));
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

async function errorOf(response: Response): Promise<ChannelError> {
  const body = (await response.json().catch(() => undefined)) as (ErrorReport & { detail: string }) | undefined;
  if (body?.code === undefined)
    return new ChannelError('LEDGER_UNAVAILABLE', `the node answered with status ${response.status}`);
  const { detail, ...rest } = body as ErrorReport & { detail: string; type?: string; title?: string; status?: number };
  const { type: _type, title: _title, status: _status, ...report } = rest;
  return ChannelError.from({ ...report, message: detail });
}
