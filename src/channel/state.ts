import { canonical } from '../emissions/index.ts';
import type { LedgerContext, QueryContext } from './context.ts';

/** Value of a key, parsed; `undefined` when absent. Values are written by `write` alone, so they need no shape check. */
export async function read<T>(context: Pick<QueryContext, 'get'>, key: string): Promise<T | undefined> {
  const value = await context.get(key);
  return value === undefined ? undefined : (JSON.parse(value) as T);
}

export function write(context: LedgerContext, key: string, value: unknown): void {
  context.put(key, canonical(value));
}

/** Every value whose key begins with `prefix/`, in the order of the keys. */
export async function readAll<T>(
  context: Pick<QueryContext, 'range'>,
  [start, end]: readonly [string, string],
): Promise<T[]> {
  const values: T[] = [];
  for await (const { value } of context.range(start, end)) values.push(JSON.parse(value) as T);
  return values;
}
