import type { EvidenceCommitment } from '../channel/index.ts';
import { isChannelError } from '../emissions/index.ts';
import type { Node } from './node.ts';

/** True where a submission was refused for good, so that nothing of it can be on the ledger. */
export function isDefiniteRefusal(error: unknown): boolean {
  return isChannelError(error) && error.kind !== 'unavailable' && error.kind !== 'internal';
}

/**
 * Keeps what `keep` gives while `submit` puts it on the ledger, and removes it again when that is refused for good. Where the
 * outcome is not known it stays: the ledger may name it.
 */
export async function discardIfRefused<T>(
  node: Node,
  commitment: string | undefined,
  submit: () => Promise<T>,
): Promise<T> {
  try {
    return await submit();
  } catch (error) {
    if (commitment !== undefined && isDefiniteRefusal(error))
      await node.archive.erase(commitment, { order: 'not recorded', reason: 'never-recorded' });
    throw error;
  }
}

/** Removes documents that a cut-off command left: the ledger does not name them, and no import that can go on does. */
export async function removeUnrecorded(node: Node): Promise<void> {
  // A ledger that was put back from an older copy names fewer documents than it did: then nothing is taken for left over.
  const recorded = node.imports.finished().reduce((sum, { records }) => sum + records, 0);
  if (recorded > node.inventory.holdings(node.member).records) return;
  const open = new Set(
    node.imports
      .unfinished()
      .flatMap(({ evidence }) =>
        evidence.map(([, commitments]) => (JSON.parse(commitments) as EvidenceCommitment).document),
      ),
  );
  for (const { commitment, state } of node.archive.list()) {
    if (state !== 'kept' || open.has(commitment)) continue;
    if (node.inventory.documents({ commitment, owner: node.member }).items.length > 0) continue;
    await node.archive.erase(commitment, { order: 'import cut off', reason: 'never-recorded' });
  }
}
