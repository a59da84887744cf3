import type { GuardedOperation } from './access/guard.ts';

/** What an operation is given: parts of the path, fields of the query, and the body as a JSON object. */
interface OperationInput {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** Empty for GET and DELETE. */
  readonly body: Readonly<Record<string, unknown>>;
}

type OperationResult = ({ readonly status: 204 } | { readonly status: 200 | 201; readonly body: unknown }) & {
  /** Id of what was worked on, for the audit log. */
  readonly target?: string;
};

/** An operation on what stands around the node's records (tokens, audit log, webhooks), apart from how it is routed. */
export interface AdminOperation extends GuardedOperation {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With parts as Hono writes them: `/api/v1/tokens/:id`. */
  readonly path: string;
  /** True where a body is read. */
  readonly takesBody?: boolean;
  run(input: OperationInput): OperationResult | Promise<OperationResult>;
}
