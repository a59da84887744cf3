import assert from 'node:assert/strict';
import {
  type ActivityRecord,
  buildRecord,
  type ProvenRecord,
  type RecordFacts,
  recordId,
} from '../../src/channel/index.ts';
import {
  canonical,
  chooseFactors,
  defaultPolicy,
  type ErrorReport,
  inclusionPath,
  type Policy,
  type ProvenRow,
  parseSpan,
} from '../../src/emissions/index.ts';
import { type FixtureRelease, releases } from './fixture-releases.ts';
import {
  type Committed,
  type Expected,
  type Identity,
  identity,
  matches,
  type Proposal,
  TestChannel,
} from './test-context.ts';

/** Steward, factor publisher and reporter. */
export const acme = identity('ACME');
/** Reporter. */
export const beta = identity('Beta.Foods');
/** Auditor. */
export const audit = identity('AUDIT');

export const meterA = 'a'.repeat(64);
export const meterB = 'b'.repeat(64);
export const commitment = 'c'.repeat(64);

/** A channel with its members and, unless told otherwise, the fixture releases. */
export async function fixtureChannel(published: readonly FixtureRelease[] = releases): Promise<TestChannel> {
  const channel = new TestChannel();
  await channel.submit(acme, 'channel.create', {
    member: { id: acme.member, name: 'Acme Inc', publicKey: acme.publicKey },
  });
  await admit(channel, beta, ['reporter']);
  await admit(channel, audit, ['auditor']);
  for (const { manifest } of published) await channel.submit(acme, 'factors.publish', { manifest });
  return channel;
}

export function admit(channel: TestChannel, { member, publicKey }: Identity, roles: string[]): Promise<Committed> {
  return channel.submit(acme, 'members.admit', { id: member, name: `${member} Ltd`, publicKey, roles });
}

/** A line of 1000 kWh in the US for 2022-03, changed as told. */
export function line(changes: Partial<RecordFacts> = {}): RecordFacts {
  return {
    owner: acme.member,
    commodity: 'electricity',
    flow: 'delivered',
    start: '2022-03-01',
    end: '2022-04-01',
    statedEnd: 'exclusive',
    zone: 'America/New_York',
    quantity: '1000',
    unit: 'kWh',
    readBasis: 'actual',
    place: { country: 'US' },
    meter: meterA,
    gwp: 'publisher',
    ...changes,
  };
}

export function gasLine(changes: Partial<RecordFacts> = {}): RecordFacts {
  return line({ commodity: 'natural-gas', unit: 'therm', quantity: '100', ...changes });
}

/** The record that the rule makes of a line. */
export function recordOf(facts: RecordFacts, from = releases, policy: Policy = defaultPolicy): ActivityRecord {
  const { commodity, calorific, place } = facts;
  const hasResult = (facts.flow === 'delivered' || facts.flow === 'net-only') && commodity !== 'water';
  if (!hasResult) return parsed(buildRecord(facts, []));
  const span = parseSpan(facts.start, facts.end);
  const query = { commodity, span, place, policy, ...(calorific === undefined ? {} : { calorific }) };
  return parsed(
    buildRecord(
      facts,
      chooseFactors(
        query,
        from.flatMap(({ candidates }) => candidates),
      ),
    ),
  );
}

// As it comes back from the ledger: keys in canonical order.
function parsed(record: ActivityRecord): ActivityRecord {
  return JSON.parse(canonical(record)) as ActivityRecord;
}

/** Rows that the records name, each once, with its proof. */
export function factorsOf(records: readonly ActivityRecord[], from = releases): ProvenRow[] {
  const named = new Set(records.flatMap(({ factors }) => factors ?? []));
  return from.flatMap(({ candidates, proven }) =>
    candidates.filter(({ hash }) => named.has(hash)).map(({ row }) => proven.get(row.id) as ProvenRow),
  );
}

export interface Page {
  readonly factors: readonly ProvenRow[];
  readonly key: string;
  readonly records: readonly ActivityRecord[];
}

export function pageOf(records: readonly ActivityRecord[], key = 'import-1', from = releases): Page {
  return { factors: factorsOf(records, from), key, records };
}

/** A submitted page with what proves each of its records. */
export interface Submitted {
  readonly committed: Committed<{ count: number; owner: string; root: string; transaction: string }>;
  readonly ids: readonly string[];
  readonly targets: readonly ProvenRecord[];
}

let pages = 0;

/** Submits the lines as one page under a key of its own. */
export async function record(
  channel: TestChannel,
  by: Identity,
  lines: readonly RecordFacts[],
  proposal: Proposal = {},
): Promise<Submitted> {
  pages += 1;
  const records = lines.map((facts) => recordOf({ ...facts, owner: by.member }));
  const page = pageOf(records, `page-${pages}`);
  const committed = await channel.submit<Submitted['committed']['result']>(by, 'records.submit', page, proposal);
  const ids = records.map(recordId);
  const targets = records.map((one, index) => ({
    index,
    page: committed.transactionId,
    path: inclusionPath(ids, index),
    record: one,
  }));
  return { committed, ids, targets };
}

/** The target of a record that a correction put on the ledger: a page of its own. */
export function correctedTarget(committed: Committed, corrected: ActivityRecord): ProvenRecord {
  return { index: 0, page: committed.transactionId, path: [], record: corrected };
}

/** A page of one record must be refused, and its one problem must be this. */
export async function refuseRecord(
  channel: TestChannel,
  by: Identity,
  refused: unknown,
  expected: Expected,
  options: Proposal & { readonly factors?: readonly ProvenRow[] } = {},
): Promise<void> {
  const { factors = factorsOf([refused as ActivityRecord]), ...proposal } = options;
  const error = await channel.refuse(
    by,
    'records.submit',
    { factors, key: 'refused', records: [refused] },
    { code: 'PAGE_REFUSED' },
    proposal,
  );
  const problems = error.details.problems ?? [];
  assert.equal(problems.length, 1);
  matches(problems[0] as ErrorReport, { index: 0, recordId: recordId(refused as ActivityRecord), ...expected });
}
