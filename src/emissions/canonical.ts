import { ChannelError } from './error.ts';

/** What canonical JSON may hold here: decimals are strings, integers are safe, absent is an absent key (null stands only in answers). */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/**
 * Canonical JSON text (RFC 8785): keys in UTF-16 order, no white space, ECMAScript number and string forms.
 * Keys whose value is undefined are left out.
 * @throws {ChannelError} NOT_CANONICAL on a non-integer or unsafe number, a lone surrogate or a value that JSON lacks
 */
export function canonical(value: unknown): string {
  if (value === null) return 'null';
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw refuse('a string holds a lone surrogate');
      return JSON.stringify(value);
    case 'number':
      if (!Number.isSafeInteger(value)) throw refuse('a number is not a safe integer; decimals are strings');
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      return Array.isArray(value) ? `[${value.map(canonical).join(',')}]` : canonicalObject(value);
    default:
      throw refuse(`a ${typeof value} has no JSON form`);
  }
}

function canonicalObject(value: object): string {
  const parts: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const member = (value as Record<string, unknown>)[key];
    if (member !== undefined) parts.push(`${canonical(key)}:${canonical(member)}`);
  }
  return `{${parts.join(',')}}`;
}

/**
 * The value of canonical JSON text; anything that is not its own canonical form is refused, so that one content has one
 * text and one hash.
 * @throws {ChannelError} NOT_CANONICAL
 */
export function parseCanonical(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ChannelError('NOT_CANONICAL', 'the text is not JSON', { cause });
  }
  if (canonical(value) !== text) throw refuse('the text is JSON but not in canonical form');
  return value;
}

function refuse(message: string): ChannelError {
  return new ChannelError('NOT_CANONICAL', message);
}
