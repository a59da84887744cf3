import type { BillLine } from '../bills/index.ts';
import { type KeyVault, meterText } from '../documents/index.ts';
import { ChannelError, sha256 } from '../emissions/index.ts';

// Where neither the file nor the options name the utility.
const UNNAMED = 'unnamed utility';

/** Pseudonyms of the meters met in one import, each asked of the vault once. */
export class MeterBook {
  readonly #vault: KeyVault;
  readonly #kept = new Map<string, Promise<string>>();
  #existing: Promise<ReadonlyMap<string, string>> | undefined;

  constructor(vault: KeyVault) {
    this.#vault = vault;
  }

  /**
   * The pseudonym of the line's meter if the vault has one, else a text that stands for the meter in this import alone and is
   * never stored or shown: nothing is written for a line that may yet be refused.
   * @throws {ChannelError} FIELD_INVALID when the line names neither meter nor account
   */
  async lookUp(line: BillLine): Promise<string> {
    const key = meterKey(line);
    this.#existing ??= this.#vault
      .meters()
      .then((meters) => new Map(meters.map((meter) => [meterText(meter.utility, meter.number), meter.pseudonym])));
    return (await this.#existing).get(key) ?? sha256(`new meter ${key}`);
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
