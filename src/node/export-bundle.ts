import { type BundleRequest, formatBundle, makeBundle, type Trust } from '../bundles/index.ts';
import { type PageDigest, releaseName } from '../channel/index.ts';
import { canonical, defined } from '../emissions/index.ts';
import type { RecordView } from '../inventory/index.ts';
import type { Ledger } from '../ledger/index.ts';
import { ChannelClient } from './channel-client.ts';
import { knownRecord } from './known-record.ts';
import type { Node } from './node.ts';
import type { Progress } from './progress.ts';

export interface BundleAnswer {
  readonly recordId: string;
  /** Other records of the same page, which stand in the file too: the signature covers the page as a whole. */
  readonly otherRecords: number;
  /** What the file holds. */
  readonly text: string;
}

/**
 * A record with everything that shows it to somebody without a network: see docs/bundles.md.
 * @throws {ChannelError} RECORD_NOT_FOUND, RECORD_ID_AMBIGUOUS, BUNDLE_TOO_LARGE
 */
export async function exportBundle(
  node: Node,
  { record: id }: { readonly record: string },
  progress: Progress,
): Promise<BundleAnswer> {
  await node.inventory.catchUp(node.ledger);
  const view = knownRecord(node, id);
  const releases = (view.record.factors ?? []).flatMap((hash) => node.inventory.factorRow(hash)?.release ?? []);
  const request: BundleRequest = {
    record: { id: view.id, index: view.index },
    page: view.page,
    releases: new Set(releases),
    stated: await statementOf(node, view, releases),
  };
  const bundle = await makeBundle(node.ledger, request, (done, total) =>
    progress({ what: 'reading the chain', done, total }),
  );
  return { recordId: view.id, otherRecords: (await recordsInPage(node, view.page)) - 1, text: formatBundle(bundle) };
}

async function recordsInPage({ ledger }: Node, page: string): Promise<number> {
  const digest = JSON.parse(await ledger.evaluate('pages.get', canonical({ id: page }))) as PageDigest | null;
  return digest?.count ?? 1;
}

async function statementOf(
  node: Node,
  { state, by, documents }: RecordView,
  used: readonly string[],
): Promise<BundleRequest['stated']> {
  const withdrawn = (await new ChannelClient(node.ledger).releases())
    .filter((release) => release.withdrawn !== undefined)
    .map(({ manifest }) => releaseName(manifest));
  return defined({ state, by, documents, withdrawn: withdrawn.filter((name) => used.includes(name)) });
}

/** What others need to check bundles of this channel: its genesis block and its last block, to be given to them by another way. */
export async function channelTrust({ ledger }: Node): Promise<Trust> {
  const height = (await ledger.height()) - 1;
  const [genesis, hash] = [await hashAt(ledger, 0), await hashAt(ledger, height)];
  return { schema: 'uec-trust/1', channel: ledger.channel, genesis, head: { height, hash } };
}

async function hashAt(ledger: Ledger, height: number): Promise<string> {
  for await (const { hash } of ledger.blocks(height)) return hash;
  throw new RangeError(`the ledger has no block ${height}`);
}
