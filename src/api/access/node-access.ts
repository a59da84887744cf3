import { ChannelError, isChannelError } from '../../emissions/index.ts';
import type { Access, AccessEntry, AdmittedOperation, Peer } from './access.ts';
import type { AuditLog } from './audit-log.ts';
import type { ClientCertificates } from './client-certificates.ts';
import { type Limits, limitsOf, type RoleLimits } from './limits.ts';
import type { Oidc } from './oidc.ts';
import { type ApiRole, type Principal, roleAllows } from './principal.ts';
import { addressKey, RateLimiter } from './rate-limit.ts';
import type { TokenStore } from './token-store.ts';

export interface NodeAccessParts {
  readonly tokens: TokenStore;
  readonly auditLog: AuditLog;
  readonly oidc?: Oidc;
  readonly certificates?: ClientCertificates;
  /** What differs from the limits of `limits.ts`. */
  readonly limits?: Limits;
  /** Milliseconds that never go back; for the buckets. */
  readonly clock?: () => number;
}

/** Access by the node's own tokens, by identity providers and by client certificates. */
export class NodeAccess implements Access {
  readonly #parts: NodeAccessParts;
  readonly #limits: ReturnType<typeof limitsOf>;
  readonly #calls: RateLimiter;
  readonly #failures: RateLimiter;

  /** @throws {ChannelError} CONFIG_INVALID */
  constructor(parts: NodeAccessParts) {
    this.#parts = parts;
    this.#limits = limitsOf(parts.limits);
    this.#calls = new RateLimiter(parts.clock);
    this.#failures = new RateLimiter(parts.clock);
  }

  async authenticate(request: Request, { certificate, address }: Peer): Promise<Principal> {
    const token = bearerToken(request.headers.get('Authorization'));
    // A token of this node costs one look-up, and none can be guessed: it is taken also from an address whose other callers fail.
    const known = token === undefined ? undefined : this.#parts.tokens.check(token);
    if (known !== undefined) return { id: `token:${known.id}`, role: known.role, kind: 'token' };
    // A request that tries nothing is no attempt.
    if (certificate === undefined && !request.headers.has('Authorization')) throw noToken();
    const source = addressKey(address);
    const wait = this.#failures.wait(source, this.#limits.failures);
    if (wait > 0) throw tooMany('too many failed attempts came from this address', wait);
    try {
      return await this.#other(request, token, certificate);
    } catch (error) {
      if (isChannelError(error, 'TOKEN_INVALID', 'CERTIFICATE_UNKNOWN', 'ROLE_INSUFFICIENT'))
        this.#failures.take(source, this.#limits.failures);
      throw error;
    }
  }

  admit(principal: Principal, { id, role, bodyBytes = 0 }: AdmittedOperation): void {
    const wait = this.#calls.take(principal.id, this.#roleLimits(principal.role).rate);
    if (wait > 0) throw tooMany(`more calls than a ${principal.role} has`, wait);
    if (!roleAllows(principal.role, role))
      throw new ChannelError('ROLE_INSUFFICIENT', `${id} asks for the role ${role}, the caller is ${principal.role}`);
    const most = this.bodyLimit(principal.role);
    if (bodyBytes > most)
      throw new ChannelError('BODY_TOO_LARGE', `the body has ${bodyBytes} bytes, a ${principal.role} may send ${most}`);
  }

  audit(entry: AccessEntry): Promise<void> {
    return this.#parts.auditLog.append(entry);
  }

  bodyLimit(role: ApiRole): number {
    return this.#roleLimits(role).bodyBytes;
  }

  rateHeaders({ id, role }: Principal): Readonly<Record<string, string>> {
    const { rate } = this.#roleLimits(role);
    const left = this.#calls.left(id, rate);
    const window = Math.ceil(rate.burst / rate.perSecond);
    const full = Math.ceil((rate.burst - left) / rate.perSecond);
    return {
      'RateLimit-Policy': `"${role}";q=${rate.burst};w=${window}`,
      RateLimit: `"${role}";r=${left};t=${full}`,
    };
  }

  #roleLimits(role: ApiRole): RoleLimits {
    return this.#limits.roles[role];
  }

  async #other(request: Request, token: string | undefined, certificate: Uint8Array | undefined): Promise<Principal> {
    const { oidc, certificates, auditLog } = this.#parts;
    if (token !== undefined && oidc !== undefined && isJws(token)) {
      const { issuer, subject, role } = await oidc.identify(token);
      return { id: `oidc:${auditLog.pseudonym(issuer, subject)}`, role, kind: 'oidc' };
    }
    // A request that carries a token is judged by it: a wrong one is never made good by a certificate.
    if (!request.headers.has('Authorization') && certificate !== undefined && certificates !== undefined)
      return certificates.principal(certificate);
    throw noToken();
  }
}

const MOST_TOKEN_CHARACTERS = 8192;

/** RFC 6750, section 2.1. */
function bearerToken(header: string | null): string | undefined {
  if (header === null || header.length > MOST_TOKEN_CHARACTERS) return undefined;
  return /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i.exec(header)?.[1];
}

function isJws(token: string): boolean {
  return /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/.test(token);
}

function noToken(): ChannelError {
  return new ChannelError('TOKEN_INVALID', 'the request carries no valid token');
}

function tooMany(message: string, retryAfter: number): ChannelError {
  return new ChannelError('RATE_LIMITED', message, { retryAfter });
}
