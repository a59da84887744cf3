import { createReadStream } from 'node:fs';
import { z } from 'zod';
import { readProposal } from '../../bills/index.ts';
import { ChannelError } from '../../emissions/index.ts';
import { operation } from '../operation.ts';
import * as s from '../schemas/records.ts';
import { namedFiles, receivedFiles } from './files.ts';

/** Settings as a form or a query has them: what is told of places goes with the import. */
const settings = z
  .strictObject(s.readOptions.shape)
  .omit({ place: true, mapping: true, template: true, confirm: true })
  .partial();
type Settings = z.infer<typeof settings>;

// Answered at once and kept nowhere: a proposal holds meter and account numbers, and results of jobs are kept for others to fetch.
export const proposeBill = operation(
  {
    ...{ id: 'proposeBill', method: 'POST', path: '/proposals', tag: 'Imports and uploads', role: 'operator' },
    summary: 'What a PDF bill seems to say, for a person to compare with it',
    detail:
      'Nothing is recorded. Import the same file with the same settings and the digest of the answer as `confirm` once the values were compared with the bill. A template is sent as JSON, with an upload as the file; an upload stays until it is imported or removed.',
    query: settings,
    body: s.proposalBody,
    raw: {
      types: ['multipart/form-data', 'application/pdf', 'application/octet-stream'],
      description: 'The PDF; in a form, in a field of any name.',
      form: settings,
    },
    answer: s.billProposal,
  },
  async (call) => {
    const { body, query, stream } = call;
    if (stream === undefined) {
      const { paths } = await namedFiles(call, [body.file]);
      return proposed(paths, body.read);
    }
    const { paths, fields, remove } = await receivedFiles<Settings>(call, settings);
    try {
      return await proposed(paths, { ...(query as Settings), ...fields });
    } finally {
      await remove();
    }
  },
);

async function proposed([path, ...more]: readonly string[], read: object): Promise<z.infer<typeof s.billProposal>> {
  if (path === undefined || more.length > 0)
    throw new ChannelError('REQUEST_INVALID', 'one PDF is proposed at a time', { where: 'body' });
  return (await readProposal(createReadStream(path), read)) as never;
}
