import type { NodeApiClient } from '../client/index.ts';
import { isChannelError } from '../emissions/index.ts';
import { demandGoingOn, type Progress, type UseCaseArgs, type UseCaseName } from '../node/index.ts';
import type { GivenFile, NodeFiles } from './node-files.ts';

type Served = {
  readonly [N in UseCaseName]: (
    api: NodeApiClient,
    args: UseCaseArgs<N>,
    progress: Progress,
    signal: AbortSignal | undefined,
    files: NodeFiles,
  ) => Promise<unknown>;
};

/** A document of the caller's, where one is named. */
const named = async (files: NodeFiles, document: string | undefined): Promise<object> =>
  document === undefined ? {} : { document: await files.give(document) };

const stoppedBy = (signal: AbortSignal | undefined): { signal?: AbortSignal } =>
  signal === undefined ? {} : { signal };

/** Every use case as a call of the API: what the command asks of a node that is served. Files come to it by `files`. */
export const servedCalls: Served = {
  status: (api) => api.call('GET /status', {}),
  record: async (api, { files: paths, document, sent: _sent, ...rest }, progress, signal, files) => {
    const ofRows = document === undefined ? await files.documentsOf(paths, rest.read) : [];
    const wanted = [...paths, ...ofRows.map(({ path }) => path), ...(document === undefined ? [] : [document])];
    const given: GivenFile[] = [];
    try {
      for (const path of wanted) {
        demandGoingOn(signal);
        given.push(await files.give(path));
        progress({ what: 'sending files', done: given.length, total: wanted.length });
      }
      const documents = ofRows.map(({ name }, at) => ({ name, file: given[paths.length + at] as GivenFile }));
      const body = {
        ...{ ...rest, files: given.slice(0, paths.length) },
        ...(documents.length === 0 ? {} : { documents }),
        ...(document === undefined ? {} : { document: given.at(-1) }),
      } as never;
      return await api.run('POST /imports', { body, ...stoppedBy(signal) }, progress);
    } catch (error) {
      // A job whose end was not heard of may be reading them.
      if (!isChannelError(error, 'LEDGER_UNAVAILABLE')) await files.takeBack(given);
      throw error;
    }
  },
  imports: (api, query) => api.call('GET /imports', { query }),
  showImport: (api, { import: id, ...query }) => api.call('GET /imports/{id}', { params: { id }, query }),
  undoImport: (api, { import: id, ...body }, progress, signal) =>
    api.run('POST /imports/{id}/undo', { params: { id }, body, ...stoppedBy(signal) }, progress),
  correct: async (api, { record, document, ...rest }, _progress, _signal, files) =>
    api.call('POST /records/{id}/corrections', {
      params: { id: record },
      body: { ...rest, ...(await named(files, document)) } as never,
    }),
  void: (api, { records, reason }) => api.call('POST /records/void', { body: { records: [...records], reason } }),
  inventory: (api, query) => api.call('GET /inventory', { query }),
  inventoryTable: async (api, query) =>
    (await api.response('GET /inventory', { query, headers: { Accept: 'text/csv' } })).text(),
  sites: (api, query) => api.call('GET /inventory/sites', { query }),
  records: (api, query) => api.call('GET /records', { query: query as never }),
  show: (api, { record }) => api.call('GET /records/{id}', { params: { id: record } }),
  verify: (api, body, progress) => api.run('POST /verifications', { body }, progress),
  fsck: (api, body, progress) => api.run('POST /checks', { body }, progress),
  exportBundle: (api, body, progress) => api.run('POST /bundles', { body }, progress),
  exportUpload: (api, body, progress, signal) =>
    api.run('POST /portfolio-manager-uploads', { body, ...stoppedBy(signal) }, progress),
  channelTrust: (api) => api.call('GET /trust', {}),
  documents: async (api) => ({
    documents: await Array.fromAsync(api.all('GET /documents', {})),
    requests: await Array.fromAsync(api.all('GET /requests', {})),
  }),
  verifyDocuments: (api, body, progress) => api.run('POST /documents/verifications', { body }, progress),
  attachDocument: async (api, { file, records }, _progress, _signal, files) =>
    api.call('POST /documents', { body: { file: await files.give(file), records: [...records] } }),
  holdDocument: (api, { document: id, lift, until, reason }) =>
    lift === true
      ? api.call('DELETE /documents/{id}/hold', { params: { id } })
      : api.call('PUT /documents/{id}/hold', { params: { id }, body: { until, reason } as never }),
  eraseDocument: (api, body) => api.call('POST /erasures', { body: body as never }),
  scrubDocuments: (api, body, progress) => api.run('POST /documents/scrubs', { body }, progress),
  requestDocument: (api, body) => api.call('POST /requests', { body }),
  answerRequest: (api, { request: id, offer, refuse, gone }, _progress, _signal, files) => {
    if (offer !== undefined && refuse === undefined && gone !== true) return files.offer(id, offer);
    const chosen = [
      ...(offer === undefined ? [] : [{ answer: 'offered', file: offer }]),
      ...(refuse === undefined ? [] : [{ answer: 'refused', reason: refuse }]),
      ...(gone === true ? [{ answer: 'gone' }] : []),
    ];
    const body = chosen.length === 1 ? chosen[0] : { answers: chosen.length };
    return api.call('POST /requests/{id}/answer', { params: { id }, body: body as never });
  },
  giveVerdict: async (api, { request: id, opening, notPresented }, _progress, _signal, files) => {
    const body =
      opening === undefined ? { notPresented: notPresented === true } : { opening: await files.give(opening) };
    return api.call('POST /requests/{id}/verdict', { params: { id }, body: body as never });
  },
  releases: (api) => Array.fromAsync(api.all('GET /releases', {})),
  loadReleases: async (api, { files: paths }, progress, _signal, files) => {
    const given = await Promise.all(paths.map((path) => files.give(path)));
    return api.run('POST /releases', { body: { files: given } }, progress);
  },
  findFactors: (api, { place, ...rest }) =>
    Array.fromAsync(api.all('GET /factors', { query: { ...rest, ...place } as never })),
  verifyFactors: (api, _args, progress) => api.run('POST /factors/verifications', {}, progress),
  withdrawRelease: (api, { release, reason }) => {
    const [publisher = '', dataset = '', version = ''] = release.split('/');
    return api.call('POST /releases/{publisher}/{dataset}/{version}/withdrawal', {
      params: { publisher, dataset, version },
      body: { reason },
    });
  },
  members: (api) => Array.fromAsync(api.all('GET /members', {})),
  meters: (api) => Array.fromAsync(api.all('GET /meters', {})),
  eraseMeter: (api, { meter: id, order, reason }) =>
    api.call('POST /meters/{id}/erasure', { params: { id }, body: { order, reason } }),
  policy: (api) => api.call('GET /policy', {}),
  setPolicy: (api, { policy }) => api.call('PUT /policy', { body: policy as never }),
  admitMember: (api, body) => api.call('POST /members', { body: body as never }),
  grantRoles: (api, { id, ...body }) => api.call('POST /members/{id}/roles', { params: { id }, body: body as never }),
  suspendMember: (api, { id, reason }) =>
    api.call('POST /members/{id}/suspension', { params: { id }, body: { reason } }),
};
