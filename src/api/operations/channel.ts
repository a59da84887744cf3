import { z } from 'zod';
import { ChannelError, defined } from '../../emissions/index.ts';
import { calculateOnce, knownMeter, useCases } from '../../node/index.ts';
import { roleAllows } from '../access/principal.ts';
import { operation } from '../operation.ts';
import { pageOfList } from '../paging.ts';
import * as s from '../schemas/channel.ts';
import * as c from '../schemas/common.ts';
import { inventoryReport, siteCompleteness } from '../schemas/inventory.ts';
import { calculationAnswer, calculationBody } from '../schemas/records.ts';

const tag = 'Channel';
const member = z.strictObject({ id: c.memberId });

const readStatus = operation(
  {
    ...{ id: 'readStatus', method: 'GET', path: '/status', tag: 'Node', role: 'viewer' },
    summary: 'What the node is, and what stands on its ledger',
    answer: s.status,
  },
  ({ api }) => useCases.status(api.node, {}),
);

const readInventory = operation(
  {
    ...{ id: 'readInventory', method: 'GET', path: '/inventory', tag: 'Inventory', role: 'viewer', fresh: 'ledger' },
    summary: "A member's inventory of a calendar year",
    detail: 'As JSON, or with `Accept: text/csv` as a table.',
    query: z.strictObject({ year: c.year, member: c.memberId.optional() }),
    produces: ['application/json', 'text/csv'],
    answer: inventoryReport,
  },
  async ({ api, query, accept }) => {
    const request = defined(query);
    if (accept !== 'text/csv') return useCases.inventory(api.node, request);
    const text = await useCases.inventoryTable(api.node, request);
    return new Response(text, { headers: { 'Content-Type': 'text/csv; charset=utf-8' } });
  },
);

const readSites = operation(
  {
    ...{ id: 'readSites', method: 'GET', path: '/inventory/sites', tag: 'Inventory', role: 'viewer' },
    summary: "How much of a year each of the owner's sites has recorded",
    query: z.strictObject({ year: c.year, member: c.memberId.optional() }),
    answer: siteCompleteness,
  },
  async ({ api, query, principal }) => {
    // As the meter of a record: null and no refusal, because the command asks beside every inventory and a refusal is audited.
    if (roleAllows(principal.role, 'operator')) return useCases.sites(api.node, defined(query));
    return { owner: query.member ?? api.node.member, year: query.year, sites: null };
  },
);

const calculate = operation(
  {
    ...{ id: 'calculate', method: 'POST', path: '/calculations', tag: 'Inventory', role: 'viewer' },
    summary: 'The emissions of a quantity, by the default policy; nothing is kept',
    detail:
      'A period that is not over is calculated with the factors of today, and the flag `period-future` says so: it cannot be recorded.',
    body: calculationBody,
    answer: calculationAnswer,
  },
  async ({ api, body }) =>
    calculateOnce(
      { ...defined(body), place: defined(body.place) },
      api.node.factors,
      api.node.usPlaces,
      api.node.now(),
    ),
);

const listMembers = operation(
  {
    ...{ id: 'listMembers', method: 'GET', path: '/members', tag, role: 'viewer', fresh: 'ledger' },
    summary: 'Members of the channel',
    query: z.strictObject(c.paging),
    answer: c.pageOf(s.member),
    item: s.member,
  },
  async ({ api, query }) => pageOfList(await useCases.members(api.node, {}), ({ id }) => id, query),
);

const showMember = operation(
  {
    ...{ id: 'showMember', method: 'GET', path: '/members/{id}', tag, role: 'viewer' },
    summary: 'A member of the channel',
    params: member,
    answer: s.member,
    item: s.member,
  },
  async ({ api, params: { id } }) => {
    const found = (await useCases.members(api.node, {})).find((one) => one.id === id);
    if (found === undefined) throw new ChannelError('NOT_FOUND', `${id} is not a member`, { where: 'path/id' });
    return found;
  },
);

