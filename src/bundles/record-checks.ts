import {
  type ActivityRecord,
  figureCache,
  type Member,
  type PublishedRelease,
  recompute,
  recordId,
  releaseName,
} from '../channel/index.ts';
import {
  ChannelError,
  canonical,
  type FactorRow,
  leafHash,
  type Policy,
  type ProvenRow,
  verifyInclusion,
} from '../emissions/index.ts';
import type { BundleHead } from './bundle.ts';
import { attempt, attemptTo, type Check, failed, leftOpen, passed } from './check.ts';
import type { ProvenCall, Replay } from './replay.ts';

/** A record as it stands in the page that recorded it, with the factor rows that the page carries for it. */
export interface PageRecord {
  readonly record: ActivityRecord;
  readonly factors: readonly ProvenRow[];
  readonly count: number;
}

/** Names of these checks in their order. */
export const recordChecks = [
  'members and policy follow from those transactions',
  'the page was submitted by its owner',
  'the record stands in its page',
  'each factor stands in its release',
  'the arithmetic gives the same figures',
  'the rules of the channel accept the record',
  'the rule chooses the same factors',
  'what became of the record',
  'the evidence is what was committed to',
] as const;
const [GOVERNANCE, SUBMITTER, PAGE, FACTORS, ARITHMETIC, RULES, CHOICE, SINCE, EVIDENCE] = recordChecks;

const GOVERNANCE_NAMES = /^(channel\.create|members\.(admit|grant|suspend)|policy\.set|factors\.publish)$/;

/** Runs the transactions that made members, policy and releases what they were when the page came. */
export function governanceCheck(replay: Replay, calls: readonly ProvenCall[]): Promise<Check> {
  return attempt(GOVERNANCE, async () => {
    for (const call of calls) {
      if (!GOVERNANCE_NAMES.test(call.name))
        throw new ChannelError(
          'EVIDENCE_INVALID',
          `a transaction ${call.name.slice(0, 40)} has no place before the page`,
        );
      await replay.run(call);
    }
    const members = await replay.query<Member[]>('members.list');
    const founder = calls[0];
    return `channel made by ${founder?.caller.member} in block ${founder?.height}, ${members.length} members; as far as the bundle tells`;
  });
}

export function submitterCheck(replay: Replay, page: ProvenCall, owner: string): Promise<Check> {
  return attempt(SUBMITTER, async () => {
    const { member: id, keyId } = page.caller;
    const member = (await replay.query<Member[]>('members.list')).find((each) => each.id === id);
    if (member === undefined) throw new ChannelError('MEMBER_UNKNOWN', `no transaction here makes ${id} a member`);
    if (member.suspended !== undefined) throw new ChannelError('MEMBER_SUSPENDED', `${id} was suspended`);
    if (member.keys !== undefined && !member.keys.includes(keyId))
      throw new ChannelError('SIGNATURE_INVALID', `the key ${keyId.slice(0, 12)} is not one of ${id}'s`);
    if (!member.roles.includes('reporter')) throw new ChannelError('NOT_ALLOWED', `${id} is no reporter`);
    if (owner !== id) throw new ChannelError('NOT_OWNER', `the record is ${owner}'s; ${id} submitted it`);
    return `${id} (${member.name}), reporter, with key ${keyId.slice(0, 12)}, on ${page.timestamp} by its own clock`;
  });
}

/** The record at its place in the page, once it is the one that the bundle names. */
export function pageCheck(
  page: ProvenCall,
  { record: { id, index } }: BundleHead,
): Promise<{ readonly check: Check; readonly value?: PageRecord }> {
  return attemptTo(PAGE, async () => {
    const { record, factors, count } = pageRecord(page, index);
    const content = recordId(record);
    if (content !== id)
      throw new ChannelError(
        'EVIDENCE_INVALID',
        `record ${index + 1} of the page is ${content.slice(0, 12)}, not ${id.slice(0, 12)}`,
      );
    const named = new Set(record.factors ?? []);
    return {
      detail: `position ${index + 1} of ${count} in transaction ${page.id.slice(0, 12)}, whose signature covers the page`,
      value: { record, count, factors: factors.filter(({ row }) => named.has(leafHash(canonical(row)))) },
    };
  });
}

function pageRecord({ name, args }: ProvenCall, index: number): PageRecord {
  const content = JSON.parse(args) as { factors: ProvenRow[]; records: ActivityRecord[]; record: ActivityRecord };
  const records = recordsOf(name, content);
  const record = records[index];
  if (record === undefined)
    throw new ChannelError('EVIDENCE_INVALID', `the page has ${records.length} records, none at position ${index + 1}`);
  return { record, factors: content.factors, count: records.length };
}

