import { releaseName } from '../channel/index.ts';
import type { CommittedTransaction } from '../ledger/index.ts';
import type { BundleHead } from './bundle.ts';

/** What a bundle is asked for, by whoever knows the record. */
export interface BundleRequest {
  readonly record: BundleHead['record'];
  /** The transaction that recorded it. */
  readonly page: string;
  /** Releases whose rows the record uses, publisher/dataset/version. */
  readonly releases: ReadonlySet<string>;
  readonly stated: BundleHead['stated'];
}

const GOVERNANCE = /^(channel\.create|members\.(admit|grant|suspend)|policy\.set)$/;

/** Whether a bundle needs the transaction: what made members, policy and releases what they were, and the page itself. */
export function isWanted({ id, name, args, valid }: CommittedTransaction, { page, releases }: BundleRequest): boolean {
  if (!valid) return false;
  if (id === page || GOVERNANCE.test(name)) return true;
  return name === 'factors.publish' && releases.has(releaseName(JSON.parse(args).manifest));
}
