import { figureCache, type PublishedRelease, recompute, releaseName } from '../channel/index.ts';
import { type FactorRow, isChannelError } from '../emissions/index.ts';
import type { RecordView } from '../inventory/index.ts';
import { ChannelClient } from './channel-client.ts';
import { knownRecord } from './known-record.ts';
import type { LedgerTransaction } from './ledger-transaction.ts';
import type { Node } from './node.ts';
import { type RecordedPage, recordedFactor, recordedPage, recordingTransaction } from './recorded-page.ts';
import { choiceCheck } from './verify-choice.ts';
import { evidenceCheck } from './verify-evidence.ts';

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
  /** What became of the record: it can be right and count in no total. */
  readonly state: RecordView['state'];
  readonly counted: boolean;
  /** The record that superseded it. */
  readonly by: string | null;
}

const PAGE = 'the record stands in its page';
const TRANSACTION = 'the page stands on the ledger';
const FACTORS = 'each factor stands in its release';
const ARITHMETIC = 'the arithmetic gives the same figures';

/**
 * Everything behind one record, each step told: it stands in its page, the page on the ledger, each factor in its release, the
 * arithmetic gives the same figures, the rule chooses the same factors, the evidence is what was committed to. The read model
 * only says where to look: record and factors are taken from the signed arguments in the block.
 */
export async function verifyRecord(node: Node, id: string): Promise<RecordVerification> {
  const view = knownRecord(node, id);
  const numbers = await numberChecks(node, view);
  const evidence = await evidenceCheck(node, view);
  return {
    recordId: view.id,
    checks: [...numbers, evidence],
    numberVerified: numbers.every(({ result }) => result === 'passed'),
    evidenceVerified: evidence.result === 'passed',
    state: view.state,
    counted: view.counted,
    by: view.by ?? null,
  };
}

async function numberChecks(node: Node, view: RecordView): Promise<Check[]> {
  const transaction = await attempt(TRANSACTION, async () => {
    const value = await recordingTransaction(node, view);
    return { value, detail: transactionText(value) };
  });
  if (transaction.value === undefined)
    return [left(PAGE, 'its transaction'), transaction.check, ...rest(view, 'its page')];
  const { value: signed } = transaction;
  const page = await attempt(PAGE, async () => {
    const value = await recordedPage(node, view, signed);
    const { count, root } = value;
    const where = `position ${view.index + 1} of ${count} in the signed arguments`;
    return { value, detail: `${where}, path to root ${root.slice(0, 12)}` };
  });
  if (page.value === undefined) return [page.check, transaction.check, ...rest(view, 'the record from its page')];
  return [
    page.check,
    transaction.check,
    ...(await contentChecks(node, { ...view, height: signed.height, timestamp: signed.timestamp }, page.value)),
  ];
}

function rest({ record }: RecordView, missing: string): Check[] {
  const factors = (record.factors ?? []).length > 0 ? [left(FACTORS, missing)] : [];
  return [...factors, left(ARITHMETIC, missing), left('the rule chooses the same factors', missing)];
}

function transactionText({ id, height, caller }: LedgerTransaction): string {
  return `transaction ${id.slice(0, 12)} in block ${height}, submitted and signed by ${caller.member}`;
}

async function contentChecks(node: Node, view: RecordView, page: RecordedPage): Promise<Check[]> {
  const client = new ChannelClient(node.ledger);
  const releases = new Map((await client.releases()).map((release) => [releaseName(release.manifest), release]));
  const recorded = { ...view, record: page.record };
  const hashes = page.record.factors ?? [];
  return [
    ...(hashes.length > 0 ? [await factorCheck(node, page, releases)] : []),
    await arithmeticCheck(page, await client.policy()),
    await choiceCheck(node, recorded, releases),
  ];
}

async function factorCheck(
  node: Node,
  page: RecordedPage,
  releases: ReadonlyMap<string, PublishedRelease>,
): Promise<Check> {
  const { check } = await attempt(FACTORS, async () => {
    const names: string[] = [];
    for (const hash of page.record.factors ?? []) {
      const { row, release } = await recordedFactor(node, page, hash, releases);
      const withdrawn = release.withdrawn === undefined ? '' : ' (withdrawn since)';
      names.push(`${row.id} in ${releaseName(release.manifest)}${withdrawn}`);
    }
    return { value: names, detail: names.join('; ') };
  });
  return check;
}

async function arithmeticCheck(page: RecordedPage, policy: Parameters<typeof recompute>[2]): Promise<Check> {
  const rows = new Map([...page.factors].map(([hash, { row }]): [string, FactorRow] => [hash, row]));
  const { check } = await attempt(ARITHMETIC, async () => {
    recompute(page.record, rows, policy, figureCache());
    return { value: true, detail: 'computed again from quantity, unit, dates and factors, to the last digit' };
  });
  return check;
}

/** Passed with what `work` gives, failed with the channel's error. What cannot be reached now is not the record's fault. */
async function attempt<T>(
  check: string,
  work: () => Promise<{ readonly value: T; readonly detail: string }>,
): Promise<{ readonly check: Check; readonly value?: T }> {
  try {
    const { value, detail } = await work();
    return { check: { check, result: 'passed', detail }, value };
  } catch (error) {
    if (!isChannelError(error) || error.kind === 'unavailable' || error.kind === 'internal') throw error;
    return { check: { check, result: 'failed', detail: `${error.code}: ${error.message}` } };
  }
}

function left(check: string, missing: string): Check {
  return { check, result: 'not-verified', detail: `needs ${missing}` };
}
