interface Element {
  readonly tag: number;
  readonly content: Buffer;
  readonly end: number;
}

const INTEGER = 0x02;
const SEQUENCE = 0x30;

/**
 * Serial numbers that a certificate revocation list names, lower-case hex without leading zeros (RFC 5280, section 5.1). The
 * list's own signature is not checked: it stands in a configuration that was.
 */
export function revokedSerials(list: Uint8Array): string[] {
  const [signed] = elements(elementAt(derOf(list), 0).content);
  if (signed === undefined) throw new TypeError('the revocation list is empty');
  // version, algorithm, issuer, this update, next update (both times optional or of another tag), then the list.
  const sequences = elements(signed.content).filter(({ tag }) => tag === SEQUENCE);
  const revoked = sequences[2];
  if (revoked === undefined) return [];
  return elements(revoked.content).flatMap(({ content }) => {
    const [serial] = elements(content);
    return serial?.tag === INTEGER ? [serial.content.toString('hex').replace(/^0+/, '')] : [];
  });
}

function derOf(list: Uint8Array): Buffer {
  const text = Buffer.from(list).toString('latin1');
  const body = /-----BEGIN X509 CRL-----([\s\S]*?)-----END X509 CRL-----/.exec(text)?.[1];
  return body === undefined ? Buffer.from(list) : Buffer.from(body, 'base64');
}

function elements(bytes: Buffer): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const element = elementAt(bytes, at);
    found.push(element);
    at = element.end;
  }
  return found;
}

function elementAt(bytes: Buffer, at: number): Element {
  const first = bytes.readUInt8(at + 1);
  const sizeBytes = first < 0x80 ? 0 : first & 0x7f;
  const length = sizeBytes === 0 ? first : bytes.readUIntBE(at + 2, sizeBytes);
  const start = at + 2 + sizeBytes;
  if (start + length > bytes.length) throw new RangeError('an element of the revocation list ends after it');
  return { tag: bytes.readUInt8(at), content: bytes.subarray(start, start + length), end: start + length };
}
