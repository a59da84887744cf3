import assert from 'node:assert/strict';
import { appendFileSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommitError, EndorseError } from '@hyperledger/fabric-gateway';
import type { Member } from '../../src/channel/index.ts';
import { isChannelError } from '../../src/emissions/index.ts';
import { bundleChaincode } from '../../src/ledger/fabric/chaincode/index.ts';
import {
  type FabricStatus,
  fabricAddOrg,
  fabricDeploy,
  fabricDown,
  fabricStatus,
  fabricUp,
} from '../../src/ledger/fabric/network/index.ts';
import { fabric3, onFabric, onFabric3, ownNetwork, plainClient, sharedNetwork } from './support.ts';

/** Members by id with their roles, as the member of the profile reads them from its own Fabric peer. */
async function membersSeenBy(profile: string): Promise<Record<string, readonly string[]>> {
  const members = (await plainClient(profile).evaluate('members.list', {})) as Member[];
  return Object.fromEntries(members.map(({ id, roles }) => [id, roles]));
}

function pids({ processes }: FabricStatus): Map<string, number | null> {
  return new Map(processes.map(({ name, pid }) => [name, pid]));
}

async function profilesOf(dir: string): Promise<string[]> {
  return (await fabricStatus(dir)).members.map(({ profile }) => profile);
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const MVCC_READ_CONFLICT = 11;

const founded = {
  ACME: ['factor-publisher', 'reporter', 'steward'],
  AUDIT: ['auditor'],
  BETA: ['reporter'],
};

/** Waits for what other Fabric peers learn a moment later. */
async function eventually(check: () => Promise<void>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (true) {
    try {
      await check();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(100);
    }
  }
}

test("up: every member reads the same members and roles, and the folder is its owner's alone", onFabric, async () => {
  const { dir, members } = await sharedNetwork();
  for (const { profile } of members)
    await eventually(async () => assert.deepEqual(await membersSeenBy(profile), founded));
  const status = await fabricStatus(dir);
  assert.equal(status.up, true);
  assert.match(status.leader ?? '', /^orderer[123]$/);
  assert.equal(status.processes.length, 9);
  assert.equal(statSync(join(dir, 'network.json')).mode & 0o777, 0o600);
  assert.equal(statSync(dir).mode & 0o077, 0);
});

test('each member writes by the first submission after up, and only as itself', onFabric, async () => {
  const { members } = await ownNetwork({ orgs: 2, orderers: 1 });
  const [founder, other] = members.map(({ profile }) => plainClient(profile)) as [
    ReturnType<typeof plainClient>,
    ReturnType<typeof plainClient>,
  ];
  const grant = { id: 'Org2MSP', roles: ['reporter'] };
  assert.deepEqual(((await founder.submit('members.grant', grant)) as Member).roles, ['reporter']);
  await assert.rejects(other.submit('members.grant', grant), ({ details }) =>
    /chaincode response 500, .*"NOT_ALLOWED"/.test(details[0].message),
  );
  await assert.rejects(other.submit('channel.create', { member: { id: 'Org1MSP', name: 'x' } }), ({ details }) =>
    /chaincode response 500, .*"(NOT_ALLOWED|LEDGER_EXISTS)"/.test(details[0].message),
  );
});

test('up on a running network changes nothing; after a kill it starts exactly what was killed', onFabric, async () => {
  const { dir, members } = await sharedNetwork();
  const before = pids(await fabricStatus(dir));
  await fabricUp({ dir, chaincode: bundleChaincode });
  assert.deepEqual(pids(await fabricStatus(dir)), before);
  const killed = ['peer-BETA', 'chaincode-ACME-1'];
  for (const name of killed) process.kill(before.get(name) as number, 'SIGKILL');
  await eventually(async () => assert.equal((await fabricStatus(dir)).up, false));
  await assert.rejects(fabricAddOrg(dir, 'LATE'), (error) => isChannelError(error, 'FABRIC_NETWORK_DOWN'));
  await fabricUp({ dir, chaincode: bundleChaincode });
  const healed = pids(await fabricStatus(dir));
  for (const [name, pid] of before) assert.equal(healed.get(name) === pid, !killed.includes(name), name);
  assert.deepEqual(await membersSeenBy((members[1] as { profile: string }).profile), founded);
});

/** Submits until it is committed, making a new proposal for the two faults that ask for one: peers that are not yet at one block. */
async function committed(submit: () => Promise<unknown>): Promise<void> {
  const deadline = performance.now() + 15_000;
  while (true) {
    try {
      await submit();
      return;
    } catch (error) {
      const apart =
        (error instanceof CommitError && error.code === MVCC_READ_CONFLICT) ||
        (error instanceof EndorseError && error.details.some(({ message }) => /do not match/.test(message)));
      if (!apart || performance.now() > deadline) throw error;
    }
  }
}

test('add-org: the new member is on the ledger, reads and writes; a second time is refused', onFabric, async () => {
  const { dir } = await sharedNetwork();
  const answer = await fabricAddOrg(dir, { id: 'DELTA', name: 'Delta Works' });
  const delta = answer.members.find(({ id }) => id === 'DELTA');
  const profile = delta?.profile as string;
  await eventually(async () => assert.deepEqual(await membersSeenBy(profile), { ...founded, DELTA: ['reporter'] }));
  // Refused by the contract for what the member may do, so it was taken for that member.
  await assert.rejects(plainClient(profile).submit('members.suspend', { id: 'BETA', reason: 'test' }), ({ details }) =>
    /NOT_ALLOWED.*DELTA|DELTA.*NOT_ALLOWED/.test(details[0].message),
  );
  await assert.rejects(fabricAddOrg(dir, 'delta'), (error) => isChannelError(error, 'MEMBER_EXISTS'));
});

test(
  'deploy: the new bundle answers at every member, and no submission of the meantime is lost',
  onFabric,
  async () => {
    const { dir, members } = await sharedNetwork();
    const steward = plainClient((members[0] as { profile: string }).profile);
    const marked = async (out: string) => {
      const bundle = await bundleChaincode(out);
      appendFileSync(bundle.file, '\n// another version\n');
      return bundle;
    };
    const before = await fabricStatus(dir);
    let deploying = true;
    let written = 0;
    const writing = (async () => {
      while (deploying) {
        await committed(() => steward.submit('members.grant', { id: 'BETA', roles: ['reporter'] }));
        written += 1;
      }
    })();
    const answer = await fabricDeploy(dir, marked).finally(() => {
      deploying = false;
    });
    // Rejects with the first submission that was lost.
    await writing;
    assert.ok(written > 10, `${written} submissions`);
    assert.deepEqual([answer.deployed, answer.sequence], [true, before.sequence + 1]);
    for (const profile of await profilesOf(dir)) {
      const version = (await plainClient(profile).evaluate('chaincode.version', {})) as { source: string };
      assert.equal(version.source, answer.sha256);
    }
    for (const { name, pid } of before.processes)
      assert.equal(lives(pid as number), !name.startsWith('chaincode-'), name);
    assert.deepEqual(await fabricDeploy(dir, marked), { ...answer, deployed: false });
  },
);

test('down ends every process and keeps the data, on which up starts again', onFabric, async () => {
  const { dir, members } = await sharedNetwork();
  const { profile } = members[0] as { profile: string };
  const before = await membersSeenBy(profile);
  const running = pids(await fabricStatus(dir));
  const { ended } = await fabricDown(dir);
  assert.deepEqual([...ended].sort(), [...running.keys()].sort());
  // A moment passes until this process, their parent, has taken notice.
  for (const [name, pid] of running) await eventually(async () => assert.equal(lives(pid as number), false, name));
  assert.deepEqual(await fabricDown(dir), { dir, ended: [] });
  await fabricUp({ dir, chaincode: bundleChaincode });
  assert.deepEqual(await membersSeenBy(profile), before);
});

test('BFT: four orderers, of whom any one may be killed', onFabric3, async () => {
  const { dir, members } = await ownNetwork({ bft: true, orgs: 2 });
  const status = await fabricStatus(dir);
  assert.equal(status.ordering, 'bft');
  const follower = status.processes.find(({ name }) => name.startsWith('orderer') && name !== status.leader);
  process.kill(follower?.pid as number, 'SIGKILL');
  const founder = plainClient((members[0] as { profile: string }).profile);
  const granted = (await founder.submit('members.grant', { id: 'Org2MSP', roles: [] })) as Member;
  assert.deepEqual(granted.roles, []);
});

test('BFT is refused before anything is made where Fabric has none', {
  ...onFabric,
  skip: onFabric.skip || (fabric3 ? 'needs Fabric 2' : false),
}, async () => {
  await assert.rejects(ownNetwork({ bft: true }), (error) => isChannelError(error, 'OPTION_INVALID'));
});

test('an up that fails ends what it started, and the next one begins anew', onFabric, async () => {
  const faulty = async (out: string) => {
    const bundle = await bundleChaincode(out);
    appendFileSync(bundle.file, '\nprocess.exit(3);\n');
    return bundle;
  };
  const { dir: other } = await sharedNetwork();
  const dir = join(other, '..', 'second');
  await assert.rejects(fabricUp({ dir, orgs: 1, orderers: 1, chaincode: faulty }), (error) => {
    assert.ok(isChannelError(error, 'FABRIC_NETWORK_FAILED'));
    assert.match(error.message, /^chaincode-Org1MSP-1 ended at its start/);
    return true;
  });
  assert.ok((await fabricStatus(dir)).processes.every(({ running }) => !running));
  assert.ok(existsSync(join(dir, 'logs', 'orderer1.log')));
  try {
    const { members } = await fabricUp({ dir, orgs: 1, orderers: 1, chaincode: bundleChaincode });
    assert.deepEqual(Object.keys(await membersSeenBy((members[0] as { profile: string }).profile)), ['Org1MSP']);
  } finally {
    await fabricDown(dir);
  }
});
