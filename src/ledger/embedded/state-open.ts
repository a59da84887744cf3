import { ChannelError, isChannelError } from '../../emissions/index.ts';
import type { BlockLog } from './block-log.ts';
import type { LedgerNotice } from './notice.ts';
import { applyLog } from './state-build.ts';
import { WorldState } from './world-state.ts';

/**
 * The state of a log, caught up. It is a cache: one that cannot be read, or that is not of this log, is dropped and built
 * anew, with a notice.
 */
export async function openState(
  path: string,
  log: BlockLog,
  channel: string,
  notices: LedgerNotice[],
): Promise<WorldState> {
  try {
    return await catchUp(path, log, channel);
  } catch (error) {
    if (!isChannelError(error, 'STATE_CORRUPT')) throw error;
    notices.push({ kind: 'state-rebuilt', message: `the state was built anew from the log: ${error.message}` });
    WorldState.remove(path);
    return catchUp(path, log, channel);
  }
}

async function catchUp(path: string, log: BlockLog, channel: string): Promise<WorldState> {
  const state = WorldState.open(path);
  try {
    const { height, hash } = state;
    if (height > log.height) {
      const message = `it knew ${height} blocks, the log has ${log.height}: blocks at the end of the log were lost`;
      throw new ChannelError('STATE_CORRUPT', message);
    }
    if (height > 0 && (await log.hashAt(height - 1)) !== hash) {
      throw new ChannelError('STATE_CORRUPT', `its block ${height - 1} is not the log's`);
    }
    await applyLog(log, channel, state, log.height);
    return state;
  } catch (error) {
    state.close();
    throw error;
  }
}
