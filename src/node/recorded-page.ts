import {
  type ActivityRecord,
  type PageDigest,
  type PublishedRelease,
  recordIds,
  releaseName,
} from '../channel/index.ts';
import {
  ChannelError,
  canonical,
  type FactorRow,
  leafHash,
  merkleRoot,
  type ProvenRow,
  type ReleaseManifest,
  verifyInclusion,
} from '../emissions/index.ts';
import type { RecordView } from '../inventory/index.ts';
import { type LedgerTransaction, ledgerTransaction } from './ledger-transaction.ts';
import type { Node } from './node.ts';

/** A record as the signed arguments of its transaction hold it, with the factor rows that they carry. */
export interface RecordedPage {
  readonly record: ActivityRecord;
  readonly factors: ReadonlyMap<string, ProvenRow>;
  readonly count: number;
  readonly root: string;
}

/**
 * The transaction that recorded the record, from its block.
 * @throws {ChannelError} EVIDENCE_INVALID, SIGNATURE_INVALID, LEDGER_CORRUPT
 */
export async function recordingTransaction(node: Node, view: RecordView): Promise<LedgerTransaction> {
  const found = await ledgerTransaction(node, view.page);
  const { id, name, caller, result } = found;
  const fault = (what: string) =>
    new ChannelError('EVIDENCE_INVALID', `transaction ${id.slice(0, 12)} ${what}`, { transactionId: id });
  if (name !== 'records.submit' && name !== 'records.correct') throw fault(`is ${name.slice(0, 40)}, not a submission`);
  if (caller.member !== view.record.owner) throw fault(`is of ${caller.member}, the record of ${view.record.owner}`);
  // A repeated submission is answered with the result of the first, which recorded the page.
  if ((JSON.parse(result) as { transaction?: string }).transaction !== id) throw fault('recorded nothing itself');
  return found;
}

/**
 * The record at its place in the arguments, once its content gives its id and the page the digest that the state holds.
 * @throws {ChannelError} EVIDENCE_INVALID
 */
export async function recordedPage(
  { ledger }: Pick<Node, 'ledger'>,
  view: RecordView,
  { id, name, args }: LedgerTransaction,
): Promise<RecordedPage> {
  const content = JSON.parse(args) as { factors: ProvenRow[]; records: ActivityRecord[]; record: ActivityRecord };
  const records = name === 'records.correct' ? [content.record] : content.records;
  const ids = recordIds(records);
  const record = records[view.index];
  const fault = (message: string) => new ChannelError('EVIDENCE_INVALID', message, { recordId: view.id });
  if (record === undefined) throw fault(`the page has ${records.length} records, none at position ${view.index + 1}`);
  if (ids[view.index] !== view.id)
    throw fault(`the ledger has record ${ids[view.index]?.slice(0, 12)} at position ${view.index + 1} of the page`);
  const root = merkleRoot(ids);
  const digest = JSON.parse(await ledger.evaluate('pages.get', canonical({ id }))) as PageDigest | null;
  if (digest?.root !== root || digest.count !== records.length || digest.owner !== record.owner)
    throw fault('the page does not give the digest in the state: run uec fsck');
  const factors = new Map(content.factors.map((factor) => [leafHash(canonical(factor.row)), factor]));
  return { record, factors, count: records.length, root };
}

/**
 * The row that a record names, once it leads to the root of its release as the transaction that published it says it.
 * @throws {ChannelError} FACTOR_PROOF_INVALID; what `ledgerTransaction` throws
 */
export async function recordedFactor(
  node: Node,
  page: RecordedPage,
  hash: string,
  releases: ReadonlyMap<string, PublishedRelease>,
): Promise<{ readonly row: FactorRow; readonly release: PublishedRelease }> {
  const unproven = (what: string) => new ChannelError('FACTOR_PROOF_INVALID', `row ${hash.slice(0, 12)} ${what}`);
  const factor = page.factors.get(hash);
  if (factor === undefined) throw unproven('is not in the page');
  const { release: ref, row, index, path } = factor;
  const name = releaseName(ref);
  const release = releases.get(name);
  if (release === undefined) throw unproven('is in no release of the channel');
  const { root, rowCount } = await publishedManifest(node, release);
  const belongs = row.publisher === ref.publisher && row.dataset === ref.dataset && row.edition === ref.version;
  if (!belongs || !verifyInclusion(hash, index, rowCount, path, root))
    throw unproven(`${row.id} does not lead to the root of ${name}`);
  return { row, release };
}

async function publishedManifest(node: Node, { manifest, transaction }: PublishedRelease): Promise<ReleaseManifest> {
  const { name, args } = await ledgerTransaction(node, transaction);
  const published = (JSON.parse(args) as { manifest?: ReleaseManifest }).manifest;
  if (name !== 'factors.publish' || published === undefined || canonical(published) !== canonical(manifest))
    throw new ChannelError('FACTOR_PROOF_INVALID', `${releaseName(manifest)} was not published as the state says it`);
  return published;
}
