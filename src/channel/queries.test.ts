import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  acme,
  audit,
  beta,
  commitment,
  fixtureChannel,
  line,
  meterA,
  record,
} from '../../test/support/fixture-channel.ts';
import { egrid, hub } from '../../test/support/fixture-releases.ts';
import { TestChannel } from '../../test/support/test-context.ts';
import { defaultPolicy } from '../emissions/index.ts';
import type { ProvenRecord } from './proven-record.ts';
import { queryNames } from './queries.ts';

const id = 'e'.repeat(64);

test('on an empty ledger every query answers with nothing', async () => {
  const channel = new TestChannel();
  const args: Record<string, object> = {
    'documents.get': { commitment, owner: 'ACME' },
    'meter-years.get': { keys: ['meter/ACME'] },
    'pages.get': { id },
    'records.status': { id },
  };
  const answers: Record<string, unknown> = {};
  for (const name of queryNames) answers[name] = await channel.query(name, args[name] ?? {});
  assert.deepEqual(answers, {
    'channel.get': null,
    'documents.get': null,
    'members.list': [],
    'meter-years.get': [null],
    'nodes.list': [],
    'pages.get': null,
    'policy.get': null,
    'records.status': null,
    'releases.list': [],
    'requests.list': [],
  });
});

test('the channel, its members, releases and policy', async () => {
  const channel = await fixtureChannel([hub, egrid]);
  assert.equal((await channel.query('channel.get')).founder, 'ACME');
  const members = await channel.query<{ id: string }[]>('members.list');
  // Byte order: capitals come before small letters.
  assert.deepEqual(
    members.map((member) => member.id),
    ['ACME', 'AUDIT', 'Beta.Foods'],
  );
  const releases = await channel.query<{ manifest: { dataset: string } }[]>('releases.list');
  assert.deepEqual(
    releases.map(({ manifest }) => manifest.dataset),
    ['egrid', 'ghg-hub'],
  );
  assert.deepEqual(await channel.query('policy.get'), defaultPolicy);
});

test('pages, records, documents, requests and periods by their keys', async () => {
  const channel = await fixtureChannel();
  const { committed, targets, ids } = await record(channel, acme, [line({ evidence: { document: commitment } })]);
  const [target] = targets as [ProvenRecord];
  const page = { count: 1, owner: 'ACME', root: ids[0] };
  assert.deepEqual(await channel.query('pages.get', { id: committed.transactionId }), page);
  assert.equal(await channel.query('records.status', { id: ids[0] }), null);
  const request = { commitment, deadline: '2024-07-01', key: 'r', purpose: 'Audit', target };
  const { transactionId } = await channel.submit(audit, 'documents.request', request);
  const requests = await channel.query<{ id: string }[]>('requests.list');
  assert.deepEqual(
    requests.map((one) => one.id),
    [transactionId],
  );
  assert.equal((await channel.query('documents.get', { commitment, owner: 'ACME' })).state, 'challenged');
  assert.equal(await channel.query('documents.get', { commitment, owner: beta.member }), null);
  await channel.submit(acme, 'records.void', { key: 'v', reason: 'misread', targets });
  assert.equal((await channel.query('records.status', { id: ids[0] })).state, 'voided');
  const key = `meter/ACME/${meterA}/electricity/delivered/2022`;
  const years = await channel.query<(string | null)[]>('meter-years.get', { keys: [key, `${key}0`] });
  assert.deepEqual(years, [`{"entries":[],"retired":["${ids[0]}"]}`, null]);
});

test('unknown queries and arguments of another shape', async () => {
  const channel = await fixtureChannel();
  for (const name of ['records.submit', 'state.get', '__proto__', 'constructor']) {
    await assert.rejects(channel.query(name), { code: 'TRANSACTION_UNKNOWN' });
  }
  for (const [name, args] of [
    ['pages.get', {}],
    ['pages.get', { id: 'x' }],
    ['members.list', { id }],
    ['documents.get', { commitment }],
    ['meter-years.get', { keys: ['submission/ACME/k'] }],
    ['meter-years.get', { keys: [] }],
  ] as const) {
    await assert.rejects(channel.query(name, args), { code: 'FIELD_INVALID' });
  }
  await assert.rejects(channel.query('members.list', '{'), { code: 'NOT_CANONICAL' });
});
