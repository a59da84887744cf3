import { ChannelError } from '../emissions/index.ts';
import type { Ledger } from '../ledger/index.ts';
import type { Bundle } from './bundle.ts';
import { embeddedBundle } from './embedded-export.ts';
import { fabricBundle } from './fabric-export.ts';
import type { BundleRequest } from './request.ts';

/**
 * The bundle of a record, from the ledger as it stands now. Reads the whole chain once.
 * @throws {ChannelError} RECORD_NOT_FOUND when the ledger has no such page; what the ledger throws
 */
export async function makeBundle(
  ledger: Ledger,
  request: BundleRequest,
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<Bundle> {
  const evidence = await ledger.evidence(request.page);
  if (evidence === undefined)
    throw new ChannelError('RECORD_NOT_FOUND', `no transaction ${request.page.slice(0, 12)} stands on the ledger`);
  if (evidence.ledger === 'fabric') return fabricBundle(ledger, request, onProgress);
  return embeddedBundle(ledger, request, onProgress);
}
