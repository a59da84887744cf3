import { basename } from 'node:path';
import type { BillWarning, ReadOptions, RejectedRow } from '../bills/index.ts';
import { recordId } from '../channel/index.ts';
import { ChannelError, type GwpChoice } from '../emissions/index.ts';
import { type PreparedLine, rejectedLine } from './bill-lines.ts';
import { EvidenceKeeper } from './evidence-keeper.ts';
import type { FactorDesk } from './factor-desk.ts';
import { FilePrint, LINES_A_PRINT } from './file-print.ts';
import { digestingBytes, fileSha256, nameOf } from './files.ts';
import type { GivenDocument } from './given-document.ts';
import type { ImportEntry } from './import-log.ts';
import { LineMaker } from './line-maker.ts';
import { mergeHints } from './line-place.ts';
import type { MeterBook } from './meter-book.ts';
import type { Node } from './node.ts';
import type { PeriodCheck } from './period-check.ts';
import type { Progress } from './progress.ts';
import { RecordSums } from './record-totals.ts';
import { openImport, previousImport } from './same-file.ts';
import type { SentDocuments } from './sent-documents.ts';
import { demandGoingOn } from './stopped.ts';
import { ToldCount, type ToldLines } from './told-settings.ts';
import type { UsageWatch } from './usage-watch.ts';

/** What one command's imports work with. */
export interface Import {
  readonly node: Node;
  readonly read: ReadOptions;
  readonly gwp: GwpChoice;
  /** Evidence of every line, where one was given. */
  readonly document: GivenDocument | undefined;
  /** What the owner calls each file; absent where that is its name here. */
  readonly names: readonly (string | undefined)[];
  /** Documents that came with bills from elsewhere. */
  readonly sent: SentDocuments | undefined;
  readonly desk: FactorDesk;
  readonly meters: MeterBook;
  readonly periods: PeriodCheck;
  readonly usage: UsageWatch;
  readonly progress: Progress;
  readonly signal: AbortSignal | undefined;
  /** Nothing is recorded, so that no line is read a second time. */
  readonly dryRun: boolean;
  /** How many more lines may be held in memory: the first of all files together. */
  room: number;
}

/** A line with its position among the lines and rejected rows of its file, from 0. */
export interface NumberedLine extends PreparedLine {
  readonly at: number;
}

interface NumberedRejection extends RejectedRow {
  readonly at: number;
}

/** A file of which every line was read, computed and tried against the ledger and the lines before it. */
export interface CheckedFile {
  readonly digest: string;
  readonly sha256: string;
  readonly path: string;
  /** Which file of the command it is, from 0. */
  readonly index: number;
  readonly format: string | undefined;
  /** Lines that can be recorded, and their sums. */
  readonly count: number;
  readonly sums: RecordSums;
  readonly told: ToldLines;
  readonly rejected: readonly NumberedRejection[];
  /** The first lines that can be recorded; all of them in an ordinary file. */
  readonly held: readonly NumberedLine[];
  /** What was read: a digest of each run of lines that can be recorded. */
  readonly print: FilePrint;
  /** Warnings of lines beside the meter's others, by position: a second reading gives all but these. */
  readonly notes: ReadonlyMap<number, readonly BillWarning[]>;
  readonly evidence: EvidenceKeeper;
  /** An import of this file that was cut off and goes on. */
  readonly open: ImportEntry | undefined;
  readonly previous: ImportEntry | undefined;
  /** The import whose rejected rows these are. */
  readonly mends: string | undefined;
}

/** Lines tried together: few, so that what is made of a line is let go of soon after. */
const RUN = LINES_A_PRINT;
/** Lines whose warnings are kept for the second reading: as many as are held. */
const MOST_NOTES = 2_000;
/** Beyond this the file as a whole is of another layout than was said, and memory would grow with it. */
const MOST_REJECTED = 20_000;
/** Characters of all rejected rows with their reports, as JSON: beyond the same number of ordinary rows. */
const MOST_REJECTED_TEXT = 20_000_000;
/** Characters of the rows of lines that are held: those of some 2,000 lines of 4 kB. */
const MOST_HELD_TEXT = 8_000_000;

