import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChannelError } from '../../../emissions/index.ts';
import type { ConnectionProfile } from '../profile.ts';
import { type Binaries, findBinaries } from './binaries.ts';
import { memberIdentities, type NetworkPaths, networkPaths, ordererIdentities } from './folder.ts';
import { ordererConfigText } from './orderer-config.ts';
import { peerConfigText } from './peer-config.ts';
import { isFree } from './ports.ts';
import { isRunning, type ProcessStart, startProcess, untilListening } from './processes.ts';
import { type MemberState, type NetworkState, type OrdererState, readState, saveState } from './state.ts';
import { baseEnvironment, runTool } from './tool.ts';

/** An opened local network: what it is, where it stands, and Fabric's programs. */
export interface Network {
  readonly paths: NetworkPaths;
  readonly binaries: Binaries;
  readonly state: NetworkState;
  /** Once aborted, no further process is started. */
  readonly signal?: AbortSignal;
}

/** @throws {ChannelError} FABRIC_NETWORK_ABSENT, FABRIC_BINARY_MISSING */
export function openNetwork(dir: string, searchPath?: string): Network {
  return { state: readState(dir), binaries: findBinaries(searchPath), paths: networkPaths(dir) };
}

/** As `openNetwork`, for what only works while everything runs. @throws {ChannelError} FABRIC_NETWORK_DOWN naming what does not run */
export function openRunningNetwork(dir: string, searchPath?: string): Network {
  const network = openNetwork(dir, searchPath);
  const ended = processNames(network.state).filter((name) => !runs(network.state, name));
  if (ended.length > 0 || !network.state.ready)
    throw new ChannelError(
      'FABRIC_NETWORK_DOWN',
      `the network in ${dir} does not run: ${ended.join(', ') || 'not made whole'}`,
      {
        where: dir,
      },
    );
  return network;
}

export function save({ paths, state }: Network): void {
  saveState(paths.dir, state);
}

const PORT_MS = 2_000;
const POLL_MS = 50;

export const peerProcess = (id: string): string => `peer-${id}`;
export const chaincodeProcess = (id: string, sequence: number): string => `chaincode-${id}-${sequence}`;

/** The processes that a network consists of, in the order in which they start. */
export function processNames({ orderers, members, deployed }: NetworkState): string[] {
  return [
    ...orderers.map(({ name }) => name),
    ...members.map(({ id }) => peerProcess(id)),
    ...members.map(({ id }) => chaincodeProcess(id, deployed.sequence)),
  ];
}

export function runs({ processes }: NetworkState, name: string): boolean {
  return processes.some((record) => record.name === name && isRunning(record));
}

/** Starts a process unless it runs, records it before anything else can go wrong, and waits until it answers. */
async function ensureRunning(
  network: Network,
  start: Omit<ProcessStart, 'log'>,
  ports: readonly [number, ...number[]],
): Promise<void> {
  const { state, paths } = network;
  const log = paths.log(start.name);
  let record = state.processes.find((one) => one.name === start.name && isRunning(one));
  if (record === undefined) {
    network.signal?.throwIfAborted();
    for (const port of ports) await demandFree(port, start.name);
    record = await startProcess({ ...start, log });
    state.processes = [...state.processes.filter(({ name }) => name !== start.name), record];
    save(network);
  }
  await untilListening(record, ports[0], log);
}

async function demandFree(port: number, name: string): Promise<void> {
  // A process that ended a moment ago may still be giving up its port.
  const deadline = performance.now() + PORT_MS;
  while (!(await isFree(port))) {
    if (performance.now() > deadline) throw portTaken(port, name);
    await sleep(POLL_MS);
  }
}

function portTaken(port: number, name: string): ChannelError {
  return new ChannelError('FABRIC_NETWORK_FAILED', `${name} needs port ${port}, on which another process listens`, {
    where: `port ${port}`,
    fix: 'End that process: the channel knows the network by its ports.',
  });
}

