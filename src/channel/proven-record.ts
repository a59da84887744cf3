import { ChannelError, leafHash, verifyInclusion } from '../emissions/index.ts';
import type { LedgerContext } from './context.ts';
import { stateKeys } from './keys.ts';
import type { PageDigest } from './page.ts';
import type { ActivityRecord, CorrectionReason } from './record.ts';
import { recordShape } from './record-shape.ts';
import { hash, integer, list, object, type Shape } from './shape.ts';
import { read } from './state.ts';

/** A record from an earlier page with what proves it: the page's transaction, its position there and the audit path. */
export interface ProvenRecord {
  readonly index: number;
  readonly page: string;
  readonly path: readonly string[];
  readonly record: ActivityRecord;
}

export const provenRecordShape: Shape = object({
  index: integer(0, 1_999),
  page: hash,
  path: list(hash, 0, 16),
  record: recordShape,
});

/** What the world state holds of a record once something about it changed. */
export interface RecordStatus {
  readonly state: 'active' | 'superseded' | 'voided';
  readonly owner: string;
  /** The record that superseded it. */
  readonly by?: string;
  readonly reason?: CorrectionReason;
  /** Records that adjust it, in the order of their coming; they count as long as it does. */
  readonly adjustments: readonly string[];
}

/**
 * The record's id, once its path leads to the digest of its page.
 * @throws {ChannelError} RECORD_NOT_FOUND, RECORD_PROOF_INVALID
 */
export async function provenRecordId(
  context: Pick<LedgerContext, 'get'>,
  { record, page, index, path }: ProvenRecord,
): Promise<string> {
  const id = leafHash(JSON.stringify(record));
  const digest = await read<PageDigest>(context, stateKeys.page(page));
  if (digest === undefined)
    throw new ChannelError('RECORD_NOT_FOUND', `no page ${page.slice(0, 12)} stands on the ledger`, { recordId: id });
  if (digest.owner !== record.owner || !verifyInclusion(id, index, digest.count, path, digest.root)) {
    throw new ChannelError(
      'RECORD_PROOF_INVALID',
      `record ${id.slice(0, 12)} does not lead to page ${page.slice(0, 12)}`,
      { recordId: id },
    );
  }
  return id;
}

/** A record's status; one that nothing has happened to is active. */
export async function recordStatus(
  context: Pick<LedgerContext, 'get'>,
  id: string,
  owner: string,
): Promise<RecordStatus> {
  return (await read<RecordStatus>(context, stateKeys.record(id))) ?? { state: 'active', owner, adjustments: [] };
}
