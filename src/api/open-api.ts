import { join } from 'node:path';
import { ChannelError, defined } from '../emissions/index.ts';
import { asChannelError, type Node, problemOf } from '../node/index.ts';
import type { Access } from './access/access.ts';
import type { Principal } from './access/principal.ts';
import { type ApiFetch, apiFetch } from './app.ts';
import { IdempotencyStore } from './idempotency/store.ts';
import { type JobEnd, Jobs } from './jobs/jobs.ts';
import type { NodeParts } from './node-parts.ts';
import { readinessOf } from './observe/health.ts';
import { reference } from './reference.ts';
import { Turn } from './turn.ts';
import { Uploads } from './uploads/uploads.ts';

/** The API of one node: what it keeps in the node's folder, and doors to it. */
export interface OpenApiNode {
  /** A door: who comes in by it is judged by `access`. */
  door(access: Access): ApiFetch;
  /** Ends streams, and gives what is under way its grace; then asks it to stop. */
  close(graceMs: number): Promise<void>;
}

export function openApi(node: Node, parts: NodeParts): OpenApiNode {
  const stop = new AbortController();
  const shared = {
    node,
    parts,
    ready: readinessOf(node),
    jobs: auditedJobs(join(node.folder, 'jobs.db'), node, parts),
    uploads: new Uploads(join(node.folder, 'uploads'), node.now),
    idempotency: new IdempotencyStore(join(node.folder, 'answers.db'), node.now),
    turn: new Turn(),
    settings: new Turn(),
    reference,
    stopping: stop.signal,
  };
  return {
    door: (access) => apiFetch({ ...shared, access }),
    close: async (graceMs) => {
      stop.abort();
      await shared.jobs.close(graceMs);
      await shared.turn.take(async () => undefined);
      shared.idempotency.close();
    },
  };
}

/** Jobs whose ends stand in the audit log: their starts do already, as requests. */
function auditedJobs(path: string, { now }: Pick<Node, 'now'>, { auditLog, log }: NodeParts): Jobs {
  const onEnd = async ({ id, operation, principal, state, error, counts }: JobEnd): Promise<void> => {
    const code = error?.code;
    const status = error === undefined ? 200 : problemOf(ChannelError.from(error)).status;
    await auditLog.append({ principal, operation, target: id, status, outcome: state, ...defined({ code, counts }) });
  };
  const jobs = new Jobs(path, now, {
    onEnd: (end) =>
      onEnd(end).catch((cause) => {
        log.write('error', 'fault', { code: asChannelError(cause).code, outcome: 'audit' });
        throw cause;
      }),
  });
  // Whoever starts the node again notes what its end cut off; the entry of the start says whose it was.
  for (const { id, operation, state } of jobs.interrupted)
    void auditLog
      .append({ principal: NODE, operation, target: id, status: 503, outcome: state })
      .catch((cause) => log.write('error', 'fault', { code: asChannelError(cause).code, outcome: 'audit' }));
  return jobs;
}

const NODE: Principal = { id: 'local', role: 'admin', kind: 'local' };
