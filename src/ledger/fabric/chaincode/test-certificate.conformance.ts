// Certificates for tests, self-signed, written as DER by hand: Node reads them but makes none.
import { generateKeyPairSync, sign } from 'node:crypto';
import { sha256 } from '../../../emissions/index.ts';

export interface TestCertificate {
  readonly certificate: string;
  readonly privateKey: string;
  /** SHA-256 of the public key (SPKI DER). */
  readonly keyId: string;
}

/** P-256, for localhost, with the value of Fabric's attribute extension (OID 1.2.3.4.5.6.7.8.1) where one is given. */
export function testCertificate(name: string, attributes?: string): TestCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  // ecdsa-with-SHA256; commonName.
  const algorithm = sequence(Buffer.from('06082a8648ce3d040302', 'hex'));
  const subject = sequence(der(0x31, sequence(Buffer.from('0603550403', 'hex'), der(0x0c, Buffer.from(name)))));
  const validity = sequence(der(0x17, Buffer.from('200101000000Z')), der(0x17, Buffer.from('491231235959Z')));
  const extensions = [
    // basicConstraints: a root, so that it vouches for itself; subjectAltName: dNSName localhost.
    extension('0603551d13', sequence(der(0x01, Buffer.from([0xff])))),
    extension('0603551d11', sequence(der(0x82, Buffer.from('localhost')))),
    ...(attributes === undefined ? [] : [extension('06082a03040506070801', Buffer.from(attributes))]),
  ];
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    algorithm,
    subject,
    validity,
    subject,
    spki,
    der(0xa3, sequence(...extensions)),
  );
  const signature = sign('sha256', body, privateKey);
  const bytes = sequence(body, algorithm, der(0x03, Buffer.from([0]), signature));
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64').replace(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`,
    privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
    keyId: sha256(spki),
  };
}

export function extension(oid: string, value: Buffer): Buffer {
  return sequence(Buffer.from(oid, 'hex'), der(0x04, value));
}

export function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, ...parts);
}

export function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const size = content.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}
