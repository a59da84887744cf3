import type { BillWarning } from '../bills/index.ts';
import type { CorrectionReason, EvidenceCommitment } from '../channel/index.ts';
import { ChannelError, type ErrorReport } from '../emissions/index.ts';
import type { EvidenceOrNone, RecordState } from '../inventory/index.ts';
import type { ImportEntry } from './import-log.ts';
import { ImportSeal } from './import-seal.ts';
import type { Node } from './node.ts';
import type { RecordTotals } from './record-totals.ts';
import type { ToldLines } from './told-settings.ts';

/** `cut-off`: its records are on their way, or the command was stopped; the same file goes on with it. */
type ImportState = 'finished' | 'cut-off' | 'undone';

export interface ImportView {
  readonly id: string;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly state: ImportState;
  /** Name of the file and the owner's label; null once the document that proves the import was erased. */
  readonly file: string | null;
  readonly label: string | null;
  readonly format: string | null;
  /** Lines that the import has or will have; null where that was not noted. */
  readonly lines: number | null;
  /** What became of its records since. `absent`: not on the ledger yet. */
  readonly records: Readonly<Record<RecordState | 'absent', number>>;
  readonly rejected: number;
  readonly totals: RecordTotals | null;
  /** Settings of the request that its lines have, with the number of lines. */
  readonly told: ToldLines;
  /** The import whose rejected rows this one records, and the imports that record this one's. */
  readonly mends: string | null;
  readonly mendedBy: readonly string[];
  readonly undone: { readonly at: string; readonly reason: CorrectionReason; readonly note: string | null } | null;
}

interface ImportLineView {
  readonly where: string;
  readonly recordId: string;
  readonly state: RecordState | 'absent';
  /** The record that superseded it. */
  readonly by: string | null;
  readonly evidence: EvidenceOrNone | null;
  /** Null where they cannot be read any more. */
  readonly warnings: readonly BillWarning[] | null;
}

interface ImportRefusalView {
  readonly where: string;
  readonly code: string;
  /** The whole report; null once the document that proves the import was erased. */
  readonly report: ErrorReport | null;
}

export interface ImportAnswer {
  readonly import: ImportView;
  readonly lines: readonly ImportLineView[];
  readonly refusals: readonly ImportRefusalView[];
  /** Where the next page of lines or refusals begins. */
  readonly next?: string;
}

const PAGE = 50;
const MOST = 1_000;
/** Records looked up at a time. */
const CHUNK = 5_000;

/** What was imported, newest first, by pages. */
export async function listImports(
  node: Node,
  request: { readonly limit?: number; readonly cursor?: string },
): Promise<{ readonly items: readonly ImportView[]; readonly next?: string }> {
  await node.inventory.catchUp(node.ledger);
  const limit = pageSize(request.limit);
  const after = request.cursor === undefined ? undefined : importOf(node, request.cursor).id;
  const entries = node.imports.newest(limit + 1, after);
  const items: ImportView[] = [];
  for (const entry of entries.slice(0, limit)) items.push(await viewOf(node, entry, await sealOf(node, entry)));
  return { items, ...(entries.length > limit && { next: entries[limit - 1]?.id as string }) };
}

/**
 * One import with its lines and rejected rows, by pages: what was recorded, what became of it, and what was left out.
 * @throws {ChannelError} IMPORT_NOT_FOUND, OPTION_INVALID
 */
