import { type KeyObject, verify, X509Certificate } from 'node:crypto';
import { msp } from '@hyperledger/fabric-protos';
import type { MemberMsp } from './channel-config.ts';
import { revokedSerials } from './revocation-list.ts';

/** A certificate that an organisation of the configuration vouches for. */
export interface CheckedIdentity {
  readonly mspId: string;
  readonly key: KeyObject;
  /** Organisational units of the certificate's subject: with node OUs on, one of client, peer, admin and orderer. */
  readonly units: readonly string[];
}

const MOST_INTERMEDIATES = 8;

/** Judges identities against one configuration; what was judged once is kept. */
export class CertificateCheck {
  readonly #msps: ReadonlyMap<string, MemberMsp>;
  readonly #revoked = new Map<string, ReadonlySet<string>>();
  readonly #judged = new Map<string, { readonly certificate: X509Certificate; readonly mspId: string } | string>();

  constructor(msps: ReadonlyMap<string, MemberMsp>) {
    this.#msps = msps;
  }

  /** The identity of serialised bytes (MSP id and certificate), at a time where one is given, or in words why it is none. */
  identity(serialised: Uint8Array, at?: Date): CheckedIdentity | string {
    const key = Buffer.from(serialised).toString('base64');
    let judged = this.#judged.get(key);
    if (judged === undefined) {
      judged = this.#judge(serialised);
      this.#judged.set(key, judged);
    }
    if (typeof judged === 'string') return judged;
    const { certificate, mspId } = judged;
    // Fabric's peers do not ask from when on it is valid, so neither does the check.
    if (at !== undefined && at > certificate.validToDate) {
      return `the certificate of ${mspId} was expired at ${at.toISOString()}`;
    }
    return { mspId, key: certificate.publicKey, units: unitsOf(certificate) };
  }

  #judge(serialised: Uint8Array): { readonly certificate: X509Certificate; readonly mspId: string } | string {
    const identity = msp.SerializedIdentity.deserializeBinary(serialised);
    const mspId = identity.getMspid();
    const organisation = this.#msps.get(mspId);
    if (organisation === undefined) return `${mspId} is no organisation of the channel's configuration`;
    const certificate = certificateOf(identity.getIdBytes_asU8());
    if (certificate === undefined) return `the certificate of ${mspId} cannot be read`;
    if (!leadsToRoot(certificate, organisation)) return `the certificate was not issued by ${mspId}`;
    if (this.#revokedBy(organisation).has(serialOf(certificate))) return `the certificate was revoked by ${mspId}`;
    return { certificate, mspId };
  }

  #revokedBy(organisation: MemberMsp): ReadonlySet<string> {
    let serials = this.#revoked.get(organisation.mspId);
    if (serials === undefined) {
      serials = new Set(organisation.revocationLists.flatMap((list) => revokedSerials(list)));
      this.#revoked.set(organisation.mspId, serials);
    }
    return serials;
  }
}

/**
 * True when an ECDSA signature in DER form over SHA-256 of the parts, joined, holds. A high s is refused as Fabric refuses
 * it, for it would be a second signature of the same bytes.
 */
export function signatureHolds(key: KeyObject, signature: Uint8Array, ...parts: readonly Uint8Array[]): boolean {
  try {
    return hasLowS(signature) && verify('sha256', Buffer.concat(parts), key, signature);
  } catch {
    return false;
  }
}

// The order of P-256, halved.
const HALF_ORDER = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n;

function hasLowS(signature: Uint8Array): boolean {
  const bytes = Buffer.from(signature);
  const sizeOfR = bytes[3] ?? 0;
  const sizeOfS = bytes[5 + sizeOfR] ?? 0;
  const s = bytes.subarray(6 + sizeOfR, 6 + sizeOfR + sizeOfS).toString('hex');
  return s !== '' && BigInt(`0x${s}`) <= HALF_ORDER;
}

function unitsOf({ subject }: X509Certificate): string[] {
  return (subject ?? '').split('\n').flatMap((part) => (part.startsWith('OU=') ? [part.slice(3)] : []));
}

function certificateOf(pem: Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

// By name and signature: `checkIssued` also compares key identifiers, which issuers of Fabric fill in differently.
function leadsToRoot(certificate: X509Certificate, { roots, intermediates }: MemberMsp): boolean {
  let current = certificate;
  for (let depth = 0; depth <= MOST_INTERMEDIATES; depth += 1) {
    if (roots.some((root) => issued(root, current))) return true;
    const next = intermediates.find((intermediate) => issued(intermediate, current));
    if (next === undefined) return false;
    current = next;
  }
  return false;
}

function issued(issuer: X509Certificate, certificate: X509Certificate): boolean {
  return issuer.ca && issuer.subject === certificate.issuer && certificate.verify(issuer.publicKey);
}

function serialOf(certificate: X509Certificate): string {
  return certificate.serialNumber.toLowerCase().replace(/^0+/, '');
}
