import { ChannelError, canonical, parseDate } from '../emissions/index.ts';
import type { LedgerContext } from './context.ts';
import { stateKeys } from './keys.ts';
import { lastRecordableDay } from './meter-years.ts';
import { type ProvenRecord, provenRecordId, provenRecordShape } from './proven-record.ts';
import { date, hash, key, line, list, object, oneOf, type Shape } from './shape.ts';
import { read, write } from './state.ts';

export const evidenceStates = ['committed', 'verified', 'challenged', 'withheld', 'erased', 'lost'] as const;
export type EvidenceState = (typeof evidenceStates)[number];
export const erasureReasons = ['data-subject-request', 'retention-ended', 'court-order', 'owner-decision'] as const;

/** What the ledger holds of a document once something about it changed: never its content, name or size. */
export interface DocumentStatus {
  readonly commitment: string;
  readonly owner: string;
  readonly state: EvidenceState;
  /** Records that it was attached to after they were submitted; records that carry the commitment themselves are not listed. */
  readonly records: readonly string[];
  readonly reason?: string;
  readonly date?: string;
}

export interface DocumentRequest {
  readonly id: string;
  readonly auditor: string;
  readonly owner: string;
  readonly commitment: string;
  readonly purpose: string;
  readonly deadline: string;
  readonly answer?: 'offered' | 'refused' | 'erased' | 'lost';
  readonly reason?: string;
  readonly verdict?: 'matches' | 'does-not-match' | 'not-presented';
}

const commitmentOf = { commitment: hash };
const target = { target: provenRecordShape };
export const attachShape: Shape = object({ ...commitmentOf, key, targets: list(provenRecordShape, 1, 100) });
export const requestShape: Shape = object({ ...commitmentOf, ...target, deadline: date, key, purpose: line });
export const answerShape: Shape = object(
  { answer: oneOf(['offered', 'refused', 'erased', 'lost']), request: hash },
  { reason: line },
);
export const verdictShape: Shape = object({
  request: hash,
  verdict: oneOf(['matches', 'does-not-match', 'not-presented']),
});
export const erasedShape: Shape = object({ ...commitmentOf, ...target, date, reason: oneOf(erasureReasons) });
export const lostShape: Shape = object({ ...commitmentOf, ...target, date });

export async function attachDocument(
  context: LedgerContext,
  args: { readonly commitment: string; readonly targets: readonly ProvenRecord[] },
): Promise<unknown> {
  const stateKey = stateKeys.document(context.caller.member, args.commitment);
  if ((await context.get(stateKey)) !== undefined)
    throw new ChannelError('DOCUMENT_EXISTS', `commitment ${args.commitment.slice(0, 12)} is attached already`);
  const records: string[] = [];
  for (const one of args.targets) {
    const id = await provenRecordId(context, one);
    demandOwner(context, one.record.owner, `record ${id.slice(0, 12)}`);
    records.push(id);
  }
  const status: DocumentStatus = {
    commitment: args.commitment,
    owner: context.caller.member,
    records: [...new Set(records)].sort(),
    state: 'committed',
  };
  write(context, stateKey, status);
  return status;
}

/** An auditor asks for a document: a purpose, a record that it proves, a deadline. */
export async function requestDocument(
  context: LedgerContext,
  args: {
    readonly commitment: string;
    readonly target: ProvenRecord;
    readonly purpose: string;
    readonly deadline: string;
  },
): Promise<unknown> {
  const { status } = await documentOf(context, args.commitment, args.target);
  demandPresent(status);
  if (status.owner === context.caller.member)
    throw new ChannelError('NOT_ALLOWED', `${status.owner} owns the document; another member's auditor asks for it`, {
      member: status.owner,
    });
  parseDate(args.deadline, 'deadline');
  if (args.deadline < context.timestamp.slice(0, 10))
    throw new ChannelError('PERIOD_INVALID', `the deadline ${args.deadline} has passed`, { where: 'deadline' });
  const { commitment, deadline, purpose } = args;
  const request: DocumentRequest = {
    auditor: context.caller.member,
    commitment,
    deadline,
    id: context.transactionId,
    owner: status.owner,
    purpose,
  };
  write(context, stateKeys.request(context.transactionId), request);
  write(context, stateKeys.document(status.owner, commitment), { ...status, state: 'challenged' });
  return request;
}

export async function answerRequest(
  context: LedgerContext,
  args: { readonly request: string; readonly answer: DocumentRequest['answer'] & string; readonly reason?: string },
): Promise<unknown> {
  const request = await openRequest(context, args.request);
  demandOwner(context, request.owner, `request ${request.id.slice(0, 12)}`);
  if (request.answer !== undefined)
    throw new ChannelError('DOCUMENT_STATE', `request ${request.id.slice(0, 12)} was answered: ${request.answer}`);
  if (args.answer === 'refused' && args.reason === undefined)
    throw new ChannelError('ARGUMENTS_INVALID', 'a refusal gives its reason', { where: 'reason' });
  const stateKey = stateKeys.document(request.owner, request.commitment);
  const status = (await read<DocumentStatus>(context, stateKey)) as DocumentStatus;
  demandTruthful(status, args.answer);
  const answered = { ...request, answer: args.answer, ...(args.reason === undefined ? {} : { reason: args.reason }) };
  write(context, stateKeys.request(request.id), answered);
  if (args.answer === 'refused') write(context, stateKey, { ...status, state: 'withheld' });
  return answered;
}

