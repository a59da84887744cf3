// Keys of the world state. Parts never hold '/', so that keys cannot run into each other.
import type { ReleaseRef } from '../emissions/index.ts';

export const stateKeys = {
  channel: 'channel',
  policy: 'policy',
  member: (id: string): string => `member/${id}`,
  node: (member: string): string => `node/${member}`,
  release: ({ publisher, dataset, version }: ReleaseRef): string => `release/${publisher}/${dataset}/${version}`,
  page: (transactionId: string): string => `page/${transactionId}`,
  /** Overlap control (rule J): one key a meter, commodity, flow and calendar year; under its owner, so that nobody else can fill it. */
  meterYear: (owner: string, meter: string, commodity: string, flow: string, year: number): string =>
    `meter/${owner}/${meter}/${commodity}/${flow}/${year}`,
  /** Only once something about a record changes. */
  record: (id: string): string => `record/${id}`,
  /** Under its owner: a commitment stands on the ledger for all to read, and another member may repeat it. */
  document: (owner: string, commitment: string): string => `document/${owner}/${commitment}`,
  request: (transactionId: string): string => `request/${transactionId}`,
  submission: (member: string, key: string): string => `submission/${member}/${key}`,
};

/** End of the range of keys that begin with `prefix/`: '0' follows '/' in byte order. */
export function rangeOf(prefix: string): readonly [string, string] {
  return [`${prefix}/`, `${prefix}0`];
}
