import type { Role } from '../../../channel/index.ts';
import { ChannelError } from '../../../emissions/index.ts';
import { ordererMspId } from './folder.ts';

/** A member as asked for. Its id is also its MSP id. */
export interface MemberPlan {
  readonly id: string;
  readonly name: string;
  /** Roles that the steward grants; the first member's are fixed by the channel. */
  readonly roles: readonly Role[];
}

export interface PlanOptions {
  /** Number of members where none are named: Org1MSP, Org2MSP and so on. Default 3. */
  readonly orgs?: number;
  /** Members by id, or with a name and roles of their own. */
  readonly members?: readonly (string | (Pick<MemberPlan, 'id'> & Partial<MemberPlan>))[];
  /** Default 3, or 4 under BFT. */
  readonly orderers?: number;
  /** Orders by SmartBFT in place of Raft. */
  readonly bft?: boolean;
}

export interface NetworkPlan {
  readonly members: readonly MemberPlan[];
  readonly orderers: number;
  readonly bft: boolean;
}

const MOST = 16;
const LONGEST_ID = 40;

/**
 * The members and orderers that the options mean. The first member founds the channel; the last of several is its auditor, the
 * others are reporters, unless their roles are given.
 * @throws {ChannelError} OPTION_INVALID
 */
export function planNetwork({ orgs = 3, members, bft = false, orderers = bft ? 4 : 3 }: PlanOptions): NetworkPlan {
  if (!within(orgs, 1, MOST)) throw invalid('orgs', `${orgs} organisations`, `1 to ${MOST}`);
  const [fewest, why] = bft ? [4, 'BFT bears one faulty orderer of four'] : [1, 'three bear the loss of one'];
  if (!within(orderers, fewest, MOST))
    throw invalid('orderers', `${orderers} orderers`, `${fewest} to ${MOST} (${why})`);
  const asked = members ?? Array.from({ length: orgs }, (_, at) => `Org${at + 1}MSP`);
  if (asked.length === 0 || asked.length > MOST) throw invalid('members', `${asked.length} members`, `1 to ${MOST}`);
  const planned = asked.map((one, at) => planMember(one, at > 0 && at === asked.length - 1 ? 'auditor' : 'reporter'));
  const seen = new Set<string>();
  for (const { id } of planned) {
    const folder = id.toLowerCase();
    if (seen.has(folder)) throw invalid('members', `${id} twice`, 'ids that differ in more than case');
    seen.add(folder);
  }
  return { members: planned, orderers, bft };
}

/** @throws {ChannelError} OPTION_INVALID where the id cannot be an MSP id, a certificate's name and a folder at once. */
export function planMember(
  asked: string | (Pick<MemberPlan, 'id'> & Partial<MemberPlan>),
  role: Role = 'reporter',
): MemberPlan {
  const { id, name, roles } = typeof asked === 'string' ? { id: asked } : asked;
  const fits = /^[A-Za-z][A-Za-z0-9-]*(\.[A-Za-z0-9-]+)*$/.test(id) && id.length <= LONGEST_ID;
  if (!fits || id.toLowerCase() === ordererMspId.toLowerCase())
    throw invalid('members', `a member id of ${id.length} characters that cannot be used`, MEMBER_ID);
  return { id, name: name ?? id, roles: roles ?? [role] };
}

const MEMBER_ID = `a letter, then letters, digits, hyphens and single dots, at most ${LONGEST_ID}, and not ${ordererMspId}`;

function within(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function invalid(where: string, found: string, right: string): ChannelError {
  return new ChannelError('OPTION_INVALID', `a local network with ${found} is not possible`, {
    where,
    fix: `Give ${right}.`,
  });
}
