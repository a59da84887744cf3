import type { Member, Role } from '../channel/index.ts';
import { ChannelError, canonical, defined } from '../emissions/index.ts';
import { ChannelClient } from './channel-client.ts';
import type { Node } from './node.ts';

export async function listMembers(node: Node): Promise<readonly Member[]> {
  return new ChannelClient(node.ledger).members();
}

/** Admits a member to the channel; the steward's act. `publicKey` is the member's submitter key (SPKI, base64). */
export async function admitMember(
  node: Node,
  args: { readonly id: string; readonly name: string; readonly publicKey?: string; readonly roles: readonly Role[] },
): Promise<Member> {
  const { result } = await node.ledger.submit(
    'members.admit',
    canonical(defined({ ...args, publicKey: args.publicKey })),
  );
  return JSON.parse(result) as Member;
}

/** Adds roles to those that the member has; with `exactly`, sets them. Also ends a suspension. */
export async function grantRoles(
  node: Node,
  args: { readonly id: string; readonly roles: readonly Role[]; readonly exactly?: boolean },
): Promise<Member> {
  const known = (await listMembers(node)).find(({ id }) => id === args.id);
  if (known === undefined) throw new ChannelError('MEMBER_UNKNOWN', `${args.id} is not a member`, { member: args.id });
  const roles = [...new Set(args.exactly === true ? args.roles : [...known.roles, ...args.roles])].sort();
  const { result } = await node.ledger.submit('members.grant', canonical({ id: args.id, roles }));
  return JSON.parse(result) as Member;
}

export async function suspendMember(
  node: Node,
  args: { readonly id: string; readonly reason: string },
): Promise<Member> {
  const { result } = await node.ledger.submit('members.suspend', canonical(args));
  return JSON.parse(result) as Member;
}
