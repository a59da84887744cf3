import { isChannelError } from '../../../emissions/index.ts';
import { allSettled } from './all-settled.ts';
import { unlessSaid } from './deployment.ts';
import { connectMember, type MemberClient } from './member-client.ts';
import { asAdmin, type Network } from './network.ts';
import { untilLed } from './orderer-admin.ts';
import type { MemberState } from './state.ts';

/** Makes a member's Fabric peer serve the channel; one that does already is left as it is. */
export async function joinPeer(network: Network, { id }: MemberState): Promise<void> {
  await unlessSaid(/already exists/, () => asAdmin(network, id, ['channel', 'join', '-b', network.paths.genesis]));
}

/** Has the first member create the channel on the ledger and admit the others; passes once every member can write. */
export async function admitAll(network: Network): Promise<void> {
  const { members } = network.state;
  const [founder, ...others] = members as [MemberState, ...MemberState[]];
  await withMembers(network, members, async ([steward, ...rest]) => {
    const { id, name } = founder;
    await unlessDone('LEDGER_EXISTS', steward.submit('channel.create', { member: { id, name } }));
    await allSettled([
      ...others.map((member) => admit(steward, member)),
      ...rest.map((client) => client.endorse(ANY_QUERY)),
    ]);
  });
}

/** Has the steward admit a member; one that is admitted already is left as it is. */
export async function admit(steward: MemberClient, { id, name, roles: theirs }: MemberState): Promise<void> {
  await unlessDone('MEMBER_EXISTS', steward.submit('members.admit', { id, name, roles: theirs }));
}

/** Passes once each of the members has what it needs to write: its peer, a majority's endorsement and an orderer that leads. */
export async function untilWritable(network: Network, members: readonly MemberState[]): Promise<void> {
  await untilLed(network.state.orderers);
  await withMembers(network, members, async (clients) => {
    await allSettled(clients.map((client) => client.endorse(ANY_QUERY)));
  });
}

// Its answer is the same at every member and it writes nothing.
const ANY_QUERY = 'chaincode.version';

export async function withMembers(
  network: Network,
  members: readonly MemberState[],
  work: (clients: [MemberClient, ...MemberClient[]]) => Promise<void>,
): Promise<void> {
  const clients = await Promise.all(members.map((member) => connectMember(network, member)));
  try {
    await work(clients as [MemberClient, ...MemberClient[]]);
  } finally {
    for (const client of clients) client.close();
  }
}

// A submission that was tried again after an unclear answer may find its own first try.
async function unlessDone(code: 'LEDGER_EXISTS' | 'MEMBER_EXISTS', work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isChannelError(error, code)) throw error;
  }
}
