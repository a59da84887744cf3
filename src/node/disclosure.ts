import { open } from 'node:fs/promises';
import type { DocumentRequest } from '../channel/index.ts';
import { readOpening, type Verification, verifyOpening } from '../documents/index.ts';
import { ChannelError, canonical, defined } from '../emissions/index.ts';
import { commitmentOf } from './evidence.ts';
import { fileBytes } from './files.ts';
import { knownRecord, provenRecord } from './known-record.ts';
import type { Node } from './node.ts';

/** As an auditor: asks on the ledger for the document behind a record. */
export async function requestDocument(
  node: Node,
  args: { readonly record: string; readonly purpose: string; readonly deadline: string },
): Promise<DocumentRequest> {
  await node.inventory.catchUp(node.ledger);
  const target = provenRecord(node, args.record);
  const [document] = knownRecord(node, args.record).documents;
  if (document === undefined)
    throw new ChannelError('DOCUMENT_NOT_FOUND', `record ${args.record.slice(0, 12)} has no document`);
  const { commitment } = document;
  const key = `request:${crypto.randomUUID()}`;
  const { result } = await node.ledger.submit(
    'documents.request',
    canonical({ commitment, deadline: args.deadline, key, purpose: args.purpose, target }),
  );
  await node.inventory.catchUp(node.ledger);
  return JSON.parse(result) as DocumentRequest;
}

export interface AnswerRequest {
  readonly request: string;
  /** Absolute path of the opening file to write. */
  readonly offer?: string;
  /** The opening is read afterwards, see `openingOf`. */
  readonly offered?: boolean;
  readonly refuse?: string;
  readonly gone?: boolean;
}

/**
 * As the owner: answers a request. An offer writes the opening, document and key, to a file for the auditor alone; the way
 * there is the owner's choice. Nothing is offered that does not match its commitment.
 * @throws {ChannelError} DOCUMENT_MISMATCH, DOCUMENT_ERASED, DOCUMENT_LOST, OPTION_INVALID
 */
export async function answerRequest(node: Node, args: AnswerRequest): Promise<DocumentRequest> {
  await node.inventory.catchUp(node.ledger);
  const request = requestOf(node, args.request);
  const chosen = [args.offer, args.offered, args.refuse, args.gone].filter(
    (choice) => choice !== undefined && choice !== false,
  );
  if (chosen.length !== 1)
    throw new ChannelError('OPTION_INVALID', 'an answer is one of three', {
      fix: 'Give --offer FILE, --refuse REASON or --gone.',
    });
  if (args.offer !== undefined) await writeOpening(node, await commitmentOf(node, request.commitment), args.offer);
  // Nothing is offered that could not be shown.
  if (args.offered === true) for await (const _ of (await node.archive.disclose(request.commitment)).body);
  const { answer, reason } = await answerOf(node, request, args);
  const { result } = await node.ledger.submit(
    'documents.answer',
    canonical(defined({ answer, reason, request: request.id })),
  );
  await node.inventory.catchUp(node.ledger);
  return JSON.parse(result) as DocumentRequest;
}

async function answerOf(
  node: Node,
  request: DocumentRequest,
  args: AnswerRequest,
): Promise<{ answer: string; reason?: string }> {
  if (args.offer !== undefined || args.offered === true) return { answer: 'offered' };
  if (args.refuse !== undefined) return { answer: 'refused', reason: args.refuse };
  const state = node.inventory.documents({ commitment: request.commitment, owner: request.owner }).items[0]?.state;
  if (state !== 'erased' && state !== 'lost')
    throw new ChannelError(
      'DOCUMENT_STATE',
      `the ledger says ${state ?? 'nothing'} of the document, not erased or lost`,
    );
  return { answer: state };
}

/**
 * The opening of a document that was offered: one line of JSON with the key, then the document's bytes.
 * @throws {ChannelError} NOT_FOUND; DOCUMENT_STATE where it was not offered; as `Archive.disclose`
 */
export async function openingOf(node: Node, id: string): Promise<AsyncGenerator<Uint8Array>> {
  await node.inventory.catchUp(node.ledger);
  const { commitment, answer, owner } = requestOf(node, id);
  if (owner !== node.member || answer !== 'offered')
    throw new ChannelError('DOCUMENT_STATE', 'the document of this request was not offered by this node');
  const { body, ...head } = await node.archive.disclose(commitment);
  return openingBytes(head, body);
}

async function* openingBytes(head: object, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`${JSON.stringify(head)}\n`);
  yield* body;
}

async function writeOpening(node: Node, commitment: string, path: string): Promise<void> {
  const { body, ...head } = await node.archive.disclose(commitment);
  const file = await open(path, 'wx', 0o600).catch((cause: NodeJS.ErrnoException) => {
    throw new ChannelError('FILE_UNREADABLE', `the opening cannot be written (${cause.code})`, {
      where: '--offer',
      fix: 'Name a file that does not exist yet.',
      cause,
    });
  });
  try {
    for await (const chunk of openingBytes(head, body)) await file.write(chunk);
    await file.sync();
  } finally {
    await file.close();
  }
}

export interface VerdictAnswer extends DocumentRequest {
  /** What checking the opening gave; null for not-presented. */
  readonly check: Verification | null;
}

/**
 * As the auditor: checks the opening against the commitment on the ledger and records the verdict that follows. The verdict
 * cannot be chosen: bytes that do not give the commitment do not match.
 */
export async function giveVerdict(
  node: Node,
  args: { readonly request: string; readonly opening?: string; readonly notPresented?: boolean },
): Promise<VerdictAnswer> {
  await node.inventory.catchUp(node.ledger);
  const request = requestOf(node, args.request);
  if ((args.opening === undefined) === (args.notPresented !== true)) {
    throw new ChannelError('OPTION_INVALID', 'a verdict rests on an opening, or on its absence', {
      fix: 'Give --opening FILE or --not-presented.',
    });
  }
  const check = args.opening === undefined ? null : await checkOpening(args.opening, request.commitment);
  const verdict = check === null ? 'not-presented' : check.state === 'matches' ? 'matches' : 'does-not-match';
  const { result } = await node.ledger.submit('documents.verdict', canonical({ request: request.id, verdict }));
  await node.inventory.catchUp(node.ledger);
  return { ...(JSON.parse(result) as DocumentRequest), check };
}

async function checkOpening(path: string, commitment: string): Promise<Verification> {
  const { kDoc, body } = await readOpening(fileBytes(path));
  return verifyOpening(body, kDoc, commitment);
}

function requestOf(node: Node, text: string): DocumentRequest {
  const matches = node.inventory.requests().filter(({ id }) => text.length >= 8 && id.startsWith(text));
  if (matches.length !== 1)
    throw new ChannelError(
      'NOT_FOUND',
      `${matches.length === 0 ? 'no' : matches.length} requests begin with ${text.slice(0, 64)}`,
      { fix: 'See uec document list.' },
    );
  return matches[0] as DocumentRequest;
}
