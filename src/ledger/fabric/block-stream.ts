import { setTimeout as sleep } from 'node:timers/promises';
import type { common } from '@hyperledger/fabric-protos';
import { ChannelError } from '../../emissions/index.ts';
import type { Block } from '../ledger.ts';
import { type BlockScope, corrupt, decodeBlock } from './decode.ts';
import { type FabricLimits, pauseOf } from './limits.ts';
import type { OwnPeer } from './own-peer.ts';
import type { OwnPeers } from './own-peers.ts';

export interface BlockRange {
  readonly from: number;
  /** First height that is not wanted any more; Infinity follows. */
  readonly to: number;
  readonly signal: AbortSignal;
}

/**
 * Blocks as the own peers give them, in order. A broken stream is opened again at the next height, at another own peer where
 * there is one; aborted, it ends.
 * @throws {ChannelError} LEDGER_UNAVAILABLE when no own peer gives blocks for a while; LEDGER_CORRUPT when one comes out of turn
 */
export async function* rawBlocks(
  peers: OwnPeers,
  limits: FabricLimits,
  { from, to, signal }: BlockRange,
): AsyncGenerator<common.Block> {
  let next = from;
  let tries = 0;
  let lastSeen = performance.now();
  while (next < to && !signal.aborted) {
    const peer = peers.current;
    try {
      for await (const block of oneStream(peer, next, signal)) {
        tries = 0;
        lastSeen = performance.now();
        next += 1;
        yield block;
        if (next >= to) return;
      }
    } catch (cause) {
      if (signal.aborted) return;
      mayOpenAgain(peers, peer, cause, `blocks from ${next}`, performance.now() < lastSeen + limits.reconnect);
    }
    tries += 1;
    await sleep(pauseOf(limits, tries), undefined, { signal }).catch(() => undefined);
  }
}

// Throws where opening the stream again would not help, or has not helped for long enough.
function mayOpenAgain(peers: OwnPeers, peer: OwnPeer, cause: unknown, what: string, early: boolean): void {
  if (cause instanceof ChannelError) throw cause;
  const { situation, error } = peers.meet('deliver', cause, peer, what);
  if (situation.reaction === 'final' || !early) throw error;
}

async function* oneStream(peer: OwnPeer, from: number, signal: AbortSignal): AsyncGenerator<common.Block> {
  const stream = await peer.blocks(from);
  const close = (): void => stream.close();
  signal.addEventListener('abort', close, { once: true });
  let next = from;
  try {
    for await (const block of stream) {
      const height = block.getHeader()?.getNumber();
      if (height !== next) {
        throw corrupt(`block ${height} came where block ${next} was due`, `block ${next}, from ${peer.endpoint}`);
      }
      next += 1;
      yield block;
    }
  } finally {
    signal.removeEventListener('abort', close);
    stream.close();
  }
}

/**
 * Blocks in the port's shape, each checked against the one before it.
 * @throws {ChannelError} LEDGER_CORRUPT, LEDGER_UNAVAILABLE
 */
export async function* decodedBlocks(raw: AsyncIterable<common.Block>, scope: BlockScope): AsyncGenerator<Block> {
  let previous: string | undefined;
  for await (const bytes of raw) {
    const block = decodeBlock(bytes, scope);
    if (previous !== undefined && block.previous !== previous) {
      throw corrupt(`block ${block.height} does not follow the one before it`, `block ${block.height}`);
    }
    previous = block.hash;
    yield block;
  }
}
