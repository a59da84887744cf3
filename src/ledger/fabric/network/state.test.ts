import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isChannelError } from '../../../emissions/index.ts';
import { fabricDown } from './down.ts';
import { isFree } from './ports.ts';
import { findState, type NetworkState, portsOf, readState, saveState } from './state.ts';
import { fabricStatus } from './status.ts';
import { fabricUp } from './up.ts';

const root = mkdtempSync(join(tmpdir(), 'uec-network-'));
after(() => rmSync(root, { recursive: true, force: true }));
const folder = (): string => mkdtempSync(join(root, 'n-'));

const state: NetworkState = {
  version: 1,
  channel: 'uec',
  chaincode: 'uec',
  bft: false,
  fabric: '3.1',
  batching: true,
  orderers: [{ name: 'orderer1', port: 20_001, adminPort: 20_002, operationsPort: 20_003 }],
  members: [
    { id: 'ACME', name: 'Acme', roles: [], peerPort: 20_004, chaincodePort: 20_005, packageId: 'a:b', admitted: true },
  ],
  deployed: { sha256: 'ab', sequence: 2 },
  ready: true,
  // The id of this very process, with another start: it must not be taken for the orderer.
  processes: [{ name: 'orderer1', pid: process.pid, started: 'another time' }],
};

test('a state is read as it was saved, for its owner alone, with nothing left beside it', () => {
  const dir = folder();
  assert.equal(findState(dir), undefined);
  saveState(dir, state);
  assert.deepEqual(readState(dir), state);
  assert.equal(statSync(join(dir, 'network.json')).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(dir), ['network.json']);
});

test('every port of the network is known', () => {
  assert.deepEqual([...portsOf(state)].sort(), [20_001, 20_002, 20_003, 20_004, 20_005]);
});

test('a folder without a network, and a file that is no state, are told apart', () => {
  const dir = folder();
  assert.throws(
    () => readState(dir),
    (error) => isChannelError(error, 'FABRIC_NETWORK_ABSENT'),
  );
  for (const text of ['', '{}', 'null', '{"version":2,"processes":[],"members":[]}']) {
    writeFileSync(join(dir, 'network.json'), text);
    assert.throws(
      () => findState(dir),
      (error) => isChannelError(error, 'CONFIG_INVALID'),
      text,
    );
  }
});

test('the status of a network that ended says so, process by process', async () => {
  const dir = folder();
  saveState(dir, state);
  const status = await fabricStatus(dir);
  assert.equal(status.up, false);
  assert.equal(status.leader, null);
  assert.deepEqual(
    status.processes.map(({ name, running, pid, address }) => [name, running, pid, address]),
    [
      ['orderer1', false, null, 'localhost:20001'],
      ['peer-ACME', false, null, 'localhost:20004'],
      ['chaincode-ACME-2', false, null, 'localhost:20005'],
    ],
  );
});

test('up on a network that is there refuses members that it does not have', async () => {
  const dir = folder();
  saveState(dir, state);
  await assert.rejects(
    fabricUp({ dir, chaincode: dir, members: ['ACME', 'BETA'], searchPath: dir }),
    (error) => isChannelError(error, 'OPTION_INVALID') && error.message.endsWith('has no member BETA'),
  );
});

test('down leaves a process alone that only has the id of one of its own', async () => {
  const dir = folder();
  saveState(dir, state);
  assert.deepEqual(await fabricDown(dir), { dir, ended: [] });
  assert.deepEqual(readState(dir).processes, []);
});

test('up makes nothing where a program is missing, or where the folder holds something else', async () => {
  const dir = folder();
  const up = (searchPath: string) => fabricUp({ dir, chaincode: dir, searchPath });
  await assert.rejects(up(dir), (error) => isChannelError(error, 'FABRIC_BINARY_MISSING'));
  assert.deepEqual(readdirSync(dir), []);
  for (const name of ['peer', 'orderer', 'configtxgen', 'configtxlator', 'cryptogen'])
    writeFileSync(join(dir, name), '#!/bin/sh\n', { mode: 0o755 });
  await assert.rejects(up(dir), (error) => isChannelError(error, 'LEDGER_EXISTS'));
});

test('a port that is listened on is not free', async () => {
  const { createServer } = await import('node:net');
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  const { port } = server.address() as { port: number };
  assert.equal(await isFree(port), false);
  const closed = Promise.withResolvers<void>();
  server.close(() => closed.resolve());
  await closed.promise;
  assert.equal(await isFree(port), true);
});
