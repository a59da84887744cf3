import { ChannelError, type ErrorDetails, type ErrorReport, errorCodes } from '../../emissions/index.ts';
import { type Failure, type Situation, type Step, situationOf } from './situations.ts';

interface PeerDetail {
  readonly mspId: string;
  readonly message: string;
}

/** What a call that failed was about. */
export interface FailedCall {
  /** Transaction or query. */
  readonly name: string;
  readonly transactionId?: string;
  /** Peer that was asked. */
  readonly where?: string;
}

/**
 * A foreign error as the table of situations reads it. The gateway's errors are known by their shape: a number and the
 * peers' details.
 */
export function failureOf(step: Step, error: unknown): Failure {
  const { code, details, message } = error as { code?: unknown; details?: unknown; message?: unknown };
  const peers = Array.isArray(details) ? (details as PeerDetail[]) : [];
  const status = /Unexpected status response: (\d+)/.exec(String(message))?.[1];
  return {
    step,
    number: status === undefined ? (typeof code === 'number' ? code : -1) : Number(status),
    texts: [String(message ?? error), ...peers.map(({ mspId, message: told }) => `${mspId}: ${told}`)],
    members: [...new Set(peers.map(({ mspId }) => mspId))].filter((mspId) => mspId !== ''),
  };
}

/** The contract's own refusal inside a failure, where there is one: JSON of a report after the response's number. */
export function refusalOf(failure: Failure): ErrorReport | undefined {
  return failure.texts.map(reportIn).find((report) => report !== undefined);
}

function reportIn(text: string): ErrorReport | undefined {
  const json = /chaincode response [45]\d\d, (\{.*\})/s.exec(text)?.[1];
  if (json === undefined) return undefined;
  try {
    const report = JSON.parse(json) as ErrorReport;
    return typeof report.code === 'string' && typeof report.message === 'string' ? report : undefined;
  } catch {
    return undefined;
  }
}

/** The failure as the one error of this software; `cause` is kept. */
export function errorOf(failure: Failure, call: FailedCall, cause: unknown): ChannelError {
  const ids: ErrorDetails = {
    ...(call.transactionId === undefined ? {} : { transactionId: call.transactionId }),
    ...(call.where === undefined ? {} : { where: call.where }),
  };
  const report = refusalOf(failure);
  if (report !== undefined) {
    const { code, message, ...details } = report;
    if (Object.hasOwn(errorCodes, code)) return new ChannelError(code, message, { ...ids, ...details, cause });
    return new ChannelError('NOT_ENDORSED', `${code}: ${message}`, { ...ids, ...details, cause });
  }
  return situationError(situationOf(failure), failure, call.name, { ...ids, cause });
}

function situationError(situation: Situation, failure: Failure, name: string, details: ErrorDetails): ChannelError {
  const { code, says, fix } = situation;
  const member = failure.members.length === 1 ? failure.members[0] : undefined;
  const told = failure.members.length > 0 ? ` (${failure.members.join(', ')})` : '';
  return new ChannelError(code, `${name}: ${says}${told}: ${shortened(failure.texts.join('; '))}`, {
    ...details,
    ...(member === undefined ? {} : { member }),
    ...(fix === undefined ? {} : { fix }),
  });
}

const LONGEST_TEXT = 400;

// Peers repeat the submitter's whole certificate in hex, and line breaks of Go's traces.
function shortened(text: string): string {
  const line = text.replaceAll(/[0-9a-f]{80,}/g, '..').replaceAll(/\s+/g, ' ');
  return line.length > LONGEST_TEXT ? `${line.slice(0, LONGEST_TEXT)}..` : line;
}
