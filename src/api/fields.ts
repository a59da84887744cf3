import { ChannelError } from '../emissions/index.ts';
import type { AnyOperation } from './operation.ts';

/**
 * The names that `fields` asks for, which is taken out of the query.
 * @throws {ChannelError} REQUEST_INVALID for a name that the answer does not have
 */
export function chosenFields({ item }: AnyOperation, query: URLSearchParams): ReadonlySet<string> | undefined {
  const text = query.get('fields');
  if (item === undefined || text === null) return undefined;
  query.delete('fields');
  const names = text.split(',');
  const strange = names.find((name) => !Object.hasOwn(item.shape, name));
  if (strange === undefined) return new Set(names);
  throw new ChannelError('REQUEST_INVALID', `query/fields: there is no field '${strange.slice(0, 40)}'`, {
    where: 'query/fields',
    fix: `Fields are ${Object.keys(item.shape).join(', ')}.`,
  });
}

/** The answer with the chosen fields alone: of the item, or of each item of a page. */
export function withFields(value: unknown, fields: ReadonlySet<string> | undefined): unknown {
  if (fields === undefined || typeof value !== 'object' || value === null) return value;
  const only = (one: object) => Object.fromEntries(Object.entries(one).filter(([name]) => fields.has(name)));
  if ('items' in value && Array.isArray(value.items)) return { ...value, items: value.items.map(only) };
  return only(value);
}