/**
 * Reads a file to its end without keeping it: memory does not grow with its lines but for their periods.
 * @throws {ChannelError} FILE_DUPLICATE, FILE_UNREADABLE, FILE_MALFORMED, FILE_CHANGED, FILE_REFUSED, CANCELLED and what
 * readers throw
 */
export async function checkBills(work: Import, path: string, index: number): Promise<CheckedFile> {
  const { node, document, sent } = work;
  const name = nameOf(index);
  const sha256 = await fileSha256(path, name);
  const digest = node.imports.digestOf(sha256);
  const open = openImport(node, digest, name);
  const given = document && { path: document.path, name: await document.name() };
  const evidence = new EvidenceKeeper(node, { billFile: path, given, sent }, open?.evidence);
  const previous = previousImport(node, digest, open);
  const maker = new LineMaker(work, evidence, previous, (line) => work.meters.lookUp(line));
  const check = new FileCheck(work, maker, evidence, { index, open });
  let format: string | undefined;
  const body = digestingBytes(path, demandSame(sha256, name), name);
  const told = (name: string) => {
    format = name;
  };
  for await (const item of node.readBills(body, maker.readerOptions, told, lookedAt(work))) await check.take(item);
  await check.end(name);
  const found = check.found();
  const bill = work.names[index] ?? basename(path);
  const rejected = format === 'pdf' && document === undefined ? found.rejected.map(provedBy(bill)) : found.rejected;
  return { digest, sha256, path, index, format, evidence, open, previous, ...found, rejected };
}

/** A line of a PDF that is mended in a table is proved by the PDF as before: the row names it. */
function provedBy(bill: string): (row: NumberedRejection) => NumberedRejection {
  return ({ raw = [], ...row }) => ({
    ...row,
    raw: raw.map((cells) => ({ ...cells, document: cells.document ?? bill })),
  });
}

/** Tells how far a reader is that sees all rows before its first line, and ends it on request. */
export function lookedAt({ progress, signal }: Pick<Import, 'progress' | 'signal'>): (rows: number) => void {
  return (done) => {
    demandGoingOn(signal);
    progress({ what: 'looking at rows', done });
  };
}

/** Throws where the file is not the one that was read before. */
export function demandSame(expected: string, where: string): (sha256: string) => void {
  return (found) => {
    if (found !== expected) throw changed(where);
  };
}

export function changed(where: string): ChannelError {
  return new ChannelError('FILE_CHANGED', 'the file was changed while it was read', { where });
}

type Item = Parameters<LineMaker['make']>[0];

/** The lines of one file as they are read, and what becomes of them. */
class FileCheck {
  readonly #work: Import;
  readonly #maker: LineMaker;
  readonly #evidence: EvidenceKeeper;
  readonly #index: number;
  readonly #open: ImportEntry | undefined;
  readonly #rejected: NumberedRejection[] = [];
  readonly #once = textsOnce();
  #rejectedText = 0;
  readonly #held: NumberedLine[] = [];
  #heldText = 0;
  readonly #sums = new RecordSums();
  readonly #told: ToldCount;
  readonly #print = new FilePrint();
  readonly #notes = new Map<number, readonly BillWarning[]>();
  #run: NumberedLine[] = [];
  #read = 0;
  #count = 0;
  #mends: string | undefined;

  constructor(
    work: Import,
    maker: LineMaker,
    evidence: EvidenceKeeper,
    { index, open }: { readonly index: number; readonly open: ImportEntry | undefined },
  ) {
    this.#work = work;
    this.#told = new ToldCount(work.read);
    this.#maker = maker;
    this.#evidence = evidence;
    this.#index = index;
    this.#open = open;
  }

