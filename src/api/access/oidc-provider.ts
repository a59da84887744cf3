import type { JWTPayload, RemoteJWKSet } from 'jose';
import { ChannelError, isChannelError } from '../../emissions/index.ts';
import { defaultAlgorithms, isTrustworthyUrl, type OidcSettings } from './oidc-settings.ts';

export interface OidcTimes {
  /** Milliseconds between two fetches of keys for a key id that is not known. */
  readonly cooldown: number;
  /** Milliseconds after which a provider that failed is asked again. */
  readonly retry: number;
  /** Milliseconds that one answer may take. */
  readonly timeout: number;
}

const TIMES: OidcTimes = { cooldown: 30_000, retry: 5_000, timeout: 5_000 };

/** Keys that the provider withdrew are taken for no longer than this. */
const KEYS_FOR_MS = 600_000;
const MOST_ANSWER_BYTES = 1_000_000;

/**
 * One identity provider: finds its keys by OpenID Connect Discovery 1.0, keeps them, and checks tokens (RFC 7519, RFC 9068).
 * The signatures are jose's. Nothing that a token says chooses a URL: keys come from where the configured issuer says, and from
 * its own host or a listed one.
 */
export class OidcProvider {
  readonly settings: OidcSettings;
  readonly #times: OidcTimes;
  #keys: Promise<RemoteJWKSet> | undefined;
  #failedAt = Number.NEGATIVE_INFINITY;

  constructor(settings: OidcSettings, times: Partial<OidcTimes> = {}) {
    this.settings = settings;
    this.#times = { ...TIMES, ...times };
  }

  /**
   * The claims of a token that this provider issued for this node.
   * @throws {ChannelError} TOKEN_INVALID, IDENTITY_PROVIDER_UNAVAILABLE
   */
  async verify(token: string): Promise<JWTPayload> {
    const { issuer, audience, algorithms = defaultAlgorithms, clockTolerance = 30 } = this.settings;
    const { jwtVerify, errors } = await import('jose');
    const keys = await this.#keySet();
    try {
      const { payload, protectedHeader } = await jwtVerify(token, keys, {
        issuer,
        audience,
        algorithms: [...algorithms],
        clockTolerance,
        requiredClaims: ['exp'],
      });
      // A token made for another purpose (logout+jwt, dpop+jwt) is no access token, though the same keys sign it (RFC 8725, 3.11).
      const type = protectedHeader.typ?.toLowerCase().replace(/^application\//, '');
      if (type !== undefined && type !== 'jwt' && type !== 'at+jwt') throw refused('is of another type');
      return payload;
    } catch (error) {
      if (isChannelError(error)) throw error;
      if (error instanceof errors.JWTExpired) throw refused('is expired');
      if (error instanceof errors.JWTClaimValidationFailed) throw refused(`has another ${error.claim}`);
      if (isAboutToken(error, errors)) throw refused('does not verify');
      throw this.#unavailable(error);
    }
  }

  async #keySet(): Promise<RemoteJWKSet> {
    if (performance.now() - this.#failedAt < this.#times.retry) throw unavailable('did not answer a moment ago');
    this.#keys ??= this.#discover();
    try {
      return await this.#keys;
    } catch (error) {
      throw this.#unavailable(error);
    }
  }

  async #discover(): Promise<RemoteJWKSet> {
    const { createRemoteJWKSet, customFetch } = await import('jose');
    const { issuer } = this.settings;
    const url = new URL(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
    const answer = await boundedFetch(url.href, {
      redirect: 'error',
      signal: AbortSignal.timeout(this.#times.timeout),
      headers: { Accept: 'application/json' },
    });
    if (answer.status !== 200) throw unavailable(`answers ${answer.status} where its configuration should be`);
    const told = (await answer.json()) as { readonly issuer?: unknown; readonly jwks_uri?: unknown };
    // OpenID Connect Discovery 1.0, section 4.3: it must be the issuer asked for, exactly.
    if (told.issuer !== issuer) throw unavailable('calls itself by another name');
    return createRemoteJWKSet(this.#keyUrl(told.jwks_uri), {
      cooldownDuration: this.#times.cooldown,
      cacheMaxAge: KEYS_FOR_MS,
      timeoutDuration: this.#times.timeout,
      [customFetch]: boundedFetch,
    });
  }

  #keyUrl(told: unknown): URL {
    const { issuer, keyHosts = [] } = this.settings;
    if (typeof told !== 'string' || !isTrustworthyUrl(told))
      throw unavailable('names no trustworthy place for its keys');
    const url = new URL(told);
    const own = new URL(issuer);
    const listed = url.protocol === 'https:' && keyHosts.includes(url.host);
    if (url.origin !== own.origin && !listed)
      throw unavailable('names another host for its keys, which is not in keyHosts');
    return url;
  }

  #unavailable(error: unknown): ChannelError {
    this.#keys = undefined;
    this.#failedAt = performance.now();
    if (isChannelError(error)) return error;
    return unavailable('does not answer as it should', error);
  }
}

// Everything that jose says of the token itself; what remains is about fetching keys.
function isAboutToken(error: unknown, errors: typeof import('jose').errors): boolean {
  return [
    errors.JWSInvalid,
    errors.JWTInvalid,
    errors.JWSSignatureVerificationFailed,
    errors.JOSEAlgNotAllowed,
    errors.JOSENotSupported,
    errors.JWKSNoMatchingKey,
    errors.JWKSMultipleMatchingKeys,
  ].some((kind) => error instanceof kind);
}

function refused(found: string): ChannelError {
  return new ChannelError('TOKEN_INVALID', `the identity provider's token ${found}`, {
    fix: 'Get a new token from the identity provider, for the audience of this node.',
  });
}

function unavailable(found: string, cause?: unknown): ChannelError {
  return new ChannelError('IDENTITY_PROVIDER_UNAVAILABLE', `the identity provider ${found}`, {
    ...(cause === undefined ? {} : { cause }),
  });
}

/** As fetch, but never more than a bounded answer. */
async function boundedFetch(url: string, init: RequestInit): Promise<Response> {
  const answer = await fetch(url, init);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.length;
    if (size > MOST_ANSWER_BYTES) throw unavailable('answers with more than a megabyte');
    chunks.push(chunk);
  }
  // A redirect that is not followed has a status that no Response can be made with a body of.
  return new Response(answer.status === 200 ? Buffer.concat(chunks) : null, { status: answer.status });
}
