import { ChannelError, canonical } from '../emissions/index.ts';
import type { QueryContext } from './context.ts';
import type { DocumentRequest, DocumentStatus } from './documents.ts';
import { rangeOf, stateKeys } from './keys.ts';
import { type ChannelInfo, listMembers } from './members.ts';
import type { NodeAnnouncement } from './nodes.ts';
import { type PageDigest, parseJson } from './page.ts';
import { currentPolicy } from './policies.ts';
import type { RecordStatus } from './proven-record.ts';
import { listReleases } from './releases.ts';
import { hash, list, memberId, object, type Shape, text } from './shape.ts';
import { read, readAll } from './state.ts';

interface Query {
  readonly shape: Shape;
  // Arguments have passed `shape`, so each query names its own type for them.
  readonly answer: (context: QueryContext, args: never) => Promise<unknown>;
}

interface ById {
  readonly id: string;
}

const none = object({});
const byId = object({ id: hash });
const meterYearKeys = object({
  keys: list(text(/^meter\/[0-9A-Za-z./-]{1,240}$/, 'the key of a meter and year'), 1, 5_000),
});

// Answers are null where there is nothing: absence on a read is no error.
const queries: Readonly<Record<string, Query>> = {
  'channel.get': { shape: none, answer: (context) => orNull(read<ChannelInfo>(context, stateKeys.channel)) },
  'members.list': { shape: none, answer: listMembers },
  'meter-years.get': {
    shape: meterYearKeys,
    answer: async (context, { keys }: { readonly keys: readonly string[] }) =>
      (await context.getMany(keys)).map((value) => value ?? null),
  },
  'nodes.list': { shape: none, answer: (context) => readAll<NodeAnnouncement>(context, rangeOf('node')) },
  'policy.get': { shape: none, answer: (context) => orNull(currentPolicy(context)) },
  'releases.list': { shape: none, answer: listReleases },
  'pages.get': {
    shape: byId,
    answer: (context, { id }: ById) => orNull(read<PageDigest>(context, stateKeys.page(id))),
  },
  'records.status': {
    shape: byId,
    answer: (context, { id }: ById) => orNull(read<RecordStatus>(context, stateKeys.record(id))),
  },
  'documents.get': {
    shape: object({ commitment: hash, owner: memberId }),
    answer: (context, { commitment, owner }: { readonly commitment: string; readonly owner: string }) =>
      orNull(read<DocumentStatus>(context, stateKeys.document(owner, commitment))),
  },
  'requests.list': { shape: none, answer: (context) => readAll<DocumentRequest>(context, rangeOf('request')) },
};

export const queryNames: readonly string[] = Object.keys(queries).sort();

export async function runQuery(context: QueryContext, name: string, args: string): Promise<string> {
  const query = Object.hasOwn(queries, name) ? queries[name] : undefined;
  if (query === undefined) throw new ChannelError('TRANSACTION_UNKNOWN', `there is no query '${name.slice(0, 60)}'`);
  const value = parseJson(args);
  query.shape(value, 'arguments');
  return canonical(await query.answer(context, value as never));
}

async function orNull<T>(value: Promise<T | undefined>): Promise<T | null> {
  return (await value) ?? null;
}
