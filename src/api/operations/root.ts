import { z } from 'zod';
import { metricsType } from '../observe/metrics.ts';
import { type AnyOperation, type Api, operation } from '../operation.ts';
import { apiRoot } from '../version.ts';

const tag = 'Node';
const root = true;
const TEXT = 'text/plain';

const readWelcome = operation(
  {
    ...{ id: 'readWelcome', method: 'GET', path: '/', tag, root },
    summary: 'Whose node it is, and where to go on',
    produces: [TEXT],
  },
  async ({ api }) => new Response(welcome(api), { headers: { 'Content-Type': `${TEXT}; charset=utf-8` } }),
);

const readHealth = operation(
  {
    ...{ id: 'readHealth', method: 'GET', path: '/health', tag, root },
    summary: 'Whether the node is up',
    answer: z.object({ status: z.literal('ok') }),
  },
  async () => ({ status: 'ok' as const }),
);

const readiness = z
  .object({
    ready: z.boolean(),
    checks: z.object({
      ledger: z.enum(['ok', 'unreachable']),
      readModel: z.enum(['ok', 'behind', 'unknown']),
      disk: z.enum(['ok', 'full', 'unwritable']),
    }),
  })
  .meta({ id: 'Readiness', description: 'Whether the node can work now, and what is in the way.' });

const readReadiness = operation(
  {
    ...{ id: 'readReadiness', method: 'GET', path: '/ready', tag, root },
    summary: 'Whether the node can do its work now',
    detail: 'The answer is at most two seconds old.',
    answer: readiness,
    alsoStatus: { 503: 'Not ready.' },
  },
  async ({ api }) => {
    const answer = await api.ready();
    if (answer.ready) return answer;
    return new Response(JSON.stringify(answer), { status: 503, headers: { 'Content-Type': 'application/json' } });
  },
);

const readMetrics = operation(
  {
    ...{ id: 'readMetrics', method: 'GET', path: '/metrics', tag, role: 'viewer', root },
    summary: "What the node counts, in Prometheus' text format",
    produces: [TEXT],
  },
  async ({ api }) => new Response(await api.parts.metrics.metrics.text(), { headers: { 'Content-Type': metricsType } }),
);

/** What stands beside the API at the root of the node, where monitors look for it. */
export const rootOperations: readonly AnyOperation[] = [readWelcome, readHealth, readReadiness, readMetrics];

function welcome({ node }: Pick<Api, 'node'>): string {
  return `Utility Emissions Channel: node of ${node.member} on channel ${node.ledger.channel}

GET /health, /ready         is it up, can it work (no token)
GET /metrics                for Prometheus
GET ${apiRoot}/docs            every operation, for people (no token)
GET ${apiRoot}/openapi.json    the same, for programs (no token)
GET ${apiRoot}/records         records, newest first

Send a token of this node: Authorization: Bearer TOKEN
`;
}
