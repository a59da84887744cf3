import { recordId } from '../channel/index.ts';
import { isChannelError } from '../emissions/index.ts';
import { type CheckedFile, changed, demandSame, type Import, lookedAt, type NumberedLine } from './bill-file.ts';
import { FilePrint, LINES_A_PRINT } from './file-print.ts';
import { digestingBytes, nameOf } from './files.ts';
import type { ImportEntry, ImportLine } from './import-log.ts';
import { ImportSeal } from './import-seal.ts';
import { LineMaker } from './line-maker.ts';
import type { MeterBook } from './meter-book.ts';
import { pageArguments, pagesOf, submitRecords } from './pages.ts';
import { demandGoingOn } from './stopped.ts';
import { isDefiniteRefusal } from './unrecorded.ts';

/** What the owner wants to know a file by. */
export interface FileLabels {
  /** Absent where it was sent without one. */
  readonly name?: string;
  readonly label?: string;
}

/**
 * Records the lines of a checked file, page by page, and gives the import's id. `meters`: the book as it was before the first
 * line of the first file. `told` has every line with its record.
 */
export async function submitFile(
  work: Import,
  file: CheckedFile,
  labels: FileLabels,
  meters: MeterBook,
  told: (line: NumberedLine) => void,
): Promise<string> {
  const { node } = work;
  const entry = file.open ?? node.imports.start(file.digest, node.now().toISOString());
  const counter = { sent: 0 };
  try {
    await file.evidence.keepAll(demandSame(file.sha256, nameOf(file.index)));
    node.imports.keepEvidence(entry.id, file.evidence.kept());
    const seal = await sealOf(work, file);
    describe(work, file, entry, seal, labels);
    await submitPages(work, file, entry, { seal, meters, told, counter });
  } catch (error) {
    // Only where nothing can have reached the ledger; else the import stays open and the same file goes on with it.
    const nothingSent = isDefiniteRefusal(error) || isChannelError(error, 'CANCELLED');
    if (counter.sent === 0 && file.open === undefined && nothingSent) {
      await file.evidence.discard();
      node.imports.forget(entry.id);
    }
    throw error;
  }
  const finishedAt = node.now().toISOString();
  node.imports.describe(entry.id, { finishedAt, totals: file.sums.totals(file.rejected.length) });
  node.imports.finish(entry.id, file.count);
  return entry.id;
}

/**
 * Puts a file of which every row was left out onto the list of imports: its rows and codes. Its name and their words are not
 * kept, because nothing of the file is kept whose key could seal them. Null where the file has no rows that were left out, or
 * is an import that goes on.
 */
export function keepEmpty({ node }: Import, file: CheckedFile): string | null {
  if (file.rejected.length === 0 || file.open !== undefined) return null;
  const now = node.now().toISOString();
  const { id } = node.imports.start(file.digest, now);
  const { format } = file;
  const totals = file.sums.totals(file.rejected.length);
  node.imports.describe(id, { lines: 0, finishedAt: now, totals, ...(format && { format }) });
  node.imports.keepRefusals(
    id,
    file.rejected.values().map(({ at, where, rejected }) => ({ at, where, code: rejected.code, sealed: undefined })),
  );
  node.imports.finish(id, 0);
  return id;
}

async function sealOf({ node }: Import, { evidence }: CheckedFile): Promise<ImportSeal | undefined> {
  const [first] = evidence.kept();
  return ImportSeal.of(node.archive, first && (JSON.parse(first[1]) as { document: string }).document);
}

/** What the list of imports says of the file, and the rows that were left out. */
function describe(
  { node }: Import,
  file: CheckedFile,
  { id }: ImportEntry,
  seal: ImportSeal | undefined,
  labels: FileLabels,
): void {
  const { format, mends, told } = file;
  const details = { lines: file.count, told, ...(format && { format }), ...(mends && { mends }) };
  node.imports.describe(id, details, seal?.seal(labels));
  // One by one: there can be many, and a sealed text takes several times its length.
  const refusals = file.rejected
    .values()
    .map(({ at, where, rejected }) => ({ at, where, code: rejected.code, sealed: seal?.seal(rejected) }));
  node.imports.keepRefusals(id, refusals);
}

/** Records after which the read model catches up: else a long import would end in a long wait. */
const CATCH_UP = 10_000;

