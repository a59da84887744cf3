import { type ActivityRecord, maxPageBytes, recordText } from '../channel/index.ts';
import { canonical, isChannelError, type ProvenRow, sha256 } from '../emissions/index.ts';
import type { Ledger } from '../ledger/index.ts';
import type { FactorDesk } from './factor-desk.ts';

/** Records a page: enough to spread the cost of a block, small enough to stay well under the page limit. */
const recordsPerPage = 500;
// Room for the factor rows with their proofs, about 2 kB each.
const RECORD_BYTES = maxPageBytes - 200_000;

/** What has a record each, in runs whose records fit one page, in their order. */
export async function* pagesOf<T>(
  items: AsyncIterable<T> | Iterable<T>,
  recordOf: (item: T) => ActivityRecord,
): AsyncGenerator<T[]> {
  let page: T[] = [];
  let bytes = 0;
  for await (const item of items) {
    const size = recordText(recordOf(item)).length + 1;
    if (page.length > 0 && (page.length === recordsPerPage || bytes + size > RECORD_BYTES)) {
      yield page;
      page = [];
      bytes = 0;
    }
    page.push(item);
    bytes += size;
  }
  if (page.length > 0) yield page;
}

/**
 * Arguments of `records.submit` for a page. The idempotency key is the import's own, with a digest of the content, so that
 * an import that goes on after a crash sends the same pages under the same keys.
 */
export async function pageArguments(
  importId: string,
  records: readonly ActivityRecord[],
  desk: FactorDesk,
): Promise<string> {
  const factors: readonly ProvenRow[] = await desk.prove(records);
  const key = `${importId}:${sha256(canonical({ factors, records })).slice(0, 32)}`;
  return canonical({ factors, key, records });
}

/**
 * Submits records as one page, or in halves where the ledger takes none so large (orderers of Fabric have a limit of their
 * own): nothing of a page that is too large is on the ledger. `onSplit` is told how many records the page had.
 * @throws {ChannelError} PAGE_TOO_LARGE where one record alone is too large; what `submit` throws
 */
export async function submitRecords(
  ledger: Pick<Ledger, 'submit'>,
  records: readonly ActivityRecord[],
  argumentsOf: (records: readonly ActivityRecord[]) => Promise<string>,
  onSplit: (count: number) => void,
): Promise<void> {
  try {
    await ledger.submit('records.submit', await argumentsOf(records));
  } catch (error) {
    if (!isChannelError(error, 'PAGE_TOO_LARGE') || records.length < 2) throw error;
    onSplit(records.length);
    const half = Math.ceil(records.length / 2);
    for (const part of [records.slice(0, half), records.slice(half)])
      await submitRecords(ledger, part, argumentsOf, onSplit);
  }
}
