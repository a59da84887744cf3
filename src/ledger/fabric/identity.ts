import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ChannelError } from '../../emissions/index.ts';
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

/**
 * The identity that a profile names, its key checked against the certificate and the certificate against the clock.
 * @throws {ChannelError} CONFIG_INVALID naming what does not fit; IDENTITY_EXPIRED; CLOCK_SKEW when it is not valid yet
 */
export function loadIdentity(profile: LoadedProfile, now: Date): FabricIdentity {
  const { certificateFile, keyFiles } = filesOf(profile.identity);
  const certificate = readFile(certificateFile);
  const parsed = parse(certificateFile, 'certificate in PEM', () => new X509Certificate(certificate));
  const keys = keyFiles.map((file) =>
    parse(file, 'private key in PEM, without a password', () => createPrivateKey(readFile(file))),
  );
  const privateKey = keys.find((key) => parsed.checkPrivateKey(key));
  if (privateKey === undefined) {
    throw invalid(`no private key of the profile belongs to the certificate ${certificateFile}`, certificateFile);
  }
  if (privateKey.asymmetricKeyType !== 'ec' || privateKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw invalid("the identity's key is not an ECDSA P-256 key", certificateFile);
  }
  const identity: FabricIdentity = {
    mspId: profile.mspId,
    certificate,
    privateKey,
    validFrom: parsed.validFromDate,
    validTo: parsed.validToDate,
  };
  checkValidity(identity, now, certificateFile);
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

function filesOf(identity: ProfileIdentity): { certificateFile: string; keyFiles: readonly string[] } {
  if ('pkcs12' in identity) {
    throw new ChannelError('CONFIG_INVALID', 'PKCS#12 files are not read here', {
      where: identity.pkcs12,
      fix: 'Make a PEM pair of it: openssl pkcs12 -in FILE -clcerts -nokeys -out cert.pem; openssl pkcs12 -in FILE -nocerts -nodes -out key.pem',
    });
  }
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
    fix: 'Name an MSP folder, or a certificate and its private key in PEM, in the connection profile.',
    ...(cause === undefined ? {} : { cause }),
  });
}

function dateOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
