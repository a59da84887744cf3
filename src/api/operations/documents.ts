import { z } from 'zod';
import { ChannelError, defined } from '../../emissions/index.ts';
import { documentInCustody, openingOf, useCases } from '../../node/index.ts';
import { operation } from '../operation.ts';
import { pageOfList } from '../paging.ts';
import * as s from '../schemas/channel.ts';
import * as c from '../schemas/common.ts';
import { localPath, namedFile } from './files.ts';

const one = z.strictObject({ id: c.idOrPrefix });
const tag = 'Documents';
const ANY_FILE = [
  'multipart/form-data',
  'application/pdf',
  'image/png',
  'image/jpeg',
  'text/csv',
  'text/plain',
  'application/octet-stream',
];
const attached = z.strictObject({ record: z.array(c.idOrPrefix).min(1).max(100).optional() });

const listDocuments = operation(
  {
    ...{ id: 'listDocuments', method: 'GET', path: '/documents', tag, role: 'viewer' },
    summary: "Documents in this node's custody",
    query: z.strictObject(c.paging),
    answer: c.pageOf(s.custody),
    item: s.custody,
  },
  async ({ api, query }) => {
    const { documents } = await useCases.documents(api.node, {});
    return pageOfList(documents, ({ commitment }) => commitment, query);
  },
);

const showDocument = operation(
  {
    ...{ id: 'showDocument', method: 'GET', path: '/documents/{id}', tag, role: 'viewer' },
    summary: "A document in this node's custody, by its commitment or by a record that it proves",
    params: one,
    answer: s.custody,
    item: s.custody,
  },
  ({ api, params }) => documentInCustody(api.node, params.id),
);

const attachDocument = operation(
  {
    ...{ id: 'attachDocument', method: 'POST', path: '/documents', tag, role: 'operator' },
    summary: 'Keep a document, encrypted, and attach it to records that were recorded without it',
    query: attached,
    body: z.strictObject({ file: c.fileRef, records: z.array(c.idOrPrefix).min(1).max(100) }),
    raw: { types: ANY_FILE, description: 'The document; the records in `record`, once or more.', form: attached },
    answer: s.documentStatus,
    status: 201,
  },
  async (call) => {
    const { api, body, query, files, audit } = call;
    const attach = async (file: string, records: readonly string[]) => {
      const status = await api.turn.take(() => useCases.attachDocument(api.node, { file, records }));
      audit.target = status.commitment;
      return status;
    };
    if (files === undefined) {
      const { path, remove } = await namedFile(call, body.file);
      const status = await attach(path as string, body.records);
      await remove();
      return status;
    }
    const records = files.fields.record ?? query.record;
    const [path, ...more] = files.paths;
    if (records === undefined || path === undefined || more.length > 0)
      throw new ChannelError('REQUEST_INVALID', 'one document and the records it belongs to are needed', {
        where: 'query/record',
      });
    return await attach(path, records);
  },
);

const holdDocument = operation(
  {
    ...{ id: 'holdDocument', method: 'PUT', path: '/documents/{id}/hold', tag, role: 'operator' },
    summary: 'Forbid erasing a document up to and including a day',
    params: one,
    seen: showDocument,
    body: z.strictObject({
      until: c.date,
      reason: z
        .string()
        .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/)
        .max(60),
    }),
    answer: s.holdAnswer,
  },
  ({ api, params, body }) => api.turn.take(() => useCases.holdDocument(api.node, { document: params.id, ...body })),
);

const liftHold = operation(
  {
    ...{ id: 'liftHold', method: 'DELETE', path: '/documents/{id}/hold', tag, role: 'operator' },
    summary: 'End a hold before its day',
    params: one,
    seen: showDocument,
    answer: s.holdAnswer,
  },
  ({ api, params }) => api.turn.take(() => useCases.holdDocument(api.node, { document: params.id, lift: true })),
);

const eraseDocument = operation(
  {
    ...{ id: 'eraseDocument', method: 'POST', path: '/erasures', tag, role: 'admin' },
    summary: 'Destroy a document on order; the number stays and still verifies',
    detail: 'It cannot be undone. `order` is your own reference, such as a case number, and no name.',
    ...{ seen: showDocument, seenId: 'document' },
    body: z.strictObject({ document: c.idOrPrefix, order: z.string().min(1).max(100), reason: s.erasureReason }),
    answer: s.erasureAnswer,
  },
  async ({ api, body, audit }) => {
    const answer = await api.turn.take(() => useCases.eraseDocument(api.node, body));
    audit.target = answer.commitment;
    return answer;
  },
);

const verifyDocuments = operation(
  {
    ...{ id: 'verifyDocuments', method: 'POST', path: '/documents/verifications', tag, role: 'auditor', job: true },
    summary: 'Whether documents in custody are the ones that were recorded',
    body: z.strictObject({ document: c.idOrPrefix.optional() }),
    answer: s.documentVerifications,
    counts: (documents: z.infer<typeof s.documentVerifications>) => ({
      documents: documents.length,
      matching: documents.filter(({ state }) => state === 'matches').length,
    }),
  },
  async ({ api, body }) =>
    () =>
      useCases.verifyDocuments(api.node, defined(body)),
);

