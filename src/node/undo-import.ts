import { type CorrectionReason, maxPageBytes, type ProvenRecord } from '../channel/index.ts';
import { ChannelError, canonical, sha256 } from '../emissions/index.ts';
import type { RecordState } from '../inventory/index.ts';
import type { ImportEntry } from './import-log.ts';
import { type ImportWords, importOf, linesOf, sealOf } from './imports.ts';
import { provenRecord } from './known-record.ts';
import type { Node } from './node.ts';
import type { Progress } from './progress.ts';
import { demandGoingOn } from './stopped.ts';

export interface UndoRequest {
  readonly import: string;
  readonly reason: CorrectionReason;
  /** The owner's own words; they stay at this node. */
  readonly note?: string;
  readonly dryRun?: boolean;
}

/** A record of the import that was not voided by this undo. */
interface LeftRecord {
  readonly recordId: string;
  readonly where: string;
  readonly state: 'superseded' | 'voided';
  /** The record that superseded it: it counts on. */
  readonly by: string | null;
}

export interface UndoAnswer {
  readonly import: string;
  readonly dryRun: boolean;
  /** How many records were voided, or would be. */
  readonly voided: number;
  /** Records that were voided before or corrected since; at most a thousand are named. */
  readonly left: readonly LeftRecord[];
  readonly leftCount: number;
  /** Lines that never reached the ledger. */
  readonly absent: number;
}

/** Records a transaction voids at most, by the channel's rule. */
const MOST_TARGETS = 500;
/** Room for the key and the reason. */
const TARGET_BYTES = maxPageBytes - 2_000;
const MOST_LEFT = 1_000;

/**
 * Takes an import back: voids every record of it that is still active, with a reason. Nothing is deleted, and the same file can
 * be recorded again. What was corrected since is left and told. Cut off, the same command goes on: what is voided stays so.
 * @throws {ChannelError} IMPORT_NOT_FOUND, CANCELLED, and what the ledger throws
 */
export async function undoImport(
  node: Node,
  request: UndoRequest,
  progress: Progress,
  signal?: AbortSignal,
): Promise<UndoAnswer> {
  await node.inventory.catchUp(node.ledger);
  const entry = importOf(node, request.import);
  demandLines(node, entry);
  const count = new UndoCount();
  const active = activeOf(node, entry.id, count);
  if (request.dryRun === true) for (const _ of active) count.voided += 1;
  else await voidAll(node, entry, request, { active, count, progress, signal });
  return { import: entry.id, dryRun: request.dryRun === true, ...count };
}

class UndoCount {
  voided = 0;
  readonly left: LeftRecord[] = [];
  leftCount = 0;
  absent = 0;
}

/** The records that are to be voided; the others are counted. */
function* activeOf(node: Node, id: string, count: UndoCount): Generator<string> {
  for (const { record, where } of linesOf(node, id)) {
    const state = node.inventory.recordState(record);
    if (state === 'active') yield record;
    else if (state === undefined) count.absent += 1;
    else leave(node, count, { recordId: record, where, state });
  }
}

function leave(
  { inventory }: Node,
  count: UndoCount,
  {
    recordId,
    where,
    state,
  }: { readonly recordId: string; readonly where: string; readonly state: Exclude<RecordState, 'active'> },
): void {
  count.leftCount += 1;
  if (count.left.length === MOST_LEFT) return;
  count.left.push({ recordId, where, state, by: inventory.record(recordId)?.by ?? null });
}

interface Undoing {
  readonly active: Iterable<string>;
  readonly count: UndoCount;
  readonly progress: Progress;
  readonly signal: AbortSignal | undefined;
}

async function voidAll(node: Node, entry: ImportEntry, request: UndoRequest, undoing: Undoing): Promise<void> {
  const { active, count, progress, signal } = undoing;
  const total = node.imports.counts(entry.id).lines;
  for (const targets of pagesOfTargets(node, active)) {
    demandGoingOn(signal);
    const key = `undo:${entry.id}:${sha256(canonical(targets.map(({ page, index }) => [page, index]))).slice(0, 32)}`;
    await node.ledger.submit('records.void', canonical({ key, reason: request.reason, targets }));
    count.voided += targets.length;
    progress({ what: 'voiding', done: count.voided, total });
  }
  await node.inventory.catchUp(node.ledger);
  const seal = await sealOf(node, entry);
  const words = seal?.open<ImportWords>(entry.sealed);
  const noted =
    request.note === undefined || words === undefined ? undefined : seal?.seal({ ...words, note: request.note });
  if (entry.details.undone !== undefined && count.voided === 0) return;
  node.imports.describe(entry.id, { undone: { at: node.now().toISOString(), reason: request.reason } }, noted);
}

/** Runs that fit one transaction each. */
function* pagesOfTargets(node: Node, ids: Iterable<string>): Generator<ProvenRecord[]> {
  let targets: ProvenRecord[] = [];
  let bytes = 0;
  for (const id of ids) {
    const target = provenRecord(node, id);
    const size = canonical(target).length + 1;
    if (targets.length === MOST_TARGETS || (targets.length > 0 && bytes + size > TARGET_BYTES)) {
      yield targets;
      targets = [];
      bytes = 0;
    }
    targets.push(target);
    bytes += size;
  }
  if (targets.length > 0) yield targets;
}

// Imports of an earlier version of this software have no list of their lines.
function demandLines(node: Node, { id, records }: ImportEntry): void {
  if (records === 0 || node.imports.counts(id).lines > 0) return;
  throw new ChannelError('IMPORT_NOT_FOUND', `the lines of import ${id.slice(0, 12)} were not noted when it was made`, {
    fix: 'Void its records one by one: uec records, uec void.',
  });
}
