import { z } from 'zod';
import { defined } from '../../emissions/index.ts';
import { useCases } from '../../node/index.ts';
import { operation } from '../operation.ts';
import * as c from '../schemas/common.ts';
import * as s from '../schemas/records.ts';

const tag = 'Imports and uploads';
const one = z.strictObject({ id: z.string().regex(/^[0-9a-f]{8,32}$/) });

// Names of files and labels are the owner's own data: operators see them.
const listImports = operation(
  {
    ...{ id: 'listImports', method: 'GET', path: '/imports', tag, role: 'operator' },
    summary: 'What was imported, newest first',
    query: z.strictObject(c.paging),
    answer: c.pageOf(s.importView),
    item: s.importView,
  },
  async ({ api, query }) => useCases.imports(api.node, defined(query)),
);

const showImport = operation(
  {
    ...{ id: 'showImport', method: 'GET', path: '/imports/{id}', tag, role: 'operator' },
    summary: 'One import: its lines, what became of them, and what was left out',
    params: one,
    query: z.strictObject(c.paging),
    answer: s.importDetail,
  },
  async ({ api, params, query }) => useCases.showImport(api.node, { ...defined(query), import: params.id }),
);

const undoImport = operation(
  {
    ...{ id: 'undoImport', method: 'POST', path: '/imports/{id}/undo', tag, role: 'operator', job: true },
    summary: 'Take an import back: void every record of it that is still active',
    params: one,
    seen: showImport,
    body: s.undoBody,
    answer: s.undoAnswer,
    counts: ({ voided, leftCount }: z.infer<typeof s.undoAnswer>) => ({ voided, left: leftCount }),
  },
  async ({ api, params, body }) =>
    (progress, signal) => {
      const request = { ...defined(body), import: params.id };
      return api.turn.take(() => useCases.undoImport(api.node, request, progress, signal));
    },
);

export const importHistoryOperations = { listImports, showImport, undoImport } as const;
