import { type UploadEntry, writeUpload } from '../bills/index.ts';
import { ChannelError, defined, parseDate } from '../emissions/index.ts';
import type { Node } from './node.ts';
import type { Progress } from './progress.ts';
import { demandGoingOn } from './stopped.ts';
import { type Counted, UploadCount, uploadEntries } from './upload-rows.ts';

export interface UploadRequest {
  /** Records with a day in the calendar year. */
  readonly year?: number;
  /** Records with a day on or after this date, YYYY-MM-DD. */
  readonly from?: string;
  /** Records with a day before this date. */
  readonly to?: string;
}

export interface UploadAnswer {
  /** Entries of the workbook; fewer than the records where some adjust others. */
  readonly rows: number;
  readonly records: number;
  readonly meters: number;
  /** Records that have no place in the workbook, and why. */
  readonly leftOut: readonly Counted[];
  /** What the workbook cannot say of records that are in it. */
  readonly notes: readonly Counted[];
  /** The workbook (xlsx) in Base64; absent where it would have no rows. */
  readonly workbook?: string;
}

/** Rows of a sheet without the one of the headings (ECMA-376 has 1,048,576). */
const MOST_ROWS = 1_048_575;
const TOLD_EVERY = 500;

/**
 * The node's own records as a workbook by which ENERGY STAR Portfolio Manager takes bills. It names meters and sites: the owner's own data.
 * @throws {ChannelError} FILE_TOO_LARGE for more rows than a sheet has; PERIOD_INVALID, DATE_INVALID; CANCELLED
 */
export async function exportUpload(
  node: Node,
  request: UploadRequest,
  progress: Progress,
  signal?: AbortSignal,
): Promise<UploadAnswer> {
  demandPeriod(request);
  await node.inventory.catchUp(node.ledger);
  const known = await node.archive.vault.meters();
  const count = new UploadCount();
  const entries = uploadEntries(node, known, request, count);
  const pieces: Uint8Array[] = [];
  for await (const piece of writeUpload(watched(entries, progress, signal))) pieces.push(piece);
  return {
    ...{ rows: count.rows, records: count.records, meters: count.meters.size },
    ...{ leftOut: count.leftOut, notes: count.notes },
    ...defined({ workbook: count.rows === 0 ? undefined : Buffer.concat(pieces).toString('base64') }),
  };
}

function* watched(
  entries: Iterable<UploadEntry>,
  progress: Progress,
  signal: AbortSignal | undefined,
): Generator<UploadEntry> {
  let done = 0;
  for (const entry of entries) {
    if (done === MOST_ROWS)
      throw new ChannelError('FILE_TOO_LARGE', `the records have more rows than the ${MOST_ROWS} of a sheet`, {
        fix: 'Export them by year.',
      });
    if (done % TOLD_EVERY === 0) {
      demandGoingOn(signal);
      progress({ what: 'writing entries', done });
    }
    done += 1;
    yield entry;
  }
}

function demandPeriod({ from, to }: UploadRequest): void {
  const [first, last] = [from, to].map((date, at) =>
    date === undefined ? undefined : parseDate(date, ['from', 'to'][at]),
  );
  if (first !== undefined && last !== undefined && first >= last)
    throw new ChannelError('PERIOD_INVALID', `no day lies from ${from} to before ${to}`, { where: 'to' });
}
