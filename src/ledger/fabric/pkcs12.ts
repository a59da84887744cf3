import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { ChannelError } from '../../emissions/index.ts';

/** What a PKCS#12 file holds, in its order. */
export interface Pkcs12Content {
  readonly certificates: readonly X509Certificate[];
  readonly keys: readonly KeyObject[];
}

/**
 * Opens a PKCS#12 file (RFC 7292): AES as OpenSSL 3 writes it, and the older 3DES and RC2.
 * @throws {ChannelError} CONFIG_INVALID, telling a file that is none from a password that does not open it
 */
export async function openPkcs12(bytes: Buffer, password: string, where: string): Promise<Pkcs12Content> {
  // Node reads no PKCS#12; who has no such file never loads this.
  const { default: forge } = await import('node-forge');
  const { asn1, pkcs12, pki, util } = forge;
  const der = (value: ReturnType<typeof asn1.fromDer>) => Buffer.from(asn1.toDer(value).getBytes(), 'binary');
  let tree: ReturnType<typeof asn1.fromDer>;
  try {
    tree = asn1.fromDer(util.createBuffer(bytes.toString('binary')));
  } catch {
    throw invalid(`${where} is no PKCS#12 file`, where);
  }
  const opened = (text: string) => {
    try {
      return pkcs12.pkcs12FromAsn1(tree, false, text);
    } catch (error) {
      const utf8 = util.encodeUtf8(text);
      if (isWrongPassword(error) || utf8 === text) throw error;
      // The check value held, which is made of UTF-16. PBES2 takes the password as UTF-8, and forge as it is: once more without
      // the check value (RFC 7292, section 4, its third part).
      const [version, content] = tree.value as [typeof tree, typeof tree];
      return pkcs12.pkcs12FromAsn1({ ...tree, value: [version, content] }, false, utf8);
    }
  };
  try {
    const bags = opened(password).safeContents.flatMap(({ safeBags }) => safeBags);
    // What forge itself does not know, as every key on a curve, it leaves as it stands.
    const partsOf = (...types: readonly (string | undefined)[]) =>
      bags.flatMap(({ type, asn1: part }) => (types.includes(type) && part !== undefined ? [der(part)] : []));
    const { certBag, keyBag, pkcs8ShroudedKeyBag } = pki.oids;
    return {
      certificates: partsOf(certBag).map((part) => new X509Certificate(part)),
      keys: partsOf(keyBag, pkcs8ShroudedKeyBag).map((key) => createPrivateKey({ key, format: 'der', type: 'pkcs8' })),
    };
  } catch (error) {
    // The library's own error is left out: it may quote what it read.
    if (isWrongPassword(error)) throw invalid(`the password does not open ${where}`, where);
    throw invalid(`${where} is no PKCS#12 file that can be read`, where);
  }
}

function isWrongPassword(error: unknown): boolean {
  return /password/i.test((error as Error).message);
}

function invalid(message: string, where: string): ChannelError {
  return new ChannelError('CONFIG_INVALID', message, {
    where,
    fix: 'Name a PKCS#12 file, and the file or the environment variable that holds its password, in the connection profile.',
  });
}
