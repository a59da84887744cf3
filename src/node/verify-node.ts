import { ChannelError } from '../emissions/index.ts';
import type { VerifyReport } from '../ledger/index.ts';
import { type LedgerFault, withFixes } from './ledger-faults.ts';
import type { Node } from './node.ts';
import type { Progress } from './progress.ts';
import { type RecordVerification, verifyRecord } from './verify-record.ts';

interface Told {
  readonly faults: readonly LedgerFault[];
}

interface LedgerVerification extends Omit<VerifyReport, 'faults'>, Told {
  /** The rules run again over every submission; null where another process holds the ledger's files. */
  readonly replay: (Pick<VerifyReport, 'blocks' | 'transactions'> & Told) | null;
  /** Height of the block that was asked for; null where none was, or the chain has none of that hash. */
  readonly found: number | null;
  /** What was found when the node was opened: a read model that knew more blocks than the ledger has, for one. */
  readonly notices: readonly string[];
}

export type VerifyAnswer = { readonly ledger: LedgerVerification } | { readonly record: RecordVerification };

/**
 * Without a record: every block's hash, link and signature, and the rules run again over every submission; with `head`, that
 * the chain has the block of this hash, as another member gave it. With a record: all that stands behind it.
 * @throws {ChannelError} OPTION_INVALID when `head` is no hash or given with a record; RECORD_NOT_FOUND, RECORD_ID_AMBIGUOUS
 */
export async function verify(
  node: Node,
  { record, head }: { readonly record?: string; readonly head?: string },
  progress: Progress,
): Promise<VerifyAnswer> {
  checkHead(head, record);
  if (record !== undefined) {
    await node.inventory.catchUp(node.ledger);
    return { record: await verifyRecord(node, record) };
  }
  const report = await node.ledger.verify((done, total) => progress({ what: 'checking blocks', done, total }));
  const notices = node.notices();
  if (report.faults.length > 0)
    return { ledger: { ...report, faults: withFixes(report.faults), replay: null, found: null, notices } };
  const found = head === undefined ? null : await heightOf(node, head);
  const faults = head !== undefined && found === null ? withFixes([notOnChain(head)]) : [];
  const ledger = { ...report, faults, found, notices };
  if (faults.length > 0 || node.ledgerFiles === undefined) return { ledger: { ...ledger, replay: null } };
  const replayed = await node.ledgerFiles.replay(progress);
  const { blocks, transactions } = replayed;
  return { ledger: { ...ledger, replay: { blocks, transactions, faults: withFixes(replayed.faults) } } };
}

function checkHead(head: string | undefined, record: string | undefined): void {
  if (head === undefined) return;
  if (record !== undefined)
    throw new ChannelError('OPTION_INVALID', 'a head is looked for on the whole ledger, not behind one record', {
      where: '--head',
      fix: 'Leave out the record, or --head.',
    });
  if (!/^[0-9a-f]{64}$/.test(head))
    throw new ChannelError('OPTION_INVALID', `'${head.slice(0, 64)}' is no hash of a block`, {
      where: '--head',
      fix: 'Give 64 hexadecimal digits, as uec verify and uec bundle trust show them.',
    });
}

async function heightOf({ ledger }: Node, hash: string): Promise<number | null> {
  for await (const block of ledger.blocks(0)) if (block.hash === hash) return block.height;
  return null;
}

function notOnChain(head: string): VerifyReport['faults'][number] {
  const message = `no block of the ledger has the hash ${head}: it is another chain, or blocks are gone`;
  return { code: 'LEDGER_CORRUPT', where: '--head', message };
}
