/** A token bucket: `burst` calls at once, and `perSecond` more for every second that passes. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

interface Bucket {
  left: number;
  at: number;
}

/**
 * Token buckets by key. Memory is bounded: beyond `keys` buckets the one used longest ago is dropped, which gives its key a
 * full bucket again, so `keys` must be larger than the number of honest callers.
 */
export class RateLimiter {
  readonly #buckets = new Map<string, Bucket>();
  readonly #now: () => number;
  readonly #keys: number;

  /** `now` gives milliseconds that never go back. */
  constructor(now: () => number = () => performance.now(), keys = 10_000) {
    this.#now = now;
    this.#keys = keys;
  }

  /** Takes one call from the key's bucket. 0 when it was there; else the seconds to wait, at least 1, and nothing is taken. */
  take(key: string, rate: Rate): number {
    const bucket = this.#fill(key, rate);
    if (bucket.left < 1) return secondsUntil(1 - bucket.left, rate);
    bucket.left -= 1;
    return 0;
  }

  /** Seconds to wait until the key's bucket holds a call; 0 when it does. Takes nothing. */
  wait(key: string, rate: Rate): number {
    const { left } = this.#peek(key, rate);
    return left < 1 ? secondsUntil(1 - left, rate) : 0;
  }

  /** Whole calls left in the key's bucket. */
  left(key: string, rate: Rate): number {
    return Math.floor(this.#peek(key, rate).left);
  }

  get size(): number {
    return this.#buckets.size;
  }

  #peek(key: string, { burst, perSecond }: Rate): Bucket {
    const now = this.#now();
    const found = this.#buckets.get(key);
    if (found === undefined) return { left: burst, at: now };
    return { left: Math.min(burst, found.left + ((now - found.at) / 1000) * perSecond), at: now };
  }

  #fill(key: string, rate: Rate): Bucket {
    const bucket = this.#peek(key, rate);
    // Moved to the end: the map's order is that of use.
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > this.#keys) this.#buckets.delete(this.#buckets.keys().next().value as string);
    return bucket;
  }
}

function secondsUntil(missing: number, { perSecond }: Rate): number {
  return Math.max(1, Math.ceil(missing / perSecond));
}

/** The key under which failures of an address count: IPv4 as it is, IPv6 by its /64, which one subscriber usually holds. */
export function addressKey(address: string): string {
  const plain = address.replace(/^::ffff:(?=[0-9]+\.)/i, '').replace(/%.*$/, '');
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.toLowerCase().split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups =
    tail === undefined
      ? front
      : [...front, ...Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0'), ...back];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
