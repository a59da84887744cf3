import type { RejectedRow } from '../bills/index.ts';
import { type ActivityRecord, type MeterYears, recordId } from '../channel/index.ts';
import { ChannelError, isChannelError } from '../emissions/index.ts';
import type { FileImport } from './bill-file.ts';
import { rejectedLine } from './bill-lines.ts';
import { ChannelClient } from './channel-client.ts';
import { daysText } from './days-text.ts';
import type { Node } from './node.ts';

/** Tries every line against the periods on the ledger and in the files, so that an overlap stops the import before anything is written. */
export async function tryPeriods(node: Node, files: readonly FileImport[]): Promise<void> {
  const years = await new ChannelClient(node.ledger).meterYears(
    files.flatMap(({ lines }) => lines.map(({ record }) => record)),
  );
  const entered = new Map<string, string>();
  for (const file of files) {
    const kept = file.lines.filter((prepared) => {
      if (file.recorded.has(prepared)) return true;
      const { record, line } = prepared;
      const fault = periodFault(node, record, years, entered);
      if (fault !== undefined) file.rejected.push(rejectedLine(prepared, fault));
      else entered.set(recordId(record), files.length === 1 ? line.where : `${line.where} of ${file.name}`);
      return fault === undefined;
    });
    file.lines.splice(0, file.lines.length, ...kept);
    file.rejected.sort(inFileOrder);
  }
}

/** By the numbers of the rows, or of the parts of a Green Button file: `row 9` before `rows 10 to 12`. */
function inFileOrder(a: RejectedRow, b: RejectedRow): number {
  const [one, other] = [a, b].map(({ where }) => (where.match(/\d+/g) ?? []).map(Number)) as [number[], number[]];
  const at = one.findIndex((number, index) => number !== other[index]);
  return at === -1 ? one.length - other.length : (one[at] as number) - (other[at] ?? -1);
}

function periodFault(
  node: Node,
  record: ActivityRecord,
  years: MeterYears,
  entered: ReadonlyMap<string, string>,
): ChannelError | undefined {
  const period = `the period ${daysText(record)}`;
  const id = recordId(record);
  try {
    years.enter(record, id);
    return undefined;
  } catch (error) {
    if (!isChannelError(error, 'PERIOD_OVERLAP', 'RECORD_DUPLICATE')) throw error;
    // The line has no id yet, it is named by its row; so is the other one where it stands in the same import.
    const other = error.details.otherRecordId ?? id;
    const row = entered.get(other);
    const found = node.inventory.record(other)?.record;
    const name = row ?? `record ${other.slice(0, 12)}${found === undefined ? '' : `, ${daysText(found)},`}`;
    return new ChannelError('PERIOD_OVERLAP', `${period} overlaps ${name} of the same meter`, {
      where: 'start',
      ...(row === undefined ? { otherRecordId: other } : { fix: 'Mend the dates of the two rows, or leave one out.' }),
    });
  }
}
