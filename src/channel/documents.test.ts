import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  acme,
  admit,
  audit,
  beta,
  commitment,
  fixtureChannel,
  line,
  meterB,
  record,
} from '../../test/support/fixture-channel.ts';
import { type Expected, identity, type TestChannel } from '../../test/support/test-context.ts';
import type { ProvenRecord } from './proven-record.ts';

const state = `document/ACME/${commitment}`;
const evidence = { document: commitment };
const deadline = '2024-07-01';
const date = '2024-06-01';

interface Scene {
  readonly channel: TestChannel;
  readonly target: ProvenRecord;
  readonly id: string;
}

/** A record of ACME that names a document. */
async function scene(): Promise<Scene> {
  const channel = await fixtureChannel();
  const { targets, ids } = await record(channel, acme, [line({ evidence })]);
  return { channel, target: targets[0] as ProvenRecord, id: ids[0] as string };
}

let requests = 0;

async function ask({ channel, target }: Scene, by = audit): Promise<string> {
  requests += 1;
  const args = { commitment, deadline, key: `request-${requests}`, purpose: 'Limited assurance 2022', target };
  return (await channel.submit(by, 'documents.request', args)).transactionId;
}

const answer = ({ channel }: Scene, request: string, given: string, reason?: string) =>
  channel.submit(acme, 'documents.answer', { answer: given, request, reason });
const verdict = ({ channel }: Scene, request: string, given: string, options: { timestamp?: string } = {}) =>
  channel.submit(audit, 'documents.verdict', { request, verdict: given }, options);
const erase = ({ channel, target }: Scene) =>
  channel.submit(acme, 'documents.erased', { commitment, date, reason: 'data-subject-request', target });
const lose = ({ channel, target }: Scene) => channel.submit(acme, 'documents.lost', { commitment, date, target });

function stateOf({ channel }: Scene): string | undefined {
  return channel.state<{ state: string }>(state)?.state;
}

test('requested, offered and found to match: verified', async () => {
  const at = await scene();
  assert.equal(stateOf(at), undefined);
  const request = await ask(at);
  assert.deepEqual(at.channel.state(state), { commitment, owner: 'ACME', records: [], state: 'challenged' });
  assert.deepEqual(at.channel.state(`request/${request}`), {
    auditor: 'AUDIT',
    commitment,
    deadline,
    id: request,
    owner: 'ACME',
    purpose: 'Limited assurance 2022',
  });
  await answer(at, request, 'offered');
  assert.equal(stateOf(at), 'challenged');
  await verdict(at, request, 'matches');
  assert.equal(stateOf(at), 'verified');
  assert.equal(at.channel.state<{ verdict: string }>(`request/${request}`)?.verdict, 'matches');
});

test('T25: a document that was not offered is never verified', async () => {
  const at = await scene();
  const request = await ask(at);
  for (const given of ['matches', 'does-not-match']) {
    const args = { request, verdict: given };
    await at.channel.refuse(audit, 'documents.verdict', args, { code: 'DOCUMENT_STATE' });
  }
  // The owner has its time: silence says nothing before the deadline has passed.
  const early = { request, verdict: 'not-presented' };
  await at.channel.refuse(
    audit,
    'documents.verdict',
    early,
    { code: 'DOCUMENT_STATE' },
    { timestamp: `${deadline}T23:59:59.999Z` },
  );
  await verdict(at, request, 'not-presented', { timestamp: '2024-07-02T00:00:00.000Z' });
  assert.equal(stateOf(at), 'withheld');
  // Closed: a later answer or verdict changes nothing.
  for (const [by, name, args] of [
    [acme, 'documents.answer', { answer: 'offered', request }],
    [audit, 'documents.verdict', { request, verdict: 'matches' }],
  ] as const) {
    await at.channel.refuse(by, name, args, { code: 'DOCUMENT_STATE' });
  }
});

test('offered and not presented, or not matching', async () => {
  const at = await scene();
  const unreachable = await ask(at);
  await answer(at, unreachable, 'offered');
  await verdict(at, unreachable, 'not-presented');
  assert.equal(stateOf(at), 'withheld');
  const second = await ask(at);
  assert.equal(stateOf(at), 'challenged');
  await answer(at, second, 'offered');
  await verdict(at, second, 'does-not-match');
  assert.equal(stateOf(at), 'challenged');
  const third = await ask(at);
  await answer(at, third, 'offered');
  await verdict(at, third, 'matches');
  assert.equal(stateOf(at), 'verified');
});

