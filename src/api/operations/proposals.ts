import { z } from 'zod';
import { parseTemplate, type ReadOptions, readProposal } from '../../bills/index.ts';
import { ChannelError, defined, type GwpChoice } from '../../emissions/index.ts';
import { fileBytes } from '../../node/index.ts';
import { operation } from '../operation.ts';
import * as c from '../schemas/common.ts';
import * as s from '../schemas/records.ts';
import { namedFile } from './files.ts';
import { nested, readOf, TEMPLATE_TEXT } from './imports.ts';

/** Settings as a form or a query has them: those of the import that decide what is recorded. */
const settings = z
  .strictObject({ ...s.readOptions.shape, ...c.placeHint.shape, gwp: c.gwpChoice })
  .omit({ place: true, mapping: true, template: true, confirm: true })
  .partial();

// Answered at once and kept nowhere: a proposal holds meter and account numbers, and results of jobs are kept for others to fetch.
export const proposeBill = operation(
  {
    ...{ id: 'proposeBill', method: 'POST', path: '/proposals', tag: 'Imports and uploads', role: 'operator' },
    summary: 'What a PDF bill seems to say, for a person to compare with it',
    detail:
      'Nothing is recorded. Import the same file with the same settings, place and GWP set among them, and the digest of the answer as `confirm` once the values were compared with the bill. An upload stays until it is imported or removed.',
    query: settings,
    body: s.proposalBody,
    raw: {
      types: ['multipart/form-data', 'application/pdf', 'application/octet-stream'],
      description: 'The PDF; in a form, in a field of any name beside `template`.',
      form: settings,
      texts: { template: TEMPLATE_TEXT },
    },
    answer: s.billProposal,
    once: 'never-kept',
  },
  async (call) => {
    const { body, query, files } = call;
    if (files === undefined) {
      const { path } = await namedFile(call, body.file);
      return proposed(path as string, readOf(body.read as z.infer<typeof s.readOptions>), body.gwp);
    }
    const [path, ...more] = files.paths;
    if (path === undefined || more.length > 0)
      throw new ChannelError('REQUEST_INVALID', 'one PDF is proposed at a time', { where: 'body' });
    const { template } = files.texts;
    const { read, gwp } = nested(
      { ...query, ...files.fields } as Parameters<typeof nested>[0],
      defined({ template: template === undefined ? undefined : parseTemplate(template) }),
    );
    return proposed(path, read, gwp);
  },
);

function proposed(path: string, read: ReadOptions, gwp: GwpChoice | undefined): ReturnType<typeof readProposal> {
  return readProposal(fileBytes(path), { ...read, recorded: defined({ place: read.place, gwp }) });
}
