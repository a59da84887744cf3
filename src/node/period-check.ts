import { type ActivityRecord, type MeterYears, periodOf, recordId } from '../channel/index.ts';
import { ChannelError, isChannelError } from '../emissions/index.ts';
import type { PreparedLine } from './bill-lines.ts';
import { ChannelClient } from './channel-client.ts';
import { daysText } from './days-text.ts';
import type { Node } from './node.ts';
import { PeriodBook } from './period-book.ts';

/** A line to be tried, or one that its import recorded before it was cut off. */
export interface TriedLine {
  readonly prepared: PreparedLine;
  readonly recorded: boolean;
}

/**
 * Tries lines against the periods on the ledger and of the lines before them, in all files of the command, so that an overlap
 * stops the import before anything is written. To be closed.
 */
export class PeriodCheck {
  readonly #node: Node;
  readonly #files: number;
  readonly #book = new PeriodBook();

  /** `files`: how many the command has; with one, a line is named without its file. */
  constructor(node: Node, files: number) {
    this.#node = node;
    this.#files = files;
  }

  /** The fault of each line, `undefined` for those that have none. */
  async tryLines(lines: readonly TriedLine[], file: number): Promise<(ChannelError | undefined)[]> {
    const fresh = lines.flatMap(({ prepared, recorded }) => (recorded ? [] : [prepared.record]));
    const years = await new ChannelClient(this.#node.ledger).meterYears(fresh);
    return lines.map(({ prepared, recorded }) => this.#faultOf(prepared, recorded, years, file));
  }

  /** Takes a file out again that is not recorded after all. */
  forget(file: number): void {
    this.#book.forget(file);
  }

  close(): void {
    this.#book.close();
  }

  #faultOf(
    { line, record }: PreparedLine,
    recorded: boolean,
    years: MeterYears,
    file: number,
  ): ChannelError | undefined {
    const onLedger = recorded ? undefined : this.#ledgerFault(record, years);
    if (onLedger !== undefined) return onLedger;
    const other = this.#book.enter(record, line.where, file);
    if (other === undefined) return undefined;
    const name = this.#files === 1 ? other.where : `${other.where} of file ${other.file + 1}`;
    return overlap(record, name, { fix: 'Mend the dates of the two rows, or leave one out.' });
  }

  #ledgerFault(record: ActivityRecord, years: MeterYears): ChannelError | undefined {
    const period = periodOf(record);
    // Nearly always; the id of a record takes as long as all the rest of the check.
    if (years.isFree(period)) return undefined;
    const id = recordId(record);
    try {
      years.check(period, id);
      return undefined;
    } catch (error) {
      if (!isChannelError(error, 'PERIOD_OVERLAP', 'RECORD_DUPLICATE')) throw error;
      // The line has no id yet, it is named by its row.
      const other = error.details.otherRecordId ?? id;
      const found = this.#node.inventory.record(other)?.record;
      const days = found === undefined ? '' : `, ${daysText(found)},`;
      return overlap(record, `record ${other.slice(0, 12)}${days}`, { otherRecordId: other });
    }
  }
}

function overlap(
  record: ActivityRecord,
  name: string,
  details: { readonly fix?: string; readonly otherRecordId?: string },
): ChannelError {
  return new ChannelError('PERIOD_OVERLAP', `the period ${daysText(record)} overlaps ${name} of the same meter`, {
    where: 'start',
    ...details,
  });
}
