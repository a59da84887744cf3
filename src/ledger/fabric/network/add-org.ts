import { rmSync } from 'node:fs';
import { ChannelError } from '../../../emissions/index.ts';
import { admit, joinPeer, untilWritable, withMembers } from './admission.ts';
import { allSettled } from './all-settled.ts';
import { answerOf, type FabricNetworkAnswer } from './answer.ts';
import { addToChannel } from './channel-update.ts';
import { approve, bundleFile, founderOf, installPackage, writePackage } from './deployment.ts';
import { memberIdentities } from './folder.ts';
import { issueIdentities } from './identities.ts';
import {
  chaincodeProcess,
  ensureChaincode,
  ensurePeer,
  type Network,
  openRunningNetwork,
  peerProcess,
  save,
  writeProfile,
} from './network.ts';
import { type MemberPlan, planMember } from './plan.ts';
import { freePorts } from './ports.ts';
import { stopProcesses } from './processes.ts';
import { type MemberState, portsOf } from './state.ts';
import type { FabricUpOptions } from './up.ts';

/**
 * Adds a member to the running channel: its identities, Fabric peer and chaincode server; a configuration update signed by a
 * majority of the administrators; then the founder admits it with its roles (reporter unless given). Called again after a
 * failure it goes on where that one ended.
 * @throws {ChannelError} OPTION_INVALID, MEMBER_EXISTS, FABRIC_NETWORK_ABSENT, FABRIC_NETWORK_DOWN, FABRIC_BINARY_MISSING,
 * FABRIC_NETWORK_FAILED
 */
export async function fabricAddOrg(
  dir: string,
  asked: string | (Pick<MemberPlan, 'id'> & Partial<MemberPlan>),
  { onStep = () => undefined, searchPath }: Pick<FabricUpOptions, 'onStep' | 'searchPath'> = {},
): Promise<FabricNetworkAnswer> {
  const plan = planMember(asked);
  const network = openRunningNetwork(dir, searchPath);
  const { state } = network;
  const begun = state.members.find(({ id }) => id.toLowerCase() === plan.id.toLowerCase());
  if (begun?.admitted === true)
    throw new ChannelError('MEMBER_EXISTS', `${plan.id} is a member of this network already`, { member: plan.id });
  const member = begun ?? (await addOrganisation(network, plan, onStep));
  onStep('joining and admitting it');
  await joinPeer(network, member);
  await approve(network, member, state.deployed);
  writeProfile(network, member);
  await withMembers(network, [founderOf(state)], ([steward]) => admit(steward, member));
  member.admitted = true;
  save(network);
  await untilWritable(network, state.members);
  return answerOf(network);
}

/** Gives the member its identities and processes and puts it into the channel's configuration, or leaves nothing running of it. */
async function addOrganisation(
  network: Network,
  plan: MemberPlan,
  onStep: (step: string) => void,
): Promise<MemberState> {
  const { state, paths, binaries } = network;
  const { deployed } = state;
  onStep('issuing identities');
  // What an earlier try left would be issued under another root than what is new.
  rmSync(memberIdentities(paths, plan.id).root, { recursive: true, force: true });
  await issueIdentities(paths, binaries, [plan.id], []);
  const [peerPort, chaincodePort] = (await freePorts(2, portsOf(state))) as [number, number];
  const member: MemberState = { ...plan, peerPort, chaincodePort, packageId: '', admitted: false };
  try {
    onStep('starting its Fabric peer and chaincode');
    member.packageId = writePackage(network, member, deployed.sequence);
    await allSettled([
      ensureChaincode(network, member, bundleFile(paths, deployed), deployed.sequence),
      ensurePeer(network, member).then(() => installPackage(network, member.id)),
    ]);
    onStep('adding it to the channel');
    // From this update on the majority counts the new member too, so its Fabric peer stands ready before.
    await addToChannel(network, member);
  } catch (error) {
    await forget(network, member);
    throw error;
  }
  state.members.push(member);
  save(network);
  return member;
}

async function forget(network: Network, { id }: MemberState): Promise<void> {
  const { state } = network;
  const names = [peerProcess(id), chaincodeProcess(id, state.deployed.sequence)];
  await stopProcesses(state.processes.filter(({ name }) => names.includes(name)));
  state.processes = state.processes.filter(({ name }) => !names.includes(name));
  save(network);
  rmSync(network.paths.member(id), { recursive: true, force: true });
}
