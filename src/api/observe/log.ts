import { randomBytes } from 'node:crypto';
import type { ErrorCode } from '../../emissions/index.ts';

/**
 * One line of the node's log. Only these fields exist: there is none for a path, a header, an address, a message or a body, so
 * nothing that a caller sends can get there. docs/operating.md lists what never appears.
 */
interface LogFields {
  /** Id that the node made for the request; its answer carries it as X-Request-Id. */
  readonly request?: string;
  readonly operation?: string;
  readonly status?: number;
  readonly code?: ErrorCode;
  /** Who: an id of `Principal`. */
  readonly who?: string;
  readonly role?: string;
  readonly milliseconds?: number;
  readonly endpoint?: string;
  readonly outcome?: string;
  /** Head of the audit log, `NUMBER:SEAL`. Kept by whoever keeps the log, it pins the audit log. */
  readonly auditHead?: string;
  readonly version?: string;
}

type LogEvent =
  | 'started'
  | 'stopped'
  | 'request'
  | 'refused'
  | 'fault'
  | 'webhook'
  | 'audit'
  | 'certificate-renewed'
  | 'certificate-kept';

type LogLevel = 'info' | 'warning' | 'error';

export interface Log {
  write(level: LogLevel, event: LogEvent, fields?: LogFields): void;
}

const FIELDS: readonly (keyof LogFields)[] = [
  'request',
  'operation',
  'status',
  'code',
  'who',
  'role',
  'milliseconds',
  'endpoint',
  'outcome',
  'auditHead',
  'version',
];

/** A log of one JSON object a line, for stderr. What is no known field is dropped, whoever passes it. */
export function jsonLog(write: (line: string) => void, now: () => Date = () => new Date()): Log {
  return {
    write: (level, event, fields = {}) => {
      const told = FIELDS.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]]));
      write(`${JSON.stringify({ at: now().toISOString(), level, event, ...Object.fromEntries(told) })}\n`);
    },
  };
}

export const silentLog: Log = { write: () => undefined };

/** A new request's id. A caller's own is not taken: it could hold anything. */
export function newRequestId(): string {
  return randomBytes(12).toString('hex');
}
