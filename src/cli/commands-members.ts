import { type Member, type Role, roles } from '../channel/index.ts';
import { ChannelError, defined } from '../emissions/index.ts';
import { oneOf } from './calculate.ts';
import { readConfig } from './config.ts';
import { joinRequest } from './enter-channel.ts';
import { withNode } from './node-client.ts';
import { print, table } from './output.ts';

interface Json {
  readonly json?: boolean;
}

export async function list(folder: string, options: Json): Promise<void> {
  const members = await withNode(folder, 'uec members', (node) => node.call('members', {}));
  print(members, options.json, () => table(['member', 'name', 'roles', ''], members.map(rowOf)));
}

/** A member that joined this node's ledger left its name and key beside it; options win over what it left. */
export async function admit(
  folder: string,
  id: string,
  options: Json & { readonly role: readonly string[]; readonly name?: string; readonly key?: string },
): Promise<void> {
  const left = await joinRequest(folder, id);
  const name = options.name ?? left?.name;
  const publicKey = options.key ?? left?.publicKey;
  // On Fabric the MSP vouches for a member, and no key stands on the ledger.
  const vouched = readConfig(folder).fabric !== undefined;
  if (name === undefined || (publicKey === undefined && !vouched)) {
    throw new ChannelError('OPTION_INVALID', `${id.slice(0, 64)} left no request to join here`, {
      fix: 'Let it run uec init DIR --join first, or give --name and --key.',
    });
  }
  const member = await withNode(folder, 'uec members admit', (node) =>
    node.call('admitMember', { id, name, ...defined({ publicKey }), roles: rolesOf(options.role) }),
  );
  print(
    member,
    options.json,
    () => `${member.id} (${member.name}) is a member; roles: ${member.roles.join(', ') || 'none'}`,
  );
}

export async function grant(
  folder: string,
  id: string,
  wanted: readonly string[],
  options: Json & { readonly exactly?: boolean },
): Promise<void> {
  const member = await withNode(folder, 'uec members grant', (node) =>
    node.call('grantRoles', { id, roles: rolesOf(wanted), exactly: options.exactly === true }),
  );
  print(member, options.json, () => `${member.id} has the roles ${member.roles.join(', ') || 'none'}`);
}

export async function suspend(folder: string, id: string, options: Json & { readonly reason: string }): Promise<void> {
  const member = await withNode(folder, 'uec members suspend', (node) =>
    node.call('suspendMember', { id, reason: options.reason }),
  );
  print(member, options.json, () => `${member.id} is suspended: ${options.reason}`);
}

function rolesOf(wanted: readonly string[]): Role[] {
  return wanted.map((role) => oneOf(role, roles, 'role') as Role);
}

function rowOf(member: Member): string[] {
  return [
    member.id,
    member.name,
    member.roles.join(', '),
    member.suspended === undefined ? '' : `suspended: ${member.suspended}`,
  ];
}
