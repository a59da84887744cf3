// Shape checks for everything that reaches the contract. They also demand that keys stand in canonical order, so that a
// value that passes has exactly one text.
import { ChannelError } from '../emissions/index.ts';
import { choiceText, integerText, listText, objectText, stringText } from './shape-text.ts';

/** Throws FIELD_INVALID naming the path when the value is not of the shape. */
export interface Shape {
  (value: unknown, path: string): void;
  /**
   * Source of a regular expression that matches the canonical text of a value of the shape, and nothing else; absent where there
   * is none.
   */
  readonly canonicalText?: string | undefined;
}

function shapeOf(check: (value: unknown, path: string) => void, canonicalText: string | undefined): Shape {
  return Object.assign(check, { canonicalText });
}

interface Fields {
  readonly [key: string]: Shape;
}

/** An object with exactly these fields, keys in ascending order. */
export function object(required: Fields, optional: Fields = {}): Shape {
  const shapes = new Map(Object.entries({ ...required, ...optional }));
  const requiredKeys = Object.keys(required);
  const check = (value: unknown, path: string) => {
    const fields = entriesOf(value, path);
    let previous = '';
    for (const key in fields) {
      const shape = shapes.get(key);
      if (shape === undefined) throw invalid(path, `has a field '${key.slice(0, 40)}' that is not part of it`);
      if (key <= previous) throw disordered(path);
      previous = key;
      shape(fields[key], `${path}.${key}`);
    }
    const missing = requiredKeys.filter((key) => !Object.hasOwn(fields, key));
    if (missing.length > 0) throw invalid(path, `lacks ${missing.join(', ')}`);
  };
  const texts = [...shapes].map(([name, { canonicalText }]) => ({
    name,
    text: canonicalText,
    isOptional: !Object.hasOwn(required, name),
  }));
  return shapeOf(check, objectText(texts));
}

function entriesOf(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(path, 'is not an object');
  return value as Record<string, unknown>;
}

export function disordered(path: string): ChannelError {
  return new ChannelError('NOT_CANONICAL', `${path}: keys are not in canonical order`, { where: path });
}

/** An object whose keys are free (in canonical order) and whose values share a shape. */
export function dictionary(keyPattern: RegExp, shape: Shape, most: number): Shape {
  return (value, path) => {
    const fields = entriesOf(value, path);
    const keys = Object.keys(fields);
    if (keys.length > most) throw invalid(path, `has more than ${most} entries`);
    keys.forEach((name, at) => {
      if (!keyPattern.test(name)) throw invalid(path, 'has a key that is not allowed');
      if (at > 0 && name <= (keys[at - 1] as string)) throw disordered(path);
      shape(fields[name], `${path}.${name}`);
    });
  };
}

export function list(shape: Shape, least: number, most: number): Shape {
  const check = (value: unknown, path: string) => {
    if (!Array.isArray(value)) throw invalid(path, 'is not a list');
    if (value.length < least || value.length > most)
      throw invalid(path, `has ${value.length} entries; ${least} to ${most} are allowed`);
    for (let at = 0; at < value.length; at += 1) shape(value[at], `${path}[${at}]`);
  };
  return shapeOf(check, listText(shape.canonicalText, least, most));
}

export function text(pattern: RegExp, what: string): Shape {
  const check = (value: unknown, path: string) => {
    if (typeof value !== 'string' || !pattern.test(value)) throw invalid(path, `is not ${what}`);
  };
  return shapeOf(check, stringText(pattern));
}

export function oneOf(values: readonly string[]): Shape {
  const known = new Set(values);
  const check = (value: unknown, path: string) => {
    if (typeof value !== 'string' || !known.has(value)) throw invalid(path, `is none of ${values.join(', ')}`);
  };
  return shapeOf(check, choiceText(values));
}

export function integer(least: number, most: number): Shape {
  const check = (value: unknown, path: string) => {
    if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > most) {
      throw invalid(path, `is not a whole number from ${least} to ${most}`);
    }
  };
  return shapeOf(check, integerText(least, most));
}

export const isTrue: Shape = (value, path) => {
  if (value !== true) throw invalid(path, 'is not true');
};

export const hash: Shape = text(/^[0-9a-f]{64}$/, '64 lower-case hex digits');
export const memberId: Shape = text(
  /^[A-Za-z][A-Za-z0-9.-]{0,62}$/,
  "a member's id: a letter, then letters, digits, dot or hyphen",
);
export const date: Shape = text(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/, 'a date YYYY-MM-DD');
/**
 * Text without control, formatting and private characters, lone surrogates and line breaks. The ranges are named one by one:
 * `\p{C}` holds what is not assigned yet, so two nodes with other Unicode tables would differ.
 */
export const prose: Shape = text(
  /^[^\p{Cc}\p{Cs}\p{Co}\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]{1,1000}$/u,
  '1 to 1,000 printable characters',
);
/** A short text for names and reasons. */
export const line: Shape = (value, path) => {
  prose(value, path);
  if ((value as string).length > 200) throw invalid(path, 'is longer than 200 characters');
};
export const key: Shape = text(/^[A-Za-z0-9._:-]{1,80}$/, 'a key of letters, digits and . _ : -');
export const word: Shape = text(/^[A-Za-z0-9._-]{1,80}$/, 'a word of letters, digits and . _ -');
/** A plain decimal in shortest form; amounts may be as long as the core accepts. */
export const decimal: Shape = text(
  /^(0|[1-9][0-9]{0,29})(\.[0-9]{0,17}[1-9])?$/,
  'a plain decimal without trailing zeros',
);

export function invalid(path: string, fault: string): ChannelError {
  return new ChannelError('FIELD_INVALID', `${path} ${fault}`, { where: path });
}
