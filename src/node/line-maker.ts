import type { BillItem, BillLine, ReadOptions, RejectedRow } from '../bills/index.ts';
import { lastRecordableDay } from '../channel/index.ts';
import { ChannelError, defined, isChannelError } from '../emissions/index.ts';
import type { Import } from './bill-file.ts';
import { type PreparedLine, prepareLine } from './bill-lines.ts';
import type { EvidenceKeeper } from './evidence-keeper.ts';
import type { ImportEntry } from './import-log.ts';
import { placeOfHint } from './line-place.ts';
import { zoneOf } from './zones.ts';

/** Makes records of the lines of one file. */
export class LineMaker {
  readonly readerOptions: ReadOptions;
  readonly #work: Import;
  readonly #evidence: EvidenceKeeper;
  readonly #previous: ImportEntry | undefined;
  readonly #pseudonym: (line: BillLine) => Promise<string>;
  readonly #lastDay: string;

  /** `previous`: an import of the same file that was undone; `pseudonym`: of a line's meter. */
  constructor(
    work: Import,
    evidence: EvidenceKeeper,
    previous: ImportEntry | undefined,
    pseudonym: (line: BillLine) => Promise<string>,
  ) {
    this.#work = work;
    this.#evidence = evidence;
    this.#previous = previous;
    this.#pseudonym = pseudonym;
    this.#lastDay = lastRecordableDay(work.node.now().toISOString());
    this.readerOptions = readerOptions(work);
  }

  /** The line with its record, or what stood in its way; `at` is its position in the file. */
  async make(item: BillItem, at: number): Promise<PreparedLine | RejectedRow> {
    if (!('line' in item)) return item;
    const { line } = item;
    const { node, read, gwp, desk, meters, document } = this.#work;
    return prepareLine(line, {
      owner: node.member,
      read,
      gwp,
      desk,
      usPlaces: node.usPlaces,
      lastDay: this.#lastDay,
      pseudonym: async () => {
        await checkEvidence(this.#evidence, line, document !== undefined);
        return this.#pseudonym(line);
      },
      replaced: (meter) => this.#replaced(line, meter, at),
      meterWarnings: (one) => meters.otherUtility(one),
    });
  }

  /** Rule G: the record of the same line in the import that was undone, where it is of the same meter and days. */
  #replaced({ commodity, flow, start, end }: BillLine, meter: string, at: number): string | undefined {
    if (this.#previous === undefined) return undefined;
    const { imports, inventory } = this.#work.node;
    const [line] = imports.lines(this.#previous.id, at, 1);
    const found = line?.at === at ? inventory.record(line.record) : undefined;
    if (found?.state !== 'voided') return undefined;
    const { record } = found;
    const same = record.meter === meter && record.commodity === commodity && record.flow === flow;
    return same && record.start < end && start < record.end ? found.id : undefined;
  }
}

/** Says of a row's own document where it was looked for; never its name, which can hold an account number. */
async function checkEvidence(evidence: EvidenceKeeper, line: BillLine, given: boolean): Promise<void> {
  try {
    await evidence.check(line);
  } catch (cause) {
    if (given || !isChannelError(cause, 'FILE_UNREADABLE')) throw cause;
    throw new ChannelError('FILE_UNREADABLE', 'the file that column document names cannot be read', {
      where: 'column document',
      fix: 'Put the document where the column says, or mend the column: the path is relative to the folder of the bill file.',
      cause,
    });
  }
}

// The place is merged here, where a row that names one replaces the file's whole. A place that lies in one zone gives it.
function readerOptions({ read: { place, ...told }, gwp, node }: Import): ReadOptions {
  const read: ReadOptions = { ...told, recorded: defined({ place, gwp }) };
  if (read.zone !== undefined || place === undefined || Object.keys(place).length === 0) return read;
  const { zone, assumed } = zoneOf(placeOfHint(place, node.usPlaces).place);
  return assumed ? read : { ...read, placeZone: zone };
}
