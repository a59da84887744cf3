import { styleText } from 'node:util';
import { AddressGuard, addWebhook, type Delivery, deliver, testWebhook, WebhookStore } from '../api/index.ts';
import { ChannelError, defined } from '../emissions/index.ts';
import { type NodeConfig, nodePaths, readConfig } from './config.ts';
import { exitCodes } from './exit-code.ts';
import { audited } from './local-audit.ts';
import { withNode } from './node-client.ts';
import { print, table } from './output.ts';

interface Json {
  readonly json?: boolean;
}

export async function add(
  folder: string,
  url: string,
  { json, type = [], from }: Json & { readonly type?: readonly string[]; readonly from?: number },
): Promise<void> {
  const { height } = await withNode(folder, 'uec webhook add', (node) => node.call('status', {}));
  const { endpoint, secret } = await withStore(folder, 'command.webhooks.add', ({ store, guard }) =>
    addWebhook({ store, guard, ledger: { height: async () => height } }, { url, types: type, ...defined({ from }) }),
  );
  print({ ...endpoint, secret }, json, () =>
    [
      `Webhook ${endpoint.id}, from block ${endpoint.next.height}. Its secret, shown this once: ${styleText('bold', secret)}`,
      'Events are sent while the node is served.',
    ].join('\n'),
  );
}

export async function list(folder: string, { json }: Json): Promise<void> {
  const items = await withStore(folder, undefined, ({ store }) => store.list());
  print({ items }, json, () =>
    table(
      ['id', 'state', 'next block', 'last', 'given up', 'types', 'url'],
      items.map(({ id, state, next, last, dead, types, url }) => [
        id,
        state,
        String(next.height),
        last ?? '',
        String(dead),
        types.join(' ') || 'all',
        url,
      ]),
    ),
  );
}

export async function remove(folder: string, id: string, { json }: Json): Promise<void> {
  await withStore(folder, 'command.webhooks.remove', ({ store }) => store.remove(id), id);
  print({ removed: id }, json, () => `Webhook ${id} is removed; nothing more is sent.`);
}

export async function rotate(folder: string, id: string, { json }: Json): Promise<void> {
  const secret = await withStore(folder, 'command.webhooks.rotate', ({ store }) => store.rotate(id), id);
  print(
    { id, secret },
    json,
    () => `New secret of ${id}, shown this once: ${styleText('bold', secret)}\nThe old one signs beside it for a day.`,
  );
}

export async function replay(folder: string, id: string, options: Json & { readonly from: number }): Promise<void> {
  await withStore(folder, 'command.webhooks.replay', ({ store }) => store.replay(id, options.from), id);
  print({ id, from: options.from }, options.json, () => `Everything from block ${options.from} on is sent again.`);
}

export async function test(folder: string, id: string, { json }: Json): Promise<void> {
  const answer = await withStore(
    folder,
    'command.webhooks.test',
    ({ store, guard, config }) =>
      testWebhook(
        { store, ledger: config, deliver: (url, secrets, message) => deliver(url, secrets, message, { guard }) },
        id,
      ),
    id,
  );
  if (answer.outcome !== 'delivered') process.exitCode = exitCodes.unavailable;
  print(answer, json, () => deliveryText(answer));
}

const REASONS = {
  address: 'the URL leads to an address that is not public; see webhooks.allow in docs/operating.md',
  status: 'the receiver refused it',
  timeout: 'the receiver did not answer in time',
  connection: 'no connection, or no trusted certificate',
} as const;

function deliveryText(answer: Delivery): string {
  if (answer.outcome === 'delivered') return `Delivered: status ${answer.status}.`;
  if (answer.outcome === 'gone') return 'The receiver answers 410: it wants no more.';
  return `Not delivered: ${REASONS[answer.reason]}${answer.status === undefined ? '' : ` (status ${answer.status})`}.`;
}

interface Parts {
  readonly store: WebhookStore;
  readonly guard: AddressGuard;
  readonly config: NodeConfig;
}

/** Works on the node's webhooks beside a serving node too; with an operation, what is done goes to the audit log. */
async function withStore<T>(
  folder: string,
  operation: string | undefined,
  work: (parts: Parts) => T | Promise<T>,
  target?: string,
): Promise<T> {
  const config = readConfig(folder);
  if (target !== undefined && !/^wh_[0-9a-f]{16}$/.test(target))
    throw new ChannelError('WEBHOOK_NOT_FOUND', 'no webhook has this id', { where: 'id' });
  const store = new WebhookStore(nodePaths(folder).webhooks);
  try {
    const run = () => work({ store, guard: new AddressGuard(config.webhooks?.allow), config });
    return operation === undefined ? await run() : await audited(folder, operation, run, () => target);
  } finally {
    store.close();
  }
}