const admitMember = operation(
  {
    ...{ id: 'admitMember', method: 'POST', path: '/members', tag, role: 'admin' },
    summary: "Admit a member to the channel; the steward's act",
    body: s.admission,
    answer: s.member,
    status: 201,
  },
  async ({ api, body, audit }) => {
    audit.target = body.id;
    return api.turn.take(() => useCases.admitMember(api.node, defined(body)));
  },
);

const grantRoles = operation(
  {
    ...{ id: 'grantRoles', method: 'POST', path: '/members/{id}/roles', tag, role: 'admin' },
    summary: 'Give a member roles; with `exactly`, these and no others',
    params: member,
    seen: showMember,
    body: z.strictObject({ roles: s.admission.shape.roles, exactly: z.boolean().optional() }),
    answer: s.member,
  },
  async ({ api, params, body, audit }) => {
    audit.target = params.id;
    const args = { id: params.id, ...defined(body) };
    return api.turn.take(() => useCases.grantRoles(api.node, args));
  },
);

const suspendMember = operation(
  {
    ...{ id: 'suspendMember', method: 'POST', path: '/members/{id}/suspension', tag, role: 'admin' },
    summary: 'Suspend a member: it submits nothing until it is granted roles again',
    params: member,
    seen: showMember,
    body: z.strictObject({ reason: c.line }),
    answer: s.member,
  },
  async ({ api, params, body, audit }) => {
    audit.target = params.id;
    return api.turn.take(() => useCases.suspendMember(api.node, { id: params.id, reason: body.reason }));
  },
);

const readPolicy = operation(
  {
    ...{ id: 'readPolicy', method: 'GET', path: '/policy', tag, role: 'viewer' },
    summary: 'Which publishers the channel trusts, and how old a factor may be',
    answer: s.policy,
  },
  ({ api }) => useCases.policy(api.node, {}),
);

const setPolicy = operation(
  {
    ...{ id: 'setPolicy', method: 'PUT', path: '/policy', tag, role: 'admin' },
    summary: "Set the channel's policy; the steward's act",
    seen: readPolicy,
    body: s.policy,
    answer: s.policy,
  },
  ({ api, body }) => api.turn.take(() => useCases.setPolicy(api.node, { policy: body })),
);

const listMeters = operation(
  {
    ...{ id: 'listMeters', method: 'GET', path: '/meters', tag: 'Node', role: 'operator' },
    summary: "The owner's own list of its meters: private data that never leaves the node otherwise",
    query: z.strictObject(c.paging),
    answer: c.pageOf(s.meter),
    item: s.meter,
  },
  async ({ api, query }) => pageOfList(await useCases.meters(api.node, {}), ({ pseudonym }) => pseudonym, query),
);

const showMeter = operation(
  {
    ...{ id: 'showMeter', method: 'GET', path: '/meters/{id}', tag: 'Node', role: 'operator' },
    summary: "The owner's own name of one meter: private data",
    params: z.strictObject({ id: c.idOrPrefix }),
    answer: s.meter,
    item: s.meter,
  },
  ({ api, params }) => knownMeter(api.node, params.id),
);

const eraseMeter = operation(
  {
    ...{ id: 'eraseMeter', method: 'POST', path: '/meters/{id}/erasure', tag: 'Node', role: 'admin' },
    summary: "Destroy a meter's key and label on order; its records stay",
    params: z.strictObject({ id: c.idOrPrefix }),
    seen: showMeter,
    body: z.strictObject({
      order: z.string().min(1).max(100),
      reason: z
        .string()
        .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/)
        .max(60),
    }),
    answer: s.tombstone,
  },
  async ({ api, params, body, audit }) => {
    const answer = await api.turn.take(() => useCases.eraseMeter(api.node, { meter: params.id, ...body }));
    audit.target = answer.id;
    return answer;
  },
);

export const channelOperations = {
  readStatus,
  readInventory,
  readSites,
  calculate,
  listMembers,
  showMember,
  admitMember,
  grantRoles,
  suspendMember,
  readPolicy,
  setPolicy,
  listMeters,
  showMeter,
  eraseMeter,
} as const;