function recordsOf(
  name: string,
  content: { readonly records: ActivityRecord[]; readonly record: ActivityRecord },
): ActivityRecord[] {
  if (name === 'records.submit') return content.records;
  if (name === 'records.correct') return [content.record];
  throw new ChannelError('EVIDENCE_INVALID', `a transaction ${name.slice(0, 40)} records nothing`);
}

export async function factorsCheck(replay: Replay, { record, factors }: PageRecord): Promise<Check> {
  if ((record.factors ?? []).length === 0) return passed(FACTORS, 'a line without result needs none');
  return attempt(FACTORS, async () => {
    const releases = new Map(
      (await replay.query<PublishedRelease[]>('releases.list')).map((release) => [
        releaseName(release.manifest),
        release,
      ]),
    );
    const proven = new Map(factors.map((factor) => [leafHash(canonical(factor.row)), factor]));
    return (record.factors ?? []).map((hash) => factorText(hash, proven.get(hash), releases)).join('; ');
  });
}

function factorText(
  hash: string,
  factor: ProvenRow | undefined,
  releases: ReadonlyMap<string, PublishedRelease>,
): string {
  const unproven = (why: string) => new ChannelError('FACTOR_PROOF_INVALID', `row ${hash.slice(0, 12)} ${why}`);
  if (factor === undefined) throw unproven('is not in the page');
  const { release: ref, row, index, path } = factor;
  const name = releaseName(ref);
  const release = releases.get(name);
  if (release === undefined) throw unproven(`is of ${name}, which no transaction here publishes`);
  const { root, rowCount } = release.manifest;
  const belongs = row.publisher === ref.publisher && row.dataset === ref.dataset && row.edition === ref.version;
  if (!belongs || !verifyInclusion(hash, index, rowCount, path, root))
    throw unproven(`does not lead to the root of ${name}`);
  return `${row.id} in ${name}, published by ${release.publishedBy}`;
}

export function arithmeticCheck(replay: Replay, { record, factors }: PageRecord): Promise<Check> {
  return attempt(ARITHMETIC, async () => {
    const rows = new Map(factors.map(({ row }): [string, FactorRow] => [leafHash(canonical(row)), row]));
    recompute(record, rows, await replay.query<Policy>('policy.get'), figureCache());
    return 'computed again from quantity, unit, dates and factors, to the last digit';
  });
}

/**
 * Submits the record alone to the channel's own rules, as they stand after the transactions before the page. What it follows is
 * left out: the older record is not in the bundle.
 */
export function rulesCheck(replay: Replay, page: ProvenCall, { record, factors }: PageRecord): Promise<Check> {
  const { supersedes, adjusts, replaces, ...alone } = record;
  const follows = [supersedes?.record, adjusts?.record, replaces].find((id) => id !== undefined);
  return attempt(RULES, async () => {
    const args = canonical({ factors, key: 'bundle', records: [alone] });
    await replay.attempt({ ...page, name: 'records.submit', args });
    const told = follows === undefined ? '' : `; that it follows record ${follows.slice(0, 12)} is not looked at`;
    return `shape, place, period, slices, factors and figures; overlap with other records cannot be seen here${told}`;
  });
}

export function choiceCheck({ record }: PageRecord): Check {
  if (record.slices === undefined) return passed(CHOICE, 'a line without result needs none');
  return leftOpen(CHOICE, 'needs the whole releases, also those that were not chosen: uec verify DIR RECORD at a node');
}

/** What whoever made the bundle says of the record: later transactions that are not shown cannot be excluded. */
export function sinceCheck({ stated }: BundleHead): Check {
  const documents = stated.documents.map(({ commitment, state }) => `document ${commitment.slice(0, 12)} ${state}`);
  const withdrawn = stated.withdrawn.map((name) => `release ${name} withdrawn since`);
  const state = stated.by === undefined ? stated.state : `${stated.state} by ${stated.by.slice(0, 12)}`;
  return leftOpen(
    SINCE,
    `stated by whoever made the bundle: ${[`record ${state}`, ...documents, ...withdrawn].join(', ')}`,
  );
}

/** `presented` is the commitment that a document and key at hand give. */
export function evidenceCheck({ record }: PageRecord, presented: string | undefined): Check {
  const commitment = record.evidence?.document;
  if (presented === undefined) {
    const told =
      commitment === undefined
        ? 'the record names no document'
        : `document ${commitment.slice(0, 12)} was not presented`;
    return leftOpen(EVIDENCE, told);
  }
  if (presented === commitment)
    return passed(EVIDENCE, `document ${commitment.slice(0, 12)}: bytes and key give the commitment`);
  return failed(
    EVIDENCE,
    commitment === undefined
      ? 'the record names no document'
      : `bytes and key do not give commitment ${commitment.slice(0, 12)}`,
  );
}