export async function giveVerdict(
  context: LedgerContext,
  args: { readonly request: string; readonly verdict: DocumentRequest['verdict'] & string },
): Promise<unknown> {
  const request = await openRequest(context, args.request);
  if (request.auditor !== context.caller.member)
    throw new ChannelError('NOT_ALLOWED', `request ${request.id.slice(0, 12)} is ${request.auditor}'s`, {
      member: request.auditor,
    });
  if (args.verdict !== 'not-presented' && request.answer !== 'offered') {
    throw new ChannelError(
      'DOCUMENT_STATE',
      `the document was not offered (${request.answer ?? 'no answer yet'}), so it cannot be judged`,
      { fix: 'Give the verdict not-presented, or wait for the answer.' },
    );
  }
  if (
    args.verdict === 'not-presented' &&
    request.answer === undefined &&
    context.timestamp.slice(0, 10) <= request.deadline
  ) {
    throw new ChannelError('DOCUMENT_STATE', `${request.owner} has until ${request.deadline} to answer`, {
      fix: 'Wait for the answer or the end of the deadline.',
    });
  }
  const stateKey = stateKeys.document(request.owner, request.commitment);
  const status = (await read<DocumentStatus>(context, stateKey)) as DocumentStatus;
  const judged = { ...request, verdict: args.verdict };
  write(context, stateKeys.request(request.id), judged);
  const gone = status.state === 'erased' || status.state === 'lost';
  if (!gone) write(context, stateKey, { ...status, state: stateAfter[args.verdict] });
  return judged;
}

const stateAfter = { matches: 'verified', 'does-not-match': 'challenged', 'not-presented': 'withheld' } as const;

export async function documentErased(
  context: LedgerContext,
  args: { readonly commitment: string; readonly target: ProvenRecord; readonly reason: string; readonly date: string },
): Promise<unknown> {
  return gone(
    context,
    args.commitment,
    args.target,
    { date: args.date, reason: args.reason, state: 'erased' },
    'EvidenceErased',
  );
}

export async function documentLost(
  context: LedgerContext,
  args: { readonly commitment: string; readonly target: ProvenRecord; readonly date: string },
): Promise<unknown> {
  return gone(context, args.commitment, args.target, { date: args.date, state: 'lost' }, 'EvidenceLost');
}

async function gone(
  context: LedgerContext,
  commitment: string,
  one: ProvenRecord,
  change: { state: 'erased' | 'lost'; date: string; reason?: string },
  event: string,
): Promise<unknown> {
  const { id, status } = await documentOf(context, commitment, one);
  const { owner } = status;
  demandOwner(context, owner, `document ${commitment.slice(0, 12)}`);
  // Both are final: what was lost is never called erased, and what was erased never lost.
  demandPresent(status);
  parseDate(change.date, 'date');
  const lastDay = lastRecordableDay(context.timestamp);
  if (change.date > lastDay)
    throw new ChannelError('PERIOD_FUTURE', `the date ${change.date} is after ${lastDay}`, { where: 'date' });
  const changed = { ...status, ...change };
  write(context, stateKeys.document(owner, commitment), changed);
  context.emit(event, canonical({ commitment, date: change.date, owner, reason: change.reason, record: id }));
  return changed;
}

/** The document's status; one that only its records name so far is committed, and the record given proves that it exists. */
async function documentOf(
  context: LedgerContext,
  commitment: string,
  one: ProvenRecord,
): Promise<{ id: string; status: DocumentStatus }> {
  const id = await provenRecordId(context, one);
  const { owner } = one.record;
  const known = await read<DocumentStatus>(context, stateKeys.document(owner, commitment));
  const named = one.record.evidence?.document === commitment || (known?.records.includes(id) ?? false);
  if (!named)
    throw new ChannelError(
      'DOCUMENT_NOT_FOUND',
      `record ${id.slice(0, 12)} does not name document ${commitment.slice(0, 12)}`,
      { recordId: id },
    );
  return { id, status: known ?? { commitment, owner, records: [], state: 'committed' } };
}

async function openRequest(context: LedgerContext, id: string): Promise<DocumentRequest> {
  const request = await read<DocumentRequest>(context, stateKeys.request(id));
  if (request === undefined) throw new ChannelError('NOT_FOUND', `no request ${id.slice(0, 12)} stands on the ledger`);
  if (request.verdict !== undefined)
    throw new ChannelError(
      'DOCUMENT_STATE',
      `request ${id.slice(0, 12)} is closed with the verdict ${request.verdict}`,
    );
  return request;
}

function demandOwner(context: LedgerContext, owner: string, what: string): void {
  if (owner !== context.caller.member)
    throw new ChannelError('NOT_OWNER', `${what} is ${owner}'s; ${context.caller.member} asks`, { member: owner });
}

function demandPresent(status: DocumentStatus): void {
  if (status.state === 'erased')
    throw new ChannelError(
      'DOCUMENT_ERASED',
      `document ${status.commitment.slice(0, 12)} was erased on ${status.date}`,
    );
  if (status.state === 'lost')
    throw new ChannelError(
      'DOCUMENT_LOST',
      `document ${status.commitment.slice(0, 12)} was reported lost on ${status.date}`,
    );
}

// "Erased" and "lost" are states with events of their own; an answer can only repeat what the ledger says.
function demandTruthful(status: DocumentStatus, answer: string): void {
  if (answer === 'offered' || answer === 'refused') demandPresent(status);
  else if (status.state !== answer) {
    throw new ChannelError('DOCUMENT_STATE', `the ledger says ${status.state}, not ${answer}`, {
      fix: `Announce it first: uec document ${answer === 'erased' ? 'erase' : 'scrub --announce'}.`,
    });
  }
}
