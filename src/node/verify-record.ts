import { figureCache, type PublishedRelease, recompute, recordId, releaseName } from '../channel/index.ts';
import { canonical, type FactorRow, isChannelError, leafHash, verifyInclusion } from '../emissions/index.ts';
import type { RecordView } from '../inventory/index.ts';
import { ChannelClient } from './channel-client.ts';
import { knownRecord, provenRecord } from './known-record.ts';
import type { Node } from './node.ts';
import { choiceCheck } from './verify-choice.ts';

/** One thing that was checked. `not-verified`: it could not be checked here, which is never a pass. */
export interface Check {
  readonly check: string;
  readonly result: 'passed' | 'failed' | 'not-verified';
  readonly detail: string;
}

export interface RecordVerification {
  readonly recordId: string;
  readonly checks: readonly Check[];
  /** True only when nothing failed and nothing was left unverified, evidence apart. */
  readonly numberVerified: boolean;
  /** True only when the document was read here and matches, or the ledger carries an auditor's verdict that it does. */
  readonly evidenceVerified: boolean;
}

/**
 * Everything behind one record, each step told: it stands in its page, the page on the ledger, each factor in its release, the
 * arithmetic gives the same figures, the rule chooses the same factors, the evidence is what was committed to.
 */
export async function verifyRecord(node: Node, id: string): Promise<RecordVerification> {
  const view = knownRecord(node, id);
  const client = new ChannelClient(node.ledger);
  const releases = new Map((await client.releases()).map((release) => [releaseName(release.manifest), release]));
  const numbers = [
    await pageCheck(node, view),
    transactionCheck(await node.ledger.evidence(view.page), view),
    ...((view.record.factors ?? []).length > 0 ? [await factorCheck(node, view, releases)] : []),
    arithmeticCheck(node, view, await client.policy()),
    await choiceCheck(node, view, releases),
  ];
  const evidence = await evidenceCheck(node, view);
  return {
    recordId: view.id,
    checks: [...numbers, evidence],
    numberVerified: numbers.every(({ result }) => result === 'passed'),
    evidenceVerified: evidence.result === 'passed',
  };
}

async function pageCheck(node: Node, view: RecordView): Promise<Check> {
  const { record, page, index, path } = provenRecord(node, view.id);
  const answer = await node.ledger.evaluate('pages.get', canonical({ id: page }));
  const digest = JSON.parse(answer) as { root: string; count: number; owner: string } | null;
  const holds =
    digest !== null &&
    digest.owner === record.owner &&
    recordId(record) === view.id &&
    verifyInclusion(view.id, index, digest.count, path, digest.root);
  return check(
    'the record stands in its page',
    holds,
    holds
      ? `position ${index + 1} of ${digest.count}, path to root ${digest.root.slice(0, 12)}`
      : 'the path does not lead to the digest on the ledger',
  );
}

function transactionCheck(evidence: unknown, view: RecordView): Check {
  return check(
    'the page stands on the ledger',
    evidence !== undefined,
    evidence === undefined
      ? `no transaction ${view.page.slice(0, 12)}`
      : `transaction ${view.page.slice(0, 12)} in block ${view.height}, submitted and signed by ${view.record.owner}`,
  );
}

async function factorCheck(
  node: Node,
  view: RecordView,
  releases: ReadonlyMap<string, PublishedRelease>,
): Promise<Check> {
  const names: string[] = [];
  for (const hash of view.record.factors ?? []) {
    const used = node.inventory.factorRow(hash);
    const release = used && releases.get(used.release);
    if (used === undefined || release === undefined)
      return check(
        'each factor stands in its release',
        false,
        `row ${hash.slice(0, 12)} is in no release of the channel`,
      );
    const proven = await node.factors.prove(release.manifest, used.index);
    if (proven === undefined)
      return {
        check: 'each factor stands in its release',
        result: 'not-verified',
        detail: `this node does not hold release ${used.release}`,
      };
    const { root, rowCount } = release.manifest;
    if (leafHash(canonical(proven.row)) !== hash || !verifyInclusion(hash, used.index, rowCount, proven.path, root)) {
      return check(
        'each factor stands in its release',
        false,
        `row ${used.row.id} does not lead to the root of ${used.release}`,
      );
    }
    names.push(`${used.row.id} in ${used.release}${release.withdrawn === undefined ? '' : ' (withdrawn since)'}`);
  }
  return check('each factor stands in its release', true, names.join('; '));
}

function arithmeticCheck(node: Node, view: RecordView, policy: Parameters<typeof recompute>[2]): Check {
  const rows = new Map(
    (view.record.factors ?? []).flatMap((hash): [string, FactorRow][] => {
      const used = node.inventory.factorRow(hash);
      return used === undefined ? [] : [[hash, used.row]];
    }),
  );
  try {
    recompute(view.record, rows, policy, figureCache());
    return check(
      'the arithmetic gives the same figures',
      true,
      'computed again from quantity, unit, dates and factors, to the last digit',
    );
  } catch (error) {
    if (!isChannelError(error)) throw error;
    return check('the arithmetic gives the same figures', false, `${error.code}: ${error.message}`);
  }
}

async function evidenceCheck(node: Node, view: RecordView): Promise<Check> {
  const what = 'the evidence is what was committed to';
  const [document] = view.documents;
  if (document === undefined) return { check: what, result: 'not-verified', detail: 'the record names no document' };
  const name = `document ${document.commitment.slice(0, 12)}`;
  if (view.record.owner === node.member) {
    const { state, reason } = await node.archive.verify(document.commitment);
    if (state === 'matches') return check(what, true, `${name}: ${reason}`);
    return {
      check: what,
      result: state === 'does-not-match' ? 'failed' : 'not-verified',
      detail: `${name}: ${reason}`,
    };
  }
  if (document.state === 'verified')
    return check(what, true, `${name}: an auditor saw it and recorded that it matches`);
  return {
    check: what,
    result: 'not-verified',
    detail: `${name} is ${document.state} at ${view.record.owner}; ask for it: uec document request`,
  };
}

function check(name: string, holds: boolean, detail: string): Check {
  return { check: name, result: holds ? 'passed' : 'failed', detail };
}