  async take(item: Item): Promise<void> {
    const at = this.#read;
    this.#read += 1;
    const made = await this.#maker.make(item, at);
    if ('rejected' in made) this.#reject({ ...made, at });
    else this.#run.push({ ...made, at });
    if (this.#run.length === RUN) await this.#tryRun();
  }

  async end(name: string): Promise<void> {
    await this.#tryRun();
    this.#print.end();
    if (this.#read === 0) throw new ChannelError('FILE_MALFORMED', 'the file holds no bill lines', { where: name });
  }

  found(): Pick<CheckedFile, 'count' | 'sums' | 'told' | 'rejected' | 'held' | 'print' | 'notes' | 'mends'> {
    return {
      count: this.#count,
      sums: this.#sums,
      told: this.#told.lines,
      rejected: this.#rejected.toSorted((one, other) => one.at - other.at),
      held: this.#held,
      print: this.#print,
      notes: this.#notes,
      mends: this.#mends,
    };
  }

  async #tryRun(): Promise<void> {
    const { periods, progress, signal } = this.#work;
    demandGoingOn(signal);
    const run = this.#run;
    this.#run = [];
    if (run.length > 0) {
      const lines = run.map((prepared) => ({ prepared, recorded: this.#isRecorded(prepared) }));
      const faults = await periods.tryLines(lines, this.#index);
      for (const [position, prepared] of run.entries()) {
        const fault = faults[position];
        if (fault === undefined) this.#accept(prepared);
        else this.#reject({ ...rejectedLine(prepared, fault), at: prepared.at });
      }
    }
    progress({ what: 'reading bills', done: this.#read });
  }

  #accept(prepared: NumberedLine): void {
    const { line, record } = prepared;
    this.#count += 1;
    this.#sums.add(record);
    this.#told.add(line, mergeHints(line.place, this.#work.read.place));
    if (!this.#work.dryRun) this.#print.add(prepared);
    this.#evidence.want(line);
    this.#mends ??= mendedImport(this.#work.node, line.mends);
    const seen = this.#work.usage.see(prepared);
    if (seen.length > 0 && this.#notes.size < MOST_NOTES) this.#notes.set(prepared.at, seen);
    if (this.#work.room === 0) return;
    this.#heldText += lengthOf(line);
    if (this.#heldText > MOST_HELD_TEXT) {
      this.#work.room = 0;
      return;
    }
    this.#work.room -= 1;
    this.#held.push(seen.length === 0 ? prepared : { ...prepared, warnings: [...prepared.warnings, ...seen] });
  }

  #reject(row: NumberedRejection): void {
    const text = JSON.stringify(row);
    this.#rejectedText += text.length;
    // A copy: the row's cells are parts of the text of their piece of the file, which they would keep in memory.
    this.#rejected.push(JSON.parse(text, this.#once) as NumberedRejection);
    const count = this.#rejected.length;
    if (count <= MOST_REJECTED && this.#rejectedText <= MOST_REJECTED_TEXT) return;
    const found =
      count > MOST_REJECTED
        ? `more than ${MOST_REJECTED} of the first ${this.#read} lines`
        : `${count} of the first ${this.#read} lines, with ${this.#rejectedText} characters of text,`;
    throw new ChannelError('FILE_REFUSED', `${found} cannot be recorded, so nothing was`, {
      problems: this.#rejected.slice(0, MOST_PROBLEMS).map(({ rejected }) => rejected),
      fix: 'Look at the first rows listed below: probably the layout or an option of the whole file is not what was meant.',
    });
  }

  /** Whether the import that goes on had recorded the line before it was cut off. */
  #isRecorded({ line, record }: NumberedLine): boolean {
    if (this.#open === undefined) return false;
    const evidence = this.#evidence.known(line);
    if (evidence === undefined) return false;
    return this.#work.node.inventory.recordState(recordId({ ...record, evidence })) !== undefined;
  }
}

/** Texts that rejected rows have in common. */
const MOST_TEXTS = 5_000;

/** For `JSON.parse`: equal texts become one. Rejected rows repeat each other's faults, and most of each other's cells. */
function textsOnce(): (key: string, value: unknown) => unknown {
  const known = new Map<string, string>();
  return (_key, value) => {
    if (typeof value !== 'string') return value;
    const found = known.get(value);
    if (found !== undefined) return found;
    if (known.size >= MOST_TEXTS) known.clear();
    known.set(value, value);
    return value;
  };
}

/** Characters of the rows that a line was read from. */
function lengthOf({ raw }: NumberedLine['line']): number {
  let length = 0;
  for (const cells of raw?.() ?? []) for (const name in cells) length += (cells[name] as string).length;
  return length;
}

/** Reports of refused rows that an error carries; the error file has all. */
export const MOST_PROBLEMS = 1_000;

function mendedImport(node: Node, id: string | undefined): string | undefined {
  if (id === undefined || !/^[0-9a-f]{32}$/.test(id)) return undefined;
  return node.imports.byPrefix(id)[0]?.id;
}
