import { join } from 'node:path';
import type { Node } from '../node/index.ts';
import type { Access } from './access/access.ts';
import { type ApiFetch, apiFetch } from './app.ts';
import { IdempotencyStore } from './idempotency/store.ts';
import { Jobs } from './jobs/jobs.ts';
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
    jobs: new Jobs(join(node.folder, 'jobs.db'), node.now),
    uploads: new Uploads(join(node.folder, 'uploads'), node.now),
    idempotency: new IdempotencyStore(join(node.folder, 'answers.db'), node.now),
    turn: new Turn(),
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