test('a refusal gives its reason and withholds', async () => {
  const at = await scene();
  const request = await ask(at);
  const bare = { answer: 'refused', request };
  await at.channel.refuse(acme, 'documents.answer', bare, { code: 'ARGUMENTS_INVALID', where: 'reason' });
  await answer(at, request, 'refused', 'Under litigation hold');
  assert.equal(stateOf(at), 'withheld');
  assert.equal(at.channel.state<{ reason: string }>(`request/${request}`)?.reason, 'Under litigation hold');
  await at.channel.refuse(acme, 'documents.answer', { answer: 'offered', request }, { code: 'DOCUMENT_STATE' });
  await at.channel.refuse(audit, 'documents.verdict', { request, verdict: 'matches' }, { code: 'DOCUMENT_STATE' });
  await verdict(at, request, 'not-presented');
  assert.equal(stateOf(at), 'withheld');
});

for (const [gone, code, event] of [
  ['erased', 'DOCUMENT_ERASED', 'EvidenceErased'],
  ['lost', 'DOCUMENT_LOST', 'EvidenceLost'],
] as const) {
  const announce = gone === 'erased' ? erase : lose;

  test(`${gone} is announced with an event and is final`, async () => {
    const at = await scene();
    const { channel, target, id } = at;
    const committed = await announce(at);
    const reason = gone === 'erased' ? { reason: 'data-subject-request' } : {};
    assert.deepEqual(channel.state(state), { commitment, date, owner: 'ACME', records: [], state: gone, ...reason });
    assert.equal(committed.event?.name, event);
    const payload = { commitment, date, owner: 'ACME', record: id, ...reason };
    assert.deepEqual(JSON.parse(committed.event?.payload ?? ''), payload);
    const request = { commitment, deadline, key: 'late', purpose: 'Audit', target };
    await channel.refuse(audit, 'documents.request', request, { code });
    const erasure = { commitment, date, reason: 'retention-ended', target };
    await channel.refuse(acme, 'documents.erased', erasure, { code });
    await channel.refuse(acme, 'documents.lost', { commitment, date, target }, { code });
    const attachment = { commitment, key: 'a', targets: [target] };
    await channel.refuse(acme, 'documents.attach', attachment, { code: 'DOCUMENT_EXISTS' });
  });

  test(`${gone} while a request is open: the answer says so and no verdict brings it back`, async () => {
    const at = await scene();
    const { channel } = at;
    const open = await ask(at);
    const offered = await ask(at);
    await answer(at, offered, 'offered');
    await channel.refuse(acme, 'documents.answer', { answer: gone, request: open }, { code: 'DOCUMENT_STATE' });
    await announce(at);
    for (const [given, expected] of [
      ['offered', { code }],
      ['refused', { code }],
      [gone === 'erased' ? 'lost' : 'erased', { code: 'DOCUMENT_STATE' }],
    ] as [string, Expected][]) {
      const args = { answer: given, reason: 'Because', request: open };
      await channel.refuse(acme, 'documents.answer', args, expected);
    }
    await answer(at, open, gone);
    await channel.refuse(audit, 'documents.verdict', { request: open, verdict: 'matches' }, { code: 'DOCUMENT_STATE' });
    await verdict(at, open, 'not-presented');
    assert.equal(stateOf(at), gone);
    await verdict(at, offered, 'matches');
    assert.equal(stateOf(at), gone);
    assert.equal(channel.keys('request/').length, 2);
  });
}

test('a document is attached to earlier records of its owner', async () => {
  const channel = await fixtureChannel();
  const { targets, ids } = await record(channel, acme, [line(), line({ meter: meterB })]);
  const { targets: foreign } = await record(channel, beta, [line()]);
  const attach = { commitment, key: 'a', targets };
  const mixed = { ...attach, targets: [...targets, ...foreign] };
  await channel.refuse(acme, 'documents.attach', mixed, { code: 'NOT_OWNER', member: beta.member });
  await channel.refuse(audit, 'documents.attach', attach, { code: 'NOT_ALLOWED' });
  const short = { ...attach, commitment: commitment.slice(1) };
  await channel.refuse(acme, 'documents.attach', short, { code: 'FIELD_INVALID', where: 'arguments.commitment' });
  await channel.submit(acme, 'documents.attach', attach);
  const records = [...ids].sort();
  assert.deepEqual(channel.state(state), { commitment, owner: 'ACME', records, state: 'committed' });
  assert.deepEqual((await channel.submit(acme, 'documents.attach', attach)).writes, new Map());
  await channel.refuse(acme, 'documents.attach', { ...attach, key: 'b' }, { code: 'DOCUMENT_EXISTS' });
  await ask({ channel, target: targets[1] as ProvenRecord, id: ids[1] as string });
});

