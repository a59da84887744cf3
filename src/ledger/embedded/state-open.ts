import { existsSync } from 'node:fs';
import { ChannelError, isChannelError } from '../../emissions/index.ts';
import type { BlockLog } from './block-log.ts';
import type { LedgerNotice } from './notice.ts';
import { applyLog } from './state-build.ts';
import { WorldState } from './world-state.ts';

/**
 * The state of a log, caught up. It is a cache: one that cannot be read is dropped and built anew, with a notice. It is also a
 * witness: one that holds blocks which the log does not have says that acknowledged blocks are gone, and nothing is opened.
 * @throws {ChannelError} LEDGER_CORRUPT
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
      throw lost(
        `the log has ${log.height} blocks, the state was written from ${height}: blocks at the end are gone`,
        log,
      );
    }
    if (height > 0 && (await log.hashAt(height - 1)) !== hash) {
      throw lost(`block ${height - 1} of the log is not the one that the state was written from`, log);
    }
    await applyLog(log, channel, state, log.height);
    return state;
  } catch (error) {
    state.close();
    throw error;
  }
}

/** Blocks that the state's file was written from; 0 where it cannot be read. */
export function knownHeight(path: string): number {
  if (!existsSync(path)) return 0;
  try {
    const state = WorldState.open(path);
    const { height } = state;
    state.close();
    return height;
  } catch (error) {
    if (isChannelError(error, 'STATE_CORRUPT')) return 0;
    throw error;
  }
}

function lost(message: string, log: BlockLog): ChannelError {
  const fix =
    'Put back the whole ledger folder from one backup. To go on with the log as it is, remove state.db: what was acknowledged after it is lost.';
  return new ChannelError('LEDGER_CORRUPT', message, { where: `block ${log.height}`, fix });
}
