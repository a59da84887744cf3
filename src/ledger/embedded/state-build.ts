import { open } from 'node:fs/promises';
import { NO_BLOCK, readBlock } from './block-frame.ts';
import type { BlockLog } from './block-log.ts';
import type { Progress } from './log-check.ts';
import { decodeOutcome } from './outcome.ts';
import { WorldState } from './world-state.ts';

/**
 * Brings a state up to the log's `to` blocks by the write sets that the log holds; the rules are not run. Block hashes and
 * links are checked, signatures are not.
 * @throws {ChannelError} LEDGER_CORRUPT with the place
 */
export async function applyLog(
  log: BlockLog,
  channel: string,
  state: WorldState,
  to: number,
  onProgress?: Progress,
): Promise<void> {
  let previous = state.height === 0 ? NO_BLOCK : state.hash;
  for await (const { height, offset, bytes } of log.frames(state.height, to)) {
    const block = readBlock(bytes, { channel, height, previous, offset }, false);
    const transactions = block.transactions.map(({ id, outcome }) => ({ id, writes: decodeOutcome(outcome).writes }));
    state.apply({ height, hash: block.hash, transactions });
    previous = block.hash;
    if (state.groupIsFull) state.flush();
    onProgress?.(height + 1, to);
  }
  state.flush();
}

/** Builds a state file from nothing, durable when this resolves. */
export async function buildState(
  path: string,
  log: BlockLog,
  channel: string,
  to: number,
  onProgress?: Progress,
): Promise<void> {
  WorldState.remove(path);
  const state = WorldState.open(path, false);
  try {
    await applyLog(log, channel, state, to, onProgress);
  } finally {
    state.close();
  }
  const file = await open(path, 'r+');
  await file.sync().finally(() => file.close());
}
