import type { BillWarning, ReadOptions, RejectedRow } from '../bills/index.ts';
import { type ActivityRecord, recordId } from '../channel/index.ts';
import {
  ChannelError,
  type Commodity,
  type ErrorReport,
  type FactorRow,
  type Flow,
  type GwpChoice,
} from '../emissions/index.ts';
import { type FileImport, type Import, readFile } from './bill-file.ts';
import type { PreparedLine } from './bill-lines.ts';
import { ChannelClient } from './channel-client.ts';
import { FactorDesk } from './factor-desk.ts';
import { type LineAnswer, lineAnswer } from './line-answer.ts';
import { MeterBook } from './meter-book.ts';
import type { Node } from './node.ts';
import { pageArguments, pagesOf } from './pages.ts';
import { tryPeriods } from './period-check.ts';
import type { Progress } from './progress.ts';
import { type RecordTotals, totalsOf } from './record-totals.ts';
import { isDefiniteRefusal, removeUnrecorded } from './unrecorded.ts';

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

/**
 * Reads bill files, computes their emissions and records them: every line of every file or none, unless asked otherwise. The
 * bill is kept encrypted as the evidence of its lines.
 * @throws {ChannelError} FILE_DUPLICATE, FILE_REFUSED with one report a refused row, and what readers and ledger throw
 */
export async function recordBills(node: Node, request: RecordRequest, progress: Progress): Promise<RecordAnswer> {
  await node.inventory.catchUp(node.ledger);
  const client = new ChannelClient(node.ledger);
  const desk = new FactorDesk(node.factors, await client.policy(), await client.releases());
  const { read, gwp = 'publisher', document } = request;
  const work: Import = { node, read, gwp, document, desk, meters: new MeterBook(node.archive.vault), progress };
  const files: FileImport[] = [];
  for (const [at, path] of request.files.entries()) files.push(await readFile(work, path, `file ${at + 1}`));
  await tryPeriods(node, files);
  refuseRejected(request, files);
  if (request.dryRun !== true) {
    if (files.some(({ open }) => open !== undefined)) await removeUnrecorded(node);
    for (const file of files) await submitFile(work, file);
    await node.inventory.catchUp(node.ledger);
  }
  return answerOf(desk, request.dryRun === true, files);
}

function refuseRejected({ acceptPartial, dryRun }: RecordRequest, files: readonly FileImport[]): void {
  if (acceptPartial === true || dryRun === true) return;
  const problems = files.flatMap(({ name, rejected }) =>
    rejected.map(({ rejected: report }): ErrorReport => {
      return files.length === 1 ? report : { ...report, where: `${name}, ${report.where ?? ''}` };
    }),
  );
  if (problems.length === 0) return;
  const total = files.reduce((count, { lines, rejected }) => count + lines.length + rejected.length, 0);
  throw new ChannelError(
    'FILE_REFUSED',
    `${problems.length} of ${total} line${total === 1 ? '' : 's'} cannot be recorded, so nothing was`,
    {
      problems,
      fix: 'Mend the rows listed below and record the file again; or add --errors FILE: it records the good lines and writes the others there.',
    },
  );
}

async function submitFile(work: Import, file: FileImport): Promise<void> {
  if (file.lines.length === 0) return;
  const { node, progress } = work;
  const entry = file.open ?? node.imports.start(file.digest, node.now().toISOString());
  let sent = 0;
  try {
    await keepSecrets(work, file, entry.id);
    const records = file.lines.filter((line) => !file.recorded.has(line)).map(({ record }) => record);
    for (const page of pagesOf(records)) {
      await node.ledger.submit('records.submit', await pageArguments(entry.id, page, work.desk));
      sent += page.length;
      progress({ what: 'recording', done: file.recorded.size + sent, total: file.lines.length });
    }
  } catch (error) {
    // Only where nothing can have reached the ledger; else the import stays open and the same file goes on with it.
    if (sent === 0 && file.open === undefined && isDefiniteRefusal(error)) {
      await file.evidence.discard();
      node.imports.forget(entry.id);
    }
    throw error;
  }
  node.imports.finish(entry.id, file.lines.length);
}

/** Keeps the documents and the keys of the meters, and puts what follows from them into the records. */
async function keepSecrets({ node, meters }: Import, file: FileImport, importId: string): Promise<void> {
  for (const [at, prepared] of file.lines.entries()) {
    if (file.recorded.has(prepared)) continue;
    const evidence = await file.evidence.keepFor(prepared.line, file.lines);
    const meter = await meters.keep(prepared.line);
    file.lines[at] = { ...prepared, record: { ...prepared.record, meter, evidence } };
  }
  node.imports.keepEvidence(importId, file.evidence.kept());
}

function answerOf(desk: FactorDesk, dryRun: boolean, files: readonly FileImport[]): RecordAnswer {
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
