import { ChannelError, defaultPolicy, isPublicKey, keyIdOf } from '../emissions/index.ts';
import type { LedgerContext, QueryContext } from './context.ts';
import { rangeOf, stateKeys } from './keys.ts';
import { invalid, line, list, memberId, object, oneOf, type Shape, text } from './shape.ts';
import { read, readAll, write } from './state.ts';

export const roles = ['reporter', 'auditor', 'factor-publisher', 'steward'] as const;
export type Role = (typeof roles)[number];

/** A member as the channel knows it. `keys` are the ids of its submitters' keys; absent on Fabric, whose MSP vouches for them. */
export interface Member {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly keys?: readonly string[];
  readonly suspended?: string;
}

export interface ChannelInfo {
  readonly channel: string;
  readonly founder: string;
  readonly created: string;
}

const publicKey: Shape = (value, path) => {
  text(/^[A-Za-z0-9+/=]{1,400}$/, 'a public key (SPKI, base64)')(value, path);
  if (!isPublicKey(value as string)) throw invalid(path, 'is no Ed25519 or P-256 public key');
};
const roleList = list(oneOf(roles), 0, roles.length);

export const createShape: Shape = object({ member: object({ id: memberId, name: line }, { publicKey }) });
export const admitShape: Shape = object({ id: memberId, name: line, roles: roleList }, { publicKey });
export const grantShape: Shape = object({ id: memberId, roles: roleList });
export const suspendShape: Shape = object({ id: memberId, reason: line });

interface Admission {
  readonly id: string;
  readonly name: string;
  readonly publicKey?: string;
}

/** Makes the channel: the first member is its steward, factor publisher and reporter. Runs once, as the first transaction. */
export async function createChannel(
  context: LedgerContext,
  { member }: { readonly member: Admission },
): Promise<unknown> {
  if ((await context.get(stateKeys.channel)) !== undefined)
    throw new ChannelError('LEDGER_EXISTS', `the channel ${context.channel} exists already`);
  if (member.id !== context.caller.member)
    throw new ChannelError('NOT_ALLOWED', `${context.caller.member} cannot found a channel for ${member.id}`);
  if (context.caller.roles?.includes('steward') === false)
    throw new ChannelError('NOT_ALLOWED', `${member.id}'s certificate does not let this submitter act as steward`, {
      member: member.id,
    });
  if (member.publicKey !== undefined && keyIdOf(member.publicKey) !== context.caller.keyId)
    throw new ChannelError(
      'SIGNATURE_INVALID',
      `${member.id} founds a channel with a key that is not the one it names`,
      {
        member: member.id,
      },
    );
  write(context, stateKeys.channel, { channel: context.channel, created: context.timestamp, founder: member.id });
  write(context, stateKeys.policy, defaultPolicy);
  return putMember(context, member, ['factor-publisher', 'reporter', 'steward']);
}

/** The caller as a member in good standing, with the roles that this submitter may use. */
export async function callingMember(context: LedgerContext): Promise<Member> {
  const { member: id, keyId, roles: limit } = context.caller;
  const member = await read<Member>(context, stateKeys.member(id));
  if (member === undefined)
    throw new ChannelError('MEMBER_UNKNOWN', `${id} is not a member of channel ${context.channel}`, { member: id });
  if (member.suspended !== undefined)
    throw new ChannelError('MEMBER_SUSPENDED', `${id} is suspended: ${member.suspended}`, { member: id });
  if (member.keys !== undefined && !member.keys.includes(keyId)) {
    throw new ChannelError('SIGNATURE_INVALID', `the key ${keyId.slice(0, 12)} is not one of ${id}'s`, { member: id });
  }
  return limit === undefined ? member : { ...member, roles: member.roles.filter((role) => limit.includes(role)) };
}

export function demandRole(member: Member, role: Role, what: string): void {
  if (!member.roles.includes(role)) {
    throw new ChannelError(
      'NOT_ALLOWED',
      `${what} needs the role ${role}; ${member.id} has ${member.roles.join(', ') || 'none'}`,
      { member: member.id },
    );
  }
}

export async function admitMember(
  context: LedgerContext,
  args: Admission & { readonly roles: readonly Role[] },
): Promise<unknown> {
  if ((await context.get(stateKeys.member(args.id))) !== undefined)
    throw new ChannelError('MEMBER_EXISTS', `${args.id} is a member already`, { member: args.id });
  // Where the ledger knows members by their keys, one without any could be anybody.
  const steward = await existingMember(context, context.caller.member);
  if (steward.keys !== undefined && args.publicKey === undefined) throw invalid('arguments', 'lacks publicKey');
  return putMember(context, args, args.roles);
}

/** Sets the member's roles; also ends a suspension. The last steward keeps the role. */
export async function grantRoles(
  context: LedgerContext,
  args: { readonly id: string; readonly roles: readonly Role[] },
): Promise<unknown> {
  const { suspended: _ended, ...member } = await existingMember(context, args.id);
  if (!args.roles.includes('steward')) await keepSteward(context, member);
  const granted = { ...member, roles: [...new Set(args.roles)].sort() };
  write(context, stateKeys.member(args.id), granted);
  return granted;
}

export async function suspendMember(
  context: LedgerContext,
  args: { readonly id: string; readonly reason: string },
): Promise<unknown> {
  const member = await existingMember(context, args.id);
  await keepSteward(context, member);
  const suspended = { ...member, suspended: args.reason };
  write(context, stateKeys.member(args.id), suspended);
  return suspended;
}

async function existingMember(context: Pick<QueryContext, 'get'>, id: string): Promise<Member> {
  const member = await read<Member>(context, stateKeys.member(id));
  if (member === undefined) throw new ChannelError('MEMBER_UNKNOWN', `${id} is not a member`, { member: id });
  return member;
}

export function listMembers(context: QueryContext): Promise<Member[]> {
  return readAll<Member>(context, rangeOf('member'));
}

async function keepSteward(context: LedgerContext, member: Member): Promise<void> {
  if (!member.roles.includes('steward') || member.suspended !== undefined) return;
  const others = (await listMembers(context)).filter(
    ({ id, roles: theirs, suspended }) => id !== member.id && theirs.includes('steward') && suspended === undefined,
  );
  if (others.length === 0)
    throw new ChannelError('NOT_ALLOWED', `${member.id} is the channel's last steward`, {
      member: member.id,
      fix: 'Grant another member the role steward first.',
    });
}

function putMember(context: LedgerContext, { id, name, publicKey: spki }: Admission, granted: readonly Role[]): Member {
  const member = {
    id,
    name,
    roles: [...new Set(granted)].sort(),
    ...(spki === undefined ? {} : { keys: [keyIdOf(spki)] }),
  };
  write(context, stateKeys.member(id), member);
  context.endorsers.enrol(id);
  return member;
}
