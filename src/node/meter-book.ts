import type { BillLine, BillWarning } from '../bills/index.ts';
import { type KeyVault, type Meter, meterText } from '../documents/index.ts';
import { ChannelError, sha256 } from '../emissions/index.ts';

// Where neither the file nor the options name the utility.
const UNNAMED = 'unnamed utility';

/** Pseudonyms of the meters met in one import, each asked of the vault once. */
export class MeterBook {
  readonly #vault: KeyVault;
  readonly #meters: Promise<readonly Meter[]>;
  readonly #kept: Map<string, Promise<string>>;
  #existing: Promise<ReadonlyMap<string, string>> | undefined;
  readonly #pseudonyms = new Set<string>();
  /** By the meter's number alone: the meters that bear it, in the vault or in this import. Nearly always it is one. */
  readonly #byNumber = new Map<string, string | Set<string>>();

  constructor(
    vault: KeyVault,
    meters: Promise<readonly Meter[]> = vault.meters(),
    kept: Map<string, Promise<string>> = new Map(),
  ) {
    this.#vault = vault;
    this.#meters = meters;
    this.#kept = kept;
  }

  /** The book as it was before the first line, for reading the same lines once more: they get the same warnings. */
  again(): MeterBook {
    return new MeterBook(this.#vault, this.#meters, this.#kept);
  }

  /**
   * The pseudonym of the line's meter if the vault has one, else a text that stands for the meter in this import alone and is
   * never stored or shown: nothing is written for a line that may yet be refused.
   * @throws {ChannelError} FIELD_INVALID when the line names neither meter nor account
   */
  async lookUp(line: BillLine): Promise<string> {
    const key = meterKey(line);
    return (await this.#known()).get(key) ?? sha256(`new meter ${key}`);
  }

  /**
   * A warning where the line's meter number is known under another utility name too, or with other leading zeros: in the vault, or on an earlier line of this
   * import. To the ledger these are two meters, so that overlap control does not see the same bill entered twice.
   */
  async otherUtility(line: BillLine): Promise<readonly BillWarning[]> {
    const key = meterKey(line);
    await this.#known();
    if (this.#bear(line.meter, key) === 1) return [];
    const message =
      line.utility === ''
        ? 'this meter number is known with a utility name or with other leading zeros, and the line names no utility: it is taken for another meter'
        : 'this meter number is known under another utility name, without one, or with other leading zeros: it is taken for another meter';
    return [{ code: 'METER_OTHER_UTILITY', message }];
  }

  /** Whether the pseudonym stands in the vault. Known once a line was looked up. */
  isKnown(pseudonym: string): boolean {
    return this.#pseudonyms.has(pseudonym);
  }

  #known(): Promise<ReadonlyMap<string, string>> {
    this.#existing ??= this.#meters.then((meters) => {
      const pseudonyms = new Map<string, string>();
      for (const { utility, number, pseudonym } of meters) {
        const key = meterText(utility, number);
        pseudonyms.set(key, pseudonym);
        this.#pseudonyms.add(pseudonym);
        this.#bear(number, key);
      }
      return pseudonyms;
    });
    return this.#existing;
  }

  /** Notes that a meter bears the number; how many do. */
  #bear(number: string, key: string): number {
    // Spreadsheets drop leading zeros.
    const alone = meterText(UNNAMED, /^\d+$/.test(number) ? number.replace(/^0+(?=\d)/, '') : number);
    const known = this.#byNumber.get(alone);
    if (known === key) return 1;
    const bearers = known === undefined ? key : typeof known === 'string' ? new Set([known, key]) : known.add(key);
    this.#byNumber.set(alone, bearers);
    return typeof bearers === 'string' ? 1 : bearers.size;
  }

  /** The pseudonym of the line's meter, which has a key in the vault from now on. */
  keep(line: BillLine): Promise<string> {
    const key = meterKey(line);
    const known = this.#kept.get(key) ?? this.#vault.meterPseudonym(utilityOf(line), line.meter, line.site);
    this.#kept.set(key, known);
    return known;
  }
}

function meterKey(line: BillLine): string {
  if (line.meter === '')
    throw new ChannelError('FIELD_INVALID', 'the line names neither a meter nor an account', { where: 'meter' });
  return meterText(utilityOf(line), line.meter);
}

function utilityOf({ utility }: BillLine): string {
  return utility === '' ? UNNAMED : utility;
}
