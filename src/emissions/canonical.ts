import { ChannelError } from './error.ts';

/** What canonical JSON may hold here: decimals are strings, integers are safe, absent is an absent key (null stands only in answers). */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/** Deeper than anything the channel holds, and far from where a node's stack would end, which differs between nodes. */
const MAX_DEPTH = 64;

/**
 * Canonical JSON text (RFC 8785): keys in UTF-16 order, no white space, ECMAScript number and string forms.
 * Keys whose value is undefined are left out.
 * @throws {ChannelError} NOT_CANONICAL on a non-integer or unsafe number, a lone surrogate, a value that JSON lacks or more than
 * 64 levels
 */
export function canonical(value: unknown): string {
  return textOf(value, 0);
}

function textOf(value: unknown, depth: number): string {
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
      if (depth === MAX_DEPTH) throw refuse(`the value has more than ${MAX_DEPTH} levels`);
      return Array.isArray(value) ? arrayText(value, depth + 1) : objectText(value, depth + 1);
    default:
      throw refuse(`${typeof value} has no JSON form`);
  }
}

// By position, so that the holes of a sparse array are met and refused.
function arrayText(value: readonly unknown[], depth: number): string {
  const parts: string[] = [];
  for (let at = 0; at < value.length; at += 1) parts.push(textOf(value[at], depth));
  return `[${parts.join(',')}]`;
}

function objectText(value: object, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw refuse('an object of a class has no JSON form');
  const parts: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const member = (value as Record<string, unknown>)[key];
    if (member !== undefined) parts.push(`${textOf(key, depth)}:${textOf(member, depth)}`);
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
