import { type DocumentRequest, type DocumentStatus, erasureReasons } from '../channel/index.ts';
import type { ArchiveEntry, ArchiveFinding, ErasureEvidence, Verification } from '../documents/index.ts';
import { ChannelError, canonical, defined } from '../emissions/index.ts';
import type { DocumentView } from '../inventory/index.ts';
import { fileBytes, mediaTypeOf } from './files.ts';
import { knownRecord, provenRecord } from './known-record.ts';
import type { Node } from './node.ts';
import { discardIfRefused } from './unrecorded.ts';

export interface CustodyView {
  readonly commitment: string;
  readonly state: ArchiveEntry['state'];
  /** What the ledger says; null where nothing on it names the document. */
  readonly onLedger: DocumentView['state'] | null;
  readonly keptAt: string;
  readonly mediaType: string | null;
  readonly records: readonly string[];
  readonly hold: NonNullable<ArchiveEntry['hold']> | null;
}

/** The documents in this node's custody, each with what the ledger says of it, and the requests on the channel. */
export async function listDocuments(
  node: Node,
): Promise<{ readonly documents: readonly CustodyView[]; readonly requests: readonly DocumentRequest[] }> {
  await node.inventory.catchUp(node.ledger);
  const documents = node.archive.list().map((entry) => viewOf(node, entry));
  return { documents, requests: node.inventory.requests() };
}

/** One document in this node's custody. @throws {ChannelError} DOCUMENT_NOT_FOUND, also for one that others keep */
export async function documentInCustody(node: Node, id: string): Promise<CustodyView> {
  await node.inventory.catchUp(node.ledger);
  const commitment = await commitmentOf(node, id);
  const entry = node.archive.list().find((one) => one.commitment === commitment);
  if (entry === undefined)
    throw new ChannelError('DOCUMENT_NOT_FOUND', `document ${commitment.slice(0, 12)} is not in this node's custody`);
  return viewOf(node, entry);
}

function viewOf(node: Node, entry: ArchiveEntry): CustodyView {
  const known = onLedger(node, entry.commitment);
  return {
    commitment: entry.commitment,
    state: entry.state,
    onLedger: known?.state ?? null,
    keptAt: entry.keptAt,
    mediaType: entry.mediaType ?? null,
    records: known?.records ?? [],
    hold: entry.hold ?? null,
  };
}

export interface DocumentVerification extends Verification {
  readonly commitment: string;
}

/** Whether documents in custody are the ones that were recorded: one, or all but those erased on order. Absent is "not-verified", never a pass; so is one that the ledger says was erased. */
export async function verifyDocuments(
  node: Node,
  args: { readonly document?: string },
): Promise<DocumentVerification[]> {
  await node.inventory.catchUp(node.ledger);
  const commitments =
    args.document === undefined
      ? node.archive.list().flatMap(({ commitment, state }) => (state === 'erased' ? [] : [commitment]))
      : [await commitmentOf(node, args.document)];
  const answers: DocumentVerification[] = [];
  for (const commitment of commitments) {
    const verification = await node.archive.verify(commitment);
    const back = isBackAfterErasure(onLedger(node, commitment)?.state, verification);
    answers.push({ commitment, ...(back ? returned : verification) });
  }
  return answers;
}

const returned: Verification = {
  state: 'not-verified',
  reason: 'the ledger says erased, and its bytes are here: erase it again, uec document erase',
};

/** Whether bytes and key are in custody of a document that the ledger says was erased: a backup brought them back. */
export function isBackAfterErasure(state: string | undefined, { state: found }: Verification): boolean {
  return state === 'erased' && found !== 'not-verified';
}

/** Keeps a file and attaches it to records that were recorded without it. */
export async function attachDocument(
  node: Node,
  args: { readonly file: string; readonly records: readonly string[] },
): Promise<DocumentStatus> {
  await node.inventory.catchUp(node.ledger);
  const targets = args.records.map((id) => provenRecord(node, id));
  const { commitment } = await node.archive.keep(fileBytes(args.file), { mediaType: mediaTypeOf(args.file) });
  const attachment = canonical({ commitment, key: `attach:${commitment}`, targets });
  const { result } = await discardIfRefused(node, commitment, () => node.ledger.submit('documents.attach', attachment));
  await node.inventory.catchUp(node.ledger);
  return JSON.parse(result) as DocumentStatus;
}

export async function holdDocument(
  node: Node,
  args: { readonly document: string; readonly until?: string; readonly reason?: string; readonly lift?: boolean },
): Promise<{ readonly commitment: string; readonly hold: NonNullable<ArchiveEntry['hold']> | null }> {
  const commitment = await commitmentOf(node, args.document);
  if (args.lift === true) {
    node.archive.hold(commitment, undefined);
    return { commitment, hold: null };
  }
  if (args.until === undefined || args.reason === undefined) {
    throw new ChannelError('OPTION_INVALID', 'a hold needs its last day and a reason', {
      where: '--until',
      fix: 'Give --until and --reason, or --lift.',
    });
  }
  const hold = { until: args.until, reason: args.reason };
  node.archive.hold(commitment, hold);
  return { commitment, hold };
}

