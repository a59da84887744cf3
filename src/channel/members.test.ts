import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  acme,
  admit,
  audit,
  beta,
  fixtureChannel,
  line,
  pageOf,
  recordOf,
} from '../../test/support/fixture-channel.ts';
import { identity, TestChannel } from '../../test/support/test-context.ts';
import { defaultPolicy } from '../emissions/index.ts';
import type { Member } from './members.ts';

const founder = { id: 'ACME', name: 'Acme Inc', publicKey: acme.publicKey };

test('the first member founds the channel, once, for itself', async () => {
  const channel = new TestChannel();
  await channel.refuse(acme, 'policy.set', defaultPolicy, { code: 'MEMBER_UNKNOWN', member: 'ACME' });
  await channel.refuse(beta, 'channel.create', { member: founder }, { code: 'NOT_ALLOWED' });
  const { result } = await channel.submit(acme, 'channel.create', { member: founder });
  assert.deepEqual(result, {
    id: 'ACME',
    keys: [acme.keyId],
    name: 'Acme Inc',
    roles: ['factor-publisher', 'reporter', 'steward'],
  });
  assert.deepEqual(channel.state('channel'), {
    channel: 'test-channel',
    created: '2024-06-01T12:00:00.000Z',
    founder: 'ACME',
  });
  assert.deepEqual(channel.state('policy'), defaultPolicy);
  const again = { member: { ...founder, id: 'Beta.Foods' } };
  await channel.refuse(beta, 'channel.create', again, { code: 'LEDGER_EXISTS' });
  await channel.refuse(acme, 'channel.create', { member: founder }, { code: 'LEDGER_EXISTS' });
});

test('a founder names the key it signs with', async () => {
  const channel = new TestChannel();
  const member = { ...founder, publicKey: beta.publicKey };
  await channel.refuse(acme, 'channel.create', { member }, { code: 'SIGNATURE_INVALID', member: 'ACME' });
});

test('only a steward admits, and a member once', async () => {
  const channel = await fixtureChannel();
  const gamma = identity('GAMMA');
  const args = { id: 'GAMMA', name: 'Gamma', publicKey: gamma.publicKey, roles: ['reporter', 'auditor', 'reporter'] };
  await channel.refuse(beta, 'members.admit', args, { code: 'NOT_ALLOWED', member: beta.member });
  await channel.refuse(gamma, 'members.admit', args, { code: 'MEMBER_UNKNOWN', member: 'GAMMA' });
  const { result } = await channel.submit(acme, 'members.admit', args);
  assert.deepEqual(result.roles, ['auditor', 'reporter']);
  await channel.refuse(acme, 'members.admit', args, { code: 'MEMBER_EXISTS', member: 'GAMMA' });
});

test("a member's id, name, roles and key are checked", async () => {
  const channel = await fixtureChannel();
  const right = { id: 'GAMMA', name: 'Gamma', publicKey: identity('GAMMA').publicKey, roles: ['reporter'] };
  for (const [change, where] of [
    [{ id: 'a/b' }, 'arguments.id'],
    [{ id: '' }, 'arguments.id'],
    [{ id: `A${'b'.repeat(63)}` }, 'arguments.id'],
    [{ name: 'two\nlines' }, 'arguments.name'],
    [{ name: 'right\u202Eto left' }, 'arguments.name'],
    [{ roles: ['boss'] }, 'arguments.roles[0]'],
    [{ publicKey: 'AAAA' }, 'arguments.publicKey'],
    [{ publicKey: undefined }, 'arguments'],
  ] as const) {
    await channel.refuse(acme, 'members.admit', { ...right, ...change }, { code: 'FIELD_INVALID', where });
  }
});

test('where the ledger knows no keys, members have none', async () => {
  const channel = new TestChannel();
  await channel.submit(acme, 'channel.create', { member: { id: 'ACME', name: 'Acme Inc' } });
  await channel.submit(acme, 'members.admit', { id: 'Beta.Foods', name: 'Beta', roles: ['reporter'] });
  assert.deepEqual((await channel.query<Member[]>('members.list'))[1], {
    id: 'Beta.Foods',
    name: 'Beta',
    roles: ['reporter'],
  });
});

test("a key that is not the member's is refused", async () => {
  const channel = await fixtureChannel();
  const page = pageOf([recordOf(line())]);
  const stolen = { ...acme, keyId: beta.keyId };
  await channel.refuse(stolen, 'records.submit', page, { code: 'SIGNATURE_INVALID', member: 'ACME' });
});

