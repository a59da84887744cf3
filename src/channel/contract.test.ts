import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  acme,
  audit,
  beta,
  fixtureChannel,
  line,
  pageOf,
  record,
  recordOf,
} from '../../test/support/fixture-channel.ts';
import { identity } from '../../test/support/test-context.ts';
import { canonical, type ErrorCode } from '../emissions/index.ts';
import { transactionNames } from './contract.ts';

const page = () => pageOf([recordOf(line())]);
const policy = '{"publishers":{"*":["ember"]},"residualVintageLimit":2,"ruleSet":"uec-choice/1","vintageLimit":5}';

test('the transactions of the channel', () => {
  assert.deepEqual(transactionNames, [
    'channel.create',
    'documents.answer',
    'documents.attach',
    'documents.erased',
    'documents.lost',
    'documents.request',
    'documents.verdict',
    'factors.publish',
    'factors.withdraw',
    'members.admit',
    'members.grant',
    'members.suspend',
    'nodes.announce',
    'policy.set',
    'records.correct',
    'records.submit',
    'records.void',
  ]);
});

test('other names are refused: unknown, reserved, or found on every object', async () => {
  const channel = await fixtureChannel();
  for (const name of ['records.delete', '', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'policy.get']) {
    const error = await channel.refuse(acme, name, {}, { code: 'TRANSACTION_UNKNOWN' });
    assert.doesNotMatch(error.message, /reserved/);
  }
  for (const name of ['instruments.claim', 'assurance.state']) {
    const error = await channel.refuse(acme, name, {}, { code: 'TRANSACTION_UNKNOWN' });
    assert.match(error.message, /the name is reserved$/);
  }
  const error = await channel.refuse(acme, 'x'.repeat(900_000), {}, { code: 'TRANSACTION_UNKNOWN' });
  assert.ok(error.message.length < 120);
});

test('nobody but a member gets as far as the rules', async () => {
  const channel = await fixtureChannel();
  for (const name of transactionNames.filter((one) => one !== 'channel.create')) {
    await channel.refuse({ member: 'EVE', keyId: '0'.repeat(64) }, name, '{}', {
      code: 'MEMBER_UNKNOWN',
      member: 'EVE',
    });
  }
});

test('each role opens its own transactions', async () => {
  const channel = await fixtureChannel();
  const roles: Record<string, readonly string[]> = {
    steward: ['members.admit', 'members.grant', 'members.suspend', 'policy.set'],
    'factor-publisher': ['factors.publish', 'factors.withdraw'],
    reporter: ['records.submit', 'records.correct', 'records.void', 'documents.attach'],
    auditor: ['documents.request', 'documents.verdict'],
  };
  for (const [role, names] of Object.entries(roles)) {
    const others = Object.keys(roles).filter((other) => other !== role);
    await channel.submit(acme, 'members.grant', { id: beta.member, roles: others });
    for (const name of names) await channel.refuse(beta, name, '{}', { code: 'NOT_ALLOWED', member: beta.member });
    await channel.submit(acme, 'members.grant', { id: beta.member, roles: [role] });
    for (const name of names) await channel.refuse(beta, name, '{}', { code: 'FIELD_INVALID' });
  }
});

test("a transaction demands its member's own endorsement, and a member is enrolled for it as it joins", async () => {
  const channel = await fixtureChannel();
  const submitted = await channel.submit(acme, 'records.submit', page());
  assert.deepEqual(submitted.endorsement, [['demand', 'ACME']]);
  const granted = await channel.submit(acme, 'members.grant', { id: beta.member, roles: ['auditor'] });
  assert.deepEqual(granted.endorsement, [['demand', 'ACME']]);
  const { publicKey } = identity('GAMMA');
  const admitted = await channel.submit(acme, 'members.admit', { id: 'GAMMA', name: 'Gamma', publicKey, roles: [] });
  assert.deepEqual(admitted.endorsement, [
    ['demand', 'ACME'],
    ['enrol', 'GAMMA'],
  ]);
});

