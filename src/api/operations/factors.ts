import { z } from 'zod';
import { type Progress, useCases } from '../../node/index.ts';
import { operation } from '../operation.ts';
import { pageOfList } from '../paging.ts';
import * as s from '../schemas/channel.ts';
import * as c from '../schemas/common.ts';
import { namedFiles } from './files.ts';

const tag = 'Factors';
const word = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/);

const listReleases = operation(
  {
    ...{ id: 'listReleases', method: 'GET', path: '/releases', tag, role: 'viewer' },
    summary: 'Factor releases that the ledger or this node knows',
    query: z.strictObject(c.paging),
    answer: c.pageOf(s.release),
    item: s.release,
  },
  async ({ api, query }) => pageOfList(await useCases.releases(api.node, {}), ({ release }) => release, query),
);

const loadReleases = operation(
  {
    ...{ id: 'loadReleases', method: 'POST', path: '/releases', tag, role: 'operator', job: true },
    summary: 'Load release files, and publish those that the ledger does not hold',
    body: z.strictObject({ files: z.array(c.fileRef).min(1).max(100) }),
    raw: {
      types: ['text/tab-separated-values', 'multipart/form-data', 'application/octet-stream'],
      description: 'A release file, or several in a form.',
      form: z.strictObject({}),
    },
    answer: z.array(s.release),
    counts: (releases: readonly unknown[]) => ({ releases: releases.length }),
  },
  async (call) => {
    const { api, body, files } = call;
    const { paths, remove } =
      files === undefined ? await namedFiles(call, body.files) : { paths: files.paths, remove: async () => undefined };
    return (progress: Progress) =>
      api.turn.take(() => useCases.loadReleases(api.node, { files: paths }, progress)).finally(remove);
  },
);

const withdrawRelease = operation(
  {
    ...{ id: 'withdrawRelease', method: 'POST', path: '/releases/{publisher}/{dataset}/{version}/withdrawal', tag },
    role: 'admin',
    summary: 'Withdraw a release; answers with the records that used it',
    params: z.strictObject({ publisher: word, dataset: word, version: word }),
    body: z.strictObject({ reason: c.line }),
    answer: z.object({ release: z.string(), records: z.array(c.hash) }),
  },
  ({ api, params: { publisher, dataset, version }, body }) =>
    api.turn.take(() =>
      useCases.withdrawRelease(api.node, { release: `${publisher}/${dataset}/${version}`, reason: body.reason }),
    ),
);

const findFactors = operation(
  {
    ...{ id: 'findFactors', method: 'GET', path: '/factors', tag, role: 'viewer' },
    summary: 'Factor rows for a commodity at a place and everything coarser',
    query: z.strictObject({
      commodity: c.commodity,
      country: c.placeHint.shape.country.unwrap(),
      subdivision: c.placeHint.shape.subdivision,
      region: c.placeHint.shape.region,
      on: c.date.optional(),
      ...c.paging,
    }),
    answer: c.pageOf(s.foundRow),
    item: s.foundRow,
  },
  async ({ api, query: { commodity, on, limit, cursor, ...place } }) => {
    const found = await useCases.findFactors(api.node, {
      commodity,
      place: place as { country: string },
      ...(on === undefined ? {} : { on }),
    });
    // Newest validity first.
    const position = new Map(found.map((row, at) => [row, String(at).padStart(6, '0')]));
    return pageOfList(found, (row) => position.get(row) as string, { limit, cursor });
  },
);

const verifyFactors = operation(
  {
    ...{ id: 'verifyFactors', method: 'POST', path: '/factors/verifications', tag, role: 'auditor', job: true },
    summary: "Recompute every release's root from the stored rows",
    answer: s.factorVerification,
    counts: ({ releases, problems }: z.infer<typeof s.factorVerification>) => ({ releases, problems: problems.length }),
  },
  async ({ api }) =>
    () =>
      useCases.verifyFactors(api.node, {}),
);

export const factorOperations = { listReleases, loadReleases, withdrawRelease, findFactors, verifyFactors } as const;
