import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { roles } from '../../../channel/index.ts';
import { ChannelError } from '../../../emissions/index.ts';
import { admitAll, joinPeer, untilWritable } from './admission.ts';
import { allSettled } from './all-settled.ts';
import { answerOf, type FabricNetworkAnswer } from './answer.ts';
import { fabricVersion, findBinaries, isFabric3, peersBatch } from './binaries.ts';
import { writeBuilder } from './builder.ts';
import { channelConfigText, channelProfile } from './channel-config.ts';
import {
  approve,
  bundleFile,
  type ChaincodeSource,
  commit,
  installPackage,
  placeBundle,
  writePackage,
} from './deployment.ts';
import { networkPaths } from './folder.ts';
import { issueIdentities } from './identities.ts';
import {
  ensureChaincode,
  ensureOrderer,
  ensurePeer,
  type Network,
  openNetwork,
  save,
  writeProfile,
} from './network.ts';
import { joinOrderer, untilLed } from './orderer-admin.ts';
import { type NetworkPlan, type PlanOptions, planNetwork } from './plan.ts';
import { freePorts } from './ports.ts';
import { stopProcesses } from './processes.ts';
import { findState, type NetworkState } from './state.ts';
import { runTool } from './tool.ts';

export interface FabricUpOptions extends PlanOptions {
  /** Holds everything of the network: identities, data, logs, profiles. */
  readonly dir: string;
  readonly chaincode: ChaincodeSource;
  /** Told the name of each step as it begins. */
  readonly onStep?: (step: string) => void;
  /** Where to look for Fabric's programs; PATH by default. */
  readonly searchPath?: string;
  /** Ends a network in the making: what was started is ended, and the signal's reason thrown. */
  readonly signal?: AbortSignal;
}

const CHANNEL = 'uec';
const CHAINCODE = 'uec';

/**
 * Makes a Fabric network of this machine and starts it, ready when every member can write; or starts the one that the folder
 * holds already, on its own data and members, and whatever of it does not run.
 * @throws {ChannelError} FABRIC_BINARY_MISSING, OPTION_INVALID, LEDGER_EXISTS where the folder holds something else,
 * FABRIC_NETWORK_FAILED naming the step and its log
 */
export async function fabricUp(options: FabricUpOptions): Promise<FabricNetworkAnswer> {
  const { dir, searchPath, signal } = options;
  const onStep = (step: string): void => {
    signal?.throwIfAborted();
    options.onStep?.(step);
  };
  const found = findState(dir);
  if (found?.ready === true) {
    demandSameMembers(options, found);
    return startAgain(openNetwork(dir, searchPath), onStep);
  }
  const plan = planNetwork(options);
  const binaries = findBinaries(searchPath);
  if (found === undefined) refuseOthersFolder(dir);
  else await clearUnfinished(dir, found);
  const paths = networkPaths(dir);
  for (const folder of [dir, paths.crypto, paths.config, paths.logs, paths.profiles])
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  const printed = await runTool({ command: binaries.peer, args: ['version'], log: paths.toolLog });
  const version = fabricVersion(printed.toString());
  if (plan.bft && !isFabric3(version))
    throw new ChannelError('OPTION_INVALID', `BFT ordering needs Fabric 3; this is ${version}`, { where: 'bft' });
  const network: Network = {
    paths,
    binaries,
    state: await newState(plan, version),
    ...(signal === undefined ? {} : { signal }),
  };
  save(network);
  try {
    await make(network, options.chaincode, onStep);
  } catch (error) {
    await stopProcesses(network.state.processes);
    throw error;
  }
  return answerOf(network);
}

async function newState(plan: NetworkPlan, version: string | undefined): Promise<NetworkState> {
  const ports = await freePorts(3 * plan.orderers + 2 * plan.members.length);
  const next = (): number => ports.pop() as number;
  return {
    version: 1,
    channel: CHANNEL,
    chaincode: CHAINCODE,
    bft: plan.bft,
    fabric: version ?? null,
    batching: peersBatch(version),
    orderers: Array.from({ length: plan.orderers }, (_, at) => ({
      name: `orderer${at + 1}`,
      port: next(),
      adminPort: next(),
      operationsPort: next(),
    })),
    members: plan.members.map((member, at) => ({
      ...member,
      roles: at === 0 ? founderRoles : member.roles,
      peerPort: next(),
      chaincodePort: next(),
      packageId: '',
      admitted: false,
    })),
    deployed: { sha256: '', sequence: 1 },
    ready: false,
    processes: [],
  };
}

