import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ChannelError, isChannelError } from '../../../emissions/index.ts';
import { ccaasPackage } from '../chaincode/index.ts';
import { memberIdentities, type NetworkPaths } from './folder.ts';
import { asAdmin, type Network, ordererArgs } from './network.ts';
import type { DeployedBundle, MemberState, NetworkState } from './state.ts';
import { whileStarting } from './tool.ts';

/** Chaincode to run: a folder with a bundled `main.cjs`, or what bundles it into a folder. */
export type ChaincodeSource = string | ((outDir: string) => Promise<{ readonly file: string }>);

const BUNDLE = 'main.cjs';

/**
 * Copies the chaincode under the network's folder, so that it can be started again whatever becomes of its source.
 * @throws {ChannelError} FILE_UNREADABLE where the folder holds no bundle
 */
export async function placeBundle(paths: NetworkPaths, source: ChaincodeSource): Promise<{ readonly sha256: string }> {
  const fresh = join(paths.chaincode, `new-${process.pid}`);
  mkdirSync(fresh, { recursive: true });
  try {
    if (typeof source === 'function') await source(fresh);
    else copyBundle(source, fresh);
    const sha256 = createHash('sha256')
      .update(readFileSync(join(fresh, BUNDLE)))
      .digest('hex');
    const place = bundleFolder(paths, sha256);
    if (!existsSync(place)) renameSync(fresh, place);
    return { sha256 };
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function copyBundle(source: string, to: string): void {
  const file = join(source, BUNDLE);
  if (!existsSync(file))
    throw new ChannelError('FILE_UNREADABLE', `no chaincode bundle in ${source}: ${BUNDLE} is not there`, {
      where: file,
      fix: 'Make it first: npm run chaincode.',
    });
  cpSync(file, join(to, BUNDLE));
}

function bundleFolder(paths: NetworkPaths, sha256: string): string {
  return join(paths.chaincode, sha256.slice(0, 16));
}

export function bundleFile(paths: NetworkPaths, { sha256 }: Pick<DeployedBundle, 'sha256'>): string {
  return join(bundleFolder(paths, sha256), BUNDLE);
}

/**
 * Writes a member's package for its own chaincode server and gives its id.
 * The package holds no code. It names the server, and the TLS pair with which the Fabric peer dials it.
 */
export function writePackage(
  { paths, state }: Network,
  { id, chaincodePort }: Pick<MemberState, 'id' | 'chaincodePort'>,
  sequence: number,
): string {
  const identities = memberIdentities(paths, id);
  const { id: packageId, bytes } = ccaasPackage({
    label: `${state.chaincode}_${sequence}`,
    address: `localhost:${chaincodePort}`,
    tls: {
      rootCert: readFileSync(identities.tlsRoot, 'utf8'),
      client: {
        certificate: readFileSync(identities.peerTls.cert, 'utf8'),
        privateKey: readFileSync(identities.peerTls.key, 'utf8'),
      },
    },
  });
  mkdirSync(paths.member(id), { recursive: true });
  writeFileSync(packageFile(paths, id), bytes, { mode: 0o600 });
  return packageId;
}

function packageFile(paths: NetworkPaths, id: string): string {
  return join(paths.member(id), 'chaincode.tar.gz');
}

export async function installPackage(network: Network, id: string): Promise<void> {
  await unlessSaid(/already successfully installed/, () =>
    asAdmin(network, id, ['lifecycle', 'chaincode', 'install', packageFile(network.paths, id)]),
  );
}

/** A member's consent to the definition, with the package that its own Fabric peer will run. Waits for the block. */
export async function approve(
  network: Network,
  { id, packageId }: MemberState,
  deployed: DeployedBundle,
): Promise<void> {
  const args = ['lifecycle', 'chaincode', 'approveformyorg', ...ordererArgs(network)];
  await unlessSaid(/with unchanged content/, () =>
    whileStarting(() =>
      asAdmin(network, id, [...args, ...definitionArgs(network.state, deployed), '--package-id', packageId]),
    ),
  );
}

/** Makes the definition the channel's, as soon as a majority approved it. */
export async function commit(network: Network, deployed: DeployedBundle): Promise<void> {
  const { state, paths } = network;
  const peers = state.members.flatMap(({ id, peerPort }) => [
    '--peerAddresses',
    `localhost:${peerPort}`,
    '--tlsRootCertFiles',
    memberIdentities(paths, id).tlsRoot,
  ]);
  const args = [
    'lifecycle',
    'chaincode',
    'commit',
    ...ordererArgs(network),
    ...definitionArgs(state, deployed),
    ...peers,
  ];
  await whileStarting(() => asAdmin(network, founderOf(state).id, args));
}

/** The sequence of the definition that a member's Fabric peer has committed; 0 for none. */
export async function committedSequence(network: Network, id: string): Promise<number> {
  const { channel, chaincode } = network.state;
  const args = ['lifecycle', 'chaincode', 'querycommitted', '-C', channel, '-n', chaincode, '--output', 'json'];
  const answer = JSON.parse((await asAdmin(network, id, args)).toString()) as { readonly sequence?: number };
  return answer.sequence ?? 0;
}

export function founderOf({ members }: NetworkState): MemberState {
  return members[0] as MemberState;
}

// The version is the bundle's hash: members who approve it agree on the code, not only on a number.
function definitionArgs({ channel, chaincode }: NetworkState, { sha256, sequence }: DeployedBundle): string[] {
  return ['-C', channel, '-n', chaincode, '--version', sha256.slice(0, 16), '--sequence', String(sequence)];
}

/** Does something that may have been done before, when Fabric says so in these words. */
export async function unlessSaid(done: RegExp, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isChannelError(error, 'FABRIC_NETWORK_FAILED') || !done.test(error.message)) throw error;
  }
}
