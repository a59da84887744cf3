import { networkPaths } from './folder.ts';
import { chaincodeProcess, peerProcess, processNames, runs } from './network.ts';
import { leadingOrderer } from './orderer-admin.ts';
import { type NetworkState, readState } from './state.ts';

interface ProcessStatus {
  readonly name: string;
  readonly running: boolean;
  readonly pid: number | null;
  readonly address: string;
  readonly log: string;
}

export interface FabricStatus {
  readonly dir: string;
  readonly channel: string;
  readonly chaincode: string;
  readonly ordering: 'raft' | 'bft';
  /** Fabric's version that made the network; null for a development build. */
  readonly fabric: string | null;
  readonly sequence: number;
  /** SHA-256 of the chaincode's bundle, hex. */
  readonly sha256: string;
  /** True where a submission was committed once and every process runs. */
  readonly up: boolean;
  readonly leader: string | null;
  readonly members: readonly { readonly id: string; readonly name: string; readonly profile: string }[];
  readonly processes: readonly ProcessStatus[];
}

/**
 * What the network of the folder is and what of it runs. Needs none of Fabric's programs.
 * @throws {ChannelError} FABRIC_NETWORK_ABSENT
 */
export async function fabricStatus(dir: string): Promise<FabricStatus> {
  const state = readState(dir);
  const paths = networkPaths(dir);
  const addresses = addressesOf(state);
  const processes = processNames(state).map((name): ProcessStatus => {
    const running = runs(state, name);
    const pid = running ? (state.processes.find((record) => record.name === name)?.pid ?? null) : null;
    return { name, running, pid, address: addresses.get(name) ?? '', log: paths.log(name) };
  });
  return {
    dir,
    channel: state.channel,
    chaincode: state.chaincode,
    ordering: state.bft ? 'bft' : 'raft',
    fabric: state.fabric,
    sequence: state.deployed.sequence,
    sha256: state.deployed.sha256,
    up: state.ready && processes.every(({ running }) => running),
    leader: (await leadingOrderer(state.orderers.filter(({ name }) => runs(state, name)))) ?? null,
    members: state.members.map(({ id, name }) => ({ id, name, profile: paths.profile(id) })),
    processes,
  };
}

function addressesOf({ orderers, members, deployed }: NetworkState): Map<string, string> {
  return new Map([
    ...orderers.map(({ name, port }) => [name, `localhost:${port}`] as const),
    ...members.map(({ id, peerPort }) => [peerProcess(id), `localhost:${peerPort}`] as const),
    ...members.map(
      ({ id, chaincodePort }) => [chaincodeProcess(id, deployed.sequence), `localhost:${chaincodePort}`] as const,
    ),
  ]);
}
