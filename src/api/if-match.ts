import { ChannelError } from '../emissions/index.ts';
import { contentTag, isNamed } from './etag.ts';
import type { AnyOperation, Api, Call } from './operation.ts';
import type { Queue } from './turn.ts';
import { validated } from './validate.ts';

type Asked = Pick<Call, 'api' | 'principal' | 'params' | 'request'> & { readonly body: unknown };

/**
 * Demands that what the request changes is still what its If-Match names, and gives the API for it: there the demand is made once
 * more when the request's turn has come, so that nothing can be written in between.
 * @throws {ChannelError} PRECONDITION_FAILED; what reading it throws
 */
export async function unchangedApi(call: Asked, operation: AnyOperation): Promise<Api> {
  const { api, request } = call;
  const header = request.headers.get('If-Match');
  if (header === null || operation.method === 'GET' || operation.method === 'HEAD') return api;
  const demand = (): Promise<void> => demandUnchanged(call, operation, header);
  await demand();
  const guarded = (queue: Queue): Queue => ({
    take: (work) =>
      queue.take(async () => {
        await demand();
        return work();
      }),
  });
  return { ...api, turn: guarded(api.turn), settings: guarded(api.settings) };
}

async function demandUnchanged(call: Asked, { seen, seenId }: AnyOperation, header: string): Promise<void> {
  if (seen === undefined) throw failed('what the operation changes has no ETag', 'Send the request without If-Match.');
  const id = seenId === undefined ? undefined : (call.body as Readonly<Record<string, unknown>> | undefined)?.[seenId];
  const params =
    seen.params === undefined ? {} : validated(seen.params, id === undefined ? call.params : { id }, 'path');
  const answer = await seen.handle({ ...call, params, query: {} } as never);
  if (!isNamed(header, contentTag(JSON.stringify(answer))))
    throw failed(`it is not any more as GET ${seen.path} answered it under this ETag`);
}

function failed(message: string, fix?: string): ChannelError {
  return new ChannelError('PRECONDITION_FAILED', message, { where: 'If-Match', ...(fix === undefined ? {} : { fix }) });
}
