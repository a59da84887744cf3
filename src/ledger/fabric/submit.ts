import { setTimeout as sleep } from 'node:timers/promises';
import { ChannelError } from '../../emissions/index.ts';
import type { SubmitReceipt } from '../ledger.ts';
import { errorOf } from './failure.ts';
import { type FabricLimits, pauseOf } from './limits.ts';
import type { Call, SignedTransaction, TransactionStatus } from './own-peer.ts';
import type { Met, OwnPeers } from './own-peers.ts';
import { situationOf } from './situations.ts';

/** A transaction found on the channel by its id. */
export interface FoundTransaction {
  readonly height: number;
  readonly valid: boolean;
  readonly result: string | undefined;
}

export interface Submitter {
  readonly peers: OwnPeers;
  readonly limits: FabricLimits;
  readonly lookUp: (transactionId: string) => Promise<FoundTransaction | undefined>;
}

/**
 * Submits a transaction and waits for its block. Until an envelope is sent to the orderers a failure leads to a new proposal;
 * from then on only that envelope is sent again, until a block holds it. An envelope found invalid in a block had no effect,
 * so a new proposal is safe again.
 * @throws {ChannelError} the rule's code, NOT_ENDORSED, NOT_COMMITTED, LEDGER_UNAVAILABLE; with the transaction's id once there
 * is one. Where the transaction may be on the channel the message says so.
 */
export async function submitTransaction(
  submitter: Submitter,
  call: Call,
  signal: AbortSignal | undefined,
): Promise<SubmitReceipt> {
  const { limits } = submitter;
  let conflicts = 0;
  for (;;) {
    const signed = await endorsed(submitter, call, signal);
    if ('height' in signed) return signed;
    const { code, height } = await settled(submitter, call, signed, signal);
    if (code === 0) return { transactionId: signed.transactionId, height, result: signed.result };
    const failure = {
      step: 'commit',
      number: code,
      texts: [`validation code ${code} in block ${height}`],
      members: [],
    } as const;
    const { reaction } = situationOf(failure);
    conflicts += 1;
    if (reaction !== 'propose' || conflicts > limits.conflicts || signal?.aborted === true) {
      throw errorOf(failure, { name: call.name, transactionId: signed.transactionId }, undefined);
    }
    await sleep(pauseOf(limits, conflicts));
  }
}

/** The signed envelope; or a receipt, where a proposal turns out to be on the channel already. */
async function endorsed(
  submitter: Submitter,
  call: Call,
  signal: AbortSignal | undefined,
): Promise<SignedTransaction | Required<SubmitReceipt>> {
  const { limits } = submitter;
  const deadline = performance.now() + limits.patience;
  let differing = 0;
  for (let tries = 1; ; tries += 1) {
    const signed = await proposed(submitter, call, signal);
    if (!('situation' in signed)) return signed;
    const { situation, error } = signed;
    if (situation.reaction === 'look-up') return alreadyThere(submitter.lookUp, error);
    if (situation.code === 'CHAINCODE_MISMATCH') differing += 1;
    const spent = differing > limits.conflicts || performance.now() > deadline;
    if (situation.reaction === 'final' || spent) throw error;
    await sleep(pauseOf(limits, tries));
  }
}

async function proposed(
  { peers, limits }: Submitter,
  call: Call,
  signal: AbortSignal | undefined,
): Promise<SignedTransaction | Met> {
  if (signal?.aborted === true) throw givenUp(call.name);
  const peer = peers.current;
  try {
    return await unlessAborted(peer.endorse(call, limits.endorse), signal, () => givenUp(call.name));
  } catch (cause) {
    if (cause instanceof ChannelError) throw cause;
    return peers.meet('endorse', cause, peer, call.name, idOf(cause));
  }
}

async function alreadyThere(lookUp: Submitter['lookUp'], error: ChannelError): Promise<Required<SubmitReceipt>> {
  const { transactionId } = error.details;
  const found = transactionId === undefined ? undefined : await lookUp(transactionId);
  if (transactionId === undefined || found?.result === undefined) throw error;
  return { transactionId, height: found.height, result: found.result };
}

