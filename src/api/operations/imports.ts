import { z } from 'zod';
import { parseMapping, parseTemplate, type ReadOptions } from '../../bills/index.ts';
import { defined } from '../../emissions/index.ts';
import { type Node, type Progress, type SentDocument, useCases } from '../../node/index.ts';
import { type Call, operation } from '../operation.ts';
import * as c from '../schemas/common.ts';
import * as s from '../schemas/records.ts';
import type { Received } from '../uploads/received.ts';
import { namedFiles } from './files.ts';

const { read: _read, files: _files, document: _document, documents: _documents, ...flags } = s.importBody.shape;
/** Settings as a form or a query has them: one level, places by their parts. */
const settings = z
  .strictObject({ ...s.readOptions.shape, ...c.placeHint.shape, ...flags })
  .omit({ place: true, mapping: true, template: true })
  .partial();
type Settings = z.infer<typeof settings>;
type Request = Omit<Parameters<typeof useCases.record>[1], 'files' | 'document' | 'sent'>;

export const TEMPLATE_TEXT = "A template of a utility's PDF bills, JSON; as a file or as a field.";

export const importBills = operation(
  {
    ...{ id: 'importBills', method: 'POST', path: '/imports', tag: 'Imports and uploads', role: 'operator', job: true },
    summary: 'Record bill files: every line of every file, or none',
    detail:
      'A bill is sent as it is, as files of a form with the settings as fields, or as JSON that names uploads. A file that was recorded before is refused, whoever sends it again. The job results in the lines with their figures. A document that a row of the bill names comes along: in the form, in a field `document` with that file name, or as an upload in `documents`. Nothing of the machine is reached by a name.',
    query: settings,
    body: s.importBody,
    raw: {
      types: [
        'multipart/form-data',
        'text/csv',
        'application/xml',
        'text/xml',
        'application/pdf',
        'application/octet-stream',
      ],
      description:
        'The bill file; in a form, one or more of them in fields of any name, beside `document`, `mapping` and `template`. Of a CSV file of another layout `mapping` is what uec bills map proposed.',
      form: settings,
      texts: {
        mapping: 'A mapping as uec bills map writes it, JSON; as a file or as a field.',
        template: TEMPLATE_TEXT,
      },
    },
    answer: s.importAnswer,
    counts: ({ dryRun, totals }: z.infer<typeof s.importAnswer>) => ({
      recorded: dryRun ? 0 : totals.lines,
      rejected: totals.rejected,
    }),
  },
  async (call) => {
    const { api } = call;
    const { paths, names, document, sent, remove, request } = await filesOf(call);
    return async (progress, signal) => {
      const args = { ...request, files: paths, names, ...defined({ document, sent }) };
      const record: RecordUseCase = useCases.record;
      return await api.turn.take(() => record(api.node, args, progress, signal)).finally(remove);
    };
  },
);

type RecordUseCase = (
  node: Node,
  args: Parameters<typeof useCases.record>[1],
  progress: Progress,
  signal: AbortSignal,
) => ReturnType<typeof useCases.record>;

interface Sent {
  readonly paths: readonly string[];
  readonly names: readonly (string | undefined)[];
  readonly document: string | undefined;
  /** Documents that rows name; absent where they lie beside the bills, on this machine. */
  readonly sent: readonly SentDocument[] | undefined;
  readonly request: Request;
  remove(): Promise<void>;
}

interface ImportCall extends Pick<Call, 'api' | 'principal'> {
  readonly files: Received<Settings> | undefined;
  readonly body: unknown;
  readonly query: unknown;
}

async function filesOf(call: ImportCall): Promise<Sent> {
  if (call.files !== undefined) {
    const { fields, texts, paths, names, documents } = call.files;
    const told = defined({
      mapping: texts.mapping === undefined ? undefined : parseMapping(texts.mapping),
      template: texts.template === undefined ? undefined : parseTemplate(texts.template),
    });
    const request = nested({ ...(call.query as Settings), ...fields }, told);
    return { paths, names, sent: documents, document: undefined, request, remove: async () => undefined };
  }
  const { files, document, documents = [], read, ...flags } = call.body as z.infer<typeof s.importBody>;
  const refs = [...files, ...documents.map(({ file }) => file), ...(document === undefined ? [] : [document])];
  const named = await namedFiles(call, refs);
  const paths = named.paths.slice(0, files.length);
  const sent = documents.map(({ name }, at) => ({
    ...{ name, path: named.paths[files.length + at] as string },
    isWhole: true,
  }));
  const beside = documents.length === 0 && files.every((file) => 'path' in file);
  const request: Request = { ...defined(flags), read: readOf(read) };
  const { names, remove } = named;
  return {
    ...{ paths, names, request, remove, sent: beside ? undefined : sent },
    document: document === undefined ? undefined : named.paths.at(-1),
  };
}

export function readOf({ place, mapping, ...rest }: z.infer<typeof s.readOptions>): Request['read'] {
  return defined({
    ...rest,
    place: place && defined(place),
    mapping: mapping && { ...defined(mapping), columns: defined(mapping.columns), fixed: defined(mapping.fixed) },
  });
}

/** Settings of one level as a body has them. */
export function nested(settings: Settings, told: Pick<ReadOptions, 'mapping' | 'template'>): Request {
  const { gwp, dryRun, acceptPartial, separately, label, heldLines, ...more } = settings;
  const { country, subdivision, region, zip, utilityId, ...read } = more;
  const place = defined({ country, subdivision, region, zip, utilityId });
  return {
    ...defined({ gwp, dryRun, acceptPartial, separately, label, heldLines }),
    read: defined({ ...read, ...told, place: Object.keys(place).length === 0 ? undefined : place }),
  };
}
