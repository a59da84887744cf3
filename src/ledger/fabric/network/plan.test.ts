import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isChannelError } from '../../../emissions/index.ts';
import { type PlanOptions, planMember, planNetwork } from './plan.ts';

function refuses(options: PlanOptions, where: string): void {
  assert.throws(
    () => planNetwork(options),
    (error) => isChannelError(error, 'OPTION_INVALID') && error.details.where === where,
    JSON.stringify(options),
  );
}

test('three members and three Raft orderers are the default; the last member audits', () => {
  const { members, orderers, bft } = planNetwork({});
  assert.deepEqual(
    members.map(({ id, roles }) => [id, roles]),
    [
      ['Org1MSP', ['reporter']],
      ['Org2MSP', ['reporter']],
      ['Org3MSP', ['auditor']],
    ],
  );
  assert.deepEqual([orderers, bft], [3, false]);
});

test('BFT takes four orderers, and not fewer', () => {
  assert.equal(planNetwork({ bft: true }).orderers, 4);
  refuses({ bft: true, orderers: 3 }, 'orderers');
  assert.equal(planNetwork({ orderers: 1 }).orderers, 1);
  refuses({ orderers: 0 }, 'orderers');
  refuses({ orderers: 2.5 }, 'orderers');
});

test('named members keep their ids as MSP ids, and roles that are given', () => {
  const { members } = planNetwork({
    members: ['ACME', { id: 'BETA', name: 'Beta Group', roles: ['reporter', 'factor-publisher'] }, 'AUDIT'],
  });
  assert.deepEqual(members, [
    { id: 'ACME', name: 'ACME', roles: ['reporter'] },
    { id: 'BETA', name: 'Beta Group', roles: ['reporter', 'factor-publisher'] },
    { id: 'AUDIT', name: 'AUDIT', roles: ['auditor'] },
  ]);
});

test('a single member founds the channel and is no auditor', () => {
  assert.deepEqual(planNetwork({ orgs: 1 }).members[0]?.roles, ['reporter']);
});

test('members that cannot be told apart, or cannot be an MSP, are refused', () => {
  refuses({ members: ['ACME', 'acme'] }, 'members');
  refuses({ members: [] }, 'members');
  refuses({ orgs: 17 }, 'orgs');
  for (const id of ['', '1A', '../up', 'A/B', 'A B', 'A..B', 'A.', 'ordererMSP', 'x'.repeat(41)])
    assert.throws(() => planMember(id), /OPTION_INVALID|not possible/, id);
});
