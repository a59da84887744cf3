import { generateKeyPairSync, type KeyObject, sign, X509Certificate } from 'node:crypto';
import { request } from 'node:https';
import { ChannelError } from '../../emissions/index.ts';

export interface EnrolmentRequest {
  /** `https://HOST:PORT` of the authority. */
  readonly url: string;
  /** Which of several authorities that one server runs. */
  readonly caName?: string;
  /** As it was registered with the authority. */
  readonly id: string;
  readonly secret: string;
  /** PEM of the authority of the server's TLS certificate; without it the machine's own. */
  readonly tlsRoot?: Buffer;
}

/** All in PEM. */
export interface Enrolment {
  readonly certificate: string;
  readonly privateKey: string;
  /** The authorities that lead to the root. */
  readonly chain: string;
}

const TIMEOUT_MS = 15_000;
const MOST_BYTES = 1_000_000;

/** The certificate carries it where the identity was registered with it. */
const ROLE_ATTRIBUTE = 'uec.role';

/**
 * Has a fabric-ca server issue a certificate for a P-256 key that is made here and leaves this process only to the caller.
 * Protocol: POST /api/v1/enroll with a PKCS#10 request (RFC 2986), id and secret by HTTP's basic scheme.
 * @throws {ChannelError} OPTION_INVALID, CONFIG_INVALID (TLS), IDENTITY_REFUSED in the authority's words, CA_UNAVAILABLE
 */
export async function enrol(asked: EnrolmentRequest): Promise<Enrolment> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const body = JSON.stringify({
    certificate_request: await signingRequest(asked.id, publicKey, privateKey),
    attr_reqs: [{ name: ROLE_ATTRIBUTE, optional: true }],
    ...(asked.caName === undefined ? {} : { caname: asked.caName }),
  });
  const { status, text } = await post(asked, endpointOf(asked.url), body);
  const { certificate, chain } = issuedIn(asked, status, text);
  if (!certificateFits(certificate, privateKey))
    throw refused(asked, 'its answer is no certificate of the key that was sent');
  return { certificate, privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string, chain };
}