test("a request is an auditor's, for a document that a proven record names, with a deadline ahead", async () => {
  const at = await scene();
  const { channel, target } = at;
  const args = { commitment, deadline, key: 'k', purpose: 'Audit', target };
  await channel.refuse(beta, 'documents.request', args, { code: 'NOT_ALLOWED' });
  const other = { ...args, commitment: 'd'.repeat(64) };
  await channel.refuse(audit, 'documents.request', other, { code: 'DOCUMENT_NOT_FOUND', recordId: at.id });
  const unproven = { ...args, target: { ...target, page: 'e'.repeat(64) } };
  await channel.refuse(audit, 'documents.request', unproven, { code: 'RECORD_NOT_FOUND' });
  const passed = { ...args, deadline: '2024-05-31' };
  await channel.refuse(audit, 'documents.request', passed, { code: 'PERIOD_INVALID', where: 'deadline' });
  const never = { ...args, deadline: '2024-06-31' };
  await channel.refuse(audit, 'documents.request', never, { code: 'DATE_INVALID', where: 'deadline' });
  await channel.submit(audit, 'documents.request', { ...args, deadline: '2024-06-01' });
});

test("answers are the owner's, verdicts the requester's", async () => {
  const at = await scene();
  const { channel } = at;
  const second = identity('SECOND-AUDIT');
  await admit(channel, second, ['auditor']);
  const request = await ask(at);
  const offered = { answer: 'offered', request };
  await channel.refuse(beta, 'documents.answer', offered, { code: 'NOT_OWNER', member: 'ACME' });
  await channel.refuse(audit, 'documents.answer', offered, { code: 'NOT_OWNER', member: 'ACME' });
  await answer(at, request, 'offered');
  await channel.refuse(acme, 'documents.answer', offered, { code: 'DOCUMENT_STATE' });
  const matches = { request, verdict: 'matches' };
  await channel.refuse(second, 'documents.verdict', matches, { code: 'NOT_ALLOWED', member: 'AUDIT' });
  await channel.refuse(acme, 'documents.verdict', matches, { code: 'NOT_ALLOWED', member: 'ACME' });
  const unknown = { ...matches, request: 'e'.repeat(64) };
  await channel.refuse(audit, 'documents.verdict', unknown, { code: 'NOT_FOUND' });
  await channel.refuse(acme, 'documents.answer', { ...offered, request: 'e'.repeat(64) }, { code: 'NOT_FOUND' });
});

test('nobody verifies their own document', async () => {
  const at = await scene();
  await at.channel.submit(acme, 'members.grant', { id: 'ACME', roles: ['reporter', 'steward', 'auditor'] });
  const args = { commitment, deadline, key: 'own', purpose: 'Audit', target: at.target };
  await at.channel.refuse(acme, 'documents.request', args, { code: 'NOT_ALLOWED', member: 'ACME' });
  assert.equal(stateOf(at), undefined);
});

test("a member that repeats another's commitment changes nothing about it", async () => {
  const at = await scene();
  const { channel } = at;
  const request = await ask(at);
  const { targets } = await record(channel, beta, [line({ evidence })]);
  const target = targets[0] as ProvenRecord;
  const loss = { commitment, date, target };
  await channel.submit(beta, 'documents.lost', loss);
  assert.equal(stateOf(at), 'challenged');
  await channel.refuse(beta, 'documents.lost', { ...loss, target: at.target }, { code: 'NOT_OWNER', member: 'ACME' });
  await answer(at, request, 'offered');
  await verdict(at, request, 'matches');
  assert.equal(stateOf(at), 'verified');
});

test('erasure and loss have a reason of the list and a date that has come', async () => {
  const { channel, target } = await scene();
  const args = { commitment, date, reason: 'retention-ended', target };
  const tomorrow = { ...args, date: '2024-06-03' };
  await channel.refuse(acme, 'documents.erased', tomorrow, { code: 'PERIOD_FUTURE', where: 'date' });
  await channel.refuse(acme, 'documents.erased', { ...args, date: '2024-02-30' }, { code: 'DATE_INVALID' });
  const because = { ...args, reason: 'because' };
  await channel.refuse(acme, 'documents.erased', because, { code: 'FIELD_INVALID', where: 'arguments.reason' });
  const other = { ...args, commitment: 'd'.repeat(64) };
  await channel.refuse(acme, 'documents.erased', other, { code: 'DOCUMENT_NOT_FOUND' });
  await channel.submit(acme, 'documents.erased', { ...args, date: '2024-06-02' });
});
