import { resolve } from 'node:path';
import { stopProcesses } from './processes.ts';
import { readState, saveState } from './state.ts';

export interface FabricDownAnswer {
  readonly dir: string;
  /** Names of the processes that were ended; those that had ended before are not among them. */
  readonly ended: readonly string[];
}

/**
 * Ends exactly the processes that the network of the folder started and that still are its own. Everything else stays:
 * `fabricUp` on the same folder starts it again.
 * @throws {ChannelError} FABRIC_NETWORK_ABSENT
 */
export async function fabricDown(dir: string): Promise<FabricDownAnswer> {
  const state = readState(dir);
  const ended = await stopProcesses(state.processes);
  state.processes = [];
  saveState(dir, state);
  return { dir: resolve(dir), ended };
}