interface Submitting {
  readonly seal: ImportSeal | undefined;
  readonly meters: MeterBook;
  readonly told: (line: NumberedLine) => void;
  readonly counter: { sent: number };
}

async function submitPages(
  work: Import,
  file: CheckedFile,
  { id }: ImportEntry,
  { seal, meters, told, counter }: Submitting,
): Promise<void> {
  const { node, desk, progress, signal } = work;
  let recorded = 0;
  let unread = 0;
  const fresh = async function* (): AsyncGenerator<NumberedLine> {
    for await (const line of linesOf(work, file, meters)) {
      told(line);
      // Its line is in the list already: it was put there before the page was sent.
      if (file.open !== undefined && node.inventory.recordState(recordId(line.record)) !== undefined) recorded += 1;
      else yield line;
    }
  };
  for await (const page of pagesOf(fresh(), ({ record }) => record)) {
    demandGoingOn(signal);
    const records = page.map(({ record }) => record);
    node.imports.keepLines(
      id,
      page.map((line) => loggedLine(line, seal)),
    );
    await submitRecords(
      node.ledger,
      records,
      (part) => pageArguments(id, part, desk),
      (count) =>
        progress({
          what: `splitting a page of ${count}, too large for the ledger`,
          done: counter.sent,
          total: file.count,
        }),
    );
    counter.sent += page.length;
    unread += page.length;
    if (unread >= CATCH_UP) {
      unread = 0;
      await node.inventory.catchUp(node.ledger);
    }
    progress({ what: 'recording', done: recorded + counter.sent, total: file.count });
  }
}

function loggedLine({ at, line, record, warnings }: NumberedLine, seal: ImportSeal | undefined): ImportLine {
  const sealed = warnings.length === 0 ? undefined : seal?.seal(warnings);
  return { at, where: line.where, record: recordId(record), sealed };
}

/**
 * The lines that can be recorded, with their final records. What is not held any more is read once more, and every run of
 * lines is compared with what was checked before any of it is given.
 * @throws {ChannelError} FILE_CHANGED
 */
async function* linesOf(work: Import, file: CheckedFile, meters: MeterBook): AsyncGenerator<NumberedLine> {
  const again: Import = { ...work, meters };
  const runs = file.held.length === file.count ? heldRuns(file, meters) : readAgain(again, file);
  for await (const run of runs) {
    const pseudonyms = await meters.keep(run.map(({ line }) => line));
    for (const [at, prepared] of run.entries()) {
      const evidence = file.evidence.known(prepared.line);
      const meter = pseudonyms[at] as string;
      yield { ...prepared, record: { ...prepared.record, meter, ...(evidence && { evidence }) } };
    }
  }
}

async function* heldRuns({ held }: CheckedFile, meters: MeterBook): AsyncGenerator<readonly NumberedLine[]> {
  for (let at = 0; at < held.length; at += LINES_A_PRINT) {
    const run = held.slice(at, at + LINES_A_PRINT);
    // Files that are read once more after this one are warned of its meters.
    for (const { line } of run) await meters.otherUtility(line);
    yield run;
  }
}

async function* readAgain(work: Import, file: CheckedFile): AsyncGenerator<readonly NumberedLine[]> {
  const where = nameOf(file.index);
  const refused = new Set(file.rejected.map(({ at }) => at));
  const maker = new LineMaker(work, file.evidence, file.previous, (line) => work.meters.lookUp(line));
  const print = new FilePrint();
  let run: NumberedLine[] = [];
  let at = -1;
  const body = digestingBytes(file.path, demandSame(file.sha256, where), where);
  for await (const item of work.node.readBills(body, maker.readerOptions, undefined, lookedAt(work))) {
    at += 1;
    if (refused.has(at)) continue;
    const made = await maker.make(item, at);
    if ('rejected' in made) throw changed(where);
    const warnings = [...made.warnings, ...(file.notes.get(at) ?? [])];
    run.push({ ...made, warnings, at });
    print.add({ ...made, at });
    if (run.length < LINES_A_PRINT) continue;
    demandPrint(file, print, where);
    yield run;
    run = [];
  }
  print.end();
  if (run.length > 0) demandPrint(file, print, where);
  if (!print.isAsLongAs(file.print)) throw changed(where);
  yield run;
}

function demandPrint(file: CheckedFile, print: FilePrint, where: string): void {
  if (!print.lastIsAsIn(file.print)) throw changed(where);
}
