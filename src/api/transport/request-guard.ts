import type { IncomingMessage } from 'node:http';
import { ChannelError } from '../../emissions/index.ts';
import { isLoopbackName } from '../access/oidc-settings.ts';

export interface GuardOptions {
  /** Names, with or without a port, that the node is asked for; the loopback names are always among them. */
  readonly hosts: readonly string[];
  /** Names that a certificate of the node holds; asked for a plain name or address. */
  readonly certifies?: (hostname: string) => boolean;
  /** Origins of pages that may call from a browser, exactly: `https://console.example.org`. */
  readonly origins: readonly string[];
  readonly scheme: 'http' | 'https';
}

const MOST_URL_CHARACTERS = 8192;
const MOST_FIELDS = 200;
const SAFE = ['GET', 'HEAD', 'OPTIONS'];

/**
 * What no handler ever sees: requests that two programs could read as two different ones, and requests for another host, which a
 * page in a browser can make by pointing its own name at this machine (DNS rebinding). Node's parser has refused before what is no
 * HTTP/1.1 at all.
 * @throws {ChannelError} REQUEST_MALFORMED, HOST_REFUSED
 */
export function guardRequest(request: IncomingMessage, options: GuardOptions): void {
  guardFraming(request);
  const host = hostOf(request);
  guardTarget(request, host, options.scheme);
  if (!isOwnHost(host, options))
    throw new ChannelError('HOST_REFUSED', 'the request is for a host that this node is not', { where: 'Host' });
  guardOrigin(request, host, options);
}

function guardFraming({ httpVersion, headers, rawHeaders }: IncomingMessage): void {
  if (httpVersion !== '1.1' && httpVersion !== '1.0')
    throw malformed(`the request is HTTP/${httpVersion}, this is a server for HTTP/1.1`, 'request line');
  if (rawHeaders.length > 2 * MOST_FIELDS) throw malformed(`the request has more than ${MOST_FIELDS} fields`, 'header');
  const coding = headers['transfer-encoding'];
  // Another coding would be taken off by one program and left by the next (RFC 9112, section 6.1).
  if (coding !== undefined && (coding.toLowerCase() !== 'chunked' || httpVersion === '1.0'))
    throw malformed('the body has a transfer coding other than chunked', 'Transfer-Encoding');
  for (const name of [
    'host',
    'authorization',
    'content-length',
    'content-type',
    'transfer-encoding',
    'idempotency-key',
  ]) {
    if (rawHeaders.filter((text, at) => at % 2 === 0 && text.toLowerCase() === name).length > 1)
      throw malformed(`the field ${name} stands more than once`, name);
  }
}

function hostOf({ headers, httpVersion }: IncomingMessage): string {
  const { host } = headers;
  if (host === undefined || !/^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$/.test(host))
    throw malformed(
      host === undefined ? `an HTTP/${httpVersion} request without Host` : 'Host is no name or address',
      'Host',
    );
  return host.toLowerCase();
}

function guardTarget({ url = '', method }: IncomingMessage, host: string, scheme: string): void {
  if (url.length > MOST_URL_CHARACTERS) throw malformed(`the target is longer than ${MOST_URL_CHARACTERS}`, 'target');
  if (url.startsWith('/') && !url.startsWith('//')) return;
  if (url === '*' && method === 'OPTIONS') return;
  // Absolute form is right from a proxy, and only where it says the same host (RFC 9112, section 3.2.2).
  const authority = /^([a-z]+):\/\/([^/?#]+)(\/|\?|$)/i.exec(url);
  if (authority === null || authority[1]?.toLowerCase() !== scheme || authority[2]?.toLowerCase() !== host)
    throw malformed('the target is no path, and no URL of this host', 'target');
}

function isOwnHost(host: string, { hosts, certifies }: GuardOptions): boolean {
  const name = host.replace(/:[0-9]+$/, '');
  if (isLoopbackName(name)) return true;
  if (hosts.some((one) => one.toLowerCase() === host || one.toLowerCase() === name)) return true;
  return certifies?.(name.replace(/^\[|\]$/g, '')) === true;
}

// A browser sends a client certificate along with a page's request, whichever page it is.
function guardOrigin({ method = '', headers }: IncomingMessage, host: string, { scheme, origins }: GuardOptions): void {
  const { origin } = headers;
  if (origin === undefined || SAFE.includes(method) || origins.includes(origin)) return;
  if (origin.toLowerCase() !== `${scheme}://${host}`)
    throw new ChannelError('HOST_REFUSED', 'the request comes from a page of another origin', {
      where: 'Origin',
      fix: 'Pages that may call are listed in http.origins of node.json.',
    });
}

function malformed(message: string, where: string): ChannelError {
  return new ChannelError('REQUEST_MALFORMED', message, { where });
}
