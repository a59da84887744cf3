import { type ChannelError, isChannelError } from '../emissions/index.ts';
import type { ArchiveEntry } from './catalogue.ts';
import { type Custody, readDocument } from './custody.ts';
import type { StoreFinding } from './document-store.ts';
import { recover } from './erasure.ts';
import { fieldsCommitment } from './fields.ts';

/** One thing that a scrub found, and what it did about it. */
export interface ArchiveFinding {
  readonly id: string;
  readonly commitment?: string;
  /** `missing` bytes or key; `restored`: a lost document is whole again. */
  readonly finding: StoreFinding['finding'] | 'restored';
  readonly action: 'marked-lost' | 'marked-kept' | 'removed' | 'adopted' | 'erased-again' | 'none';
  readonly message: string;
}

export interface ScrubOptions {
  /**
   * Also removes files and keys that belong to no entry of the catalogue and cannot be adopted. Off by default: after an
   * old backup was put back, they may be all that is left of newer documents.
   */
  readonly removeOrphans?: boolean;
}

/** Checks every document's bytes and key, mends what can be mended, and tells what was found. */
export async function* scrub(custody: Custody, options: ScrubOptions): AsyncGenerator<ArchiveFinding> {
  const { vault, store, catalogue, busy } = custody;
  for (const id of (await recover(custody)).abandoned) {
    yield { id, finding: 'orphan', action: 'removed', message: `an unfinished keep of document ${id} was removed` };
  }
  const entries = catalogue.all('kept', 'lost');
  const faulty = new Set<string>();
  for await (const finding of store.scrub(entries.map(({ id }) => id))) {
    faulty.add(finding.id);
    yield* await settle(custody, finding, options);
  }
  for (const entry of entries) {
    if (!faulty.has(entry.id)) yield* checkKey(custody, entry);
  }
  for (const id of vault.ids()) {
    if (busy.has(id) || faulty.has(id) || catalogue.findById(id) !== undefined) continue;
    if (options.removeOrphans) await vault.shred(id, { order: 'scrub', reason: 'orphan' });
    const action = options.removeOrphans ? 'removed' : 'none';
    yield { id, finding: 'orphan', action, message: `the keys of document ${id} have no file and no entry` };
  }
}

async function settle(custody: Custody, found: StoreFinding, options: ScrubOptions): Promise<ArchiveFinding[]> {
  const { store, catalogue, busy } = custody;
  const { id, finding, message } = found;
  const entry = catalogue.findById(id);
  const commitment = entry && { commitment: entry.commitment };
  if (finding === 'stale-upload') return [{ id, ...commitment, finding, action: 'removed', message }];
  // What is being kept or erased at this moment is not wrong, only unfinished.
  if (busy.has(id) || entry?.state === 'erasing') return [];
  const ordered = entry?.state === 'erased';
  if (finding === 'undeleted-version' || (finding === 'orphan' && ordered)) {
    await store.erase(id);
    return [{ id, ...commitment, finding: 'undeleted-version', action: 'erased-again', message }];
  }
  if (finding === 'orphan') return entry === undefined ? [await settleOrphan(custody, found, options)] : [];
  // It was erased while the scrub was running.
  if (entry === undefined || ordered) return [];
  catalogue.move(id, 'kept', 'lost');
  return [{ id, ...commitment, finding, action: 'marked-lost', message }];
}

async function settleOrphan(
  custody: Custody,
  { id, message }: StoreFinding,
  options: ScrubOptions,
): Promise<ArchiveFinding> {
  const { vault, store } = custody;
  const commitment = vault.has(id) ? await adopt(custody, id) : undefined;
  if (commitment !== undefined) {
    return {
      id,
      commitment,
      finding: 'orphan',
      action: 'adopted',
      message: `document ${id} had no entry and has one now`,
    };
  }
  if (options.removeOrphans !== true) return { id, finding: 'orphan', action: 'none', message };
  if (vault.has(id)) await vault.shred(id, { order: 'scrub', reason: 'orphan' });
  await store.erase(id);
  return { id, finding: 'orphan', action: 'removed', message };
}

/** Enters a document whose bytes and keys are whole and whose entry is gone: the catalogue was lost or is older. */
async function adopt(custody: Custody, id: string): Promise<string | undefined> {
  const { vault, catalogue, now } = custody;
  try {
    const reading = readDocument(custody, id);
    let step = await reading.next();
    while (step.done !== true) step = await reading.next();
    const fields = await vault.use(id, (keys) => keys.fields);
    catalogue.begin(id, now().toISOString());
    catalogue.complete(id, step.value, fields.length > 0 ? fieldsCommitment(fields) : undefined);
    return step.value;
  } catch (error) {
    if (isChannelError(error, 'DOCUMENT_CORRUPT', 'VAULT_INVALID')) return undefined;
    throw error as ChannelError;
  }
}

function* checkKey({ vault, catalogue }: Custody, { id, commitment, state }: ArchiveEntry): Generator<ArchiveFinding> {
  if (!vault.has(id)) {
    // An erasure ordered while the scrub was running has moved it on; then nothing is missing.
    const now = catalogue.findById(id)?.state;
    if (now !== 'kept' && now !== 'lost') return;
    catalogue.move(id, 'kept', 'lost');
    const message = `the key of document ${id} is not in the vault`;
    yield { id, commitment, finding: 'missing', action: 'marked-lost', message };
  } else if (state === 'lost' && catalogue.move(id, 'lost', 'kept')) {
    const message = `document ${id} was lost and is whole again`;
    yield { id, commitment, finding: 'restored', action: 'marked-kept', message };
  }
}
