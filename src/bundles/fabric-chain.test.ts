// A bundle of a channel of Fabric 3.1 with the members ACME, BETA and AUDIT, as test/fabric/bundle.fabric-test.ts makes it: the
// first line is the trust, the second the bundle.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { common } from '@hyperledger/fabric-protos';
import { canonical } from '../emissions/index.ts';
import type { FabricBundle } from './bundle.ts';
import type { Trust } from './trust.ts';
import { verifyBundle } from './verify-bundle.ts';

const vector = readFileSync(new URL('../../test/vectors/fabric-bundle.txt', import.meta.url), 'utf8');
const [trustText, bundleText] = vector.trimEnd().split('\n') as [string, string];
const trust = JSON.parse(trustText) as Trust;
const bundle = JSON.parse(bundleText) as FabricBundle;
const [genesis] = bundle.configs as [string];
const last = bundle.blocks.length - 1;

const CHANNEL = 'the channel is the one trusted';
const BLOCKS = 'the blocks are signed by the orderers of the channel';
const TRANSACTIONS = 'each transaction is signed and stands in its block';
const ENDORSED = 'each transaction is endorsed by a majority of the members';
const OWN = 'each transaction is endorsed by the member that submitted it';
const VALID = "members' peers say that each transaction is valid";
const POLICY = 'the endorsement policy asks for no more than that';

async function notPassed(change: Partial<FabricBundle>, by = trust): Promise<string[]> {
  const { verified, checks } = await verifyBundle(canonical({ ...bundle, ...change }), by);
  const found = checks.filter(
    ({ result, open, detail }) => result !== 'passed' && open !== true && !/^not reached/.test(detail),
  );
  assert.equal(verified, found.length === 0);
  return found.map(({ check, result }) => `${result}: ${check}`);
}

function withBlock(change: (block: common.Block) => void): Partial<FabricBundle> {
  const block = common.Block.deserializeBinary(Buffer.from(bundle.blocks[last] as string, 'base64'));
  change(block);
  return { blocks: bundle.blocks.toSpliced(last, 1, Buffer.from(block.serializeBinary()).toString('base64')) };
}

test('a bundle of real peers and orderers verifies without them', async () => {
  const { verified, record, checks } = await verifyBundle(bundleText, trust);
  assert.equal(verified, true, JSON.stringify(checks));
  assert.deepEqual([record?.owner, record?.quantity, record?.start], ['BETA', '1000', '2022-03-01']);
  assert.deepEqual(
    checks.slice(0, 9).map(({ check }) => check),
    [
      'the file is a bundle',
      CHANNEL,
      BLOCKS,
      TRANSACTIONS,
      ENDORSED,
      OWN,
      VALID,
      POLICY,
      'members and policy follow from those transactions',
    ],
  );
});

test('another genesis block, another channel, and another block than others hold', async () => {
  const wrong = 'e'.repeat(64);
  assert.deepEqual(await notPassed({}, { ...trust, genesis: wrong }), [`failed: ${CHANNEL}`]);
  assert.deepEqual(await notPassed({}, { ...trust, channel: 'other' }), [`failed: ${CHANNEL}`]);
  const renamed = await notPassed({ channel: 'other' }, { ...trust, channel: 'other' });
  assert.deepEqual(renamed, [`failed: ${TRANSACTIONS}`]);
  assert.deepEqual(await notPassed({}, { ...trust, head: { height: 7, hash: wrong } }), [`failed: ${BLOCKS}`]);
});

