import type { BillWarning, ReadOptions, RejectedRow } from '../bills/index.ts';
import { type ActivityRecord, lastRecordableDay, type MeterYears, recordId } from '../channel/index.ts';
import {
  ChannelError,
  type Commodity,
  type ErrorReport,
  type FactorRow,
  type Flow,
  type GwpChoice,
  isChannelError,
} from '../emissions/index.ts';
import { type PreparedLine, prepareLine, rejectedLine } from './bill-lines.ts';
import { ChannelClient } from './channel-client.ts';
import { EvidenceKeeper } from './evidence-keeper.ts';
import { FactorDesk } from './factor-desk.ts';
import { fileBytes, fileSha256 } from './files.ts';
import type { ImportEntry } from './import-log.ts';
import { type LineAnswer, lineAnswer } from './line-answer.ts';
import { placeOfHint } from './line-place.ts';
import { MeterBook } from './meter-book.ts';
import type { Node } from './node.ts';
import { pageArguments, pagesOf } from './pages.ts';
import type { Progress } from './progress.ts';
import { type RecordTotals, totalsOf } from './record-totals.ts';
import { zoneOf } from './zones.ts';

export interface RecordRequest {
  /** Absolute paths. */
  readonly files: readonly string[];
  readonly read: ReadOptions;
  readonly gwp?: GwpChoice;
  /** Evidence of every line; without it the document that a row names, else the bill file itself. */
  readonly document?: string;
  readonly dryRun?: boolean;
  /** Record the good lines and answer with the rejected ones, instead of refusing the whole file. */
  readonly acceptPartial?: boolean;
}

export interface RecordedLine extends LineAnswer {
  readonly file: number;
  readonly where: string;
  readonly commodity: Commodity;
  readonly flow: Flow;
  readonly start: string;
  readonly end: string;
  readonly quantity: string;
  readonly unit: string;
  readonly readBasis: string;
  /** Null in a dry run: the id depends on keys that a dry run does not make. */
  readonly recordId: string | null;
  readonly site: string | null;
  readonly place: ActivityRecord['place'];
  readonly warnings: readonly BillWarning[];
}

export interface RecordAnswer {
  readonly dryRun: boolean;
  readonly lines: readonly RecordedLine[];
  readonly totals: RecordTotals;
  readonly rejected: readonly (RejectedRow & { readonly file: number })[];
}

/** What one import works with. */
interface Import {
  readonly node: Node;
  readonly request: RecordRequest;
  readonly client: ChannelClient;
  readonly desk: FactorDesk;
  readonly meters: MeterBook;
  readonly progress: Progress;
}

interface FileImport {
  readonly digest: string;
  readonly lines: PreparedLine[];
  readonly rejected: RejectedRow[];
  readonly evidence: EvidenceKeeper;
  /** An import of this file that was cut off and goes on. */
  readonly open: ImportEntry | undefined;
}

/**
 * Reads bill files, computes their emissions and records them: every line of every file or none, unless asked otherwise. The
 * bill is kept encrypted as the evidence of its lines.
 * @throws {ChannelError} FILE_DUPLICATE, FILE_REFUSED with one report a refused row, and what readers and ledger throw
 */
export async function recordBills(node: Node, request: RecordRequest, progress: Progress): Promise<RecordAnswer> {
  const client = new ChannelClient(node.ledger);
  const desk = new FactorDesk(node.factors, await client.policy(), await client.releases());
  const work = {
    node,
    request,
    client,
    desk,
    meters: new MeterBook(node.archive.vault, request.dryRun === true),
    progress,
  };
  const files: FileImport[] = [];
  for (const path of request.files) files.push(await readFile(work, path));
  await tryPeriods(work, files);
  refuseRejected(request, files);
  if (request.dryRun !== true) {
    for (const file of files) await submitFile(work, file);
    await node.inventory.catchUp(node.ledger);
  }
  return answerOf(work, files);
}

async function readFile(work: Import, path: string): Promise<FileImport> {
  const { node, request, desk, meters, progress } = work;
  const digest = node.imports.digestOf(await fileSha256(path));
  const known = node.imports.find(digest);
  if (known?.done === true) {
    throw new ChannelError(
      'FILE_DUPLICATE',
      `the same file was recorded on ${known.startedAt.slice(0, 10)} as import ${known.id.slice(0, 12)}, ${known.records} records`,
    );
  }
  const evidence = new EvidenceKeeper(node.archive, path, request.document, known?.evidence);
  const lines: PreparedLine[] = [];
  const rejected: RejectedRow[] = [];
  for await (const item of node.readBills(fileBytes(path), readerOptions(request.read, node))) {
    const prepared =
      'line' in item
        ? await prepareLine(item.line, {
            owner: node.member,
            read: request.read,
            gwp: request.gwp ?? 'publisher',
            desk,
            usPlaces: node.usPlaces,
            pseudonym: (line) => meters.pseudonym(line),
          })
        : item;
    if ('record' in prepared) lines.push(prepared);
    else rejected.push(prepared);
    progress({ what: 'reading bills', done: lines.length + rejected.length });
  }
  if (lines.length + rejected.length === 0) throw new ChannelError('FILE_MALFORMED', 'the file holds no bill lines');
  return { digest, lines, rejected, evidence, open: known };
}

