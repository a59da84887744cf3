import type { ActivityRecord } from '../channel/index.ts';
import { type Bundle, parseBundle } from './bundle.ts';
import { attemptTo, type Check, notVerified } from './check.ts';
import { checkEmbeddedChain, embeddedChecks } from './embedded-chain.ts';
import {
  arithmeticCheck,
  choiceCheck,
  evidenceCheck,
  factorsCheck,
  governanceCheck,
  pageCheck,
  recordChecks,
  rulesCheck,
  sinceCheck,
  submitterCheck,
} from './record-checks.ts';
import type { CheckedChain } from './replay.ts';
import { type ProvenCall, Replay } from './replay.ts';
import type { Trust } from './trust.ts';

export interface BundleVerification {
  readonly recordId: string | null;
  /** As it stands on the ledger; null where it could not be read. */
  readonly record: ActivityRecord | null;
  /** Always the same checks in the same order. */
  readonly checks: readonly Check[];
  /** True only when nothing failed, and nothing was left unverified but what is marked as open. */
  readonly verified: boolean;
}

const FILE = 'the file is a bundle';

/** Everything that a bundle can show of its record, checked against what the verifier trusts, and nothing fetched. */
export async function verifyBundle(
  text: string,
  trust: Trust,
  presented: { readonly commitment?: string } = {},
): Promise<BundleVerification> {
  const { check: file, value: bundle } = await attemptTo(FILE, async () => {
    const value = parseBundle(text);
    return { detail: `${value.schema}, ${text.length} characters, ${value.ledger} ledger`, value };
  });
  if (bundle === undefined) return answer([file, ...notReached([...embeddedChecks, ...recordChecks], file)]);
  const chain = await checkChain(bundle, trust);
  const begun = [file, ...chain.checks];
  const page = chain.calls.at(-1);
  if (page === undefined || chain.calls.length < bundle.transactions.length) {
    const cause = begun.find(({ result }) => result === 'failed') ?? file;
    return answer([...begun, ...notReached(recordChecks, cause)], bundle);
  }
  const { checks, record } = await checkRecord(bundle, chain.calls.slice(0, -1), page, presented.commitment);
  return answer([...begun, ...checks], bundle, record);
}

// Fabric's messages are loaded only where there are some.
async function checkChain(bundle: Bundle, trust: Trust): Promise<CheckedChain> {
  if (bundle.ledger === 'embedded') return checkEmbeddedChain(bundle, trust);
  return (await import('./fabric-chain.ts')).checkFabricChain(bundle, trust);
}

async function checkRecord(
  bundle: Bundle,
  before: readonly ProvenCall[],
  page: ProvenCall,
  presented: string | undefined,
): Promise<{ readonly checks: readonly Check[]; readonly record?: ActivityRecord }> {
  const replay = new Replay(bundle.channel);
  const governance = await governanceCheck(replay, before);
  const { check, value: found } = await pageCheck(page, bundle);
  if (governance.result !== 'passed' || found === undefined) {
    const [, submitter, ...others] = recordChecks;
    const cause = governance.result === 'passed' ? check : governance;
    return { checks: [governance, ...notReached([submitter], cause), check, ...notReached(others.slice(1), cause)] };
  }
  const checks = [
    governance,
    await submitterCheck(replay, page, found.record.owner),
    check,
    await factorsCheck(replay, found),
    await arithmeticCheck(replay, found),
    await rulesCheck(replay, page, found),
    choiceCheck(found),
    sinceCheck(bundle),
    evidenceCheck(found, presented),
  ];
  return { checks, record: found.record };
}

function notReached(names: readonly string[], cause: Check): Check[] {
  return names.map((name) => notVerified(name, `not reached: ${cause.check} ${cause.result}`));
}

function answer(checks: readonly Check[], bundle?: Bundle, record?: ActivityRecord): BundleVerification {
  return {
    recordId: bundle?.record.id ?? null,
    record: record ?? null,
    checks,
    verified: checks.every(({ result, open }) => result === 'passed' || open === true),
  };
}
