import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  acme,
  beta,
  fixtureChannel,
  line,
  pageOf,
  recordOf,
  refuseRecord,
} from '../../test/support/fixture-channel.ts';
import { defaultPolicy, type Policy } from '../emissions/index.ts';

const { publishers } = defaultPolicy;

test('a steward sets the policy, and records are checked against it from then on', async () => {
  const channel = await fixtureChannel();
  const made = recordOf(line({ start: '2023-03-01', end: '2023-04-01' }));
  assert.deepEqual(made.flags, ['losses-older-1', 'residual-older-1']);
  const strict: Policy = { ...defaultPolicy, residualVintageLimit: 0 };
  await channel.refuse(beta, 'policy.set', strict, { code: 'NOT_ALLOWED', member: beta.member });
  await channel.submit(acme, 'policy.set', strict);
  assert.deepEqual(await channel.query('policy.get'), strict);
  await refuseRecord(channel, acme, made, { code: 'FACTOR_UNFIT', where: 'factors' });
  await channel.submit(acme, 'policy.set', { ...defaultPolicy, publishers: { ...publishers, US: ['ember'] } });
  await refuseRecord(channel, acme, made, { code: 'FACTOR_UNFIT', where: 'factors' });
  await channel.submit(acme, 'policy.set', defaultPolicy);
  await channel.submit(acme, 'records.submit', pageOf([made]));
});

test('a policy serves every country and stays within its limits', async () => {
  const channel = await fixtureChannel();
  const { '*': _others, ...named } = publishers;
  for (const [change, where] of [
    [{ publishers: named }, 'arguments.publishers'],
    [{ publishers: { ...publishers, us: ['ember'] } }, 'arguments.publishers'],
    [{ publishers: { ...publishers, US: [] } }, 'arguments.publishers.US'],
    [{ publishers: { ...publishers, US: ['US EPA'] } }, 'arguments.publishers.US[0]'],
    [{ publishers: [] }, 'arguments.publishers'],
    [{ vintageLimit: 11 }, 'arguments.vintageLimit'],
    [{ vintageLimit: -1 }, 'arguments.vintageLimit'],
    [{ vintageLimit: '5' }, 'arguments.vintageLimit'],
    [{ residualVintageLimit: null }, 'arguments.residualVintageLimit'],
    [{ ruleSet: 'uec-choice/2' }, 'arguments.ruleSet'],
  ] as const) {
    await channel.refuse(acme, 'policy.set', { ...defaultPolicy, ...change }, { code: 'FIELD_INVALID', where });
  }
});
