import { z } from 'zod';
import { ChannelError } from '../../emissions/index.ts';
import { ledgerEvents, positionOf } from '../events/ledger-events.ts';
import { jobStates } from '../jobs/job-store.ts';
import { type Call, operation } from '../operation.ts';
import { pageOfList } from '../paging.ts';
import * as c from '../schemas/common.ts';
import { ledgerEvent } from '../schemas/events.ts';
import { eventStream, type ServerEvent } from '../sse.ts';

const tag = 'Jobs and events';
const EVENTS = 'text/event-stream';
const one = z.strictObject({ id: z.string().regex(/^[0-9a-f]{32}$/) });
const step = z.object({ what: z.string(), done: z.number(), total: z.number().optional() }).meta({ id: 'JobStep' });
export const job = z
  .object({
    id: z.string(),
    operation: z.string(),
    principal: z.string(),
    state: z.enum(jobStates),
    createdAt: c.instant,
    finishedAt: c.instant.optional(),
    progress: step.optional(),
    result: z
      .unknown()
      .optional()
      .meta({ description: 'What the operation answers; for an hour, and not after a restart.' }),
    error: c.errorReport.optional(),
  })
  .meta({ id: 'Job', description: 'Long work. `interrupted`: the node stopped before its end.' });

/** Open streams, so that they cannot use up the node's connections. */
const MOST_STREAMS = 200;
let streams = 0;

function streamed(call: Pick<Call, 'signal'>, source: (signal: AbortSignal) => AsyncGenerator<ServerEvent>): Response {
  if (streams >= MOST_STREAMS) throw new ChannelError('BUSY', `${MOST_STREAMS} streams are open`, { retryAfter: 10 });
  streams += 1;
  const stop = new AbortController();
  let open = true;
  const signal = AbortSignal.any([call.signal, stop.signal]);
  return eventStream(source(signal), () => {
    if (open) streams -= 1;
    open = false;
    stop.abort();
  });
}

const listJobs = operation(
  {
    ...{ id: 'listJobs', method: 'GET', path: '/jobs', tag, role: 'viewer' },
    summary: "The caller's jobs; an admin sees all",
    query: z.strictObject(c.paging),
    answer: c.pageOf(job),
    item: job,
  },
  async ({ api, principal, query }) =>
    pageOfList(api.jobs.list(principal), ({ createdAt, id }) => `${createdAt} ${id}`, query),
);

const readJob = operation(
  {
    ...{ id: 'readJob', method: 'GET', path: '/jobs/{id}', tag, role: 'viewer' },
    summary: 'A job: its state, and what it gave',
    params: one,
    answer: job,
    item: job,
  },
  async ({ api, principal, params }) => api.jobs.find(params.id, principal),
);

const cancelJob = operation(
  {
    ...{ id: 'cancelJob', method: 'POST', path: '/jobs/{id}/cancel', tag, role: 'viewer' },
    summary: 'Ask a job to stop; what it recorded stands',
    params: one,
    answer: job,
    status: 202,
  },
  async ({ api, principal, params }) => api.jobs.cancel(params.id, principal),
);

const followJob = operation(
  {
    ...{ id: 'followJob', method: 'GET', path: '/jobs/{id}/events', tag, role: 'viewer' },
    summary: 'How far a job is, as server-sent events: `progress`, then its last state',
    detail: 'Goes on behind Last-Event-ID. The stream ends with the job.',
    params: one,
    produces: [EVENTS],
    events: z.union([step, job]),
  },
  async (call) => {
    const { api, principal, params, request } = call;
    const id = request.headers.get('Last-Event-ID') ?? '';
    const after = /^[0-9]{1,9}$/.test(id) ? Number(id) : 0;
    // So that a job that is none is told as such, and not by an empty stream.
    api.jobs.find(params.id, principal);
    return streamed(call, async function* (signal) {
      for await (const event of api.jobs.events(params.id, principal, after, signal))
        yield { ...event, id: String(event.id) };
    });
  },
);

const followLedger = operation(
  {
    ...{ id: 'followLedger', method: 'GET', path: '/events', tag, role: 'viewer' },
    summary: 'What is written to the ledger, as server-sent events',
    detail:
      'One event a transaction, with its name (docs/channel.md) and the id `height.index`; the data is a LedgerEvent, as a webhook is sent it. Begins behind Last-Event-ID, else with the block `from`, else with what comes next.',
    query: z.strictObject({
      from: z.int().min(0).max(999_999_999_999).optional().meta({ description: 'Height of the first block.' }),
      transaction: z.array(z.string().max(60)).max(20).optional().meta({ description: 'Names of transactions.' }),
      member: c.memberId.optional(),
    }),
    produces: [EVENTS],
    events: ledgerEvent,
  },
  async (call) => {
    const { api, query, request } = call;
    const { ledger } = api.node;
    const height = await ledger.height();
    const seen = positionOf(request.headers.get('Last-Event-ID'));
    const from = seen ?? { height: query.from ?? height, index: -1 };
    if (from.height > height)
      throw new ChannelError('REQUEST_INVALID', `query/from: the ledger has ${height} blocks`, { where: 'query/from' });
    const filter = { transactions: query.transaction ?? [], member: query.member };
    return streamed(call, (signal) => ledgerEvents(ledger, from, filter, signal));
  },
);

export const jobOperations = { listJobs, readJob, cancelJob, followJob, followLedger } as const;