export async function showImport(
  node: Node,
  request: { readonly import: string; readonly limit?: number; readonly cursor?: string },
): Promise<ImportAnswer> {
  await node.inventory.catchUp(node.ledger);
  const entry = importOf(node, request.import);
  const seal = await sealOf(node, entry);
  const limit = pageSize(request.limit);
  const from = positionOf(request.cursor);
  const lines = node.imports.lines(entry.id, from, limit + 1);
  const refusals = node.imports.refusals(entry.id, from, limit + 1);
  // Both lists end at the same row of the file, so that one cursor serves for both.
  const positions = [...lines, ...refusals].map(({ at }) => at).sort((one, other) => one - other);
  const end = positions[limit];
  const within = ({ at }: { readonly at: number }): boolean => end === undefined || at < end;
  return {
    import: await viewOf(node, entry, seal),
    lines: lines.filter(within).map(({ where, record, sealed }) => {
      const found = node.inventory.record(record);
      return {
        where,
        recordId: record,
        state: found?.state ?? 'absent',
        by: found?.by ?? null,
        evidence: found?.evidence ?? null,
        warnings: sealed === undefined ? [] : (seal?.open<BillWarning[]>(sealed) ?? null),
      };
    }),
    refusals: refusals.filter(within).map(({ where, code, sealed }) => ({
      where,
      code,
      report: seal?.open<ErrorReport>(sealed) ?? null,
    })),
    ...(end !== undefined && { next: String(end) }),
  };
}

/** @throws {ChannelError} IMPORT_NOT_FOUND where none, or more than one, has the id or a prefix of eight characters */
export function importOf(node: Node, id: string): ImportEntry {
  const found = /^[0-9a-f]{8,32}$/.test(id) ? node.imports.byPrefix(id) : [];
  const [entry] = found;
  if (entry === undefined || found.length > 1)
    throw new ChannelError(
      'IMPORT_NOT_FOUND',
      `${found.length === 0 ? 'no' : 'more than one'} import begins with ${id.slice(0, 32)}`,
    );
  return entry;
}

function stateOf({ done, details }: ImportEntry): ImportState {
  if (details.undone !== undefined) return 'undone';
  return done ? 'finished' : 'cut-off';
}

/** What seals the import's words: a key of the document that proves it. */
export function sealOf(node: Node, { evidence }: ImportEntry): Promise<ImportSeal | undefined> {
  const [first] = evidence;
  return ImportSeal.of(node.archive, first && (JSON.parse(first[1]) as EvidenceCommitment).document);
}

/** What is sealed of an import as a whole. */
export interface ImportWords {
  readonly name?: string;
  readonly label?: string;
  readonly note?: string;
}

async function viewOf(node: Node, entry: ImportEntry, seal: ImportSeal | undefined): Promise<ImportView> {
  const { id, startedAt, details } = entry;
  const words = seal?.open<ImportWords>(entry.sealed);
  const { undone } = details;
  return {
    id,
    startedAt,
    finishedAt: details.finishedAt ?? null,
    state: stateOf(entry),
    file: words?.name ?? null,
    label: words?.label ?? null,
    format: details.format ?? null,
    lines: details.lines ?? (entry.done ? entry.records : null),
    records: statesOf(node, id),
    rejected: node.imports.counts(id).rejected,
    totals: details.totals ?? null,
    told: details.told ?? {},
    mends: details.mends ?? null,
    mendedBy: node.imports.mendedBy(id),
    undone: undone === undefined ? null : { ...undone, note: words?.note ?? null },
  };
}

function statesOf(node: Node, id: string): ImportView['records'] {
  const counts = { active: 0, superseded: 0, voided: 0, absent: 0 };
  for (const { record } of linesOf(node, id)) counts[node.inventory.recordState(record) ?? 'absent'] += 1;
  return counts;
}

/** Every line that an import has, in file order; some thousand are held at a time. */
export function* linesOf(node: Node, id: string): Generator<{ readonly where: string; readonly record: string }> {
  let from = 0;
  for (;;) {
    const lines = node.imports.lines(id, from, CHUNK);
    yield* lines;
    const last = lines.at(-1);
    if (last === undefined || lines.length < CHUNK) return;
    from = last.at + 1;
  }
}

function pageSize(limit = PAGE): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MOST) return limit;
  throw new ChannelError('OPTION_INVALID', `a page has 1 to ${MOST} entries, not ${String(limit).slice(0, 20)}`, {
    where: 'limit',
  });
}

function positionOf(cursor = '0'): number {
  if (/^\d{1,9}$/.test(cursor)) return Number(cursor);
  throw new ChannelError('OPTION_INVALID', 'the cursor is not one that an answer gave', { where: 'cursor' });
}
