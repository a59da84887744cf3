// A small channel made by Fabric 3.1 with one orderer (Raft) and the members ACME and BETA, one block a line, in base64:
// 0 and 3 to 8 as the tests name them; 1 and 2 define the chaincode.
import { readFileSync } from 'node:fs';
import { common } from '@hyperledger/fabric-protos';

export const sampleScope = { channel: 'uec', chaincode: 'uec' };

const file = new URL('../../../test/vectors/fabric-chain.txt', import.meta.url);
const lines = readFileSync(file, 'utf8').trimEnd().split('\n');

/** The blocks, fresh for each caller, so that a test may change them. */
export function sampleChain(): common.Block[] {
  return lines.map((line) => common.Block.deserializeBinary(Buffer.from(line, 'base64')));
}

/** The block with its first envelope replaced and its header as it was. */
export function withEnvelope(block: common.Block, change: (bytes: Buffer) => Uint8Array): common.Block {
  const data = block.getData() as common.BlockData;
  const [first, ...others] = data.getDataList_asU8() as [Uint8Array, ...Uint8Array[]];
  data.setDataList([change(Buffer.from(first)), ...others]);
  return block;
}