test('a suspended member does nothing until it is granted roles again', async () => {
  const channel = await fixtureChannel();
  const page = pageOf([recordOf(line({ owner: beta.member }))]);
  await channel.submit(beta, 'records.submit', page);
  const { result } = await channel.submit(acme, 'members.suspend', { id: beta.member, reason: 'Fee unpaid' });
  assert.equal(result.suspended, 'Fee unpaid');
  const expected = { code: 'MEMBER_SUSPENDED', member: beta.member } as const;
  // Not even the first result of an earlier submission.
  await channel.refuse(beta, 'records.submit', page, expected);
  await channel.refuse(beta, 'documents.answer', { answer: 'offered', request: 'e'.repeat(64) }, expected);
  await channel.submit(acme, 'members.grant', { id: beta.member, roles: ['reporter'] });
  assert.deepEqual((await channel.submit(beta, 'records.submit', page)).writes, new Map());
});

test('roles are replaced as a whole', async () => {
  const channel = await fixtureChannel();
  await channel.refuse(audit, 'members.grant', { id: 'AUDIT', roles: ['steward'] }, { code: 'NOT_ALLOWED' });
  await channel.refuse(
    acme,
    'members.grant',
    { id: 'NOBODY', roles: [] },
    { code: 'MEMBER_UNKNOWN', member: 'NOBODY' },
  );
  await channel.refuse(acme, 'members.suspend', { id: 'NOBODY', reason: 'x' }, { code: 'MEMBER_UNKNOWN' });
  const { result } = await channel.submit(acme, 'members.grant', { id: beta.member, roles: [] });
  assert.deepEqual(result.roles, []);
  const page = pageOf([recordOf(line({ owner: beta.member }))]);
  await channel.refuse(beta, 'records.submit', page, { code: 'NOT_ALLOWED', member: beta.member });
});

test('the last steward in good standing stays', async () => {
  const channel = await fixtureChannel();
  const expected = { code: 'NOT_ALLOWED', member: 'ACME' } as const;
  await channel.refuse(acme, 'members.grant', { id: 'ACME', roles: ['reporter'] }, expected);
  await channel.refuse(acme, 'members.suspend', { id: 'ACME', reason: 'Leaving' }, expected);
  const gamma = identity('GAMMA');
  await admit(channel, gamma, ['steward']);
  await channel.submit(acme, 'members.suspend', { id: 'GAMMA', reason: 'Away' });
  await channel.refuse(acme, 'members.grant', { id: 'ACME', roles: ['reporter'] }, expected);
  await channel.submit(acme, 'members.grant', { id: 'GAMMA', roles: ['steward'] });
  await channel.submit(acme, 'members.grant', { id: 'ACME', roles: ['reporter'] });
  await channel.refuse(acme, 'members.suspend', { id: 'GAMMA', reason: 'x' }, expected);
  await channel.submit(gamma, 'members.suspend', { id: 'ACME', reason: 'Left' });
});

test("a certificate's limit takes roles away from one submitter and adds none", async () => {
  const channel = await fixtureChannel();
  const auditing = { ...acme, roles: ['auditor', 'reporter'] };
  await channel.submit(auditing, 'records.submit', pageOf([recordOf(line())]));
  await channel.refuse(auditing, 'policy.set', defaultPolicy, { code: 'NOT_ALLOWED', member: 'ACME' });
  // ACME is no auditor, whatever its certificates say.
  await channel.refuse(
    { ...acme, roles: ['auditor', ''] },
    'records.submit',
    pageOf([recordOf(line({ start: '2022-05-01', end: '2022-06-01' }))], 'other'),
    { code: 'NOT_ALLOWED', message: 'records.submit needs the role reporter; ACME has none' },
  );
  await channel.submit(acme, 'policy.set', defaultPolicy);
  assert.deepEqual((await channel.query<Member[]>('members.list'))[0]?.roles, [
    'factor-publisher',
    'reporter',
    'steward',
  ]);
});

test('a submitter limited to another role founds no channel', async () => {
  const limited = { ...acme, roles: ['reporter'] };
  const channel = new TestChannel();
  await channel.refuse(limited, 'channel.create', { member: founder }, { code: 'NOT_ALLOWED', member: 'ACME' });
  await channel.submit({ ...acme, roles: ['steward'] }, 'channel.create', { member: founder });
});
