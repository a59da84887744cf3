import { execFileSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { Client, credentials } from '@grpc/grpc-js';
import { type Contract, connect, signers } from '@hyperledger/fabric-gateway';
import { canonical, isChannelError } from '../../src/emissions/index.ts';
import { bundleChaincode } from '../../src/ledger/fabric/chaincode/index.ts';
import { fabricVersion, isFabric3 } from '../../src/ledger/fabric/network/binaries.ts';
import { type FabricNetworkAnswer, fabricDown, fabricUp } from '../../src/ledger/fabric/network/index.ts';
import { readProfile } from '../../src/ledger/fabric/profile.ts';

/** Options of every test of this folder: it is skipped, and said so, where Fabric's programs are absent. */
export const onFabric = { skip: programsAbsent() ? "needs Fabric's binaries on PATH" : false, timeout: 120_000 };

/** Whether the programs are of Fabric 3; false where they are absent. */
export const fabric3 =
  onFabric.skip === false && isFabric3(fabricVersion(execFileSync('peer', ['version']).toString()));

/** Options of a test of what came with Fabric 3. */
export const onFabric3 = { ...onFabric, skip: onFabric.skip || (fabric3 ? false : 'needs Fabric 3') };

function programsAbsent(): boolean {
  return !['peer', 'orderer', 'configtxgen', 'configtxlator', 'cryptogen'].every(onPath);
}

/** Whether a program is on PATH. */
export function onPath(name: string): boolean {
  const folders = (process.env.PATH ?? '').split(':');
  return folders.some((folder) => folder !== '' && listed(folder).includes(name));
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

const folders: string[] = [];
const closers: (() => void)[] = [];

/** Starts a network of its own in a temporary folder; it is ended and removed when the test file is done. */
export async function ownNetwork(options: Partial<Parameters<typeof fabricUp>[0]> = {}): Promise<FabricNetworkAnswer> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'uec-fabric-')));
  folders.push(root);
  return fabricUp({ dir: join(root, 'network'), chaincode: bundleChaincode, ...options });
}

let shared: Promise<FabricNetworkAnswer> | undefined;

/** The network of this test process: ACME (steward, reporter), BETA (reporter) and AUDIT (auditor), three Raft orderers. */
export function sharedNetwork(): Promise<FabricNetworkAnswer> {
  shared ??= ownNetwork({ members: ['ACME', 'BETA', 'AUDIT'] });
  return shared;
}

async function endAll(): Promise<void> {
  for (const close of closers.splice(0)) close();
  for (const root of folders.splice(0)) {
    try {
      await fabricDown(join(root, 'network'));
    } catch (error) {
      if (!isChannelError(error, 'FABRIC_NETWORK_ABSENT')) throw error;
    }
    rmSync(root, { recursive: true, force: true });
  }
}

after(endAll);
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void endAll().finally(() => process.exit(1)));

/** A member's own gateway, with nothing of this project between the test and Fabric. */
export interface PlainClient {
  readonly contract: Contract;
  submit(name: string, args: unknown): Promise<unknown>;
  evaluate(name: string, args: unknown): Promise<unknown>;
}

export function plainClient(profileFile: string): PlainClient {
  const { peers, mspId, identity, channel, chaincode } = readProfile(profileFile);
  const [{ endpoint, tlsRootCert }] = peers as [(typeof peers)[0]];
  const { msp } = identity as { msp: string };
  const connection = new Client(endpoint, credentials.createSsl(readFileSync(tlsRootCert)));
  const gateway = connect({
    client: connection,
    identity: { mspId, credentials: onlyFile(join(msp, 'signcerts')) },
    signer: signers.newPrivateKeySigner(createPrivateKey(onlyFile(join(msp, 'keystore')))),
    commitStatusOptions: () => ({ deadline: Date.now() + 20_000 }),
  });
  closers.push(() => {
    gateway.close();
    connection.close();
  });
  const contract = gateway.getNetwork(channel).getContract(chaincode);
  const parsed = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString());
  return {
    contract,
    submit: async (name, args) => parsed(await contract.submitTransaction(name, canonical(args))),
    evaluate: async (name, args) => parsed(await contract.evaluateTransaction(name, canonical(args))),
  };
}

function onlyFile(folder: string): Buffer {
  const [name] = readdirSync(folder) as [string];
  return readFileSync(join(folder, name));
}
