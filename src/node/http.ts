import { type Context, Hono } from 'hono';
import { ChannelError, commodities, flows } from '../emissions/index.ts';
import type { Node } from './node.ts';
import { problemOf } from './problems.ts';
import { isAuthorized } from './token.ts';
import { useCases } from './use-cases.ts';

export interface ApiOptions {
  readonly node: Node;
  /** SHA-256 of the API token, hex. */
  readonly tokenHash: string;
}

/**
 * The node over HTTP: health without a token, records and inventory with one. Reads only; writing goes through the command.
 */
export function nodeApi({ node, tokenHash }: ApiOptions): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    await next();
    context.header('Cache-Control', 'no-store');
    context.header('X-Content-Type-Options', 'nosniff');
    context.header('Content-Security-Policy', "default-src 'none'");
  });
  app.use('/api/*', async (context, next) => {
    if (!isAuthorized(context.req.header('Authorization'), tokenHash))
      throw new ChannelError('TOKEN_INVALID', 'the request carries no valid token');
    await next();
  });
  app.get('/', (context) => context.text(welcome(node)));
  app.get('/health', async (context) => {
    const height = await node.ledger.height();
    return context.json({ status: 'ok', member: node.member, channel: node.ledger.channel, height });
  });
  app.get('/api/v1/records', async (context) => context.json(await useCases.records(node, recordFilter(context))));
  app.get('/api/v1/records/:id', async (context) =>
    context.json(await useCases.show(node, { record: context.req.param('id') })),
  );
  app.get('/api/v1/inventory', async (context) => {
    const { year, member } = context.req.query();
    return context.json(
      await useCases.inventory(node, { year: yearIn(year), ...(member === undefined ? {} : { member }) }),
    );
  });
  app.notFound((context) => problem(context, new ChannelError('NOT_FOUND', 'there is nothing at this path')));
  app.onError((error, context) => problem(context, error));
  return app;
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

function problem(context: Context, error: unknown): Response {
  const { status, body } = problemOf(error);
  const headers = {
    'Content-Type': 'application/problem+json',
    ...(status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
  };
  return context.body(JSON.stringify(body), status as 400, headers);
}

function welcome(node: Node): string {
  return `Utility Emissions Channel: node of ${node.member} on channel ${node.ledger.channel}

GET /health                                    is it up (no token)
GET /api/v1/inventory?year=2022[&member=ID]    emissions of a member and year
GET /api/v1/records[?member=&year=&limit=]     records, newest first
GET /api/v1/records/ID                         how one number came about

Send the token that uec init printed: Authorization: Bearer TOKEN
`;
}
