import { randomBytes } from 'node:crypto';
import { type Meter, meterText } from '../documents/index.ts';
import { sha256 } from '../emissions/index.ts';
import { SpilledMap, type SpillForm } from './spilled-map.ts';

/** Digits of the digest that stands for a meter. */
const DIGITS = 32;

const digits: SpillForm<string> = {
  write: (value) => Buffer.from(value, 'hex'),
  read: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex'),
};

/** The meters of the vault, as they stood when they were read. To be closed. */
export class KnownMeters {
  /** By `meterText`. */
  readonly #pseudonyms = new SpilledMap(digits);
  readonly bearers = new Bearers();

  static async read(meters: AsyncIterable<Meter>): Promise<KnownMeters> {
    const known = new KnownMeters();
    for await (const { utility, number, pseudonym } of meters) {
      const key = meterText(utility, number);
      known.#pseudonyms.set(key, pseudonym);
      known.bearers.add(key, number);
    }
    return known;
  }

  pseudonym(key: string): string | undefined {
    return this.#pseudonyms.get(key);
  }

  close(): void {
    this.#pseudonyms.close();
    this.bearers.close();
  }
}

/** Bearers of one number that are kept: a second one is all that is told, and a file can give every line another. */
const ENOUGH = 2;

/** Which meters bear a number: nearly always it is one. */
export class Bearers {
  readonly #base: Bearers | undefined;
  readonly #salt: string;
  /** By the meter's number alone: digests of its bearers, one after the other. */
  readonly #byNumber = new SpilledMap(digits);

  /** `base`: bearers that are known before. */
  constructor(base?: Bearers) {
    this.#base = base;
    this.#salt = base === undefined ? randomBytes(16).toString('hex') : base.#salt;
  }

  /** Notes that the meter named by `key` bears the number; how many do, up to `ENOUGH`. */
  add(key: string, number: string): number {
    // Spreadsheets drop leading zeros.
    const alone = meterText('number', /^\d+$/.test(number) ? number.replace(/^0+(?=\d)/, '') : number);
    const before = this.#base === undefined ? '' : (this.#base.#byNumber.get(alone) ?? '');
    const own = this.#byNumber.get(alone) ?? '';
    const bearer = sha256(`${this.#salt} ${key}`).slice(0, DIGITS);
    const isKnown = before.includes(bearer) || own.includes(bearer);
    const others = (before.length + own.length) / DIGITS;
    if (isKnown || others >= ENOUGH) return others;
    this.#byNumber.set(alone, own + bearer);
    return others + 1;
  }

  close(): void {
    this.#byNumber.close();
  }
}
