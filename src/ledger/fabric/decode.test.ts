import assert from 'node:assert/strict';
import { test } from 'node:test';
import { common, msp, peer } from '@hyperledger/fabric-protos';
import { isChannelError } from '../../emissions/index.ts';
import type { Block } from '../ledger.ts';
import { dataHash, headerBytes } from './block-hash.ts';
import { decodedBlocks } from './block-stream.ts';
import { decodeBlock } from './decode.ts';
import { sampleChain, sampleScope, withEnvelope } from './sample-chain.conformance.ts';

async function decoded(blocks: Iterable<common.Block>): Promise<Block[]> {
  return Array.fromAsync(
    decodedBlocks(
      (async function* () {
        yield* blocks;
      })(),
      sampleScope,
    ),
  );
}

test('a channel of Fabric becomes blocks, each linked by the hash that Fabric gave the one before it', async () => {
  const raw = sampleChain();
  const blocks = await decoded(raw);
  assert.deepEqual(
    blocks.map(({ height }) => height),
    [0, 1, 2, 3, 4, 5, 6, 7, 8],
  );
  for (const [index, block] of raw.entries()) {
    if (index === 0) continue;
    const previous = Buffer.from(block.getHeader()?.getPreviousHash_asU8() ?? []).toString('hex');
    assert.equal(blocks[index - 1]?.hash, previous);
    assert.equal(blocks[index]?.previous, previous);
  }
});

test('transactions of the chaincode are given as they were sent; configuration and other chaincodes give none', async () => {
  const blocks = await decoded(sampleChain());
  assert.deepEqual(
    blocks.map(({ transactions }) => transactions.map(({ name, caller, valid }) => [name, caller.member, valid])),
    [
      [],
      [],
      [],
      [['channel.create', 'ACME', true]],
      [['members.admit', 'ACME', true]],
      [['steps', 'ACME', true]],
      [['steps', 'ACME', true]],
      [['steps', 'ACME', false]],
      [['steps', 'BETA', true]],
    ],
  );
  assert.deepEqual(blocks[5]?.transactions[0], {
    id: '6a10449fafb38f3e3710cd68ef688d4ae10835936ec29cc5daf03d7ee85c214d',
    name: 'steps',
    args: '[["put","a","\\"\u00e9\\""],["emit","Put","{\\"key\\":\\"a\\"}"]]',
    result: '[]',
    // By openssl: x509 -pubkey, pkey -outform der, sha256sum.
    caller: { member: 'ACME', keyId: '7c688fa2f9bd6a946e9cb30539f0303729e989a9bbb260ad9eedc10d6d169223' },
    timestamp: '2026-11-23T19:34:28.993Z',
    valid: true,
    event: { name: 'Put', payload: '{"key":"a"}' },
  });
});

test('a transaction without effect keeps its arguments and has no result', async () => {
  const [invalid] = (await decoded(sampleChain()))[7]?.transactions ?? [];
  assert.equal(invalid?.valid, false);
  assert.equal(invalid?.args, '[["append","b","2"]]');
  assert.equal(invalid?.result, undefined);
});

test('a changed transaction, a missing block and missing validation codes are found', async () => {
  const corrupt = (error: unknown) => isChannelError(error, 'LEDGER_CORRUPT');
  const [changed] = sampleChain().slice(5);
  withEnvelope(changed as common.Block, (bytes) => {
    const at = bytes.length >> 1;
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    return bytes;
  });
  assert.throws(() => decodeBlock(changed as common.Block, sampleScope), corrupt);
  await assert.rejects(decoded(sampleChain().filter((_block, index) => index !== 4)), corrupt);
  const shortened = sampleChain()[5] as common.Block;
  shortened.getMetadata()?.setMetadataList(['', '', '', '', '']);
  assert.throws(() => decodeBlock(shortened, sampleScope), corrupt);
});

test('bytes that are no transaction are left out where the peers found them invalid, and found where not', () => {
  const garbage = Buffer.from('ffffffff', 'hex');
  const block = (code: number) => handMade(300, [garbage], [code]);
  assert.deepEqual(decodeBlock(block(2), sampleScope).transactions, []);
  assert.throws(
    () => decodeBlock(block(0), sampleScope),
    (error) => isChannelError(error, 'LEDGER_CORRUPT'),
  );
});

