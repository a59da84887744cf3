import { ChannelError } from '../emissions/index.ts';

/** Most bytes of a JSON body: what is larger is a file, and is streamed. */
const MOST_JSON = 1_048_576;

export function mediaTypeOf(header: string | null): string {
  return (header ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** Bytes as they come, up to a limit. @throws {ChannelError} BODY_TOO_LARGE in the middle of the stream */
export function limited(bytes: ReadableStream<Uint8Array>, most: number): ReadableStream<Uint8Array> {
  let count = 0;
  return bytes.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        count += chunk.length;
        if (count > most) controller.error(new ChannelError('BODY_TOO_LARGE', `the body has more than ${most} bytes`));
        else controller.enqueue(chunk);
      },
    }),
  );
}

/** @throws {ChannelError} REQUEST_INVALID when it is no JSON; BODY_TOO_LARGE */
export async function jsonBody(bytes: ReadableStream<Uint8Array>, most: number): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of limited(bytes, Math.min(most, MOST_JSON))) chunks.push(chunk);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)));
  } catch (cause) {
    throw new ChannelError('REQUEST_INVALID', 'the body is not JSON in UTF-8', { where: 'body', cause });
  }
}

/**
 * The media type to answer with: the first of `produces` with the highest weight in Accept (RFC 9110, section 12.5.1).
 * @throws {ChannelError} NOT_ACCEPTABLE
 */
export function chosenType(accept: string | null, produces: readonly string[]): string {
  if (accept === null || accept.trim() === '') return produces[0] as string;
  const ranges = accept.split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    return { type, q: weight === undefined ? 1 : Number(weight.slice(2)) };
  });
  const weightOf = (type: string): number => {
    const [main] = type.split('/');
    for (const name of [type, `${main}/*`, '*/*']) {
      const found = ranges.find((range) => range.type === name);
      if (found !== undefined) return found.q;
    }
    return 0;
  };
  const best = produces.map((type) => ({ type, q: weightOf(type) })).sort((a, b) => b.q - a.q)[0];
  if (best !== undefined && best.q > 0) return best.type;
  throw new ChannelError('NOT_ACCEPTABLE', `the answer is ${produces.join(' or ')}`, { where: 'Accept' });
}