describe('parts left out, added or moved', () => {
  test('configurations', async () => {
    assert.deepEqual(await notPassed({ configs: [] }), [`failed: ${CHANNEL}`]);
    assert.deepEqual(await notPassed({ configs: [genesis, genesis] }), [`failed: ${CHANNEL}`]);
    assert.deepEqual(await notPassed({ configs: [bundle.blocks[0] as string] }), [`failed: ${CHANNEL}`]);
  });

  test('blocks', async () => {
    assert.deepEqual(await notPassed({ blocks: bundle.blocks.slice(0, -1) }), [`failed: ${TRANSACTIONS}`]);
    assert.deepEqual(await notPassed({ blocks: [...bundle.blocks].reverse() }), [`failed: ${BLOCKS}`]);
    assert.deepEqual(await notPassed({ blocks: [...bundle.blocks, bundle.blocks[last] as string] }), [
      `failed: ${BLOCKS}`,
    ]);
    assert.deepEqual(await notPassed({ blocks: [] }), [`failed: ${BLOCKS}`]);
  });

  test('transactions and what members say of them', async () => {
    const [first, ...rest] = bundle.transactions as [FabricBundle['transactions'][0], ...FabricBundle['transactions']];
    const page = rest.at(-1) as typeof first;
    assert.deepEqual(await notPassed({ transactions: [] }), [`failed: ${TRANSACTIONS}`]);
    assert.deepEqual(await notPassed({ transactions: rest }), [
      'failed: members and policy follow from those transactions',
    ]);
    assert.deepEqual(await notPassed({ transactions: [first, ...bundle.transactions] }), [`failed: ${TRANSACTIONS}`]);
    const { answer: _answer, ...bare } = page;
    assert.deepEqual(await notPassed({ transactions: [first, ...rest.slice(0, -1), bare] }), [
      `not-verified: ${VALID}`,
    ]);
    const swapped = { ...page, answer: first.answer as string };
    assert.deepEqual(await notPassed({ transactions: [first, ...rest.slice(0, -1), swapped] }), [`failed: ${VALID}`]);
    const { definition, ...without } = bundle;
    assert.deepEqual((await verifyBundle(canonical(without), trust)).verified, false);
    assert.deepEqual(await notPassed({ definition: first.answer as string }), [`failed: ${POLICY}`]);
    assert.deepEqual(
      await notPassed({ transactions: [first, ...rest.slice(0, -1), { ...page, answer: definition as string }] }),
      [`failed: ${VALID}`],
    );
    assert.deepEqual(await notPassed({ chaincode: 'other' }), [`failed: ${TRANSACTIONS}`]);
  });

  test('the orderers’ signatures, of which none must be enough for nothing', async () => {
    const bare = withBlock((block) => {
      const list = block.getMetadata()?.getMetadataList_asU8() as Uint8Array[];
      const signatures = common.Metadata.deserializeBinary(list[0] as Uint8Array);
      signatures.setSignaturesList([]);
      block.getMetadata()?.setMetadataList([signatures.serializeBinary(), ...list.slice(1)]);
    });
    assert.deepEqual(await notPassed(bare), [`failed: ${BLOCKS}`]);
    const renumbered = withBlock((block) => block.getHeader()?.setNumber(8));
    assert.deepEqual(await notPassed(renumbered), [`failed: ${BLOCKS}`]);
  });
});

describe('every byte', () => {
  const flipped = (text: string, at: number) => {
    const bytes = Buffer.from(text, 'base64');
    bytes[at] = (bytes[at] as number) ^ 1;
    return bytes.toString('base64');
  };
  const survivors = async (text: string, step: number, put: (text: string) => Partial<FabricBundle>) => {
    const found: number[] = [];
    for (let at = 0; at < Buffer.from(text, 'base64').length; at += step) {
      const { verified } = await verifyBundle(canonical({ ...bundle, ...put(flipped(text, at)) }), trust);
      if (verified) found.push(at);
    }
    return found;
  };

  test('of configuration, answers and definition counts', async () => {
    const { transactions, definition } = bundle;
    const page = transactions.at(-1) as FabricBundle['transactions'][0];
    assert.deepEqual(await survivors(genesis, 997, (text) => ({ configs: [text] })), []);
    assert.deepEqual(
      await survivors(page.answer as string, 311, (answer) => ({
        transactions: [...transactions.slice(0, -1), { ...page, answer }],
      })),
      [],
    );
    assert.deepEqual(await survivors(definition as string, 107, (text) => ({ definition: text })), []);
  });

  test('of a block counts, but for what each peer adds and nobody signs: validation codes and commit hash', async () => {
    const text = bundle.blocks[last] as string;
    const block = common.Block.deserializeBinary(Buffer.from(text, 'base64'));
    const [, , codes, , commit] = block.getMetadata()?.getMetadataList_asU8() ?? [];
    // Both stand at the block's end, each with a tag and a length, and an empty entry between them.
    const unsigned = (codes?.length ?? 0) + (commit?.length ?? 0) + 6;
    const length = Buffer.from(text, 'base64').length;
    const found = await survivors(text, 101, (one) => ({ blocks: bundle.blocks.toSpliced(last, 1, one) }));
    assert.deepEqual(
      found.filter((at) => at < length - unsigned),
      [],
    );
    assert.ok(unsigned < 60);
  });
});