test('a transaction made by hand is read part by part; one of another chaincode is left out', () => {
  const block = handMade(128, [transaction('uec'), transaction('other')], [0, 0]);
  const { transactions } = decodeBlock(block, sampleScope);
  assert.equal(transactions.length, 1);
  const [only] = transactions;
  assert.equal(only?.id, 'id-of-uec');
  assert.equal(only?.name, 'records.submit');
  assert.equal(only?.args, '{"a":1}');
  assert.equal(only?.result, '{"b":2}');
  assert.equal(only?.caller.member, 'ACME');
  // 1,700,000,000 s is 2023-11-14 22:13:20 UTC.
  assert.equal(only?.timestamp, '2023-11-14T22:13:20.012Z');
  assert.equal(only?.event, undefined);
});

test("a header's bytes are DER: numbers with a first bit set get a leading zero, long values a long length", () => {
  const header = new common.BlockHeader();
  header.setPreviousHash(Buffer.alloc(32, 1));
  header.setDataHash(Buffer.alloc(32, 2));
  const hashes = `0420${'01'.repeat(32)}0420${'02'.repeat(32)}`;
  for (const [number, expected] of [
    [0, `3047020100${hashes}`],
    [127, `304702017f${hashes}`],
    [128, `304802020080${hashes}`],
    [65536, `30490203010000${hashes}`],
  ] as const) {
    header.setNumber(number);
    assert.equal(headerBytes(header).toString('hex'), expected);
  }
  header.setDataHash(Buffer.alloc(200, 2));
  header.setNumber(1);
  assert.equal(headerBytes(header).toString('hex'), `3081f0020101${hashes.slice(0, 68)}0481c8${'02'.repeat(200)}`);
});

function handMade(number: number, envelopes: Uint8Array[], codes: number[]): common.Block {
  const header = new common.BlockHeader();
  header.setNumber(number);
  header.setDataHash(dataHash(envelopes));
  const data = new common.BlockData();
  data.setDataList(envelopes);
  const metadata = new common.BlockMetadata();
  metadata.setMetadataList([new Uint8Array(), new Uint8Array(), Uint8Array.from(codes)]);
  const block = new common.Block();
  block.setHeader(header);
  block.setData(data);
  block.setMetadata(metadata);
  return block;
}

function transaction(chaincode: string): Uint8Array {
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(common.HeaderType.ENDORSER_TRANSACTION);
  channelHeader.setChannelId('uec');
  channelHeader.setTxId(`id-of-${chaincode}`);
  channelHeader.setTimestamp(timestamp(1_700_000_000, 12_345_678));
  const identity = new msp.SerializedIdentity();
  identity.setMspid('ACME');
  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setCreator(identity.serializeBinary());
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  header.setSignatureHeader(signatureHeader.serializeBinary());
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(actions(chaincode));
  const envelope = new common.Envelope();
  envelope.setPayload(payload.serializeBinary());
  return envelope.serializeBinary();
}

function actions(chaincode: string): Uint8Array {
  const id = new peer.ChaincodeID();
  id.setName(chaincode);
  const input = new peer.ChaincodeInput();
  input.setArgsList([Buffer.from('records.submit'), Buffer.from('{"a":1}')]);
  const spec = new peer.ChaincodeSpec();
  spec.setChaincodeId(id);
  spec.setInput(input);
  const invocation = new peer.ChaincodeInvocationSpec();
  invocation.setChaincodeSpec(spec);
  const proposal = new peer.ChaincodeProposalPayload();
  proposal.setInput(invocation.serializeBinary());
  const response = new peer.Response();
  response.setStatus(200);
  response.setPayload(Buffer.from('{"b":2}'));
  const action = new peer.ChaincodeAction();
  action.setResponse(response);
  const endorsed = new peer.ProposalResponsePayload();
  endorsed.setExtension$(action.serializeBinary());
  const endorsedAction = new peer.ChaincodeEndorsedAction();
  endorsedAction.setProposalResponsePayload(endorsed.serializeBinary());
  const actionPayload = new peer.ChaincodeActionPayload();
  actionPayload.setChaincodeProposalPayload(proposal.serializeBinary());
  actionPayload.setAction(endorsedAction);
  const transactionAction = new peer.TransactionAction();
  transactionAction.setPayload(actionPayload.serializeBinary());
  const message = new peer.Transaction();
  message.setActionsList([transactionAction]);
  return message.serializeBinary();
}

// The messages' own class of timestamps is in a package that is not this project's: read back from bytes instead.
function timestamp(seconds: number, nanos: number) {
  const field = Buffer.concat([Buffer.from([0x08]), varint(seconds), Buffer.from([0x10]), varint(nanos)]);
  const header = common.ChannelHeader.deserializeBinary(Buffer.concat([Buffer.from([0x1a, field.length]), field]));
  return header.getTimestamp();
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  while (left >= 0x80) {
    bytes.push((left % 0x80) | 0x80);
    left = Math.floor(left / 0x80);
  }
  return Buffer.from([...bytes, left]);
}
