import type { VerifyReport } from '../ledger/index.ts';
import { verifyFactors } from './factor-releases.ts';
import type { Node } from './node.ts';
import type { Progress } from './progress.ts';
import { type RecordVerification, verifyRecord } from './verify-record.ts';

interface LedgerVerification extends VerifyReport {
  /** The rules run again over every submission; null where another process holds the ledger's files. */
  readonly replay: Omit<VerifyReport, 'bytes' | 'head'> | null;
}

export type VerifyAnswer = { readonly ledger: LedgerVerification } | { readonly record: RecordVerification };

/**
 * Without a record: every block's hash, link and signature, and the rules run again over every submission. With one: all that
 * stands behind it.
 */
export async function verify(
  node: Node,
  { record }: { readonly record?: string },
  progress: Progress,
): Promise<VerifyAnswer> {
  if (record !== undefined) {
    await node.inventory.catchUp(node.ledger);
    return { record: await verifyRecord(node, record) };
  }
  const report = await node.ledger.verify((done, total) => progress({ what: 'checking blocks', done, total }));
  if (report.faults.length > 0 || node.ledgerFiles === undefined) return { ledger: { ...report, replay: null } };
  const { blocks, transactions, faults } = await node.ledgerFiles.replay(progress);
  return { ledger: { ...report, replay: { blocks, transactions, faults } } };
}

export interface FsckPart {
  readonly part: 'ledger' | 'read model' | 'factors' | 'documents';
  readonly ok: boolean;
  readonly detail: string;
  readonly faults: readonly { readonly where: string; readonly message: string }[];
}

/**
 * Every file of the node. Mends nothing but the documents' own unfinished work, unless asked to build anew what is derived from
 * the log: the ledger's state and the read model.
 */
export async function fsck(
  node: Node,
  { rebuild }: { readonly rebuild?: boolean },
  progress: Progress,
): Promise<{ readonly ok: boolean; readonly parts: readonly FsckPart[] }> {
  const parts: FsckPart[] = [];
  if (rebuild === true) {
    await node.ledgerFiles?.rebuild(progress);
    await node.inventory.rebuild(node.ledger, (done, total) =>
      progress({ what: 'building the read model', done, total }),
    );
  }
  const ledger = await (node.ledgerFiles?.fsck(progress) ?? node.ledger.verify());
  parts.push({
    part: 'ledger',
    ok: ledger.faults.length === 0,
    detail: `${ledger.blocks} blocks, ${ledger.transactions} transactions`,
    faults: ledger.faults,
  });
  parts.push(await readModelPart(node));
  const factors = await verifyFactors(node);
  parts.push({
    part: 'factors',
    ok: factors.problems.length === 0,
    detail: `${factors.releases} releases`,
    faults: factors.problems.map(({ release, where, message }) => ({ where: `${release}, ${where}`, message })),
  });
  const faults: { where: string; message: string }[] = [];
  for await (const { id, message, action } of node.archive.scrub())
    faults.push({ where: `document ${id.slice(0, 12)}`, message: `${message} (${action})` });
  parts.push({ part: 'documents', ok: faults.length === 0, detail: `${node.archive.list().length} documents`, faults });
  return { ok: parts.every(({ ok }) => ok), parts };
}

async function readModelPart(node: Node): Promise<FsckPart> {
  await node.inventory.catchUp(node.ledger);
  const height = await node.ledger.height();
  const ok = node.inventory.height === height;
  const faults = ok
    ? []
    : [
        {
          where: `block ${node.inventory.height}`,
          message: `the read model has ${node.inventory.height} of ${height} blocks`,
        },
      ];
  return { part: 'read model', ok, detail: `${node.inventory.height} blocks`, faults };
}
