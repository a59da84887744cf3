import { type ErrorCode, type ErrorKind, errorCodes } from './error-codes.ts';

/** What an error carries beside its text; all optional, none of them ever personal data. */
export interface ErrorDetails {
  /** Where the fault stands: a field, "row 12, column usage", "block 7, byte 4096". */
  readonly where?: string;
  /** What would be right, or what to do next; defaults to the code's own advice. */
  readonly fix?: string;
  readonly recordId?: string;
  /** The other record of a conflict. */
  readonly otherRecordId?: string;
  readonly transactionId?: string;
  readonly member?: string;
  /** Position of the refused record in its page. */
  readonly index?: number;
  /** Whole seconds after which the same request may be sent again. */
  readonly retryAfter?: number;
  readonly cause?: unknown;
  /** Several faults told at once, one a refused record or row. */
  readonly problems?: readonly ErrorReport[];
}

/** The shape in which an error crosses a socket, stands in JSON output or in a rejected row. */
export interface ErrorReport {
  readonly code: ErrorCode;
  readonly message: string;
  readonly where?: string;
  readonly fix: string;
  readonly recordId?: string;
  readonly otherRecordId?: string;
  readonly transactionId?: string;
  readonly member?: string;
  readonly index?: number;
  readonly retryAfter?: number;
  readonly problems?: readonly ErrorReport[];
}

/**
 * The one error of this software. `message` says what was asked and what was found, in one line,
 * without document content or account numbers; `code` is stable for ever.
 */
export class ChannelError extends Error {
  override readonly name: string = 'ChannelError';
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.kind = errorCodes[code].kind;
    this.details = details;
  }

  get fix(): string {
    return this.details.fix ?? errorCodes[this.code].advice;
  }

  /** The error as plain data, without its stack and cause. */
  report(): ErrorReport {
    const { cause: _cause, problems, ...ids } = this.details;
    return {
      code: this.code,
      message: this.message,
      ...ids,
      fix: this.fix,
      ...(problems === undefined ? {} : { problems }),
    };
  }

  /** The inverse of `report`, for an error that came over a socket or out of a chaincode answer. */
  static from(report: ErrorReport): ChannelError {
    const { code, message, ...details } = report;
    const known = Object.hasOwn(errorCodes, code) ? code : 'INTERNAL';
    return new ChannelError(known, message, details);
  }
}

/** True for a `ChannelError`, and for one of the given codes when any are named. */
export function isChannelError(error: unknown, ...codes: ErrorCode[]): error is ChannelError {
  return error instanceof ChannelError && (codes.length === 0 || codes.includes(error.code));
}
