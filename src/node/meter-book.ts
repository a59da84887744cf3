import type { BillLine } from '../bills/index.ts';
import { type KeyVault, meterText } from '../documents/index.ts';
import { ChannelError, sha256 } from '../emissions/index.ts';

// Where neither the file nor the options name the utility.
const UNNAMED = 'unnamed utility';

/** Pseudonyms of the meters met in one import, each asked of the vault once. A dry run makes no keys: it reads those there are. */
export class MeterBook {
  readonly #vault: KeyVault;
  readonly #dry: boolean;
  readonly #known = new Map<string, Promise<string>>();
  #existing: Promise<ReadonlyMap<string, string>> | undefined;

  constructor(vault: KeyVault, dry: boolean) {
    this.#vault = vault;
    this.#dry = dry;
  }

  /** @throws {ChannelError} FIELD_INVALID when the line names neither meter nor account */
  pseudonym(line: BillLine): Promise<string> {
    if (line.meter === '')
      throw new ChannelError('FIELD_INVALID', 'the line names neither a meter nor an account', { where: 'meter' });
    const utility = line.utility === '' ? UNNAMED : line.utility;
    const key = meterText(utility, line.meter);
    const known =
      this.#known.get(key) ??
      (this.#dry ? this.#lookUp(key) : this.#vault.meterPseudonym(utility, line.meter, line.site));
    this.#known.set(key, known);
    return known;
  }

  async #lookUp(key: string): Promise<string> {
    this.#existing ??= this.#vault
      .meters()
      .then((meters) => new Map(meters.map((meter) => [meterText(meter.utility, meter.number), meter.pseudonym])));
    // Stands for a new meter in this run alone, and is never stored or shown.
    return (await this.#existing).get(key) ?? sha256(`dry run ${key}`);
  }
}
