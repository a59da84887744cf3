import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ChannelError } from '../../emissions/index.ts';

/**
 * How a node signs on Fabric: an MSP folder (signcerts, keystore), a PEM pair, or a PKCS#12 file whose password is in a file or an
 * environment variable. Paths are relative to the profile.
 */
export type ProfileIdentity =
  | { readonly msp: string }
  | { readonly certificate: string; readonly privateKey: string }
  | { readonly pkcs12: string; readonly passwordFile: string }
  | { readonly pkcs12: string; readonly passwordVariable: string };

export interface ProfilePeer {
  /** `host:port`. */
  readonly endpoint: string;
  /** PEM file of the TLS root certificates. */
  readonly tlsRootCert: string;
  /** Name in the peer's certificate where it differs from the host. */
  readonly serverName?: string;
}

/**
 * What a member's node needs to reach its channel; written by `uec fabric up`, or by hand. It holds no secret, only paths.
 */
export interface ConnectionProfile {
  readonly version: 1;
  readonly channel: string;
  readonly chaincode: string;
  readonly mspId: string;
  /** The member's own peers, tried in order. */
  readonly peers: readonly ProfilePeer[];
  readonly identity: ProfileIdentity;
}

/** A profile with its paths made absolute. */
export interface LoadedProfile extends ConnectionProfile {
  readonly file: string;
}

/**
 * Reads a profile and makes its paths absolute.
 * @throws {ChannelError} CONFIG_INVALID naming what is missing
 */
export function readProfile(file: string): LoadedProfile {
  let value: Partial<ConnectionProfile>;
  try {
    value = JSON.parse(readFileSync(file, 'utf8')) as Partial<ConnectionProfile>;
  } catch (cause) {
    throw new ChannelError('CONFIG_INVALID', `the connection profile ${file} cannot be read as JSON`, {
      where: file,
      cause,
    });
  }
  for (const key of ['channel', 'chaincode', 'mspId'] as const) {
    if (typeof value[key] !== 'string' || value[key] === '') throw lacks(file, key);
  }
  if (value.version !== 1) throw lacks(file, 'version 1');
  if (!Array.isArray(value.peers) || value.peers.length === 0) throw lacks(file, 'peers');
  for (const peer of value.peers as readonly Partial<ProfilePeer>[]) {
    if (!allText(peer, ['endpoint', 'tlsRootCert'])) throw lacks(file, 'endpoint or tlsRootCert of a peer');
  }
  if (!identityForms.some((form) => allText(value.identity, form)))
    throw lacks(file, `identity in one of its forms: ${identityForms.map((form) => form.join(' and ')).join('; ')}`);
  const profile = value as ConnectionProfile;
  const absolute = (path: string): string => resolve(dirname(file), path);
  return {
    ...profile,
    file,
    peers: profile.peers.map((peer) => ({ ...peer, tlsRootCert: absolute(peer.tlsRootCert) })),
    identity: absoluteIdentity(profile.identity, absolute),
  };
}

const identityForms = [
  ['msp'],
  ['certificate', 'privateKey'],
  ['pkcs12', 'passwordFile'],
  ['pkcs12', 'passwordVariable'],
] as const;

function allText(value: unknown, names: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return names.every((name) => typeof (value as Record<string, unknown>)[name] === 'string');
}

function absoluteIdentity(identity: ProfileIdentity, absolute: (path: string) => string): ProfileIdentity {
  if ('msp' in identity) return { msp: absolute(identity.msp) };
  if ('pkcs12' in identity) {
    const pkcs12 = absolute(identity.pkcs12);
    return 'passwordFile' in identity
      ? { pkcs12, passwordFile: absolute(identity.passwordFile) }
      : { pkcs12, passwordVariable: identity.passwordVariable };
  }
  return { certificate: absolute(identity.certificate), privateKey: absolute(identity.privateKey) };
}

function lacks(file: string, what: string): ChannelError {
  return new ChannelError('CONFIG_INVALID', `the connection profile lacks ${what}`, {
    where: file,
    fix: 'See docs/fabric.md for the profile.',
  });
}
