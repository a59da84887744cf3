// Certificates for tests: a CA and what it issues, P-256, written as DER by hand. Node reads certificates but makes none.
import { generateKeyPairSync, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto';
import { der, extension, sequence } from '../../src/ledger/fabric/chaincode/test-certificate.conformance.ts';

export interface Issued {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
  readonly fingerprint: string;
}

export interface TestCa {
  readonly cert: string;
  issue(options: IssueOptions): Issued;
}

export interface IssueOptions {
  readonly name: string;
  readonly organisation?: string;
  /** For a server: DNS names and IPv4 addresses. */
  readonly names?: readonly string[];
  readonly from?: Date;
  readonly to?: Date;
}

const ECDSA_SHA256 = sequence(Buffer.from('06082a8648ce3d040302', 'hex'));
const YEAR = 365 * 86_400_000;

export function testCa(name = 'Test CA'): TestCa {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = nameOf(name);
  const isCa = extension('0603551d13', sequence(der(0x01, Buffer.from([0xff]))));
  const cert = pem(signed({ subject, issuer: subject, publicKey, privateKey, extensions: [isCa] }));
  return {
    cert,
    issue: ({ name: common, organisation, names = [], from, to }) => {
      const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const alternative = names.map((one) =>
        /^[0-9.]+$/.test(one) ? der(0x87, Buffer.from(one.split('.').map(Number))) : der(0x82, Buffer.from(one)),
      );
      const made = signed({
        subject: nameOf(common, organisation),
        issuer: subject,
        publicKey: pair.publicKey,
        privateKey,
        extensions: alternative.length === 0 ? [] : [extension('0603551d11', sequence(...alternative))],
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
      });
      return {
        cert: pem(made),
        key: pair.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
        fingerprint: new X509Certificate(made).fingerprint256,
      };
    },
  };
}

interface Body {
  readonly subject: Buffer;
  readonly issuer: Buffer;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  readonly extensions: readonly Buffer[];
  readonly from?: Date;
  readonly to?: Date;
}

function signed({ subject, issuer, publicKey, privateKey, extensions, from, to }: Body): Buffer {
  const now = Date.now();
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ECDSA_SHA256,
    issuer,
    sequence(utc(from ?? new Date(now - YEAR)), utc(to ?? new Date(now + YEAR))),
    subject,
    publicKey.export({ format: 'der', type: 'spki' }),
    ...(extensions.length === 0 ? [] : [der(0xa3, sequence(...extensions))]),
  );
  return sequence(body, ECDSA_SHA256, der(0x03, Buffer.from([0]), sign('sha256', body, privateKey)));
}

/** commonName, and organizationName before it. */
function nameOf(common: string, organisation?: string): Buffer {
  const part = (oid: string, text: string): Buffer =>
    der(0x31, sequence(Buffer.from(oid, 'hex'), der(0x0c, Buffer.from(text))));
  return sequence(
    ...(organisation === undefined ? [] : [part('060355040a', organisation)]),
    part('0603550403', common),
  );
}

function utc(at: Date): Buffer {
  return der(0x17, Buffer.from(`${at.toISOString().slice(2, 19).replace(/[-:T]/g, '')}Z`));
}

function pem(bytes: Buffer): string {
  return `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64').replace(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`;
}