/** Sends the envelope until a block holds it, and gives what the block says of it. */
async function settled(
  submitter: Submitter,
  call: Call,
  signed: SignedTransaction,
  signal: AbortSignal | undefined,
): Promise<TransactionStatus> {
  const { limits } = submitter;
  const deadline = performance.now() + limits.status;
  const first = await send(submitter, call, signed, signal);
  if (first?.situation.reaction === 'final') return unlessOrdered(submitter, call, signed, signal, first.error);
  let sent = first;
  for (let tries = 1; ; tries += 1) {
    const patience = sent === undefined ? limits.resend : 2 * pauseOf(limits, tries);
    const until = Math.min(performance.now() + patience, deadline);
    const status = await statusWithin(submitter, call, signed, signal, until);
    if (!('situation' in status)) return status;
    if (performance.now() >= deadline || status.situation.reaction === 'final') {
      throw mayBeThere(call.name, signed, sent?.error ?? status.error);
    }
    // The first try's outcome is unknown, so a later refusal says nothing about the transaction.
    sent = await send(submitter, call, signed, signal);
  }
}

/**
 * The status after all, else the refusal. The gateway tells the last orderer's answer only: one before it may have taken the
 * envelope, and its answer been lost. Too large it is for all of them.
 */
async function unlessOrdered(
  submitter: Submitter,
  call: Call,
  signed: SignedTransaction,
  signal: AbortSignal | undefined,
  refusal: ChannelError,
): Promise<TransactionStatus> {
  if (refusal.code === 'PAGE_TOO_LARGE') throw refusal;
  const until = performance.now() + submitter.limits.resend;
  const status = await statusWithin(submitter, call, signed, signal, until);
  if ('situation' in status) throw refusal;
  return status;
}

async function send(
  { peers, limits }: Submitter,
  call: Call,
  signed: SignedTransaction,
  signal: AbortSignal | undefined,
): Promise<Met | undefined> {
  const peer = peers.current;
  try {
    await unlessAborted(peer.submit(signed, limits.submit), signal, () => mayBeThere(call.name, signed));
    return undefined;
  } catch (cause) {
    if (cause instanceof ChannelError) throw cause;
    return peers.meet('submit', cause, peer, call.name, signed.transactionId);
  }
}

/** Asks until there is a status or the time is over; then the last failure. */
async function statusWithin(
  submitter: Submitter,
  call: Call,
  signed: SignedTransaction,
  signal: AbortSignal | undefined,
  until: number,
): Promise<TransactionStatus | Met> {
  const { peers, limits } = submitter;
  for (let tries = 1; ; tries += 1) {
    const peer = peers.current;
    const left = Math.max(until - performance.now(), 1);
    try {
      const status = await unlessAborted(peer.status(signed.transactionId, left), signal, () =>
        mayBeThere(call.name, signed),
      );
      return await original(submitter, call, signed, status);
    } catch (cause) {
      if (cause instanceof ChannelError) throw cause;
      const met = peers.meet('status', cause, peer, call.name, signed.transactionId);
      if (met.situation.reaction === 'final' || performance.now() >= until) return met;
      await sleep(Math.min(pauseOf(limits, tries), Math.max(until - performance.now(), 0)));
    }
  }
}

/** Of an envelope that was sent twice the first copy counts; the second stands in a block as a duplicate. */
async function original(
  { lookUp }: Submitter,
  call: Call,
  signed: SignedTransaction,
  status: TransactionStatus,
): Promise<TransactionStatus> {
  if (situationOf({ step: 'commit', number: status.code, texts: [], members: [] }).reaction !== 'look-up')
    return status;
  const found = await lookUp(signed.transactionId).catch((error: ChannelError) => {
    throw mayBeThere(call.name, signed, error);
  });
  if (found?.valid !== true) throw mayBeThere(call.name, signed);
  return { code: 0, height: found.height };
}

async function unlessAborted<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  why: () => ChannelError,
): Promise<T> {
  if (signal === undefined) return work;
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(why());
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function idOf(error: unknown): string | undefined {
  const { transactionId } = error as { transactionId?: unknown };
  return typeof transactionId === 'string' ? transactionId : undefined;
}

function givenUp(name: string): ChannelError {
  return new ChannelError('LEDGER_UNAVAILABLE', `${name} was given up before it was sent`);
}

function mayBeThere(name: string, { transactionId }: SignedTransaction, cause?: ChannelError): ChannelError {
  const why = cause === undefined ? `${name} was given up after it was sent` : cause.message;
  return new ChannelError('LEDGER_UNAVAILABLE', `${why}; transaction ${transactionId} may be on the ledger`, {
    ...cause?.details,
    transactionId,
    fix: cause?.details.fix ?? 'Look the transaction up before sending its content again.',
    ...(cause === undefined ? {} : { cause }),
  });
}