export interface ErasureAnswer {
  readonly commitment: string;
  readonly evidence: ErasureEvidence;
  /** The ledger's event; null where no record names the document. */
  readonly transactionId: string | null;
  /** Auditors to whom the document was offered: copies that left this node are theirs to erase. */
  readonly disclosedTo: readonly string[];
}

/**
 * Destroys a document on order and tells the ledger. Calling again after a fault goes on where it stopped.
 * @throws {ChannelError} LEGAL_HOLD with reason and date; DOCUMENT_NOT_FOUND; STORE_UNAVAILABLE when a copy could not be reached
 */
export async function eraseDocument(
  node: Node,
  args: { readonly document: string; readonly order: string; readonly reason: string },
): Promise<ErasureAnswer> {
  // The ledger's own reasons, checked before anything is destroyed.
  if (!(erasureReasons as readonly string[]).includes(args.reason)) {
    throw new ChannelError('FIELD_INVALID', `'${args.reason.slice(0, 40)}' is not a reason of the channel`, {
      where: 'reason',
      fix: `Give one of ${erasureReasons.join(', ')}.`,
    });
  }
  await node.inventory.catchUp(node.ledger);
  const commitment = await commitmentOf(node, args.document);
  const evidence = await node.archive.erase(commitment, { order: args.order, reason: args.reason });
  if (!evidence.complete) {
    const left = evidence.places
      .filter(({ result }) => result === 'blocked' || result === 'unreachable')
      .map(({ place, result, until }) => `${place} ${result}${until === undefined ? '' : ` until ${until}`}`);
    throw new ChannelError('STORE_UNAVAILABLE', `the keys are destroyed, but a copy is left: ${left.join('; ')}`, {
      fix: 'Run the same command again once it can be reached.',
    });
  }
  const transactionId = await announceGone(
    node,
    commitment,
    'documents.erased',
    evidence.checkedAt.slice(0, 10),
    args.reason,
  );
  const disclosedTo = node.inventory
    .requests()
    .filter((request) => request.commitment === commitment && request.answer === 'offered')
    .map(({ auditor }) => auditor);
  return { commitment, evidence, transactionId, disclosedTo: [...new Set(disclosedTo)] };
}

export interface ScrubAnswer {
  readonly checked: number;
  readonly findings: readonly ArchiveFinding[];
  /** Commitments whose loss was announced on the ledger. */
  readonly announced: readonly string[];
}

/** Looks for missing, corrupt and orphaned documents; with `announce`, tells the channel of those that are lost. */
export async function scrubDocuments(
  node: Node,
  args: { readonly announce?: boolean; readonly removeOrphans?: boolean },
): Promise<ScrubAnswer> {
  await node.inventory.catchUp(node.ledger);
  const findings: ArchiveFinding[] = [];
  for await (const finding of node.archive.scrub(defined({ removeOrphans: args.removeOrphans })))
    findings.push(finding);
  const announced: string[] = [];
  if (args.announce === true) {
    for (const { commitment, state } of node.archive.list()) {
      if (state !== 'lost' || onLedger(node, commitment)?.state === 'lost') continue;
      const transaction = await announceGone(node, commitment, 'documents.lost', node.now().toISOString().slice(0, 10));
      if (transaction !== null) announced.push(commitment);
    }
  }
  return { checked: node.archive.list().length, findings, announced };
}

async function announceGone(
  node: Node,
  commitment: string,
  name: 'documents.erased' | 'documents.lost',
  date: string,
  reason?: string,
): Promise<string | null> {
  const known = onLedger(node, commitment);
  const record = known?.records[0];
  // Erased and lost are final on the ledger: what was lost is never called erased.
  if (known === undefined || record === undefined || known.state === 'erased' || known.state === 'lost') return null;
  const args = defined({ commitment, date, reason, target: provenRecord(node, record) });
  const { transactionId } = await node.ledger.submit(name, canonical(args));
  await node.inventory.catchUp(node.ledger);
  return transactionId;
}

/** The commitment that a text names: itself, the beginning of one in custody, or the document of a record. */
export async function commitmentOf(node: Node, text: string): Promise<string> {
  const matches = node.archive.list().filter(({ commitment }) => text.length >= 8 && commitment.startsWith(text));
  if (matches.length === 1) return (matches[0] as ArchiveEntry).commitment;
  if (matches.length > 1)
    throw new ChannelError('DOCUMENT_NOT_FOUND', `${matches.length} documents begin with ${text.slice(0, 64)}`, {
      fix: 'Give more of the commitment.',
    });
  if (/^[0-9a-f]{64}$/.test(text) && onLedger(node, text) !== undefined) return text;
  const [document] = knownRecord(node, text).documents;
  if (document === undefined)
    throw new ChannelError('DOCUMENT_NOT_FOUND', `record ${text.slice(0, 12)} has no document`);
  return document.commitment;
}

function onLedger(node: Node, commitment: string): DocumentView | undefined {
  return node.inventory.documents({ commitment, owner: node.member }).items[0];
}
