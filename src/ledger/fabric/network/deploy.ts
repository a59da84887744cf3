import { setTimeout as sleep } from 'node:timers/promises';
import { ChannelError } from '../../../emissions/index.ts';
import { untilWritable } from './admission.ts';
import { allSettled } from './all-settled.ts';
import {
  approve,
  bundleFile,
  type ChaincodeSource,
  commit,
  committedSequence,
  founderOf,
  installPackage,
  placeBundle,
  writePackage,
} from './deployment.ts';
import { chaincodeProcess, ensureChaincode, type Network, openRunningNetwork, save } from './network.ts';
import { freePorts } from './ports.ts';
import { stopProcesses } from './processes.ts';
import { type DeployedBundle, type MemberState, type NetworkState, portsOf } from './state.ts';
import type { FabricUpOptions } from './up.ts';

export interface FabricDeployAnswer {
  /** False where the channel runs this very bundle already. */
  readonly deployed: boolean;
  readonly sequence: number;
  readonly sha256: string;
}

const COMMITTED_MS = 30_000;
const POLL_MS = 200;
// Calls that were on their way when the definition changed run to their end on the old server; a full page takes two seconds.
const DRAIN_MS = 5_000;

/**
 * Upgrades the chaincode of the running channel: new servers beside the old ones, one new definition by all members, then the
 * old servers end. Submissions go on all the while.
 * @throws {ChannelError} FABRIC_NETWORK_ABSENT, FABRIC_NETWORK_DOWN, FABRIC_BINARY_MISSING, FABRIC_NETWORK_FAILED
 */
export async function fabricDeploy(
  dir: string,
  chaincode: ChaincodeSource,
  { onStep = () => undefined, searchPath }: Pick<FabricUpOptions, 'onStep' | 'searchPath'> = {},
): Promise<FabricDeployAnswer> {
  const network = openRunningNetwork(dir, searchPath);
  const { state, paths } = network;
  const { sha256 } = await placeBundle(paths, chaincode);
  const committed = await committedSequence(network, founderOf(state).id);
  const { deployed } = state;
  if (sha256 === deployed.sha256 && committed === deployed.sequence)
    return { deployed: false, sequence: committed, sha256 };
  // The channel's own count: a deployment that was cut short may have got as far as its commit.
  const next: DeployedBundle = { sha256, sequence: committed + 1 };
  const members = await onNewPorts(state);
  onStep('starting the new chaincode');
  try {
    for (const member of members) member.packageId = writePackage(network, member, next.sequence);
    await allSettled(
      members.map(async (member) => {
        await installPackage(network, member.id);
        await ensureChaincode(network, member, bundleFile(paths, next), next.sequence);
      }),
    );
    onStep('agreeing on the chaincode');
    await allSettled(members.map((member) => approve(network, member, next)));
    await commit(network, next);
  } catch (error) {
    // A commit without an answer may have come through; then the new servers are the ones that the channel calls.
    const reached = await committedSequence(network, founderOf(state).id).catch(() => committed);
    if (reached < next.sequence) {
      await end(network, next.sequence);
      throw error;
    }
  }
  state.members = members;
  state.deployed = next;
  save(network);
  await allSettled(members.map((member) => untilCommitted(network, member, next.sequence)));
  await untilWritable(network, members);
  onStep('ending the old chaincode');
  await sleep(DRAIN_MS);
  await end(network, deployed.sequence);
  return { deployed: true, sequence: next.sequence, sha256 };
}

async function onNewPorts(state: NetworkState): Promise<MemberState[]> {
  const ports = await freePorts(state.members.length, portsOf(state));
  return state.members.map((member, at) => ({ ...member, chaincodePort: ports[at] as number }));
}

async function untilCommitted(network: Network, { id }: MemberState, sequence: number): Promise<void> {
  const deadline = performance.now() + COMMITTED_MS;
  while ((await committedSequence(network, id)) < sequence) {
    if (performance.now() > deadline)
      throw new ChannelError('FABRIC_NETWORK_FAILED', `the Fabric peer of ${id} did not reach sequence ${sequence}`);
    await sleep(POLL_MS);
  }
}

/** Ends the chaincode servers of one deployment. */
async function end(network: Network, sequence: number): Promise<void> {
  const { state } = network;
  const names = new Set(state.members.map(({ id }) => chaincodeProcess(id, sequence)));
  await stopProcesses(state.processes.filter(({ name }) => names.has(name)));
  state.processes = state.processes.filter(({ name }) => !names.has(name));
  save(network);
}