// Fixed by the channel for whoever creates it.
const founderRoles = roles.filter((role) => role !== 'auditor').sort();

async function make(network: Network, chaincode: ChaincodeSource, onStep: (step: string) => void): Promise<void> {
  const { paths, binaries, state } = network;
  const ids = state.members.map(({ id }) => id);
  onStep('issuing identities');
  const [{ sha256 }] = await Promise.all([
    placeBundle(paths, chaincode),
    issueIdentities(
      paths,
      binaries,
      ids,
      state.orderers.map(({ name }) => name),
    ),
  ]);
  state.deployed = { sha256, sequence: 1 };
  await writeGenesis(network);
  writeBuilder(paths.builder);
  onStep('starting orderers, Fabric peers and chaincode');
  for (const member of state.members) member.packageId = writePackage(network, member, 1);
  save(network);
  await allSettled([
    ...state.orderers.map(async (orderer) => {
      await ensureOrderer(network, orderer);
      await joinOrderer(paths, orderer);
    }),
    ...state.members.map((member) => ensureChaincode(network, member, bundleFile(paths, state.deployed), 1)),
    ...state.members.map(async (member) => {
      await ensurePeer(network, member);
      await allSettled([joinPeer(network, member), installPackage(network, member.id)]);
    }),
  ]);
  await untilLed(state.orderers);
  onStep('agreeing on the chaincode');
  await allSettled(state.members.map((member) => approve(network, member, state.deployed)));
  await commit(network, state.deployed);
  onStep('creating the channel and admitting members');
  for (const member of state.members) writeProfile(network, member);
  await admitAll(network);
  for (const member of state.members) member.admitted = true;
  state.ready = true;
  save(network);
}

async function writeGenesis({ paths, binaries, state }: Network): Promise<void> {
  writeFileSync(
    join(paths.config, 'configtx.yaml'),
    channelConfigText(paths, state.members, state.orderers, state.bft),
  );
  await runTool({
    command: binaries.configtxgen,
    args: [
      '-profile',
      channelProfile,
      '-channelID',
      state.channel,
      '-configPath',
      paths.config,
      '-outputBlock',
      paths.genesis,
    ],
    log: paths.toolLog,
  });
}

async function startAgain(network: Network, onStep: (step: string) => void): Promise<FabricNetworkAnswer> {
  const { state, paths } = network;
  onStep('starting orderers, Fabric peers and chaincode');
  const { deployed } = state;
  await allSettled([
    ...state.orderers.map((orderer) => ensureOrderer(network, orderer)),
    ...state.members.map((member) => ensurePeer(network, member)),
    ...state.members.map((member) => ensureChaincode(network, member, bundleFile(paths, deployed), deployed.sequence)),
  ]);
  onStep('waiting until every member can write');
  await untilWritable(network, state.members);
  return answerOf(network);
}

function demandSameMembers({ dir, members = [] }: FabricUpOptions, state: NetworkState): void {
  const here = new Set(state.members.map(({ id }) => id));
  const others = members
    .map((member) => (typeof member === 'string' ? member : member.id))
    .filter((id) => !here.has(id));
  if (others.length > 0)
    throw new ChannelError('OPTION_INVALID', `the network in ${dir} has no member ${others.join(', ')}`, {
      where: 'members',
      fix: 'Add it to the running network: uec fabric add-org.',
    });
}

function refuseOthersFolder(dir: string): void {
  if (existsSync(dir) && readdirSync(dir).length > 0)
    throw new ChannelError('LEDGER_EXISTS', `${dir} is not empty and holds no local Fabric network`, { where: dir });
}

// Nothing was ever committed in it, so there is nothing to keep.
async function clearUnfinished(dir: string, state: NetworkState): Promise<void> {
  await stopProcesses(state.processes);
  const paths = networkPaths(dir);
  for (const path of [
    paths.crypto,
    paths.config,
    paths.chaincode,
    paths.profiles,
    paths.logs,
    join(dir, 'members'),
    join(dir, 'orderers'),
  ])
    rmSync(path, { recursive: true, force: true });
}
