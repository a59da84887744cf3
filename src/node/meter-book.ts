import type { BillLine, BillWarning } from '../bills/index.ts';
import { type KeyVault, meterText } from '../documents/index.ts';
import { ChannelError, defined, sha256 } from '../emissions/index.ts';
import { Bearers, KnownMeters } from './known-meters.ts';

// Where neither the file nor the options name the utility.
const UNNAMED = 'unnamed utility';

/** Pseudonyms kept at hand. */
const MOST_KEPT = 10_000;

/** Pseudonyms of the meters met in one import. To be closed. */
export class MeterBook {
  readonly #vault: KeyVault;
  /** Those of the vault before the first line. */
  readonly #known: Promise<KnownMeters>;
  /** Meters of the lines so far, over those of the vault. */
  #bearers: Bearers | undefined;
  /** Pseudonyms that the vault gave, by meter. */
  readonly #kept = new Map<string, string>();
  /** The meter that was asked for last: bills of a meter follow one another. */
  #last: MetMeter | undefined;
  readonly #others: MeterBook[] = [];

  constructor(vault: KeyVault, known: Promise<KnownMeters> = KnownMeters.read(vault.eachMeter())) {
    this.#vault = vault;
    this.#known = known;
    // Whoever asks for a meter is told; a book that is not asked stays silent.
    known.catch(() => undefined);
  }

  /**
   * The book as it was before the first line, for reading the same lines once more: they get the same warnings. It is closed with
   * this one, and needs not be closed before.
   */
  again(): MeterBook {
    const book = new MeterBook(this.#vault, this.#known);
    this.#others.push(book);
    return book;
  }

  /**
   * The pseudonym of the line's meter if the vault has one, else a text that stands for the meter in this import alone and is
   * never stored or shown: nothing is written for a line that may yet be refused.
   * @throws {ChannelError} FIELD_INVALID when the line names neither meter nor account
   */
  async lookUp(line: BillLine): Promise<string> {
    const met = this.#meterOf(line);
    met.pseudonym ??= (await this.#known).pseudonym(met.key) ?? sha256(`new meter ${met.key}`);
    return met.pseudonym;
  }

  /**
   * A warning where the line's meter number is known under another utility name too, or with other leading zeros: in the vault, or on an earlier line of this
   * import. To the ledger these are two meters, so that overlap control does not see the same bill entered twice.
   */
  async otherUtility(line: BillLine): Promise<readonly BillWarning[]> {
    const met = this.#meterOf(line);
    this.#bearers ??= new Bearers((await this.#known).bearers);
    met.bearers ??= this.#bearers.add(met.key, line.meter);
    if (met.bearers === 1) return [];
    const message =
      line.utility === ''
        ? 'this meter number is known with a utility name or with other leading zeros, and the line names no utility: it is taken for another meter'
        : 'this meter number is known under another utility name, without one, or with other leading zeros: it is taken for another meter';
    return [{ code: 'METER_OTHER_UTILITY', message }];
  }

  /** The pseudonym of each line's meter, which has a key in the vault from now on. */
  async keep(lines: readonly BillLine[]): Promise<string[]> {
    const keys = lines.map((line) => this.#meterOf(line).key);
    if (this.#kept.size >= MOST_KEPT) this.#kept.clear();
    const missing = new Map<string, BillLine>();
    for (const [at, key] of keys.entries())
      if (!this.#kept.has(key) && !missing.has(key)) missing.set(key, lines[at] as BillLine);
    const meters = [...missing.values()].map((line) => ({
      utility: utilityOf(line),
      number: line.meter,
      ...defined({ site: line.site }),
    }));
    const pseudonyms = meters.length === 0 ? [] : await this.#vault.meterPseudonyms(meters);
    for (const [at, key] of [...missing.keys()].entries()) this.#kept.set(key, pseudonyms[at] as string);
    return keys.map((key) => this.#kept.get(key) as string);
  }

  async close(): Promise<void> {
    for (const other of this.#others) other.#bearers?.close();
    this.#bearers?.close();
    const known = await this.#known.catch(() => undefined);
    known?.close();
  }

  #meterOf(line: BillLine): MetMeter {
    const { utility, meter } = line;
    if (this.#last?.utility !== utility || this.#last.meter !== meter)
      this.#last = { utility, meter, key: meterKey(line), pseudonym: undefined, bearers: undefined };
    return this.#last;
  }
}

interface MetMeter extends Pick<BillLine, 'utility' | 'meter'> {
  readonly key: string;
  pseudonym: string | undefined;
  bearers: number | undefined;
}

function meterKey(line: BillLine): string {
  if (line.meter === '')
    throw new ChannelError('FIELD_INVALID', 'the line names neither a meter nor an account', { where: 'meter' });
  return meterText(utilityOf(line), line.meter);
}

function utilityOf({ utility }: BillLine): string {
  return utility === '' ? UNNAMED : utility;
}