test('one content has one text: pages', async () => {
  const channel = await fixtureChannel();
  const text = canonical(page());
  const refused = async (changed: string, code: ErrorCode, where?: string) => {
    assert.notEqual(changed, text);
    await channel.refuse(acme, 'records.submit', changed, where === undefined ? { code } : { code, where });
  };
  await refused('', 'NOT_CANONICAL');
  await refused(text.slice(0, -1), 'NOT_CANONICAL');
  await refused(` ${text}`, 'NOT_CANONICAL');
  await refused(`${text}\n`, 'NOT_CANONICAL');
  await refused(`\uFEFF${text}`, 'NOT_CANONICAL');
  await refused(text.replace('"unit":', '"unit": '), 'NOT_CANONICAL');
  await refused(text.replace('"kWh","zone"', '"\\u006bWh","zone"'), 'NOT_CANONICAL');
  await refused(text.replace('America/New_York', 'America\\/New_York'), 'NOT_CANONICAL');
  await refused(text.replace('"unit":', '"unit":"MWh","unit":'), 'NOT_CANONICAL');
  await refused(text.replace('"key":', '"key":"x","key":'), 'NOT_CANONICAL');
  await refused(text.replace('"index":1', '"index":1.0'), 'NOT_CANONICAL');
  await refused(text.replace('"index":1', '"index":1e0'), 'NOT_CANONICAL');
  await refused(text.replace('"main":0', '"main":-0'), 'NOT_CANONICAL');
  const swapped = text.replace(/("unit":"kWh"),("zone":"[^"]+")/, '$2,$1');
  await refused(swapped, 'NOT_CANONICAL', 'page.records[0]');
  await refused(text.replace('"country":"US"', '"country":"us"'), 'RELEASE_INVALID');
});

test('shapes: no field more, none less, decimals as texts', async () => {
  const channel = await fixtureChannel();
  const made = recordOf(line());
  const cases: [unknown, string][] = [
    [null, 'page'],
    [[], 'page'],
    ['"text"', 'page'],
    [{ ...page(), note: 'x' }, 'page'],
    [{ ...page(), key: 'a b' }, 'page.key'],
    [{ ...page(), key: '' }, 'page.key'],
    [{ ...page(), records: [] }, 'page.records'],
    [{ ...page(), records: { 0: made } }, 'page.records'],
    [{ ...page(), records: [{ ...made, address: '1 Main St' }] }, 'page.records[0]'],
    [{ ...page(), records: [{ ...made, quantity: 1000 }] }, 'page.records[0].quantity'],
    [{ ...page(), records: [{ ...made, quantity: '1e3' }] }, 'page.records[0].quantity'],
    [{ ...page(), records: [{ ...made, quantity: '-1000' }] }, 'page.records[0].quantity'],
    [{ ...page(), records: [{ ...made, quantity: '' }] }, 'page.records[0].quantity'],
    [{ ...page(), records: [{ ...made, energy: 1000 }] }, 'page.records[0].energy'],
    [{ ...page(), records: [{ ...made, energy: '1000.0' }] }, 'page.records[0].energy'],
    [{ ...page(), records: [{ ...made, energy: '01000' }] }, 'page.records[0].energy'],
    [{ ...page(), records: [{ ...made, unit: 'ton' }] }, 'page.records[0].unit'],
    [{ ...page(), records: [{ ...made, meter: '0012345678' }] }, 'page.records[0].meter'],
    [{ ...page(), records: [{ ...made, place: { ...made.place, street: 'x' } }] }, 'page.records[0].place'],
    [{ ...page(), records: [{ ...made, location: { ...made.location, co2e: 373 } }] }, 'page.records[0].location.co2e'],
    [{ ...page(), records: [{ ...made, flags: ['a b'] }] }, 'page.records[0].flags[0]'],
    [{ ...page(), records: [{ ...made, zone: '../../etc/passwd' }] }, 'page.records[0].zone'],
    [{ ...page(), records: [{ ...made, schema: 'uec-record/2' }] }, 'page.records[0].schema'],
  ];
  for (const [args, where] of cases) {
    await channel.refuse(acme, 'records.submit', args, { code: 'FIELD_INVALID', where });
  }
  const { owner: _owner, ...ownerless } = made;
  const error = await channel.refuse(acme, 'records.submit', { ...page(), records: [ownerless] }, {});
  assert.match(error.message, /lacks owner/);
});

test('keys of the prototype are fields like any other, and refused', async () => {
  const channel = await fixtureChannel();
  const text = canonical(page());
  for (const name of ['__proto__', 'constructor', 'prototype', 'toString']) {
    const inRecord = text.replace('{"commodity"', `{"${name}":{"owner":"ACME"},"commodity"`);
    const inRow = text.replace('"row":{', `"row":{"${name}":{},`);
    const inPage = `{"${name}":{},${text.slice(1)}`;
    for (const [args, code] of [
      [inPage, 'FIELD_INVALID'],
      [inRow, 'RELEASE_INVALID'],
      // The page's rows come first, and theirs are untouched.
      [
        inRecord.replace(
          `"${name}":{"owner":"ACME"},"commodity":"electricity","confidence"`,
          '"commodity":"electricity","confidence"',
        ),
        'FIELD_INVALID',
      ],
    ] as const) {
      if (args !== text) await channel.refuse(acme, 'records.submit', args, { code });
    }
    const set = policy.replace('{"*"', `{"${name}":["ember"],"*"`);
    await channel.refuse(acme, 'policy.set', set, { code: 'FIELD_INVALID', where: 'arguments.publishers' });
  }
  assert.equal(({} as { owner?: string }).owner, undefined);
});

test('one content has one text: other transactions', async () => {
  const channel = await fixtureChannel();
  for (const args of [
    ` ${policy}`,
    policy.replace('"vintageLimit":5', '"vintageLimit":5.0'),
    policy.replace('"vintageLimit":5', '"vintageLimit":4,"vintageLimit":5'),
    policy.replace('"ember"', '"\\u0065mber"'),
    'undefined',
  ]) {
    await channel.refuse(acme, 'policy.set', args, { code: 'NOT_CANONICAL' });
  }
  const swapped = policy.replace(/("ruleSet":[^,]+),("vintageLimit":5)/, '$2,$1');
  await channel.refuse(acme, 'policy.set', swapped, { code: 'NOT_CANONICAL', where: 'arguments' });
  await channel.submit(acme, 'policy.set', policy);
});

test('the same submission again is answered with the first result and changes nothing', async () => {
  const channel = await fixtureChannel();
  const first = await channel.submit(acme, 'records.submit', page());
  const again = await channel.submit(acme, 'records.submit', page(), { timestamp: '2030-01-01T00:00:00.000Z' });
  assert.notEqual(again.transactionId, first.transactionId);
  assert.equal(again.text, first.text);
  assert.deepEqual(again.writes, new Map());
  assert.equal(again.event, undefined);
});

test('a key belongs to one submission of one member', async () => {
  const channel = await fixtureChannel();
  const { targets } = await record(channel, acme, [line({ start: '2022-05-01', end: '2022-06-01' })]);
  await channel.submit(acme, 'records.submit', page());
  const expected = { code: 'ARGUMENTS_INVALID', where: 'key' } as const;
  const other = pageOf([recordOf(line({ start: '2022-04-01', end: '2022-05-01' }))]);
  await channel.refuse(acme, 'records.submit', other, expected);
  const voiding = { key: 'import-1', reason: 'misread', targets };
  await channel.refuse(acme, 'records.void', voiding, expected);
  await channel.submit(beta, 'records.submit', pageOf([recordOf(line({ owner: beta.member }))]));
});

test('a refused submission leaves its key free', async () => {
  const channel = await fixtureChannel();
  const bent = pageOf([{ ...recordOf(line()), energy: '1001' }]);
  await channel.refuse(acme, 'records.submit', bent, { code: 'PAGE_REFUSED' });
  assert.deepEqual(channel.keys('submission/'), []);
  await channel.submit(acme, 'records.submit', page());
});

test('hostile sizes and depths within one megabyte are refused', async () => {
  const channel = await fixtureChannel();
  const deep = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  await channel.refuse(acme, 'records.submit', deep(100_000), { code: 'FIELD_INVALID', where: 'page' });
  const text = canonical(page());
  const nested = text.replace('"flags":[]', `"flags":${deep(200_000)}`);
  await channel.refuse(acme, 'records.submit', nested, { code: 'FIELD_INVALID', where: 'page.records[0].flags[0]' });
  const wide = `[${'0,'.repeat(400_000)}0]`;
  const flags = text.replace('"flags":[]', `"flags":${wide}`);
  await channel.refuse(acme, 'records.submit', flags, { code: 'FIELD_INVALID', where: 'page.records[0].flags' });
  const long = text.replace('"flags":[]', `"flags":["${'a-'.repeat(400_000)}"]`);
  await channel.refuse(acme, 'records.submit', long, { code: 'FIELD_INVALID', where: 'page.records[0].flags[0]' });
  const digits = text.replace('"quantity":"1000"', `"quantity":"${'9'.repeat(800_000)}"`);
  await channel.refuse(acme, 'records.submit', digits, { code: 'FIELD_INVALID', where: 'page.records[0].quantity' });
  const big = `{"id":"${'a'.repeat(1_000_000)}","roles":[]}`;
  await channel.refuse(acme, 'members.grant', big, { code: 'PAGE_TOO_LARGE' });
  await channel.refuse(audit, 'documents.verdict', deep(100_000), { code: 'FIELD_INVALID', where: 'arguments' });
});
