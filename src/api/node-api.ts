import { type Context, Hono } from 'hono';
import { ChannelError, commodities, flows } from '../emissions/index.ts';
import { type Node, problemOf, useCases } from '../node/index.ts';
import type { Access } from './access/access.ts';
import { type GuardedEnv, operationGuard } from './access/guard.ts';
import type { AdminOperation } from './admin-operation.ts';
import { jsonBody } from './json-body.ts';
import { readinessOf } from './observe/health.ts';
import type { Log } from './observe/log.ts';
import { metricsType } from './observe/metrics.ts';
import type { NodeMetrics } from './observe/node-metrics.ts';
import { observer } from './observe/observer.ts';

export interface ApiOptions {
  readonly node: Node;
  readonly access: Access;
  readonly log: Log;
  readonly metrics: NodeMetrics;
  /** What stands around the node's records: tokens, audit log, webhooks. */
  readonly operations: readonly AdminOperation[];
}

/** The node over HTTP: liveness and readiness without a token, the rest with one. Bills are recorded through the command. */
export function nodeApi({ node, access, log, metrics, operations }: ApiOptions): Hono<GuardedEnv> {
  const app = new Hono<GuardedEnv>();
  const guard = operationGuard(access);
  const ready = readinessOf(node);
  app.use(observer({ access, log, metrics, problem }));
  app.get('/', guard({ id: 'welcome' }), (context) => context.text(welcome(node)));
  app.get('/health', guard({ id: 'health' }), (context) => context.json({ status: 'ok' }));
  app.get('/ready', guard({ id: 'ready' }), async (context) => {
    const answer = await ready();
    return context.json(answer, answer.ready ? 200 : 503);
  });
  app.get('/metrics', guard({ id: 'metrics', role: 'viewer' }), async (context) =>
    context.body(await metrics.metrics.text(), 200, { 'Content-Type': metricsType }),
  );
  app.get('/api/v1/records', guard({ id: 'records.list', role: 'viewer' }), async (context) =>
    context.json(await useCases.records(node, recordFilter(context))),
  );
  app.get('/api/v1/records/:id', guard({ id: 'records.show', role: 'viewer' }), async (context) =>
    context.json(await useCases.show(node, { record: context.req.param('id') })),
  );
  app.get('/api/v1/inventory', guard({ id: 'inventory', role: 'viewer' }), async (context) => {
    const { year, member } = context.req.query();
    return context.json(
      await useCases.inventory(node, { year: yearIn(year), ...(member === undefined ? {} : { member }) }),
    );
  });
  for (const operation of operations) {
    app.on(operation.method, operation.path, guard(operation), async (context) => {
      const body = operation.takesBody === true ? await jsonBody(context.req.raw) : {};
      const answer = await operation.run({ params: context.req.param(), query: context.req.query(), body });
      if (answer.target !== undefined) context.set('target', answer.target);
      return answer.status === 204 ? context.body(null, 204) : context.json(answer.body, answer.status);
    });
  }
  // What is not there is told to callers with a token only: others learn no paths.
  app.all('/api/*', guard({ id: 'unknown', role: 'viewer' }), () => {
    throw nothingThere();
  });
  app.notFound(() => problem(nothingThere()));
  app.onError((error) => problem(error));
  return app;
}

function nothingThere(): ChannelError {
  return new ChannelError('NOT_FOUND', 'there is nothing at this path');
}

const FILTERS = ['member', 'commodity', 'flow', 'year', 'state', 'cursor'];

const CHOICES: Readonly<Record<string, readonly string[]>> = {
  commodity: commodities,
  flow: flows,
  state: ['active', 'superseded', 'voided'],
};

function recordFilter(context: Context): Record<string, string | number> {
  const { limit = '50', ...query } = context.req.query();
  if (!/^[1-9][0-9]{0,2}$/.test(limit) || Number(limit) > 500)
    throw new ChannelError('OPTION_INVALID', 'limit is not a whole number from 1 to 500', { where: 'limit' });
  const filter: Record<string, string | number> = { limit: Number(limit) };
  for (const [name, value] of Object.entries(query)) {
    if (!FILTERS.includes(name))
      throw new ChannelError('OPTION_INVALID', `there is no filter '${name.slice(0, 40)}'`, {
        where: name.slice(0, 40),
        fix: `Filters are ${FILTERS.join(', ')} and limit.`,
      });
    const choices = CHOICES[name];
    if (choices?.includes(value) === false)
      throw new ChannelError('OPTION_INVALID', `${name} '${value.slice(0, 40)}' is not one of ${choices.join(', ')}`, {
        where: name,
      });
    filter[name] = name === 'year' ? yearIn(value) : value;
  }
  return filter;
}

function yearIn(text: string | undefined): number {
  if (text !== undefined && /^[0-9]{4}$/.test(text)) return Number(text);
  throw new ChannelError('OPTION_INVALID', `year '${(text ?? '').slice(0, 20)}' is not a year`, {
    where: 'year',
    fix: 'Ask with ?year=2022.',
  });
}

/** An error as RFC 9457 problem details. */
function problem(error: unknown): Response {
  const { status, body } = problemOf(error);
  const { retryAfter } = body as { readonly retryAfter?: number };
  const headers = {
    'Content-Type': 'application/problem+json',
    ...(status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
    // What is left of a body that is too long is never read: the connection cannot carry another request.
    ...(status === 413 ? { Connection: 'close' } : {}),
    ...(retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) }),
  };
  return new Response(JSON.stringify(body), { status, headers });
}

function welcome(node: Node): string {
  return `Utility Emissions Channel: node of ${node.member} on channel ${node.ledger.channel}

GET /health, /ready                            is it up, can it work (no token)
GET /metrics                                   for Prometheus
GET /api/v1/inventory?year=2022[&member=ID]    emissions of a member and year
GET /api/v1/records[?member=&year=&limit=]     records, newest first
GET /api/v1/records/ID                         how one number came about

Send a token that uec init or uec token add printed: Authorization: Bearer TOKEN
`;
}
