import { X509Certificate } from 'node:crypto';
import { ChannelError } from '../../emissions/index.ts';
import { type ApiRole, isApiRole, type Principal } from './principal.ts';

/** A client certificate that may call the API: one entry of `access.certificates` of node.json. */
export interface CertificateSettings {
  /** What logs call it; no personal data. */
  readonly name: string;
  readonly role: ApiRole;
  /** SHA-256 of the certificate's DER, hex, with or without colons. */
  readonly fingerprint?: string;
  /** Every attribute of the subject, such as `{ "O": "Acme", "CN": "importer" }`; any certificate of the CA with exactly these. */
  readonly subject?: Readonly<Record<string, string>>;
}

/** Client certificates and the roles they have. The chain was verified by the connection; here stands who it is. */
export class ClientCertificates {
  readonly #settings: readonly CertificateSettings[];
  readonly #now: () => Date;

  /** @throws {ChannelError} CONFIG_INVALID */
  constructor(settings: readonly CertificateSettings[], now: () => Date = () => new Date()) {
    settings.forEach(checkSettings);
    this.#settings = settings;
    this.#now = now;
  }

  /** @throws {ChannelError} CERTIFICATE_UNKNOWN also for one that expired while the connection was open */
  principal(der: Uint8Array): Principal {
    const certificate = new X509Certificate(der);
    const now = this.#now();
    if (now < certificate.validFromDate || now > certificate.validToDate)
      throw new ChannelError('CERTIFICATE_UNKNOWN', 'the client certificate is expired or not yet valid', {
        fix: 'Renew the certificate and connect again.',
      });
    const fingerprint = plainFingerprint(certificate.fingerprint256);
    const subject = certificate.toLegacyObject().subject as unknown as Record<string, unknown>;
    const found =
      this.#settings.find(
        (one) => one.fingerprint !== undefined && plainFingerprint(one.fingerprint) === fingerprint,
      ) ?? this.#settings.find((one) => one.subject !== undefined && isSubject(subject, one.subject));
    if (found === undefined)
      throw new ChannelError('CERTIFICATE_UNKNOWN', 'the client certificate has no role at this node');
    return { id: `certificate:${found.name}`, role: found.role, kind: 'certificate' };
  }
}

function isSubject(found: Readonly<Record<string, unknown>>, wanted: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(wanted);
  // An attribute that stands twice is a list in `found`, and equals no text.
  return names.length === Object.keys(found).length && names.every((name) => found[name] === wanted[name]);
}

function plainFingerprint(text: string): string {
  return text.replaceAll(':', '').toLowerCase();
}

function checkSettings({ name, role, fingerprint, subject }: CertificateSettings): void {
  const where = 'access.certificates';
  if (typeof name !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/.test(name))
    throw new ChannelError('CONFIG_INVALID', `${where} has an entry without a short plain name`, { where });
  const fault = (found: string): ChannelError =>
    new ChannelError('CONFIG_INVALID', `${where}: '${name}' ${found}`, { where });
  if (!isApiRole(role)) throw fault('has no role of the API');
  if ((fingerprint === undefined) === (subject === undefined)) throw fault('needs either a fingerprint or a subject');
  if (fingerprint !== undefined && !/^[0-9a-f]{64}$/.test(plainFingerprint(String(fingerprint))))
    throw fault('has a fingerprint that is not SHA-256 in hex');
  if (subject !== undefined && (typeof subject !== 'object' || Object.keys(subject).length === 0))
    throw fault('has an empty subject');
}
