import assert from 'node:assert/strict';
import { test } from 'node:test';
import { common } from '@hyperledger/fabric-protos';
import { BlockCheck } from './block-check.ts';
import { dataHash, headerHash } from './block-hash.ts';
import { sampleChain, sampleScope, withEnvelope } from './sample-chain.conformance.ts';

function faultsOf(blocks: readonly common.Block[]): string[] {
  const check = new BlockCheck(sampleScope);
  for (const block of blocks) check.check(block);
  return check.report().faults.map(({ code, where, message }) => `${code} ${where}: ${message}`);
}

/** The chain with one block changed. */
function changed(height: number, change: (block: common.Block) => void): common.Block[] {
  const blocks = sampleChain();
  change(blocks[height] as common.Block);
  return blocks;
}

/** Mends data hashes and links from a block on, as somebody would who wants a change to go unseen. */
function relinked(blocks: common.Block[], from: number): common.Block[] {
  for (const [height, block] of blocks.entries()) {
    if (height < from) continue;
    const header = block.getHeader() as common.BlockHeader;
    header.setDataHash(dataHash(block.getData()?.getDataList_asU8() ?? []));
    const before = blocks[height - 1]?.getHeader();
    if (before !== undefined) header.setPreviousHash(headerHash(before));
  }
  return blocks;
}

function signatures(block: common.Block, change: (metadata: common.Metadata) => void): void {
  const list = block.getMetadata()?.getMetadataList_asU8() as Uint8Array[];
  const metadata = common.Metadata.deserializeBinary(list[0] as Uint8Array);
  change(metadata);
  block.getMetadata()?.setMetadataList([metadata.serializeBinary(), ...list.slice(1)]);
}

function flipped(bytes: Uint8Array, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
}

test('a channel as Fabric made it has no faults', () => {
  const check = new BlockCheck(sampleScope);
  for (const block of sampleChain()) check.check(block);
  const { bytes, ...report } = check.report();
  assert.deepEqual(report, {
    blocks: 9,
    transactions: 6,
    // The chain's end; block 8 is the last, so no other block names its hash: by openssl from the header's three fields.
    head: '9e77d100af111581a01223bc418f829d3d59bf6961afa8f6ef33ebd9f2a5f0b7',
    faults: [],
  });
  assert.ok(bytes > 60_000);
});

test('a changed transaction is found in its block', () => {
  const faults = faultsOf(changed(6, (block) => withEnvelope(block, (bytes) => flipped(bytes, bytes.length >> 1))));
  assert.match(faults[0] ?? '', /^LEDGER_CORRUPT block 6: block 6 does not hold the transactions/);
  assert.ok(faults.every((fault) => fault.includes('block 6')));
});

test("a block left out, and one in another's place, are found", () => {
  const without = sampleChain().filter((_block, height) => height !== 4);
  assert.match(faultsOf(without).join('\n'), /block 4 calls itself block 5\n.*block 4 does not follow/);
});

test("a chain mended after a change fails by the orderers' signatures", () => {
  const mended = relinked(
    changed(6, (block) => withEnvelope(block, (bytes) => flipped(bytes, bytes.length - 1))),
    6,
  );
  const faults = faultsOf(mended);
  for (const height of [6, 7, 8]) {
    assert.ok(
      faults.includes(`SIGNATURE_INVALID block ${height}: block ${height} is signed by 0 orderers, 1 are needed`),
    );
  }
  assert.ok(
    faults.some((fault) => /block 6 transaction 1ea877a5.*its creator's signature does not verify/.test(fault)),
  );
});

test("a block without signatures, and one signed by nobody of the orderers' organisation, are found", () => {
  const none = faultsOf(changed(5, (block) => signatures(block, (metadata) => metadata.setSignaturesList([]))));
  assert.deepEqual(none, ['SIGNATURE_INVALID block 5: block 5 is signed by 0 orderers, 1 are needed']);
  const blocks = sampleChain();
  // A member's certificate in the orderer's place.
  const other = common.Payload.deserializeBinary(
    common.Envelope.deserializeBinary(blocks[5]?.getData()?.getDataList_asU8()[0] as Uint8Array).getPayload_asU8(),
  ).getHeader();
  signatures(blocks[5] as common.Block, (metadata) =>
    metadata.getSignaturesList()[0]?.setSignatureHeader(other?.getSignatureHeader_asU8() ?? ''),
  );
  assert.deepEqual(faultsOf(blocks), none);
});

test('a creator or endorser whom the configuration does not know is found', () => {
  const blocks = sampleChain();
  // The configuration is trusted as it stands in the genesis block: one without BETA, for BETA's are in blocks 3 to 8.
  withEnvelope(blocks[0] as common.Block, (bytes) => {
    const text = bytes.toString('latin1');
    assert.ok(text.includes('BETA'));
    return Buffer.from(text.replaceAll('BETA', 'BETO'), 'latin1');
  });
  const faults = faultsOf(relinked(blocks, 0)).filter((fault) => !fault.includes('orderers'));
  assert.ok(faults.some((fault) => /block 8 transaction 5815e7a6.*BETA is no organisation of the channel/.test(fault)));
  assert.ok(faults.some((fault) => /block 5 transaction 6a10449f.*an endorsement does not hold: BETA/.test(fault)));
});

test('the validation codes are signed by nobody, so a changed one is not found here', () => {
  const blocks = changed(7, (block) => {
    const list = block.getMetadata()?.getMetadataList_asU8() as Uint8Array[];
    list[2] = Uint8Array.from([0]);
    block.getMetadata()?.setMetadataList(list);
  });
  assert.deepEqual(faultsOf(blocks), []);
});
