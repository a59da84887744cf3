import type { Meter, Tombstone } from '../documents/index.ts';
import { ChannelError } from '../emissions/index.ts';
import type { Node } from './node.ts';

/** The owner's own list of its meters: which pseudonym stands for which. It never leaves the node. */
export async function listMeters(node: Node): Promise<readonly Meter[]> {
  return node.archive.vault.meters();
}

/**
 * The meter whose pseudonym begins so.
 * @throws {ChannelError} NOT_FOUND when no meter, or more than one, does
 */
export async function knownMeter(node: Node, start: string): Promise<Meter> {
  const found = (await listMeters(node)).filter(({ pseudonym }) => start.length >= 8 && pseudonym.startsWith(start));
  const [meter] = found;
  if (meter === undefined || found.length > 1) {
    throw new ChannelError(
      'NOT_FOUND',
      `${found.length === 0 ? 'no meter begins' : `${found.length} meters begin`} with ${start.slice(0, 64)}`,
      { fix: 'See uec meter list; eight characters are the least.' },
    );
  }
  return meter;
}

/**
 * Destroys a meter's key and label on order: nothing ties its records to it any more. The records stay; the same meter recorded
 * again gets another pseudonym.
 * @throws {ChannelError} NOT_FOUND as `knownMeter`
 */
export async function eraseMeter(
  node: Node,
  args: { readonly meter: string; readonly order: string; readonly reason: string },
): Promise<Tombstone> {
  const meter = await knownMeter(node, args.meter);
  return node.archive.vault.shredMeter(meter.pseudonym, { order: args.order, reason: args.reason });
}
