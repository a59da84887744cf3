import type { Meter, Tombstone } from '../documents/index.ts';
import { ChannelError } from '../emissions/index.ts';
import type { Node } from './node.ts';

/** The owner's own list of its meters: which pseudonym stands for which. It never leaves the node. */
export async function listMeters(node: Node): Promise<readonly Meter[]> {
  return node.archive.vault.meters();
}

/**
 * Destroys a meter's key and label on order: nothing ties its records to it any more. The records stay; the same meter recorded
 * again gets another pseudonym.
 * @throws {ChannelError} NOT_FOUND when no meter, or more than one, has the pseudonym
 */
export async function eraseMeter(
  node: Node,
  args: { readonly meter: string; readonly order: string; readonly reason: string },
): Promise<Tombstone> {
  const found = (await listMeters(node)).filter(
    ({ pseudonym }) => args.meter.length >= 8 && pseudonym.startsWith(args.meter),
  );
  const [meter] = found;
  if (meter === undefined || found.length > 1) {
    throw new ChannelError(
      'NOT_FOUND',
      `${found.length === 0 ? 'no meter begins' : `${found.length} meters begin`} with ${args.meter.slice(0, 64)}`,
      { fix: 'See uec meter list; eight characters are the least.' },
    );
  }
  return node.archive.vault.shredMeter(meter.pseudonym, { order: args.order, reason: args.reason });
}
