import type { BillWarning, ReadOptions, RejectedRow } from '../bills/index.ts';
import { type ActivityRecord, recordId } from '../channel/index.ts';
import {
  ChannelError,
  type Commodity,
  defined,
  type ErrorReport,
  type FactorRow,
  type Flow,
  type GwpChoice,
  isChannelError,
} from '../emissions/index.ts';
import { type CheckedFile, checkBills, type Import, MOST_PROBLEMS, type NumberedLine } from './bill-file.ts';
import { ChannelClient } from './channel-client.ts';
import { FactorDesk } from './factor-desk.ts';
import { inFile, nameOf } from './files.ts';
import { GivenDocument } from './given-document.ts';
import { type LineAnswer, lineAnswer } from './line-answer.ts';
import { MeterBook } from './meter-book.ts';
import type { Node } from './node.ts';
import { PeriodCheck } from './period-check.ts';
import { plainName, shownText } from './plain-name.ts';
import type { Progress } from './progress.ts';
import { RecordSums, type RecordTotals } from './record-totals.ts';
import { type SentDocument, SentDocuments } from './sent-documents.ts';
import { keepEmpty, submitFile } from './submit-file.ts';
import type { ToldLines } from './told-settings.ts';
import { removeUnrecorded } from './unrecorded.ts';
import { UsageWatch } from './usage-watch.ts';

