import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ChannelError } from '../../emissions/index.ts';
import { openPkcs12 } from './pkcs12.ts';
import type { LoadedProfile, ProfileIdentity } from './profile.ts';

/** What a node signs with on Fabric. */
export interface FabricIdentity {
  readonly mspId: string;
  /** PEM. */
  readonly certificate: Buffer;
  readonly privateKey: KeyObject;
  readonly validFrom: Date;
  readonly validTo: Date;
}

const DAY_MS = 86_400_000;
const WARNING_DAYS = 30;

/** What an identity is made of; of several certificates the one that a key belongs to counts. */
interface Material {
  readonly where: string;
  readonly certificates: readonly { readonly pem: Buffer; readonly parsed: X509Certificate }[];
  readonly keys: readonly KeyObject[];
}

/**
 * The identity that a profile names, its key checked against the certificate and the certificate against the clock.
 * @throws {ChannelError} CONFIG_INVALID naming what does not fit; IDENTITY_EXPIRED; CLOCK_SKEW when it is not valid yet
 */
export async function loadIdentity(profile: LoadedProfile, now: Date): Promise<FabricIdentity> {
  const { where, certificates, keys } = await materialOf(profile.identity);
  const [found] = certificates.flatMap(({ pem, parsed }) =>
    keys.filter((key) => parsed.checkPrivateKey(key)).map((privateKey) => ({ pem, parsed, privateKey })),
  );
  if (found === undefined) throw invalid(`no private key of the profile belongs to the certificate ${where}`, where);
  const { pem, parsed, privateKey } = found;
  if (privateKey.asymmetricKeyType !== 'ec' || privateKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw invalid("the identity's key is not an ECDSA P-256 key", where);
  }
  const identity: FabricIdentity = {
    mspId: profile.mspId,
    certificate: pem,
    privateKey,
    validFrom: parsed.validFromDate,
    validTo: parsed.validToDate,
  };
  checkValidity(identity, now, where);
  return identity;
}

/** Says so when the certificate expires within 30 days; `undefined` before. */
export function expiryWarning(identity: FabricIdentity, now: Date): string | undefined {
  const days = Math.floor((identity.validTo.getTime() - now.getTime()) / DAY_MS);
  if (days >= WARNING_DAYS) return undefined;
  const left = days < 0 ? 'is expired' : `expires in ${days} ${days === 1 ? 'day' : 'days'}`;
  return `the certificate of ${identity.mspId} ${left}, on ${dateOf(identity.validTo)}; renew it before`;
}

function checkValidity({ validFrom, validTo }: FabricIdentity, now: Date, where: string): void {
  if (now > validTo) {
    throw new ChannelError('IDENTITY_EXPIRED', `the certificate expired on ${dateOf(validTo)}`, { where });
  }
  if (now < validFrom) {
    const message = `the certificate is valid from ${validFrom.toISOString()}, the clock here says ${now.toISOString()}`;
    throw new ChannelError('CLOCK_SKEW', message, { where });
  }
}

async function materialOf(identity: ProfileIdentity): Promise<Material> {
  if ('pkcs12' in identity) {
    const { certificates, keys } = await openPkcs12(readFile(identity.pkcs12), passwordOf(identity), identity.pkcs12);
    const parts = certificates.map((parsed) => ({ pem: Buffer.from(parsed.toString()), parsed }));
    return { where: identity.pkcs12, certificates: parts, keys };
  }
  const { certificateFile, keyFiles } = filesOf(identity);
  const pem = readFile(certificateFile);
  const parsed = parse(certificateFile, 'certificate in PEM', () => new X509Certificate(pem));
  const keys = keyFiles.map((file) =>
    parse(file, 'private key in PEM, without a password', () => createPrivateKey(readFile(file))),
  );
  return { where: certificateFile, certificates: [{ pem, parsed }], keys };
}

/** Never from the command line, which every user of the machine can read. */
function passwordOf(identity: Extract<ProfileIdentity, { pkcs12: string }>): string {
  // An editor ends a file with a line break that is no part of the password.
  if ('passwordFile' in identity)
    return readFile(identity.passwordFile)
      .toString()
      .replace(/\r?\n$/, '');
  const { passwordVariable: name } = identity;
  const password = process.env[name];
  if (password === undefined)
    throw invalid(`the environment variable ${name} of the password of ${identity.pkcs12} is not set`, name);
  return password;
}

function filesOf(identity: Exclude<ProfileIdentity, { pkcs12: string }>): {
  certificateFile: string;
  keyFiles: readonly string[];
} {
  if ('certificate' in identity) {
    return { certificateFile: identity.certificate, keyFiles: [identity.privateKey] };
  }
  const certificates = listing(join(identity.msp, 'signcerts')).filter((file) => file.endsWith('.pem'));
  const [certificateFile] = certificates;
  if (certificateFile === undefined || certificates.length > 1) {
    throw invalid(`the MSP folder holds ${certificates.length} certificates in signcerts, 1 is needed`, identity.msp);
  }
  const keyFiles = listing(join(identity.msp, 'keystore'));
  if (keyFiles.length === 0) throw invalid('the MSP folder holds no private key in keystore', identity.msp);
  return { certificateFile, keyFiles };
}

function listing(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => !name.startsWith('.'))
      .toSorted()
      .map((name) => join(folder, name));
  } catch (cause) {
    throw invalid(`the MSP folder has no ${folder}`, folder, cause);
  }
}

function readFile(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw invalid(`${file} cannot be read`, file, cause);
  }
}

// The parser's own error is left out: it may quote the key file.
function parse<T>(file: string, what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ChannelError) throw error;
    throw invalid(`${file} is no ${what}`, file);
  }
}

function invalid(message: string, where: string, cause?: unknown): ChannelError {
  return new ChannelError('CONFIG_INVALID', message, {
    where,
    fix: 'Name an MSP folder, a certificate and its private key in PEM, or a PKCS#12 file, in the connection profile.',
    ...(cause === undefined ? {} : { cause }),
  });
}

function dateOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