// Id and secret pass here: never without TLS.
function endpointOf(url: string): URL {
  // It is not shown: with an '@' it would hold the secret.
  if (!/^https:\/\/[^/?#@]+\/?$/.test(url) || !URL.canParse(url))
    throw new ChannelError('OPTION_INVALID', 'the address given is no address of a certificate authority', {
      where: '--url',
      fix: 'Give https://HOST:PORT.',
    });
  return new URL('/api/v1/enroll', url);
}

async function signingRequest(commonName: string, publicKey: KeyObject, privateKey: KeyObject): Promise<string> {
  // Node makes no certificate requests.
  const { asn1 } = (await import('node-forge')).default;
  const { Class, Type } = asn1;
  type Element = ReturnType<typeof asn1.fromDer>;
  const der = (element: Element) => Buffer.from(asn1.toDer(element).getBytes(), 'binary');
  const primitive = (type: number, bytes: string) => asn1.create(Class.UNIVERSAL, type, false, bytes);
  const sequence = (...parts: Element[]) => asn1.create(Class.UNIVERSAL, Type.SEQUENCE, true, parts);
  const oid = (name: string) => primitive(Type.OID, asn1.oidToDer(name).getBytes());
  const name = sequence(
    asn1.create(Class.UNIVERSAL, Type.SET, true, [
      sequence(oid('2.5.4.3'), primitive(Type.UTF8, Buffer.from(commonName).toString('binary'))),
    ]),
  );
  const key = publicKey.export({ format: 'der', type: 'spki' }).toString('binary');
  const noAttributes = asn1.create(Class.CONTEXT_SPECIFIC, 0, true, []);
  const info = sequence(primitive(Type.INTEGER, '\0'), name, asn1.fromDer(key), noAttributes);
  const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'));
  const signature = `\0${sign('sha256', der(info), privateKey).toString('binary')}`;
  const bytes = der(sequence(info, ecdsaWithSha256, primitive(Type.BITSTRING, signature)));
  const text = bytes.toString('base64').replace(/.{1,64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE REQUEST-----\n${text}-----END CERTIFICATE REQUEST-----\n`;
}

function post(asked: EnrolmentRequest, url: URL, body: string): Promise<{ status: number; text: string }> {
  const { id, secret, tlsRoot } = asked;
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
        },
        signal: AbortSignal.timeout(TIMEOUT_MS),
        // The server's own certificate, which its folder holds as tls-cert.pem, will do as well as that of its issuer.
        ...(tlsRoot === undefined ? {} : { ca: tlsRoot, allowPartialTrustChain: true }),
      },
      async (response) => {
        let text = '';
        try {
          for await (const part of response.setEncoding('utf8')) {
            text += part;
            if (text.length > MOST_BYTES) throw refused(asked, 'its answer has no end');
          }
          resolve({ status: response.statusCode ?? 0, text });
        } catch (error) {
          reject(error instanceof ChannelError ? error : unreachable(asked, error as Error));
        }
      },
    );
    sent.on('error', (error) => reject(unreachable(asked, error)));
    sent.end(body);
  });
}

interface Answer {
  readonly success?: boolean;
  readonly result?: { readonly Cert?: string; readonly ServerInfo?: { readonly CAChain?: string } };
  readonly errors?: readonly { readonly code?: number; readonly message?: string }[];
}

function issuedIn(asked: EnrolmentRequest, status: number, text: string): Pick<Enrolment, 'certificate' | 'chain'> {
  let answer: Answer;
  try {
    answer = JSON.parse(text) as Answer;
  } catch {
    throw refused(asked, `its answer, status ${status}, is not that of a fabric-ca server`);
  }
  const [error] = answer.errors ?? [];
  // The server does not tell an unknown id from a wrong secret, and neither can this.
  if (status === 401) throw refused(asked, 'it knows no such id, the secret is another, or its enrolments are used up');
  const { Cert: certificate, ServerInfo } = answer.result ?? {};
  if (answer.success !== true || typeof certificate !== 'string')
    throw refused(
      asked,
      `status ${status}${error === undefined ? '' : `, error ${error.code}: ${words(error.message)}`}`,
    );
  return { certificate: pemOf(certificate), chain: pemOf(ServerInfo?.CAChain ?? '') };
}

function certificateFits(certificate: string, privateKey: KeyObject): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(privateKey);
  } catch {
    return false;
  }
}

function pemOf(base64: string): string {
  return Buffer.from(base64, 'base64').toString();
}

function words(message: unknown): string {
  return String(message)
    .replaceAll(/[^\x20-\x7e]+/g, ' ')
    .slice(0, 200);
}

function refused({ url, id }: EnrolmentRequest, why: string): ChannelError {
  return new ChannelError('IDENTITY_REFUSED', `the authority at ${url} did not enrol ${id}: ${why}`, {
    where: url,
    fix: 'Register the id with the authority, and give the secret that it was registered with.',
  });
}

function unreachable({ url }: EnrolmentRequest, cause: Error): ChannelError {
  const code = (cause as NodeJS.ErrnoException).code ?? cause.name;
  // Of the network (ECONNREFUSED) or of HTTP; every other one is about the certificate, and there are many.
  if (!/^(E[A-Z]+|HPE_\w+|AbortError|TimeoutError)$/.test(code))
    return new ChannelError('CONFIG_INVALID', `the TLS certificate of ${url} does not fit: ${code}`, {
      where: url,
      cause,
      fix: 'Name the PEM file of the authority that issued it: --tls-root.',
    });
  return new ChannelError('CA_UNAVAILABLE', `the certificate authority at ${url} cannot be reached: ${code}`, {
    where: url,
    cause,
  });
}
