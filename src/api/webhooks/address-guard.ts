import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { ChannelError } from '../../emissions/index.ts';

export interface PinnedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Names to addresses, as `dns.lookup` with `all`; tests put their own in its place. */
export type Resolver = (hostname: string) => Promise<readonly PinnedAddress[]>;

// IANA IPv4 Special-Purpose Address Registry, and multicast: nothing there is a receiver on the public internet.
const CLOSED_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

// Only global unicast is open (RFC 4291, section 2.4), less what IANA's IPv6 registry sets apart there: 2001::/23 holds Teredo,
// 2002::/16 is 6to4, which both carry an IPv4 address inside.
const OPEN_V6 = '2000::/3';
const CLOSED_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'];

const closed = blockList([...CLOSED_V4, ...CLOSED_V6]);
const open6 = blockList([OPEN_V6]);

/**
 * Keeps the node from being sent against its own network by a URL: a receiver's address must be public, or in a range that the
 * operator allows.
 */
export class AddressGuard {
  readonly #allowed: BlockList;
  readonly #resolve: Resolver;

  /** @throws {ChannelError} CONFIG_INVALID for a range that is none, such as `10.1.0.0/16` */
  constructor(allow: readonly string[] = [], resolve: Resolver = resolveAll) {
    this.#allowed = blockList(allow);
    this.#resolve = resolve;
  }

  /**
   * A receiver's URL, as far as it can be judged without asking for its name's addresses.
   * @throws {ChannelError} WEBHOOK_REFUSED
   */
  parse(text: string): URL {
    if (typeof text !== 'string' || text.length > 2000 || !URL.canParse(text)) throw refused('the URL is none');
    const url = new URL(text);
    if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refused('the URL is not https');
    if (url.username !== '' || url.password !== '') throw refused('the URL carries a user or a password');
    if (url.hash !== '') throw refused('the URL has a fragment');
    const address = literal(url);
    if (address !== undefined) this.#demand(address, url);
    return url;
  }

  /**
   * The addresses that a delivery may connect to. They are connected to as they are: a second look-up could give others. One that
   * is not allowed refuses the name as a whole.
   * @throws {ChannelError} WEBHOOK_REFUSED; STORE_UNAVAILABLE never: a name that is not found is refused as well
   */
  async pin(url: URL): Promise<readonly PinnedAddress[]> {
    const address = literal(url);
    const found = address === undefined ? await this.#lookup(url.hostname) : [address];
    for (const one of found) this.#demand(one, url);
    return found;
  }

  async #lookup(hostname: string): Promise<readonly PinnedAddress[]> {
    const found = await this.#resolve(hostname).catch(() => []);
    if (found.length === 0) throw refused("the URL's name has no address");
    return found;
  }

  #demand({ address, family }: PinnedAddress, { protocol }: URL): void {
    if (this.#allowed.check(address, `ipv${family}`)) return;
    // An IPv4 address inside an IPv6 one is judged as what it is.
    const mapped = family === 6 ? /^::ffff:([0-9.]+)$/i.exec(address)?.[1] : undefined;
    if (mapped !== undefined && this.#allowed.check(mapped, 'ipv4')) return;
    if (!isPublicAddress(address)) throw refused('the URL leads to an address that is not public');
    if (protocol !== 'https:') throw refused('the URL is not https');
  }
}

/** True for an address of the public internet; false for one that is not, and for what is no address. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !closed.check(address, 'ipv4');
  return family === 6 && open6.check(address, 'ipv6') && !closed.check(address, 'ipv6');
}

async function resolveAll(hostname: string): Promise<readonly PinnedAddress[]> {
  return (await lookup(hostname, { all: true, verbatim: true })) as PinnedAddress[];
}

function literal({ hostname }: URL): PinnedAddress | undefined {
  const address = hostname.replace(/^\[|\]$/g, '');
  const family = isIP(address);
  return family === 0 ? undefined : { address, family: family as 4 | 6 };
}

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const { address, family, prefix } = parseRange(range);
    list.addSubnet(address, prefix, `ipv${family}`);
  }
  return list;
}

function parseRange(range: string): PinnedAddress & { readonly prefix: number } {
  const [address = '', bits] = range.split('/');
  const family = isIP(address);
  const whole = family === 4 ? 32 : 128;
  const prefix = bits === undefined ? whole : /^[0-9]{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
  if (family !== 0 && prefix <= whole) return { address, family: family as 4 | 6, prefix };
  throw new ChannelError('CONFIG_INVALID', 'webhooks.allow holds what is no range of addresses', {
    where: 'webhooks.allow',
    fix: 'Write ranges such as 10.1.0.0/16 or fd00::/8.',
  });
}

function refused(message: string): ChannelError {
  return new ChannelError('WEBHOOK_REFUSED', message, { where: 'url' });
}
