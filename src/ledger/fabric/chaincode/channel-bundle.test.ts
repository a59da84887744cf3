// The channel's transactions in the real bundle, twice, with batching on and off, against the same rules run in this process:
// results, refusals, writes and events must be the same bytes.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { common, msp } from '@hyperledger/fabric-protos';
import { commitment, line, pageOf, recordOf } from '../../../../test/support/fixture-channel.ts';
import { egrid, releases } from '../../../../test/support/fixture-releases.ts';
import { identity, TestChannel } from '../../../../test/support/test-context.ts';
import { type ProvenRecord, queryNames, type RecordFacts, recordId, transactionNames } from '../../../channel/index.ts';
import {
  canonical,
  defaultPolicy,
  type ErrorCode,
  inclusionPath,
  isChannelError,
  sha256,
} from '../../../emissions/index.ts';
import { bundleChaincode } from './bundle.ts';
import { StandInChannel, type StandInIdentity, standInIdentity } from './stand-in-channel.conformance.ts';
import { StandInPeer } from './stand-in-peer.conformance.ts';
import { type RunningBundle, runBundle } from './test-bundle.conformance.ts';

const folder = mkdtempSync(join(tmpdir(), 'uec-bundle-'));
const time = '2024-06-01T12:00:00.000Z';
const acme = standInIdentity('ACME');
const beta = standInIdentity('Beta.Foods');
const audit = standInIdentity('AUDIT');
const bundles: RunningBundle[] = [];
const peers: StandInPeer[] = [];
const done = new Set<string>();
const policies = new Map<string, Buffer>();
const rules = new TestChannel();
let fabric: StandInChannel;
let count = 0;

before(async () => {
  const { file } = await bundleChaincode(folder);
  for (const [batching, member] of [
    ['on', 'ACME'],
    ['off', 'Beta.Foods'],
  ] as const) {
    const bundle = await runBundle(file, { UEC_BATCHING: batching, CHAINCODE_TLS_DISABLED: 'true' });
    bundles.push(bundle);
    peers.push((await StandInPeer.dial(bundle.address, { member, batching: batching === 'on' })).peer);
  }
  fabric = new StandInChannel('test-channel', peers);
});
after(async () => {
  for (const peer of peers) peer.close();
  await Promise.all(bundles.map((bundle) => bundle.stop()));
  rmSync(folder, { recursive: true });
});

/** Submits to both; the answer's transaction id. */
async function submit(by: StandInIdentity, name: string, args: unknown): Promise<string> {
  const { transactionId, options } = proposal();
  const expected = await rules.submit(by, name, args, { transactionId, timestamp: time });
  const { result, made } = await fabric.submit(by, name, canonical(args), options);
  assert.equal(result, expected.text);
  assert.deepEqual(made.event, expected.event);
  const { own = [], rest = [] } = Object.groupBy(made.writes, ([key]) =>
    key.startsWith('endorser/') ? 'own' : 'rest',
  );
  const written = rest.map(([key, value]) => [key, value?.toString() ?? null] as const);
  assert.deepEqual(new Map(written), expected.writes);
  const keysOf = (what: string) => expected.endorsement.flatMap(([of, id]) => (of === what ? [`endorser/${id}`] : []));
  assert.deepEqual(own.map(([key]) => key).sort(), [...keysOf('enrol'), ...keysOf('demand')].sort());
  assert.deepEqual([...made.policies.keys()], keysOf('enrol'));
  for (const [key, policy] of made.policies) policies.set(key, policy);
  done.add(name);
  return transactionId;
}

/** Both must refuse, in the same words. */
async function refuse(by: StandInIdentity, name: string, args: unknown, code: ErrorCode): Promise<void> {
  const { transactionId, options } = proposal();
  const expected = await rules.refuse(by, name, args, { code }, { transactionId, timestamp: time });
  await assert.rejects(fabric.submit(by, name, canonical(args), options), (error) => {
    assert.ok(isChannelError(error, code));
    assert.deepEqual(error.report(), { ...expected.report(), transactionId });
    return true;
  });
}

function proposal() {
  count += 1;
  const transactionId = sha256(`proposal ${count}`);
  return { transactionId, options: { transactionId, timestamp: new Date(time) } };
}

/** A page of one record, and what proves the record later. */
function page(key: string, facts: Partial<RecordFacts>) {
  const record = recordOf(line(facts));
  const target = (transaction: string): ProvenRecord => ({ index: 0, page: transaction, path: [], record });
  return { args: pageOf([record], key), record, target };
}

