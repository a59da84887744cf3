import { ChannelError } from '../emissions/index.ts';

const MOST_BYTES = 65_536;

/**
 * The request's body as a JSON object.
 * @throws {ChannelError} ARGUMENTS_INVALID, BODY_TOO_LARGE beyond 64 KiB
 */
export async function jsonBody(request: Request): Promise<Readonly<Record<string, unknown>>> {
  const type = request.headers.get('Content-Type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json')
    throw new ChannelError('ARGUMENTS_INVALID', 'the body is not announced as application/json', {
      where: 'Content-Type',
      fix: 'Send Content-Type: application/json.',
    });
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MOST_BYTES) throw new ChannelError('BODY_TOO_LARGE', `the body has more than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)));
  } catch {
    // The cause is left out: it quotes the body.
    throw new ChannelError('ARGUMENTS_INVALID', 'the body is not JSON in UTF-8');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ChannelError('ARGUMENTS_INVALID', 'the body is not a JSON object');
  return value as Readonly<Record<string, unknown>>;
}

/** Fields of an object, each known and of its type: `text`, `texts` (a list) or `whole` (a number from 0). */
export type FieldTypes = Readonly<Record<string, 'text' | 'texts' | 'whole'>>;

const IS = {
  text: (value: unknown) => typeof value === 'string',
  texts: (value: unknown) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
  whole: (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0,
} as const;

const WORDS = { text: 'text', texts: 'a list of texts', whole: 'a whole number from 0' } as const;

/** @throws {ChannelError} FIELD_INVALID, naming a field that is known, is missing or is of another type */
export function demandFields(
  value: Readonly<Record<string, unknown>>,
  required: FieldTypes,
  optional: FieldTypes = {},
): void {
  const known = { ...required, ...optional };
  const strange = Object.keys(value).find((name) => !Object.hasOwn(known, name));
  if (strange !== undefined)
    throw new ChannelError('FIELD_INVALID', 'the body has a field that is not known', {
      fix: `Fields are ${Object.keys(known).join(', ') || 'none'}.`,
    });
  for (const [name, type] of Object.entries(known)) {
    if (value[name] === undefined && !Object.hasOwn(required, name)) continue;
    if (!IS[type](value[name]))
      throw new ChannelError('FIELD_INVALID', `${name} is not ${WORDS[type]}`, { where: name });
  }
}
