import { ChannelError } from '../../emissions/index.ts';
import { type ApiRole, isApiRole } from './principal.ts';

/** One identity provider whose access tokens are taken: `access.oidc` of node.json. */
export interface OidcSettings {
  /** The issuer's URL exactly as its tokens say it; https, or http on the loopback address. */
  readonly issuer: string;
  /** What `aud` must hold: this node's name at the provider. */
  readonly audience: string;
  /** Claim with roles or groups: a name, or a path with dots such as `realm_access.roles`. `roles` by default. */
  readonly roleClaim?: string;
  /** Value of the claim and the role it gives; the first of this list that the token holds counts. */
  readonly roles: readonly { readonly value: string; readonly role: ApiRole }[];
  /** Signature algorithms taken; only public-key ones exist here. */
  readonly algorithms?: readonly string[];
  /** Seconds by which clocks may differ, 0 to 300; 30 by default. */
  readonly clockTolerance?: number;
  /** Hosts beside the issuer's own that may serve its keys, such as `www.googleapis.com`. */
  readonly keyHosts?: readonly string[];
}

/** Never `none`, and never HS*: with those, whoever knows the public key or a shared secret could sign. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

export const defaultAlgorithms: readonly string[] = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'];

/** @throws {ChannelError} CONFIG_INVALID naming the field */
export function checkOidcSettings(settings: OidcSettings): void {
  const { issuer, audience, roles, algorithms = [], clockTolerance = 0, keyHosts = [], roleClaim = 'roles' } = settings;
  const where = 'access.oidc';
  if (typeof issuer !== 'string' || !isTrustworthyUrl(issuer))
    throw invalid(`${where}.issuer`, 'is not an https URL, nor one on the loopback address');
  if (typeof audience !== 'string' || audience === '') throw invalid(`${where}.audience`, 'is missing');
  if (typeof roleClaim !== 'string' || roleClaim === '')
    throw invalid(`${where}.roleClaim`, 'is not the name of a claim');
  if (
    !Array.isArray(roles) ||
    roles.length === 0 ||
    !roles.every((entry) => typeof entry?.value === 'string' && isApiRole(entry.role))
  )
    throw invalid(`${where}.roles`, 'is not a list of { "value": ..., "role": ... }');
  const strange = algorithms.find((name) => !ALGORITHMS.includes(name));
  if (strange !== undefined)
    throw invalid(
      `${where}.algorithms`,
      `names '${String(strange).slice(0, 20)}', which is none of ${ALGORITHMS.join(', ')}`,
    );
  if (!(clockTolerance >= 0 && clockTolerance <= 300))
    throw invalid(`${where}.clockTolerance`, 'is not 0 to 300 seconds');
  if (!Array.isArray(keyHosts) || !keyHosts.every((host) => typeof host === 'string'))
    throw invalid(`${where}.keyHosts`, 'is not a list of hosts');
}

function invalid(where: string, found: string): ChannelError {
  return new ChannelError('CONFIG_INVALID', `${where} ${found}`, { where });
}

/** True for https, and for http to this machine itself. */
export function isTrustworthyUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopbackName(hostname));
}

/** True for the names and addresses of this machine itself, as a URL writes them. */
export function isLoopbackName(hostname: string): boolean {
  return /^(localhost|127(\.[0-9]{1,3}){3}|\[::1\])$/.test(hostname);
}
