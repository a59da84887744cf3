import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { ChannelError } from '../../../emissions/index.ts';
import { networkPaths } from './folder.ts';
import type { MemberPlan } from './plan.ts';
import type { ProcessRecord } from './processes.ts';

export interface OrdererState {
  readonly name: string;
  readonly port: number;
  readonly adminPort: number;
  /** Serves the orderer's metrics, which tell whether it leads. */
  readonly operationsPort: number;
}

export interface MemberState extends MemberPlan {
  readonly peerPort: number;
  /** Where the member's chaincode server listens; another with every deployment. */
  chaincodePort: number;
  packageId: string;
  /** False while it is being added: its organisation is in the channel's configuration, the member not yet on the ledger. */
  admitted: boolean;
}

/** A bundle of chaincode as the network runs it. */
export interface DeployedBundle {
  /** SHA-256 of the bundled file, hex. */
  readonly sha256: string;
  readonly sequence: number;
}

/** What a network is and what runs of it. Changed in place and saved after every change that must not be forgotten. */
export interface NetworkState {
  readonly version: 1;
  readonly channel: string;
  readonly chaincode: string;
  readonly bft: boolean;
  /** Fabric's version that made the network, such as 3.1; null for a development build. */
  readonly fabric: string | null;
  /** Whether the Fabric peers answer batched state messages. */
  readonly batching: boolean;
  readonly orderers: readonly OrdererState[];
  members: MemberState[];
  deployed: DeployedBundle;
  /** False until a submission was committed once. */
  ready: boolean;
  processes: ProcessRecord[];
}

/**
 * Reads the state of the network in a folder.
 * @throws {ChannelError} FABRIC_NETWORK_ABSENT, CONFIG_INVALID where the file is not a state of this version
 */
export function readState(dir: string): NetworkState {
  const state = findState(dir);
  if (state === undefined)
    throw new ChannelError('FABRIC_NETWORK_ABSENT', `no local Fabric network in ${dir}`, { where: dir });
  return state;
}

/** As `readState`; undefined where the folder holds no network. */
export function findState(dir: string): NetworkState | undefined {
  const file = networkPaths(dir).state;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  let state: Partial<NetworkState> | null = null;
  try {
    state = JSON.parse(text) as Partial<NetworkState>;
  } catch {
    // Told below like every other content that is no state.
  }
  if (state?.version !== 1 || !Array.isArray(state.processes) || !Array.isArray(state.members)) {
    throw new ChannelError('CONFIG_INVALID', `${file} is not the state of a local Fabric network`, {
      where: file,
      fix: 'Restore the file, or end the processes by hand and use another folder.',
    });
  }
  return state as NetworkState;
}

/** Replaces the file at once, so that a crash leaves the old state or the new one. */
export function saveState(dir: string, state: NetworkState): void {
  const file = networkPaths(dir).state;
  writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Every port that the network keeps. */
export function portsOf({ orderers, members }: Pick<NetworkState, 'orderers' | 'members'>): Set<number> {
  return new Set([
    ...orderers.flatMap(({ port, adminPort, operationsPort }) => [port, adminPort, operationsPort]),
    ...members.flatMap(({ peerPort, chaincodePort }) => [peerPort, chaincodePort]),
  ]);
}