export async function ensureOrderer(network: Network, orderer: OrdererState): Promise<void> {
  const { paths, binaries } = network;
  const folder = paths.orderer(orderer.name);
  writeConfig(join(folder, 'orderer.yaml'), ordererConfigText(paths, orderer));
  const env = fabricEnvironment(folder);
  await ensureRunning(network, { name: orderer.name, command: binaries.orderer, args: [], env }, [
    orderer.adminPort,
    orderer.port,
    orderer.operationsPort,
  ]);
}

export async function ensurePeer(network: Network, member: MemberState): Promise<void> {
  const { paths, binaries } = network;
  const folder = paths.member(member.id);
  writeConfig(join(folder, 'core.yaml'), peerConfigText(paths, member, network.state.fabric ?? undefined));
  const start = {
    name: peerProcess(member.id),
    command: binaries.peer,
    args: ['node', 'start'],
    env: fabricEnvironment(folder),
  };
  await ensureRunning(network, start, [member.peerPort]);
}

/** Starts a member's chaincode server of a deployment, under TLS that only the member's own Fabric peer passes. */
export async function ensureChaincode(
  network: Network,
  member: MemberState,
  bundle: string,
  sequence: number,
): Promise<void> {
  const identities = memberIdentities(network.paths, member.id);
  const env = {
    ...baseEnvironment(),
    // Otherwise a peer that starts its chaincode says whose it is.
    CORE_PEER_LOCALMSPID: member.id,
    CHAINCODE_ID: member.packageId,
    CHAINCODE_SERVER_ADDRESS: `127.0.0.1:${member.chaincodePort}`,
    CHAINCODE_TLS_DISABLED: 'false',
    CHAINCODE_TLS_KEY_FILE: identities.chaincodeTls.key,
    CHAINCODE_TLS_CERT_FILE: identities.chaincodeTls.cert,
    CHAINCODE_CLIENT_CA_CERT_FILE: identities.tlsRoot,
    UEC_BATCHING: network.state.batching ? 'on' : 'off',
  };
  const start = { name: chaincodeProcess(member.id, sequence), command: process.execPath, args: [bundle], env };
  await ensureRunning(network, start, [member.chaincodePort]);
}

/** Runs the `peer` command as a member's administrator. */
export function asAdmin(network: Network, id: string, args: readonly string[]): Promise<Buffer> {
  const { paths, binaries } = network;
  return runTool({
    command: binaries.peer,
    args,
    env: { ...fabricEnvironment(paths.member(id)), CORE_PEER_MSPCONFIGPATH: memberIdentities(paths, id).adminMsp },
    log: paths.toolLog,
  });
}

/** The options of the `peer` command that name an orderer. */
export function ordererArgs({ paths, state }: Network): string[] {
  // Any will do: an orderer that does not lead passes what it gets to the one that does.
  const [{ port }] = state.orderers as [OrdererState];
  return ['-o', `localhost:${port}`, '--tls', '--cafile', ordererIdentities(paths).tlsRoot];
}

/** Writes what a member's node needs to reach the channel, with paths relative to the file. */
export function writeProfile({ paths, state }: Network, { id, peerPort }: MemberState): void {
  const file = paths.profile(id);
  const from = (path: string): string => relative(dirname(file), path);
  const identities = memberIdentities(paths, id);
  const profile: ConnectionProfile = {
    version: 1,
    channel: state.channel,
    chaincode: state.chaincode,
    mspId: id,
    peers: [{ endpoint: `localhost:${peerPort}`, tlsRootCert: from(identities.tlsRoot) }],
    identity: { msp: from(identities.clientMsp) },
  };
  writeConfig(file, `${JSON.stringify(profile, null, 2)}\n`);
}

function writeConfig(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { mode: 0o600 });
}

// Without the colours of the default.
const LOG_FORMAT = '%{time:2006-01-02T15:04:05.000Z07:00} %{level} [%{module}] %{message}';

function fabricEnvironment(folder: string): Record<string, string> {
  return {
    ...baseEnvironment(),
    FABRIC_CFG_PATH: folder,
    FABRIC_LOGGING_SPEC: 'warning',
    FABRIC_LOGGING_FORMAT: LOG_FORMAT,
  };
}
