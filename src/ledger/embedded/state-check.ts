import { basename } from 'node:path';
import type { BlockLog } from './block-log.ts';
import { type Fault, fault, faultOf } from './log-check.ts';
import { applyLog } from './state-build.ts';
import { compareStates } from './state-difference.ts';
import { sealHolds } from './state-seal.ts';
import { WorldState } from './world-state.ts';

/**
 * Checks a state file: its seal, SQLite's own check, then every row against what the log gives. Nothing else may use the
 * state meanwhile.
 */
export async function checkState(
  checked: { readonly log: BlockLog; readonly channel: string; readonly height: number; readonly state: WorldState },
  scratchPath: string,
): Promise<Fault[]> {
  const { log, channel, height, state } = checked;
  const file = basename(state.path);
  const faults: Fault[] = [];
  if ((await sealHolds(state.path, state.writtenHeight)) === false) {
    faults.push(fault('STATE_CORRUPT', file, 'the state file is not what was closed last'));
  }
  for (const line of state.integrity()) faults.push(fault('STATE_CORRUPT', file, line));
  try {
    state.flush();
    const differences = await withScratch(scratchPath, async (scratch) => {
      await applyLog(log, channel, scratch, height);
      return compareStates(state, scratch);
    });
    return [...faults, ...differences];
  } catch (error) {
    return [...faults, faultOf(error)];
  }
}

/** An empty state that is thrown away after use. */
export async function withScratch<T>(path: string, task: (scratch: WorldState) => Promise<T>): Promise<T> {
  WorldState.remove(path);
  const scratch = WorldState.open(path, false);
  try {
    return await task(scratch);
  } finally {
    scratch.close();
    WorldState.remove(path);
  }
}
