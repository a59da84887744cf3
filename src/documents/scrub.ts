import { isChannelError } from '../emissions/index.ts';
import type { ArchiveEntry } from './catalogue.ts';
import { type Custody, readDocument } from './custody.ts';
import type { StoreFinding } from './document-store.ts';
import { demandOrder, recover } from './erasure.ts';
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
  /** Finds and tells, and changes nothing: every action is `none`. */
  readonly reportOnly?: boolean;
}

/** What was found, and what would mend it; `mend` gives what it did, or nothing where there is nothing to tell any more. */
interface Found {
  readonly finding: Omit<ArchiveFinding, 'action'>;
  readonly mend?: () => Promise<Mended | undefined>;
}

type Mended = Pick<ArchiveFinding, 'action'> & Partial<ArchiveFinding>;

/** Checks every document's bytes and key, mends what can be mended unless it is to report only, and tells what was found. */
export async function* scrub(
  custody: Custody,
  { removeOrphans = false, reportOnly = false }: ScrubOptions,
): AsyncGenerator<ArchiveFinding> {
  yield* unfinishedKeeps(custody, reportOnly);
  for await (const { finding, mend } of findings(custody, removeOrphans, reportOnly)) {
    const mended = reportOnly || mend === undefined ? { action: 'none' as const } : await mend();
    if (mended !== undefined) yield { ...finding, ...mended };
  }
}

async function* unfinishedKeeps(custody: Custody, reportOnly: boolean): AsyncGenerator<ArchiveFinding> {
  const { catalogue, busy } = custody;
  const ids = reportOnly ? catalogue.unfinished().filter((id) => !busy.has(id)) : (await recover(custody)).abandoned;
  const action = reportOnly ? 'none' : 'removed';
  for (const id of ids) {
    const message = `an unfinished keep of document ${id} ${reportOnly ? 'is left over' : 'was removed'}`;
    yield { id, finding: 'orphan', action, message };
  }
}

async function* findings(custody: Custody, removeOrphans: boolean, reportOnly: boolean): AsyncGenerator<Found> {
  const { store, catalogue } = custody;
  const entries = catalogue.all('kept', 'lost');
  // An unfinished keep was told of already, whatever it left in vault and store.
  const faulty = new Set<string>(catalogue.unfinished());
  const known = entries.map(({ id }) => id);
  for await (const found of store.scrub(known, { reportOnly })) {
    if (faulty.has(found.id) && catalogue.findById(found.id) === undefined) continue;
    faulty.add(found.id);
    const judged = judge(custody, found, removeOrphans);
    if (judged !== undefined) yield judged;
  }
  for (const entry of entries) {
    const judged = faulty.has(entry.id) ? undefined : judgeKey(custody, entry);
    if (judged !== undefined) yield judged;
  }
  yield* orphanKeys(custody, removeOrphans, faulty);
}

function* orphanKeys(custody: Custody, removeOrphans: boolean, told: ReadonlySet<string>): Generator<Found> {
  const { vault, catalogue, busy } = custody;
  for (const id of vault.ids()) {
    if (busy.has(id) || told.has(id) || catalogue.findById(id) !== undefined) continue;
    const finding = { id, finding: 'orphan', message: `the keys of document ${id} have no file and no entry` } as const;
    yield removeOrphans ? { finding, mend: () => shredOrphan(custody, id) } : { finding };
  }
}

function judge(custody: Custody, found: StoreFinding, removeOrphans: boolean): Found | undefined {
  const { catalogue, busy } = custody;
  const { id } = found;
  const entry = catalogue.findById(id);
  const finding = { ...found, ...(entry && { commitment: entry.commitment }) };
  // The store removed it in telling of it.
  if (found.finding === 'stale-upload') return { finding, mend: async () => ({ action: 'removed' }) };
  // What is being kept or erased at this moment is not wrong, only unfinished.
  if (busy.has(id) || entry?.state === 'erasing') return undefined;
  const erased = entry?.state === 'erased';
  if (found.finding === 'undeleted-version' || (found.finding === 'orphan' && erased)) {
    return judgeReturned(custody, { ...finding, finding: 'undeleted-version' }, entry);
  }
  if (found.finding === 'orphan') {
    return entry === undefined ? { finding, mend: () => settleOrphan(custody, id, removeOrphans) } : undefined;
  }
  // It was erased while the scrub was running.
  if (entry === undefined || erased) return undefined;
  return { finding, mend: async () => marked(custody, id) };
}

/** Bytes of a document that its store calls erased: they go again only where an order or a tombstone says so. */
function judgeReturned(custody: Custody, finding: Found['finding'], entry: ArchiveEntry | undefined): Found {
  const { vault, store } = custody;
  const { id } = finding;
  const ordered = entry?.state === 'erased' || vault.tombstone(id) !== undefined;
  if (!ordered) {
    const message = `the store marks document ${id} as erased, and nobody ordered it: remove the mark ${id}.erased`;
    return { finding: { ...finding, message } };
  }
  const mend = async (): Promise<Mended> => {
    if (entry !== undefined) demandOrder(custody, entry);
    await store.erase(id);
    return { action: 'erased-again' };
  };
  return { finding, mend };
}

function judgeKey(custody: Custody, { id, commitment, state }: ArchiveEntry): Found | undefined {
  const { vault, catalogue } = custody;
  if (!vault.has(id)) {
    const message = `the key of document ${id} is not in the vault`;
    return { finding: { id, commitment, finding: 'missing', message }, mend: async () => marked(custody, id) };
  }
  if (state !== 'lost') return undefined;
  return {
    finding: { id, commitment, finding: 'restored', message: `document ${id} was lost and is whole again` },
    mend: async () => (catalogue.move(id, 'lost', 'kept') ? { action: 'marked-kept' } : undefined),
  };
}

function marked({ catalogue }: Custody, id: string): Mended | undefined {
  // An erasure ordered while the scrub was running has moved it on; then nothing is missing.
  const now = catalogue.findById(id)?.state;
  if (now !== 'kept' && now !== 'lost') return undefined;
  catalogue.move(id, 'kept', 'lost');
  return { action: 'marked-lost' };
}

async function settleOrphan(custody: Custody, id: string, removeOrphans: boolean): Promise<Mended> {
  const commitment = custody.vault.has(id) ? await adopt(custody, id) : undefined;
  if (commitment !== undefined) {
    return { commitment, action: 'adopted', message: `document ${id} had no entry and has one now` };
  }
  if (!removeOrphans) return { action: 'none' };
  await shredOrphan(custody, id);
  await custody.store.erase(id);
  return { action: 'removed' };
}

async function shredOrphan({ vault }: Custody, id: string): Promise<Mended> {
  if (vault.has(id)) await vault.shred(id, { order: 'scrub', reason: 'orphan' });
  return { action: 'removed' };
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
    throw error;
  }
}
