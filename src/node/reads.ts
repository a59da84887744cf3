import { ChannelError } from '../emissions/index.ts';
import {
  bySite,
  type InventoryReport,
  inventoryCsv,
  type Page,
  type RecordFilter,
  type RecordLine,
  type SiteCompleteness,
} from '../inventory/index.ts';
import { listMeters } from './meters.ts';
import type { Node } from './node.ts';

export interface InventoryRequest {
  readonly year: number;
  /** Another member's id; this node's own by default. */
  readonly member?: string;
}

/** A member's inventory of a calendar year, from the ledger as it stands now. */
export async function inventoryOf(node: Node, request: InventoryRequest): Promise<InventoryReport> {
  return node.inventory.inventory(await ownerOf(node, request), request.year);
}

/** Whose inventory is asked for, on a read model that is at the ledger's end. */
async function ownerOf(node: Node, { member }: InventoryRequest): Promise<string> {
  await node.inventory.catchUp(node.ledger);
  const owner = member ?? node.member;
  if (!node.inventory.members().some(({ id }) => id === owner))
    throw new ChannelError('MEMBER_UNKNOWN', `${owner.slice(0, 64)} is not a member of the channel`, {
      member: owner.slice(0, 64),
    });
  return owner;
}

/** How much of a year each site of a member has recorded. */
export interface SitesAnswer {
  readonly owner: string;
  readonly year: number;
  /** Null for another member, whose sites are not known here. */
  readonly sites: readonly SiteCompleteness[] | null;
}

/** Sites are the owner's names for places: they stand on the labels of its meters in the vault, and nowhere on the ledger. */
export async function sitesOf(node: Node, request: InventoryRequest): Promise<SitesAnswer> {
  const owner = await ownerOf(node, request);
  const { year } = request;
  const completeness = node.inventory.completeness(owner, year);
  if (owner !== node.member) return { owner, year, sites: null };
  const meters = new Map((await listMeters(node)).map(({ pseudonym, site }) => [pseudonym, site]));
  return { owner, year, sites: bySite(completeness.meters, (meter) => meters.get(meter)) };
}

export async function inventoryTable(node: Node, request: InventoryRequest): Promise<string> {
  return inventoryCsv(await inventoryOf(node, request));
}

export interface RecordsRequest extends Omit<RecordFilter, 'owner'> {
  readonly member?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

/** A page of records, newest first, of every member unless one is named. */
export async function listRecords(
  node: Node,
  { member, limit = 50, cursor, ...filter }: RecordsRequest,
): Promise<Page<RecordLine>> {
  await node.inventory.catchUp(node.ledger);
  const page = cursor === undefined ? { limit } : { limit, cursor };
  return node.inventory.records(member === undefined ? filter : { ...filter, owner: member }, page);
}

export interface StatusAnswer {
  readonly member: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly channel: string;
  readonly height: number;
  readonly members: number;
  readonly releases: { readonly published: number; readonly withdrawn: number };
  readonly documents: number;
  /** Documents that were found missing or damaged. */
  readonly lost: number;
  readonly openRequests: number;
  /** What was found when the node was opened, and mended. */
  readonly notices: readonly string[];
}

export async function nodeStatus(node: Node): Promise<StatusAnswer> {
  await node.inventory.catchUp(node.ledger);
  const members = node.inventory.members();
  const releases = node.inventory.releases();
  const documents = node.archive.list();
  return {
    member: node.member,
    name: node.name,
    roles: members.find(({ id }) => id === node.member)?.roles ?? [],
    channel: node.ledger.channel,
    height: await node.ledger.height(),
    members: members.length,
    releases: {
      published: releases.length,
      withdrawn: releases.filter(({ withdrawn }) => withdrawn !== undefined).length,
    },
    documents: documents.filter(({ state }) => state === 'kept').length,
    lost: documents.filter(({ state }) => state === 'lost').length,
    openRequests: node.inventory
      .requests()
      .filter(({ owner, answer, verdict }) => owner === node.member && answer === undefined && verdict === undefined)
      .length,
    notices: node.notices(),
  };
}
