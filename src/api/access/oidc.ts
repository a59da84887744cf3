import { ChannelError } from '../../emissions/index.ts';
import { OidcProvider, type OidcTimes } from './oidc-provider.ts';
import { checkOidcSettings, type OidcSettings } from './oidc-settings.ts';
import type { ApiRole } from './principal.ts';

/** Who a checked token is of. `subject` may be a person's address: it goes no further than the caller. */
export interface OidcIdentity {
  readonly issuer: string;
  readonly subject: string;
  readonly role: ApiRole;
}

/** The identity providers that the node takes tokens of. */
export class Oidc {
  readonly #providers: ReadonlyMap<string, OidcProvider>;

  /** @throws {ChannelError} CONFIG_INVALID */
  constructor(settings: readonly OidcSettings[], times: Partial<OidcTimes> = {}) {
    settings.forEach(checkOidcSettings);
    this.#providers = new Map(settings.map((one) => [one.issuer, new OidcProvider(one, times)]));
  }

  /**
   * The identity behind a token (JWS, compact form).
   * @throws {ChannelError} TOKEN_INVALID, ROLE_INSUFFICIENT for a token without a mapped role, IDENTITY_PROVIDER_UNAVAILABLE
   */
  async identify(token: string): Promise<OidcIdentity> {
    const provider = this.#providers.get(await issuerOf(token));
    if (provider === undefined)
      throw new ChannelError('TOKEN_INVALID', 'the token is of no identity provider that this node takes tokens of');
    const claims = await provider.verify(token);
    const { issuer } = provider.settings;
    // RFC 9068: a client that acts for itself is the subject; some providers give it as client_id alone.
    const subject = claims.sub ?? (typeof claims.client_id === 'string' ? claims.client_id : undefined);
    if (subject === undefined) throw new ChannelError('TOKEN_INVALID', "the identity provider's token has no subject");
    const role = roleOf(claims, provider.settings);
    if (role === undefined)
      throw new ChannelError('ROLE_INSUFFICIENT', "the identity provider's token gives no role at this node", {
        fix: 'Ask for a role at the identity provider, or map one in access.oidc of node.json.',
      });
    return { issuer, subject, role };
  }
}

/** Who the token says issued it, before anything is checked: it only chooses among the configured providers. */
async function issuerOf(token: string): Promise<string> {
  const { decodeJwt } = await import('jose');
  try {
    return decodeJwt(token).iss ?? '';
  } catch {
    throw new ChannelError('TOKEN_INVALID', 'the request carries no valid token');
  }
}

function roleOf(
  claims: Readonly<Record<string, unknown>>,
  { roles, roleClaim = 'roles' }: OidcSettings,
): ApiRole | undefined {
  const found = claimAt(claims, roleClaim);
  // `scope` and its like are one text of several values (RFC 8693, section 4.2).
  const values = typeof found === 'string' ? found.split(' ') : Array.isArray(found) ? found : [];
  return roles.find(({ value }) => values.includes(value))?.role;
}

/** The claim of that name, also one with dots in it (`https://example.org/roles`); else by the path. */
function claimAt(claims: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  let at: unknown = claims;
  for (const part of name.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined;
    at = (at as Record<string, unknown>)[part];
  }
  return at;
}
