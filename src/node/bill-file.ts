import type { BillLine, ReadOptions, RejectedRow } from '../bills/index.ts';
import { type EvidenceCommitment, lastRecordableDay, recordId } from '../channel/index.ts';
import { ChannelError, type GwpChoice, isChannelError } from '../emissions/index.ts';
import { type PreparedLine, prepareLine } from './bill-lines.ts';
import { EvidenceKeeper } from './evidence-keeper.ts';
import type { FactorDesk } from './factor-desk.ts';
import { checkFile, fileBytes, fileSha256 } from './files.ts';
import type { ImportEntry } from './import-log.ts';
import { placeOfHint } from './line-place.ts';
import type { MeterBook } from './meter-book.ts';
import type { Node } from './node.ts';
import type { Progress } from './progress.ts';
import { zoneOf } from './zones.ts';

/** What one import works with. */
export interface Import {
  readonly node: Node;
  readonly read: ReadOptions;
  readonly gwp: GwpChoice;
  /** Evidence of every line, where one was given. */
  readonly document: string | undefined;
  readonly desk: FactorDesk;
  readonly meters: MeterBook;
  readonly progress: Progress;
}

export interface FileImport {
  readonly digest: string;
  /** Which file of the command it is. */
  readonly name: string;
  readonly lines: PreparedLine[];
  readonly rejected: RejectedRow[];
  readonly evidence: EvidenceKeeper;
  /** An import of this file that was cut off and goes on. */
  readonly open: ImportEntry | undefined;
  /** Lines that it had recorded before it was cut off. */
  readonly recorded: ReadonlySet<PreparedLine>;
}

/** @throws {ChannelError} FILE_DUPLICATE, FILE_UNREADABLE, FILE_MALFORMED and what readers throw */
export async function readFile(work: Import, path: string, name: string): Promise<FileImport> {
  const { node, read, document, progress } = work;
  const digest = node.imports.digestOf(await fileSha256(path, name));
  const open = openImport(node, digest, name);
  if (document !== undefined && open === undefined) await checkGiven(document);
  const evidence = new EvidenceKeeper(node, path, document, open?.evidence);
  const lines: PreparedLine[] = [];
  const rejected: RejectedRow[] = [];
  for await (const item of node.readBills(fileBytes(path, name), readerOptions(read, node))) {
    const prepared = 'line' in item ? await prepareFor(work, item.line, evidence) : item;
    if ('record' in prepared) lines.push(prepared);
    else rejected.push(prepared);
    progress({ what: 'reading bills', done: lines.length + rejected.length });
  }
  if (lines.length + rejected.length === 0)
    throw new ChannelError('FILE_MALFORMED', 'the file holds no bill lines', { where: name });
  const recorded = open === undefined ? new Set<PreparedLine>() : findRecorded(node, lines, evidence);
  return { digest, name, lines, rejected, evidence, open, recorded };
}

/** The import of the same content that was cut off, if there is one. */
function openImport(node: Node, digest: string, name: string): ImportEntry | undefined {
  const known = node.imports.find(digest);
  if (known?.done !== true) return known;
  if (isVoided(node, known)) return undefined;
  throw new ChannelError(
    'FILE_DUPLICATE',
    `the same file was recorded on ${known.startedAt.slice(0, 10)} as import ${known.id.slice(0, 12)}, ${known.records} record${known.records === 1 ? '' : 's'}`,
    { where: name, fix: 'Nothing was written. To record the file anew, void its records first: uec void.' },
  );
}

/** Gives lines of a cut-off import the evidence they had, and finds those that reached the ledger. */
function findRecorded(node: Node, lines: PreparedLine[], evidence: EvidenceKeeper): Set<PreparedLine> {
  const recorded = new Set<PreparedLine>();
  for (const [at, prepared] of lines.entries()) {
    const kept = evidence.known(prepared.line);
    if (kept === undefined) continue;
    const line = { ...prepared, record: { ...prepared.record, evidence: kept } };
    lines[at] = line;
    if (node.inventory.record(recordId(line.record)) !== undefined) recorded.add(line);
  }
  return recorded;
}

/** True when the records of an import were voided; of a large one the first hundred are looked at, and overlap control does the rest. */
function isVoided(node: Node, { evidence }: ImportEntry): boolean {
  const ids = evidence.flatMap(([, commitments]) => {
    const { document } = JSON.parse(commitments) as EvidenceCommitment;
    return node.inventory.documents({ commitment: document, owner: node.member }).items[0]?.records ?? [];
  });
  return ids.length > 0 && ids.every((id) => node.inventory.record(id)?.state === 'voided');
}

async function prepareFor(
  { node, read, gwp, document, desk, meters }: Import,
  line: BillLine,
  evidence: EvidenceKeeper,
): Promise<PreparedLine | RejectedRow> {
  return prepareLine(line, {
    owner: node.member,
    read,
    gwp,
    desk,
    usPlaces: node.usPlaces,
    lastDay: lastRecordableDay(node.now().toISOString()),
    pseudonym: async () => {
      await checkEvidence(evidence, line, document !== undefined);
      return meters.lookUp(line);
    },
    meterWarnings: (line) => meters.otherUtility(line),
  });
}

/** Once for the file: else every line of it would be rejected for the same reason. */
async function checkGiven(document: string): Promise<void> {
  await checkFile(document, '--document').catch((cause) => {
    throw new ChannelError('FILE_UNREADABLE', 'the file given with --document cannot be read', {
      where: '--document',
      cause,
    });
  });
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
function readerOptions({ place, ...read }: ReadOptions, node: Node): ReadOptions {
  if (read.zone !== undefined || place === undefined || Object.keys(place).length === 0) return read;
  const { zone, assumed } = zoneOf(placeOfHint(place, node.usPlaces).place);
  return assumed ? read : { ...read, zone };
}
