import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { common } from '@hyperledger/fabric-protos';
import { isChannelError } from '../../emissions/index.ts';
import { rawBlocks } from './block-stream.ts';
import { FakePeer, gatewayError } from './fake-peer.conformance.ts';
import { defaultLimits } from './limits.ts';
import { OwnPeers } from './own-peers.ts';
import { sampleChain } from './sample-chain.conformance.ts';

const limits = { ...defaultLimits, pause: 1, reconnect: 100 };
const dropped = gatewayError(14, 'Connection dropped');

async function heights(
  peers: readonly FakePeer[],
  to: number,
  signal = new AbortController().signal,
): Promise<number[]> {
  const found: number[] = [];
  for await (const block of rawBlocks(new OwnPeers(peers, limits), limits, { from: 2, to, signal })) {
    found.push(block.getHeader()?.getNumber() ?? -1);
  }
  return found;
}

test('a broken stream goes on at the next height, at another own peer', async () => {
  const blocks = sampleChain();
  const first = new FakePeer({ blocks: [[...blocks.slice(2, 4), dropped], blocks.slice(6)] }, 'peer:1');
  const second = new FakePeer({ blocks: [[...blocks.slice(4, 6), dropped]] }, 'peer:2');
  assert.deepEqual(await heights([first, second], 9), [2, 3, 4, 5, 6, 7, 8]);
  assert.deepEqual(first.asked, ['blocks 2', 'blocks 6']);
  assert.deepEqual(second.asked, ['blocks 4']);
});

test('no peer for a while, a clock that differs and a channel that is not there are told apart', async () => {
  for (const [error, code] of [
    [dropped, 'LEDGER_UNAVAILABLE'],
    [new Error('Unexpected status response: 400'), 'CLOCK_SKEW'],
    [new Error('Unexpected status response: 403'), 'IDENTITY_REFUSED'],
    [new Error('Unexpected status response: 404'), 'CHANNEL_WRONG'],
  ] as const) {
    await assert.rejects(heights([new FakePeer({ blocks: [[error]] })], 9), (thrown) => isChannelError(thrown, code));
  }
});

test('a block out of turn stops it', async () => {
  const [, , second, , fourth] = sampleChain() as [
    common.Block,
    common.Block,
    common.Block,
    common.Block,
    common.Block,
  ];
  const peer = new FakePeer({ blocks: [[second, fourth]] });
  await assert.rejects(
    heights([peer], 9),
    (error) => isChannelError(error, 'LEDGER_CORRUPT') && /block 4 came where block 3 was due/.test(error.message),
  );
});

test('aborted, it ends without an error, also between two tries', async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 20);
  assert.deepEqual(await heights([new FakePeer({ blocks: [[dropped]] })], 9, stop.signal), []);
});
