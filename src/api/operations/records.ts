import { z } from 'zod';
import { defined } from '../../emissions/index.ts';
import { useCases } from '../../node/index.ts';
import { roleAllows } from '../access/principal.ts';
import { operation } from '../operation.ts';
import * as c from '../schemas/common.ts';
import * as s from '../schemas/records.ts';

const one = z.strictObject({ id: c.idOrPrefix });

const listRecords = operation(
  {
    ...{ id: 'listRecords', method: 'GET', path: '/records', tag: 'Records', role: 'viewer', fresh: 'ledger' },
    summary: 'Records of the channel, newest period first',
    query: z.strictObject({
      member: c.memberId.optional(),
      commodity: c.commodity.optional(),
      flow: c.flow.optional(),
      country: z.string().max(2).optional(),
      subdivision: z.string().max(6).optional(),
      region: z.string().max(12).optional(),
      year: c.year.optional().meta({ description: 'Records with a day in the calendar year.' }),
      from: c.date.optional(),
      to: c.date.optional().meta({ description: 'Exclusive.' }),
      state: s.recordState.optional(),
      counted: z.boolean().optional(),
      flag: z.string().max(60).optional(),
      readBasis: c.readBasis.optional(),
      evidence: s.evidence.optional(),
      meter: z
        .string()
        .regex(/^[0-9a-f]{1,64}$/)
        .optional(),
      release: z.string().max(200).optional(),
      ...c.paging,
    }),
    answer: c.pageOf(s.recordLine),
    item: s.recordLine,
  },
  ({ api, query }) => useCases.records(api.node, defined(query)),
);

const showRecord = operation(
  {
    ...{ id: 'showRecord', method: 'GET', path: '/records/{id}', tag: 'Records', role: 'viewer' },
    summary: 'How one number came about',
    params: one,
    answer: s.recordExplanation,
    item: s.recordExplanation,
  },
  async ({ api, params, principal }) => {
    const found = await useCases.show(api.node, { record: params.id });
    // Meter and utility are the owner's own data: who only reads or audits does not need them.
    return { ...found, meter: roleAllows(principal.role, 'operator') ? found.meter : null };
  },
);

const correctRecord = operation(
  {
    ...{ id: 'correctRecord', method: 'POST', path: '/records/{id}/corrections', tag: 'Records', role: 'operator' },
    summary: 'Record a correction: a new record that supersedes or adjusts another',
    params: one,
    seen: showRecord,
    body: s.correctionBody,
    answer: s.correctionAnswer,
    status: 201,
  },
  async (call) => {
    const { api, params, body, audit } = call;
    const { document, ...changes } = body;
    const { namedFile } = await import('./files.ts');
    const file = await namedFile(call, document);
    const request = { ...changes, record: params.id, ...(file.path === undefined ? {} : { document: file.path }) };
    const answer = await api.turn.take(() => useCases.correct(api.node, defined(request)));
    await file.remove();
    audit.target = answer.recordId;
    return answer;
  },
);

const voidRecords = operation(
  {
    ...{ id: 'voidRecords', method: 'POST', path: '/records/void', tag: 'Records', role: 'operator' },
    summary: 'Take records out of every total; nothing is deleted',
    body: z.strictObject({ records: z.array(c.idOrPrefix).min(1).max(500), reason: s.correctionReason }),
    answer: z.object({ voided: z.array(c.hash) }),
  },
  ({ api, body }) => api.turn.take(() => useCases.void(api.node, body)),
);

const voidRecord = operation(
  {
    ...{ id: 'voidRecord', method: 'POST', path: '/records/{id}/void', tag: 'Records', role: 'operator' },
    summary: 'Take a record out of every total',
    params: one,
    seen: showRecord,
    body: z.strictObject({ reason: s.correctionReason }),
    answer: z.object({ voided: z.array(c.hash) }),
  },
  async ({ api, params, body, audit }) => {
    const answer = await api.turn.take(() => useCases.void(api.node, { records: [params.id], reason: body.reason }));
    [audit.target] = answer.voided as [string];
    return answer;
  },
);

const exportUpload = operation(
  {
    ...{ id: 'exportUpload', method: 'POST', path: '/portfolio-manager-uploads', tag: 'Records', role: 'operator' },
    job: true,
    summary: "The node's own records as a workbook for ENERGY STAR Portfolio Manager",
    detail: 'Every filter narrows. What has no place in the workbook is counted with its reason; docs/bills.md.',
    body: z.strictObject({
      year: c.year.optional().meta({ description: 'Records with a day in the calendar year.' }),
      from: c.date.optional(),
      to: c.date.optional().meta({ description: 'Exclusive.' }),
    }),
    answer: s.uploadAnswer,
    counts: ({ rows, records, meters }: z.infer<typeof s.uploadAnswer>) => ({ rows, records, meters }),
  },
  async ({ api, body }) =>
    (progress, signal) =>
      useCases.exportUpload(api.node, defined(body), progress, signal),
);

export const recordOperations = {
  listRecords,
  exportUpload,
  showRecord,
  correctRecord,
  voidRecords,
  voidRecord,
} as const;