export interface RecordRequest {
  /** Absolute paths. */
  readonly files: readonly string[];
  /** What the owner calls each file, where that is not the name it has here; blank where nobody said. */
  readonly names?: readonly (string | undefined)[];
  readonly read: ReadOptions;
  readonly gwp?: GwpChoice;
  /** Evidence of every line; without it the document that a row names, else the bill file itself. */
  readonly document?: string;
  /** Documents that rows name, where the bills come from elsewhere; absent: they lie beside the bill files. */
  readonly sent?: readonly SentDocument[];
  readonly dryRun?: boolean;
  /** Record the good lines and answer with the rejected ones, instead of refusing the whole file. */
  readonly acceptPartial?: boolean;
  /** Each file by itself: one that is refused or was recorded before is told, and the others are recorded. */
  readonly separately?: boolean;
  /** What the owner wants to know the import by; the file's name is kept in any case. */
  readonly label?: string;
  /** How many lines may be held in memory; files with more are read twice. */
  readonly heldLines?: number;
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

/** What became of a file of the command. */
export interface RecordedFile {
  readonly file: number;
  /** `checked` in a dry run; `empty` where no line was left to record. */
  readonly state: 'recorded' | 'checked' | 'duplicate' | 'refused' | 'empty';
  /** Its import, see `uec imports`; null where it was not recorded. */
  readonly import: string | null;
  readonly lines: number;
  readonly rejected: number;
  /** Settings of the request that its lines have, with the number of lines. */
  readonly told?: ToldLines;
  /** Why it was not recorded. */
  readonly error?: ErrorReport;
}

export interface RecordAnswer {
  readonly dryRun: boolean;
  /** At most 2,000, the first of all files together. */
  readonly lines: readonly RecordedLine[];
  /** Lines that the answer leaves out: `uec imports show` has all. */
  readonly omitted?: number;
  readonly totals: RecordTotals;
  /** `import`: what an error file is tied to. */
  readonly rejected: readonly (RejectedRow & { readonly file: number; readonly import?: string })[];
  readonly files: readonly RecordedFile[];
}

/** Lines that are held in memory and answered. */
const MOST_LINES = 2_000;

/**
 * Reads bill files, computes their emissions and records them: every line of every file or none, unless asked otherwise. The
 * bill is kept encrypted as the evidence of its lines. Every file is read to its end and checked before the first line is
 * recorded; what is too long to be held is read twice.
 * @throws {ChannelError} FILE_DUPLICATE, FILE_REFUSED with one report a refused row, FILE_CHANGED, CANCELLED, and what readers
 * and ledger throw
 */
export async function recordBills(
  node: Node,
  request: RecordRequest,
  progress: Progress,
  signal?: AbortSignal,
): Promise<RecordAnswer> {
  await node.inventory.catchUp(node.ledger);
  const client = new ChannelClient(node.ledger);
  const desk = new FactorDesk(node.factors, await client.policy(), await client.releases());
  const { gwp = 'publisher', document, sent } = request;
  // What is only shown needs no confirmation.
  const read: ReadOptions = { ...request.read, unconfirmed: request.dryRun === true };
  const work: Import = {
    ...{
      node,
      read,
      gwp,
      document: document === undefined ? undefined : new GivenDocument(document),
      names: request.names ?? [],
      sent: sent && new SentDocuments(sent),
      desk,
      progress,
      signal,
      dryRun: request.dryRun === true,
      room: Math.min(request.heldLines ?? MOST_LINES, MOST_LINES),
    },
    meters: new MeterBook(node.archive.vault),
    usage: new UsageWatch(node),
    periods: new PeriodCheck(node, request.files.length),
  };
  try {
    const { files, left } = await checkAll(work, request);
    const outcome = request.dryRun === true ? dryOutcome(work, files) : await submitAll(work, request, files);
    return answerOf(outcome, request, files, left);
  } finally {
    work.periods.close();
    await work.meters.close();
  }
}

/** Checks every file. With `separately`, `left` has those that are not recorded. */
async function checkAll(
  work: Import,
  request: RecordRequest,
): Promise<{ readonly files: readonly CheckedFile[]; readonly left: readonly RecordedFile[] }> {
  const files: CheckedFile[] = [];
  const left: RecordedFile[] = [];
  for (const [index, path] of request.files.entries()) {
    try {
      const file = await checkBills(work, path, index);
      // In a dry run too: it says of each file what would become of it.
      if (request.separately === true) refuseRejected({ ...request, dryRun: false, files: [path] }, [file]);
      files.push(file);
    } catch (error) {
      left.push(leftOut(work, request, error, index));
    }
  }
  refuseRejected(request, files);
  return { files, left };
}

/** Whether the file is at fault, so that another file may still be recorded. */
export function isOfTheFile(error: unknown): error is ChannelError {
  if (!isChannelError(error)) return false;
  if (error.code === 'FILE_DUPLICATE') return true;
  return error.kind === 'input' && error.code !== 'CONFIG_INVALID' && error.code !== 'OPTION_INVALID';
}

/** A file that keeps no other back. Otherwise its error is thrown, and ends the whole. */
function leftOut(work: Import, { separately, files }: RecordRequest, error: unknown, index: number): RecordedFile {
  if (!isOfTheFile(error)) throw error;
  if (separately !== true) throw inFile(error, index, files.length);
  work.periods.forget(index);
  const state = error.code === 'FILE_DUPLICATE' ? 'duplicate' : 'refused';
  return { file: index, state, import: null, lines: 0, rejected: 0, error: inFile(error, index, 1).report() };
}

function refuseRejected({ acceptPartial, dryRun, files: named }: RecordRequest, files: readonly CheckedFile[]): void {
  if (acceptPartial === true || dryRun === true) return;
  const refused = files.reduce((count, { rejected }) => count + rejected.length, 0);
  if (refused === 0) return;
  const problems = files.flatMap(({ index, rejected }) =>
    rejected.slice(0, MOST_PROBLEMS).map(({ rejected: report }): ErrorReport => {
      return named.length === 1 ? report : { ...report, where: `${nameOf(index)}, ${report.where ?? ''}` };
    }),
  );
  const total = files.reduce((sum, { count }) => sum + count, refused);
  throw new ChannelError(
    'FILE_REFUSED',
    `${refused} of ${total} line${total === 1 ? '' : 's'} cannot be recorded, so nothing was`,
    {
      problems: problems.slice(0, MOST_PROBLEMS),
      fix: 'Mend the rows listed below and record the file again; or add --errors FILE: it records the good lines and writes the others there.',
    },
  );
}

/** What was recorded, or would be. */
interface Outcome {
  readonly lines: readonly RecordedLine[];
  readonly states: readonly RecordedFile[];
}

function dryOutcome({ desk }: Import, files: readonly CheckedFile[]): Outcome {
  return {
    lines: files.flatMap(({ held, index }) => held.map((line) => lineOf(line, index, desk, true))),
    states: files.map((file) => stateOf(file, 'checked', null)),
  };
}

async function submitAll(work: Import, request: RecordRequest, files: readonly CheckedFile[]): Promise<Outcome> {
  const { node, desk } = work;
  // All were tried; the ledger tries them once more.
  work.periods.close();
  if (files.some(({ open }) => open !== undefined)) await removeUnrecorded(node);
  const meters = work.meters.again();
  const lines: RecordedLine[] = [];
  const states: RecordedFile[] = [];
  for (const file of files) {
    if (file.count === 0) {
      states.push(stateOf(file, 'empty', keepEmpty(work, file)));
      continue;
    }
    let room = file.held.length;
    const name = plainName(request.names?.[file.index] ?? file.path);
    const labels = defined({ name: name || undefined, label: request.label && shownText(request.label) });
    const id = await submitFile(work, file, labels, meters, (line) => {
      if (room > 0) lines.push(lineOf(line, file.index, desk, false));
      room -= 1;
    });
    states.push(stateOf(file, 'recorded', id));
  }
  await node.inventory.catchUp(node.ledger);
  return { lines, states };
}

function stateOf(
  { index, count, rejected, told }: CheckedFile,
  state: RecordedFile['state'],
  id: string | null,
): RecordedFile {
  const some = Object.keys(told).length > 0;
  return { file: index, state, import: id, lines: count, rejected: rejected.length, ...(some && { told }) };
}

function answerOf(
  { lines, states }: Outcome,
  { dryRun = false }: RecordRequest,
  files: readonly CheckedFile[],
  left: readonly RecordedFile[],
): RecordAnswer {
  const rejected = files.flatMap((file, at) =>
    file.rejected.map(({ at: _at, ...row }) => ({
      ...row,
      file: file.index,
      ...defined({ import: states[at]?.import ?? undefined }),
    })),
  );
  const totals = RecordSums.together(files.map(({ sums }) => sums)).totals(rejected.length);
  const omitted = totals.lines - lines.length;
  return {
    dryRun,
    lines,
    ...(omitted > 0 && { omitted }),
    totals,
    rejected,
    files: [...states, ...left].toSorted((one, other) => one.file - other.file),
  };
}

function lineOf(
  { line, record, warnings }: NumberedLine,
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