// The place is merged here, where a row that names one replaces the file's whole. A place that lies in one zone gives it.
function readerOptions({ place, ...read }: ReadOptions, node: Node): ReadOptions {
  if (read.zone !== undefined || place === undefined || Object.keys(place).length === 0) return read;
  const { zone, assumed } = zoneOf(placeOfHint(place, node.usPlaces).place);
  return assumed ? read : { ...read, zone };
}

/** Tries every line against the periods on the ledger and in the files, so that an overlap stops the import before anything is written. */
async function tryPeriods({ client, node }: Import, files: readonly FileImport[]): Promise<void> {
  const years = await client.meterYears(files.flatMap(({ lines }) => lines.map(({ record }) => record)));
  const last = lastRecordableDay(node.now().toISOString());
  for (const file of files) {
    // An import that goes on finds its own records on the ledger; the contract answers those pages with their first result.
    if (file.open !== undefined) continue;
    const kept = file.lines.filter((prepared) => {
      const fault = periodFault(prepared, years, last);
      if (fault !== undefined) file.rejected.push(rejectedLine(prepared, fault));
      return fault === undefined;
    });
    file.lines.splice(0, file.lines.length, ...kept);
  }
}

function periodFault({ record }: PreparedLine, years: MeterYears, last: string): ChannelError | undefined {
  try {
    if (record.end > last)
      throw new ChannelError(
        'PERIOD_FUTURE',
        `the period ${record.start} to ${record.end} (end exclusive) is not over`,
        { where: 'end' },
      );
    years.enter(record, recordId(record));
    return undefined;
  } catch (error) {
    if (isChannelError(error)) return error;
    throw error;
  }
}

function refuseRejected({ acceptPartial, dryRun }: RecordRequest, files: readonly FileImport[]): void {
  if (acceptPartial === true || dryRun === true) return;
  const problems: ErrorReport[] = files.flatMap(({ rejected }) => rejected.map((row) => row.rejected));
  if (problems.length === 0) return;
  const total = files.reduce((count, { lines, rejected }) => count + lines.length + rejected.length, 0);
  const { where, code, message } = problems[0] as ErrorReport;
  throw new ChannelError(
    'FILE_REFUSED',
    `${problems.length} of ${total} lines refused, nothing was recorded; first ${where ?? ''}: ${code}: ${message}`,
    { problems },
  );
}

async function submitFile(work: Import, file: FileImport): Promise<void> {
  if (file.lines.length === 0) return;
  const { node, progress } = work;
  const entry = file.open ?? node.imports.start(file.digest, node.now().toISOString());
  let sent = 0;
  try {
    await keepEvidence(work, file, entry.id);
    for (const page of pagesOf(file.lines.map(({ record }) => record))) {
      await node.ledger.submit('records.submit', await pageArguments(entry.id, page, work.desk));
      sent += page.length;
      progress({ what: 'recording', done: sent, total: file.lines.length });
    }
  } catch (error) {
    // Only where nothing can have reached the ledger; else the import stays open and the same file goes on with it.
    if (sent === 0 && file.open === undefined && isDefinite(error)) {
      await file.evidence.discard();
      node.imports.forget(entry.id);
    }
    throw error;
  }
  node.imports.finish(entry.id, sent);
}

async function keepEvidence({ node }: Import, file: FileImport, importId: string): Promise<void> {
  for (const [at, prepared] of file.lines.entries()) {
    const evidence = await file.evidence.keepFor(prepared.line, file.lines);
    file.lines[at] = { ...prepared, record: { ...prepared.record, evidence } };
  }
  node.imports.keepEvidence(importId, file.evidence.kept());
}

/** True where the refusal is final, so that nothing of the page can be on the ledger. */
function isDefinite(error: unknown): boolean {
  return isChannelError(error) && error.kind !== 'unavailable' && error.kind !== 'internal';
}

function answerOf({ desk, request }: Import, files: readonly FileImport[]): RecordAnswer {
  const dryRun = request.dryRun === true;
  const records = files.flatMap(({ lines }) => lines.map(({ record }) => record));
  const rejected = files.flatMap((file, at) => file.rejected.map((row) => ({ ...row, file: at })));
  const lines = files.flatMap((file, at) => file.lines.map((prepared) => lineOf(prepared, at, desk, dryRun)));
  return { dryRun, lines, totals: totalsOf(records, rejected.length), rejected };
}

function lineOf(
  { line, record, warnings }: PreparedLine,
  file: number,
  desk: FactorDesk,
  dryRun: boolean,
): RecordedLine {
  return {
    file,
    where: line.where,
    commodity: record.commodity,
    flow: record.flow,
    start: record.start,
    end: record.end,
    quantity: record.quantity,
    unit: record.unit,
    readBasis: record.readBasis,
    recordId: dryRun ? null : recordId(record),
    site: line.site ?? null,
    place: record.place,
    ...lineAnswer(record, (hash) => desk.row(hash) as FactorRow),
    warnings,
  };
}
