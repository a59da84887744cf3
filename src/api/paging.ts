import { ChannelError } from '../emissions/index.ts';

/**
 * A page of a list that is at hand whole, by the key of the last item shown. Items come in the order of their keys, so that one
 * that is added or removed meanwhile moves no other.
 */
export function pageOfList<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  { limit = 50, cursor }: { readonly limit?: number | undefined; readonly cursor?: string | undefined },
): { items: readonly T[]; next?: string } {
  const sorted = items.map((item) => ({ item, key: keyOf(item) })).sort((a, b) => (a.key < b.key ? -1 : 1));
  const after = cursor === undefined ? undefined : keyIn(cursor);
  const rest = after === undefined ? sorted : sorted.filter(({ key }) => key > after);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  const next = rest.length > page.length && last !== undefined ? { next: encode(last.key) } : {};
  return { items: page.map(({ item }) => item), ...next };
}

function encode(key: string): string {
  return Buffer.from(key).toString('base64url');
}

function keyIn(cursor: string): string {
  const key = Buffer.from(cursor, 'base64url').toString('utf8');
  if (encode(key) === cursor) return key;
  throw new ChannelError('FIELD_INVALID', `'${cursor.slice(0, 40)}' is no cursor`, {
    where: 'cursor',
    fix: 'Give the cursor of the page before as it was answered, or none for the first page.',
  });
}

/** RFC 8288: where the next page and the first are. */
export function pageLinks(url: URL, next: string | undefined): string {
  const link = (cursor: string | undefined, rel: string): string => {
    const query = new URLSearchParams(url.search);
    query.delete('cursor');
    if (cursor !== undefined) query.set('cursor', cursor);
    const text = query.toString();
    return `<${url.pathname}${text === '' ? '' : `?${text}`}>; rel="${rel}"`;
  };
  return [link(undefined, 'first'), ...(next === undefined ? [] : [link(next, 'next')])].join(', ');
}