test('members found and join a channel without keys: the MSP vouches for them', async () => {
  await refuse(acme, 'policy.set', defaultPolicy, 'MEMBER_UNKNOWN');
  await submit(acme, 'channel.create', { member: { id: 'ACME', name: 'Acme Inc' } });
  await refuse(beta, 'members.admit', { id: 'Beta.Foods', name: 'Beta', roles: ['reporter'] }, 'MEMBER_UNKNOWN');
  await submit(acme, 'members.admit', { id: 'Beta.Foods', name: 'Beta', roles: ['reporter'] });
  await submit(acme, 'members.admit', { id: 'AUDIT', name: 'Audit', roles: ['auditor'] });
  await submit(acme, 'members.admit', { id: 'GAMMA', name: 'Gamma', roles: [] });
  await submit(acme, 'members.grant', { id: 'GAMMA', roles: ['reporter', 'auditor'] });
  await submit(acme, 'members.suspend', { id: 'GAMMA', reason: 'Left' });
  await refuse(acme, 'members.suspend', { id: 'ACME', reason: 'Left' }, 'NOT_ALLOWED');
  await submit(acme, 'policy.set', defaultPolicy);
  await submit(beta, 'nodes.announce', {
    endpoint: 'https://node.beta.example',
    recipientKey: `age1${'q'.repeat(58)}`,
    signingKey: identity('Beta.Foods').publicKey,
    validFrom: '2024-01-01',
    validTo: '2025-01-01',
  });
});

test('a page of many meters is one digest and a key a meter and year', async () => {
  for (const { manifest } of releases) await submit(acme, 'factors.publish', { manifest });
  const lines = Array.from({ length: 1_100 }, (_, at) => line({ meter: sha256(`meter ${at}`) }));
  const records = lines.map((facts) => recordOf(facts));
  const args = pageOf(records, 'many');
  const transaction = await submit(acme, 'records.submit', args);
  const ids = records.map(recordId);
  const target: ProvenRecord = {
    index: 700,
    page: transaction,
    path: inclusionPath(ids, 700),
    record: records[700] as ProvenRecord['record'],
  };
  await submit(acme, 'records.void', { key: 'void', reason: 'misread', targets: [target] });
  // The same submission again is answered with the first result and writes nothing.
  await submit(acme, 'records.submit', args);
});

test('a refusal names as many problems as a peer passes on, and counts them all', async () => {
  const lines = Array.from({ length: 300 }, (_, at) => line({ meter: sha256(`meter ${at}`) }));
  const args = pageOf(
    lines.map((facts) => recordOf(facts)),
    'again',
  );
  const { transactionId, options } = proposal();
  const { details, message } = await rules.refuse(
    acme,
    'records.submit',
    args,
    { code: 'PAGE_REFUSED' },
    { transactionId, timestamp: time },
  );
  assert.equal(details.problems?.length, 300);
  await assert.rejects(fabric.submit(acme, 'records.submit', canonical(args), options), (error) => {
    assert.ok(isChannelError(error, 'PAGE_REFUSED'));
    assert.equal(error.message, message);
    const { problems = [] } = error.details;
    assert.deepEqual(problems, details.problems?.slice(0, problems.length));
    assert.ok(problems.length >= 10);
    // Three endorsers' refusals, in base64, must fit into 64 KiB.
    const size = canonical(error.report()).length;
    assert.ok(size <= 12_000 && size + canonical(details.problems?.[problems.length]).length > 11_999, `${size} bytes`);
    return true;
  });
});

test('overlaps, foreign records, wrong arithmetic and unknown names are refused in the same words', async () => {
  const first = page('first', { start: '2023-01-01', end: '2023-02-01' });
  await submit(acme, 'records.submit', first.args);
  await refuse(acme, 'records.submit', page('over', { start: '2023-01-15', end: '2023-02-10' }).args, 'PAGE_REFUSED');
  await refuse(beta, 'records.submit', page('foreign', {}).args, 'PAGE_REFUSED');
  const bent = { ...first.record, energy: '3' };
  await refuse(acme, 'records.submit', { ...first.args, key: 'bent', records: [bent] }, 'PAGE_REFUSED');
  await refuse(audit, 'records.submit', first.args, 'NOT_ALLOWED');
  await refuse(acme, 'records.delete', {}, 'TRANSACTION_UNKNOWN');
});

