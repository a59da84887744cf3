import type { ArchiveEntry } from '../documents/index.ts';
import { ChannelError } from '../emissions/index.ts';
import type { Holdings, Inventory } from '../inventory/index.ts';
import type { Node } from './node.ts';

/** One thing that is not as it ought to be. */
export interface Fault {
  readonly where: string;
  readonly message: string;
  /** What to do, where the check knows it. */
  readonly fix?: string;
}

type Holding = Holdings['documents'][number];

/**
 * Compares custody with the ledger, starting from the ledger: every document that this member's active records name, or that
 * was attached to one, and that the ledger does not call erased or lost, is here and gives its commitment; none is here that
 * the ledger calls erased. Reads and decrypts every document. `inventory` is a read model at the ledger's height.
 * @throws {ChannelError} as `Archive.verify`; STATE_CORRUPT
 */
export async function custodyFaults(
  node: Pick<Node, 'archive' | 'member' | 'inventory'>,
  inventory: Pick<Inventory, 'holdings'> = node.inventory,
): Promise<Fault[]> {
  const { documents } = inventory.holdings(node.member);
  const onLedger = new Map(documents.map((document) => [document.commitment, document]));
  const faults = documents.flatMap((document) => absence(document, node.archive.find(document.commitment)));
  for (const entry of node.archive.list()) {
    if (entry.state !== 'kept') continue;
    const where = documentName(entry);
    faults.push(...(await faultsOf(where, () => presence(node, entry, onLedger.get(entry.commitment)))));
  }
  return faults;
}

/** A document that the ledger says is here and the catalogue does not. */
function absence({ commitment, state, needed }: Holding, entry: ArchiveEntry | undefined): Fault[] {
  if (!needed || state === 'erased' || state === 'lost' || entry?.state === 'kept') return [];
  const found = entry === undefined ? 'is not in custody' : `is '${entry.state}' here, and the ledger does not say so`;
  return [{ where: documentName({ commitment }), message: `missing: it stands on the ledger and ${found}` }];
}

async function presence(
  { archive }: Pick<Node, 'archive'>,
  entry: ArchiveEntry,
  onLedger: Holding | undefined,
): Promise<Fault[]> {
  const where = documentName(entry);
  const { state, reason } = await archive.verify(entry.commitment);
  if (onLedger?.state === 'erased')
    return [{ where, message: `it is here though the ledger calls it erased (${state})` }];
  return state === 'matches' ? [] : [{ where, message: `${state}: ${reason}` }];
}

/** How a fault names a document: by what the ledger and the commands know it by, else by its id in vault and store. */
export function documentName({
  commitment,
  id,
}: {
  readonly commitment?: string | null;
  readonly id?: string;
}): string {
  return `document ${(commitment ?? id ?? '').slice(0, 12)}`;
}

/** The faults that `work` finds; where it cannot come to its end, that is one more. */
export async function faultsOf(where: string, work: () => Promise<readonly Fault[]>): Promise<readonly Fault[]> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ChannelError)) throw error;
    return [{ where: error.details.where ?? where, message: `${error.code}: ${error.message}`, fix: error.fix }];
  }
}
