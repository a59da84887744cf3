import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { writeBuilder } from './builder.ts';
import { channelConfigText, memberConfigText } from './channel-config.ts';
import { networkPaths } from './folder.ts';
import { cryptoConfigText } from './identities.ts';
import { ordererConfigText } from './orderer-config.ts';
import { peerConfigText } from './peer-config.ts';
import type { MemberState } from './state.ts';
import { reasonOf } from './tool.ts';

const paths = networkPaths('/net');
const member = (id: string, peerPort: number): MemberState => ({
  id,
  name: id,
  roles: ['reporter'],
  peerPort,
  chaincodePort: peerPort + 1,
  packageId: '',
  admitted: true,
});
const members = [member('ACME', 20_100), member('BETA', 20_200)];
const orderers = [1, 2, 3, 4].map((at) => ({
  name: `orderer${at}`,
  port: 20_000 + at,
  adminPort: 20_010 + at,
  operationsPort: 20_020 + at,
}));

/** Every host:port that a configuration listens on. */
function listened(text: string): string[] {
  return [...text.matchAll(/"\w*[lL]istenAddress": "([^"]*)"/g)].map(([, address]) => address as string);
}

test('identities have node OUs and names of this machine alone', () => {
  const config = JSON.parse(cryptoConfigText(['ACME'], ['orderer1'], 'orderers'));
  for (const { EnableNodeOUs, Specs } of [...config.PeerOrgs, ...config.OrdererOrgs]) {
    assert.equal(EnableNodeOUs, true);
    for (const { SANS } of Specs) assert.deepEqual(SANS, ['localhost', '127.0.0.1']);
  }
  assert.equal(JSON.parse(cryptoConfigText(['ACME'], [], 'orderers')).OrdererOrgs, undefined);
});

test('a channel demands majorities, and writers are clients and administrators', () => {
  const { Channel } = JSON.parse(channelConfigText(paths, members, orderers.slice(0, 3), false)).Profiles;
  const { Policies, Organizations } = Channel.Application;
  assert.equal(Policies.Endorsement.Rule, 'MAJORITY Endorsement');
  assert.equal(Policies.LifecycleEndorsement.Rule, 'MAJORITY Endorsement');
  assert.equal(Policies.Admins.Rule, 'MAJORITY Admins');
  assert.equal(Organizations[0].Policies.Writers.Rule, "OR('ACME.admin', 'ACME.client')");
  assert.equal(Organizations[0].Policies.Endorsement.Rule, "OR('ACME.peer')");
  assert.deepEqual(Organizations[1].AnchorPeers, [{ Host: 'localhost', Port: 20_200 }]);
  assert.deepEqual(Channel.Orderer.BatchSize, {
    MaxMessageCount: 500,
    AbsoluteMaxBytes: '10 MB',
    PreferredMaxBytes: '2 MB',
  });
  assert.equal(Channel.Orderer.BatchTimeout, '200ms');
});

test('Raft names its consenters, and BFT gives each its number and identity, under the capability of Fabric 3', () => {
  const raft = JSON.parse(channelConfigText(paths, members, orderers.slice(0, 3), false)).Profiles.Channel;
  assert.equal(raft.Orderer.OrdererType, 'etcdraft');
  assert.deepEqual(
    raft.Orderer.EtcdRaft.Consenters.map(({ Port }: { Port: number }) => Port),
    [20_001, 20_002, 20_003],
  );
  assert.deepEqual(raft.Capabilities, { V2_0: true });
  const bft = JSON.parse(channelConfigText(paths, members, orderers, true)).Profiles.Channel;
  assert.equal(bft.Orderer.OrdererType, 'BFT');
  assert.deepEqual(
    bft.Orderer.ConsenterMapping.map(({ ID }: { ID: number }) => ID),
    [1, 2, 3, 4],
  );
  assert.ok(bft.Orderer.ConsenterMapping[3].Identity.includes('orderer4'));
  assert.deepEqual(bft.Capabilities, { V3_0: true });
});

test('a member that is added is defined as those of the beginning', () => {
  const { Application } = JSON.parse(channelConfigText(paths, members, orderers, false)).Profiles.Channel;
  const [added] = JSON.parse(memberConfigText(paths, members[1] as MemberState)).Organizations;
  assert.deepEqual(added, Application.Organizations[1]);
});

test('every listener is on the loopback interface, under TLS where identities or data pass', () => {
  const orderer = ordererConfigText(paths, orderers[0] as (typeof orderers)[0]);
  const peer = peerConfigText(paths, members[0] as MemberState, '3.1');
  assert.deepEqual(listened(orderer), ['127.0.0.1', '127.0.0.1:20011', '127.0.0.1:20021']);
  assert.deepEqual(listened(peer), ['127.0.0.1:20100', '127.0.0.1:0', '127.0.0.1:0']);
  const { General, Admin } = JSON.parse(orderer);
  assert.equal(General.TLS.Enabled, true);
  assert.equal(Admin.TLS.ClientAuthRequired, true);
  assert.equal(JSON.parse(peer).peer.tls.enabled, true);
});

test('a peer of 2.5 is given no filter that it does not know', () => {
  const filters = (version: string) =>
    JSON.parse(peerConfigText(paths, members[0] as MemberState, version)).peer.handlers.authFilters.length;
  assert.deepEqual([filters('2.5'), filters('3.0')], [2, 3]);
});

test('the builder takes packages of type ccaas alone, and releases where their server listens', () => {
  const folder = mkdtempSync(join(tmpdir(), 'uec-builder-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  writeBuilder(folder);
  const [metadata, source, built, output] = ['metadata', 'source', 'built', 'output'].map((name) => {
    mkdirSync(join(folder, name));
    return join(folder, name);
  }) as [string, string, string, string];
  const run = (name: string, ...args: string[]) => spawnSync(join(folder, 'bin', name), args).status;
  writeFileSync(join(metadata, 'metadata.json'), '{ "type": "node", "label": "x" }');
  assert.notEqual(run('detect', source, metadata), 0);
  writeFileSync(join(metadata, 'metadata.json'), '{"label":"x",\n "type" : "ccaas"}');
  assert.equal(run('detect', source, metadata), 0);
  assert.notEqual(run('build', source, metadata, built), 0);
  writeFileSync(join(source, 'connection.json'), '{"address":"localhost:20101"}');
  assert.equal(run('build', source, metadata, built), 0);
  assert.equal(run('release', built, output), 0);
  const released = readFileSync(join(output, 'chaincode', 'server', 'connection.json'), 'utf8');
  assert.equal(released, '{"address":"localhost:20101"}');
});

test('the reason of a program that failed is its own line, without colours', () => {
  const said = `\u001b[33m2026-01-02 10:00:00 WARN\u001b[0m [grpc] something\nError: got unexpected status: BAD_REQUEST\nUsage:\n  peer channel\n`;
  assert.equal(reasonOf(said), 'Error: got unexpected status: BAD_REQUEST');
  assert.equal(reasonOf('one\ntwo\n'), 'two');
  assert.equal(reasonOf(''), 'it said nothing');
});