const scrubDocuments = operation(
  {
    ...{ id: 'scrubDocuments', method: 'POST', path: '/documents/scrubs', tag, role: 'operator', job: true },
    summary: 'Look for missing, damaged and orphaned documents',
    detail: '`removeOrphans` destroys what belongs to no entry: that takes the role admin.',
    body: z.strictObject({ announce: z.boolean().optional(), removeOrphans: z.boolean().optional() }),
    answer: s.scrubAnswer,
    counts: ({ checked, findings }: z.infer<typeof s.scrubAnswer>) => ({ checked, findings: findings.length }),
  },
  async ({ api, body, principal }) => {
    if (body.removeOrphans === true && principal.role !== 'admin')
      throw new ChannelError('ROLE_INSUFFICIENT', 'removing orphans asks for the role admin');
    return () => api.turn.take(() => useCases.scrubDocuments(api.node, defined(body)));
  },
);

const listRequests = operation(
  {
    ...{ id: 'listRequests', method: 'GET', path: '/requests', tag: 'Requests', role: 'viewer', fresh: 'ledger' },
    summary: 'Requests of auditors on the channel',
    query: z.strictObject(c.paging),
    answer: c.pageOf(s.documentRequest),
    item: s.documentRequest,
  },
  async ({ api, query }) => {
    await api.node.inventory.catchUp(api.node.ledger);
    return pageOfList(api.node.inventory.requests(), ({ id }) => id, query);
  },
);

const requestDocument = operation(
  {
    ...{ id: 'requestDocument', method: 'POST', path: '/requests', tag: 'Requests', role: 'auditor' },
    summary: 'Ask on the ledger for the document behind a record',
    body: z.strictObject({ record: c.idOrPrefix, purpose: c.line, deadline: c.date }),
    answer: s.documentRequest,
    status: 201,
  },
  ({ api, body }) => api.turn.take(() => useCases.requestDocument(api.node, body)),
);

const answerRequest = operation(
  {
    ...{ id: 'answerRequest', method: 'POST', path: '/requests/{id}/answer', tag: 'Requests', role: 'operator' },
    summary: 'Answer a request: offered, refused, or gone',
    detail:
      'After an offer the opening, document and key, is read at /requests/{id}/opening and given to the auditor alone.',
    params: one,
    body: z.strictObject({
      answer: z.enum(['offered', 'refused', 'gone']),
      reason: c.line.optional().meta({ description: 'Of a refusal.' }),
      file: z
        .string()
        .min(1)
        .max(4096)
        .optional()
        .meta({ description: 'Where the command on the same machine wants the opening.' }),
    }),
    answer: s.documentRequest,
  },
  async ({ api, params, body, principal }) => {
    const request = params.id;
    if (body.answer === 'refused' && body.reason === undefined)
      throw new ChannelError('REQUEST_INVALID', 'body/reason: a refusal needs a reason', { where: 'body/reason' });
    const chosen =
      body.answer === 'gone'
        ? { gone: true }
        : body.answer === 'refused'
          ? { refuse: body.reason as string }
          : body.file === undefined
            ? { offered: true }
            : { offer: localPath(principal, body.file) };
    return api.turn.take(() => useCases.answerRequest(api.node, { request, ...chosen }));
  },
);

const readOpening = operation(
  {
    ...{ id: 'readOpening', method: 'GET', path: '/requests/{id}/opening', tag: 'Requests', role: 'operator' },
    summary: 'The opening of a document that was offered: for the auditor alone',
    params: one,
    produces: ['application/octet-stream'],
  },
  async ({ api, params }) => {
    const bytes = ReadableStream.from(await openingOf(api.node, params.id)) as ReadableStream<Uint8Array>;
    return new Response(bytes, { headers: { 'Content-Type': 'application/octet-stream' } });
  },
);

const giveVerdict = operation(
  {
    ...{ id: 'giveVerdict', method: 'POST', path: '/requests/{id}/verdict', tag: 'Requests', role: 'auditor' },
    summary: 'Check an opening against the ledger and record the verdict that follows',
    params: one,
    body: z.union([z.strictObject({ notPresented: z.literal(true) }), z.strictObject({ opening: c.fileRef })]),
    raw: { types: ['application/octet-stream'], description: 'The opening as the owner gave it.' },
    answer: s.verdictAnswer,
  },
  async (call) => {
    const { api, params, body, files } = call;
    const give = (chosen: { opening: string } | { notPresented: true }) =>
      api.turn.take(() => useCases.giveVerdict(api.node, { request: params.id, ...chosen }));
    if (files !== undefined) return give({ opening: files.paths[0] as string });
    if ('notPresented' in body) return give({ notPresented: true });
    const { path, remove } = await namedFile(call, body.opening);
    const answer = await give({ opening: path as string });
    await remove();
    return answer;
  },
);

export const documentOperations = {
  listDocuments,
  showDocument,
  attachDocument,
  holdDocument,
  liftHold,
  eraseDocument,
  verifyDocuments,
  scrubDocuments,
  listRequests,
  requestDocument,
  answerRequest,
  readOpening,
  giveVerdict,
} as const;
