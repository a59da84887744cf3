import { ChannelError, isChannelError } from '../emissions/index.ts';
import type { ArchiveEntry, ErasureEvidence } from './catalogue.ts';
import type { Custody } from './custody.ts';
import type { StoreErasure } from './document-store.ts';
import type { ErasureOrder } from './erasure-order.ts';
import { isHeld } from './legal-hold.ts';

const UNFINISHED: ErasureOrder = { order: 'none', reason: 'unfinished' };

/**
 * Carries an ordered erasure to its end and gives the evidence: keys and salts first, so that from then on no copy of the
 * bytes opens, wherever it is; then the bytes; then both are looked for again. Every step may be repeated, so the whole may
 * be cut anywhere. Evidence that is not complete is not kept: the document stays `erasing` and the next call tries again.
 */
export async function finishErasure(custody: Custody, entry: ArchiveEntry): Promise<ErasureEvidence> {
  const { vault, store, catalogue, now } = custody;
  const { id } = entry;
  const { order, reason } = demandOrder(custody, entry);
  await vault.shred(id, { order, reason });
  const stored = await reachable<StoreErasure>(() => store.erase(id), {
    id,
    complete: false,
    places: [{ place: 'store', result: 'unreachable' }],
  });
  const gone = !vault.has(id) && (await reachable(async () => (await store.head(id)) === undefined, false));
  const evidence: ErasureEvidence = {
    id,
    order,
    reason,
    before: catalogue.stateBeforeOrder(id),
    places: [{ place: 'vault', result: 'shredded' }, ...stored.places],
    checkedAt: now().toISOString(),
    complete: stored.complete && gone,
  };
  if (!evidence.complete) return evidence;
  catalogue.finish(id, evidence);
  // Of two at once, the first one's evidence stands.
  return catalogue.findById(id)?.evidence ?? evidence;
}

/** Takes away what a keep left that did not come to its end; nobody has its commitment. */
export async function abandon({ vault, store, catalogue }: Custody, id: string): Promise<void> {
  await vault.shred(id, UNFINISHED);
  await store.erase(id);
  catalogue.forget(id);
}

/**
 * The order by which a document may be destroyed: its tombstone's, since then the keys are gone already, or the one that its
 * row records. A row alone that says "erased" is no order.
 * @throws {ChannelError} VAULT_INVALID where nobody ordered it, or the row says that it is held
 */
export function demandOrder({ vault, now }: Custody, entry: ArchiveEntry): ErasureOrder {
  const { id, state, order, hold } = entry;
  const stone = vault.tombstone(id);
  if (stone !== undefined) return stone;
  if (order === undefined) throw inconsistent(id, `is '${state}' without an order or a tombstone`);
  if (isHeld(hold, now())) throw inconsistent(id, `is '${state}' and held until ${hold?.until}`);
  return order;
}

/** Nothing is destroyed before every row that would have it destroyed was found to be what an archive writes. */
function demandConsistent(custody: Custody): void {
  const { catalogue } = custody;
  for (const id of catalogue.begunWithCommitment()) throw inconsistent(id, `is 'keeping' and has a commitment`);
  for (const entry of catalogue.all('erasing', 'erased')) demandOrder(custody, entry);
}

function inconsistent(id: string, found: string): ChannelError {
  return new ChannelError('VAULT_INVALID', `document ${id} ${found} in the catalogue: nothing was destroyed`, {
    where: `catalogue.db, document ${id}`,
    fix: 'Put catalogue.db back from a backup, keeping the newest tombstones.db.',
  });
}

/**
 * Finishes what a crash cut short, and erases again what an older backup brought back. What cannot be reached now is left
 * for the next time.
 * @returns ids of keeps that were taken away and of erasures that were finished
 * @throws {ChannelError} VAULT_INVALID, with nothing changed, where the catalogue would have a document destroyed that nobody
 * ordered destroyed
 */
export async function recover(custody: Custody): Promise<{ readonly abandoned: string[]; readonly erased: string[] }> {
  const { vault, catalogue, busy } = custody;
  demandConsistent(custody);
  const abandoned: string[] = [];
  const erased: string[] = [];
  for (const id of catalogue.unfinished()) {
    if (busy.has(id)) continue;
    const done = await reachable(() => abandon(custody, id).then(() => true), false);
    if (done) abandoned.push(id);
  }
  // The catalogue is older than the tombstones, or the vault and its tombstones are older than the catalogue.
  for (const stone of vault.tombstones()) catalogue.order(stone.id, stone);
  for (const entry of catalogue.all('erased')) {
    if (vault.has(entry.id)) await vault.shred(entry.id, demandOrder(custody, entry));
  }
  for (const entry of catalogue.all('erasing')) {
    const evidence = await reachable(() => finishErasure(custody, entry), undefined);
    if (evidence?.complete) erased.push(entry.id);
  }
  return { abandoned, erased };
}

async function reachable<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isChannelError(error, 'STORE_UNAVAILABLE', 'DISK_FULL')) return otherwise;
    throw error;
  }
}
