import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, test } from 'node:test';
import { isChannelError } from '../../../emissions/index.ts';
import { fabricVersion, findBinaries, isFabric3, peersBatch } from './binaries.ts';

const folder = mkdtempSync(join(tmpdir(), 'uec-binaries-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function program(bin: string, name: string, mode = 0o755): string {
  const path = join(folder, bin, name);
  mkdirSync(join(folder, bin), { recursive: true });
  writeFileSync(path, '#!/bin/sh\n', { mode });
  return path;
}

test('programs are found over several folders of the path, the first one first', () => {
  const peer = program('a', 'peer');
  program('b', 'peer');
  const others = ['orderer', 'configtxgen', 'configtxlator', 'cryptogen'].map((name) => program('b', name));
  const found = findBinaries([join(folder, 'a'), join(folder, 'b')].join(delimiter));
  assert.deepEqual(Object.values(found).sort(), [peer, ...others].sort());
});

test('exactly the missing ones are named; a folder and a file that cannot run are no program', () => {
  program('c', 'peer');
  program('c', 'configtxgen');
  program('c', 'configtxlator', 0o644);
  mkdirSync(join(folder, 'c', 'orderer'));
  assert.throws(
    () => findBinaries(join(folder, 'c')),
    (error) =>
      isChannelError(error, 'FABRIC_BINARY_MISSING') &&
      error.message.includes('needs orderer, configtxlator, cryptogen, not found') &&
      error.fix.includes('github.com/hyperledger/fabric/releases'),
  );
  assert.throws(() => findBinaries(''), /peer, orderer, configtxgen, configtxlator, cryptogen/);
});

test('what a version can do', () => {
  const printed = (version: string) => `peer:\n Version: ${version}\n Commit SHA: 0000000\n Go version: go1.25.1\n`;
  const cases = [
    ['v2.5.12', '2.5', false, false],
    ['v3.0.0', '3.0', false, true],
    ['v3.1.1', '3.1', true, true],
    ['3.10.2', '3.10', true, true],
    ['latest', undefined, true, true],
  ] as const;
  for (const [text, version, batches, three] of cases) {
    assert.equal(fabricVersion(printed(text)), version);
    assert.deepEqual([peersBatch(version), isFabric3(version)], [batches, three], text);
  }
});