test('corrections, documents and a withdrawn release', async () => {
  const evidence = { document: commitment };
  const base = page('base', { start: '2022-09-01', end: '2022-10-01', evidence });
  const target = base.target(await submit(acme, 'records.submit', base.args));
  const attached = { commitment: 'd'.repeat(64), key: 'attach', targets: [target] };
  await submit(acme, 'documents.attach', attached);
  const asked = { commitment, deadline: '2024-07-01', key: 'ask', purpose: 'Limited assurance 2022', target };
  const request = await submit(audit, 'documents.request', asked);
  await submit(acme, 'documents.answer', { answer: 'offered', request });
  await submit(audit, 'documents.verdict', { request, verdict: 'matches' });
  await submit(acme, 'documents.erased', { commitment, date: '2024-06-01', reason: 'data-subject-request', target });
  const lost = { commitment: attached.commitment, date: '2024-06-01', target };
  await submit(acme, 'documents.lost', lost);
  const made = {
    ...recordOf(line({ start: '2022-09-01', end: '2022-10-01', quantity: '1080' })),
    supersedes: { reason: 'misread', record: recordId(base.record) },
  };
  const { factors } = pageOf([made as typeof base.record]);
  await submit(acme, 'records.correct', { factors, key: 'correct', record: made, target });
  const { publisher, dataset, version } = egrid.manifest;
  await submit(acme, 'factors.withdraw', { reason: 'Wrong', release: { publisher, dataset, version } });
  await refuse(
    acme,
    'records.submit',
    page('late', { start: '2022-11-01', end: '2022-12-01' }).args,
    'RELEASE_WITHDRAWN',
  );
});

test("each member's key asks for one signature, of a peer of that member", () => {
  assert.deepEqual(
    [...policies.keys()].sort(),
    ['ACME', 'AUDIT', 'Beta.Foods', 'GAMMA'].map((id) => `endorser/${id}`),
  );
  for (const [key, bytes] of policies) {
    const policy = common.SignaturePolicyEnvelope.deserializeBinary(bytes);
    assert.deepEqual(policy.getRule()?.getNOutOf()?.toObject(), {
      n: 1,
      rulesList: [{ signedBy: 0, nOutOf: undefined }],
    });
    const roles = policy.getIdentitiesList().map((each) => msp.MSPRole.deserializeBinary(each.getPrincipal_asU8()));
    assert.deepEqual(
      roles.map((role) => [role.getMspIdentifier(), role.getRole()]),
      [[key.slice('endorser/'.length), msp.MSPRole.MSPRoleType.PEER]],
    );
  }
});

test('every transaction of the channel has run', () => {
  assert.deepEqual([...done].sort(), transactionNames);
});

test("every query gives what the rules give, at the caller's own peer", async () => {
  const meter = fabric.state.keys().find((key) => key.startsWith('meter/'));
  const found = (prefix: string) =>
    fabric.state
      .keys()
      .find((key) => key.startsWith(prefix))
      ?.split('/');
  const args: Readonly<Record<string, unknown>> = {
    'meter-years.get': { keys: [meter, 'meter/none'] },
    'pages.get': { id: found('page/')?.[1] },
    'records.status': { id: found('record/')?.[1] },
    'documents.get': { commitment, owner: 'ACME' },
  };
  for (const name of queryNames) {
    const text = canonical(args[name] ?? {});
    const expected = canonical(await rules.query(name, text));
    assert.notEqual(expected, 'null', name);
    for (const by of [acme, beta]) assert.equal(await fabric.evaluate(by, name, text), expected);
  }
});

test('a refusal is one line: code, function, member and transaction, nothing of the arguments', async () => {
  const [bundle] = bundles as [RunningBundle];
  const { transactionId, options } = proposal();
  const args = { member: { id: 'SECRET-MEMBER', name: 'SECRET-NAME' } };
  await assert.rejects(fabric.submit(beta, 'channel.create', canonical(args), options));
  const fields = `code=LEDGER_EXISTS function=channel.create member=Beta.Foods channel=test-channel transaction=${transactionId}`;
  assert.ok((await bundle.line(new RegExp(transactionId))).endsWith(`Z refused ${fields}`));
  assert.equal(bundle.lines().filter((line) => line.includes(transactionId.slice(0, 8))).length, 1);
  assert.ok(!bundle.lines().some((line) => line.includes('SECRET')));
});
