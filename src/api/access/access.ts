import type { ApiRole, Principal } from './principal.ts';

/** Where a request came from, as the connection says and not as the request does. */
export interface Peer {
  /** DER of a client certificate that the connection verified against the configured CA. */
  readonly certificate?: Uint8Array;
  readonly address: string;
}

export interface AdmittedOperation {
  readonly id: string;
  /** Role that the operation asks for. */
  readonly role: ApiRole;
  /** Declared size of the request's body. */
  readonly bodyBytes?: number;
}

export interface AccessEntry {
  readonly principal: Principal;
  /** Id of the operation, such as `records.list`. */
  readonly operation: string;
  /** What it was done to: an id that the node made, never what a caller wrote. */
  readonly target?: string;
  readonly status: number;
  readonly code?: string;
  /** How long work ended, and numbers that say how much was done; never what a caller wrote. */
  readonly outcome?: string;
  readonly counts?: Readonly<Record<string, number>>;
}

/** Who may do what at the node's API, and what they did. */
export interface Access {
  /**
   * The caller, by bearer token or client certificate.
   * @throws {ChannelError} TOKEN_INVALID, CERTIFICATE_UNKNOWN, RATE_LIMITED after many failures, IDENTITY_PROVIDER_UNAVAILABLE
   */
  authenticate(request: Request, peer: Peer): Promise<Principal>;
  /**
   * Lets the call through, or not, by role, rate and size.
   * @throws {ChannelError} ROLE_INSUFFICIENT, RATE_LIMITED with retryAfter, BODY_TOO_LARGE
   */
  admit(principal: Principal, operation: AdmittedOperation): void;
  /** Appends to the audit log; resolves once the entry is durable. */
  audit(entry: AccessEntry): Promise<void>;
  /** Most bytes that a body sent with this role may have; what is streamed is counted against it. */
  bodyLimit(role: ApiRole): number;
  /** `RateLimit` header fields for an answer to the caller (draft-ietf-httpapi-ratelimit-headers). */
  rateHeaders(principal: Principal): Readonly<Record<string, string>>;
}
