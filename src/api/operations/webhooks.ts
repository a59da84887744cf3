import { z } from 'zod';
import { operation } from '../operation.ts';
import * as s from '../schemas/admin.ts';
import { addWebhook as add, testWebhook as send } from '../webhooks/manage.ts';

const tag = 'Webhooks';
const params = z.strictObject({ id: z.string().max(100) });
const path = '/webhooks/{id}';

const listWebhooks = operation(
  {
    ...{ id: 'listWebhooks', method: 'GET', path: '/webhooks', tag, role: 'admin' },
    summary: "Receivers of the ledger's events",
    answer: z.object({ items: z.array(s.webhook) }),
  },
  async ({ api }) => ({ items: api.parts.webhooks.store.list() }),
);

const addWebhook = operation(
  {
    ...{ id: 'addWebhook', method: 'POST', path: '/webhooks', tag, role: 'admin', status: 201 },
    summary: 'Add a receiver; its secret is shown this once',
    body: s.webhookBody,
    answer: s.madeWebhook,
    once: 'never-kept',
  },
  async ({ api, body, audit }) => {
    const { endpoint, secret } = await add(api.parts.webhooks, body);
    audit.target = endpoint.id;
    return { ...endpoint, secret };
  },
);

const showWebhook = operation(
  {
    ...{ id: 'showWebhook', method: 'GET', path, tag, role: 'admin' },
    summary: 'A receiver, and the events given up on',
    params,
    answer: s.webhookDetail,
  },
  async ({ api, params: { id } }) => ({
    ...api.parts.webhooks.store.get(id),
    deadLetters: api.parts.webhooks.store.dead(id),
  }),
);

const removeWebhook = operation(
  {
    ...{ id: 'removeWebhook', method: 'DELETE', path, tag, role: 'admin', status: 204 },
    summary: 'Remove a receiver',
    params,
    seen: showWebhook,
  },
  ({ api, params: { id }, audit }) =>
    api.settings.take(async () => {
      api.parts.webhooks.store.remove(id);
      audit.target = id;
      return undefined;
    }),
);

const rotateWebhook = operation(
  {
    ...{ id: 'rotateWebhook', method: 'POST', path: '/webhooks/{id}/secret', tag, role: 'admin' },
    summary: 'Give a receiver a new secret; both sign for a day',
    params,
    seen: showWebhook,
    answer: z.object({ secret: z.string() }),
  },
  ({ api, params: { id }, audit }) =>
    api.settings.take(async () => {
      const secret = api.parts.webhooks.store.rotate(id);
      audit.target = id;
      return { secret };
    }),
);

const replayWebhook = operation(
  {
    ...{ id: 'replayWebhook', method: 'POST', path: '/webhooks/{id}/replay', tag, role: 'admin' },
    summary: 'Send everything again from a block on',
    params,
    seen: showWebhook,
    body: s.replayBody,
    answer: s.webhook,
  },
  ({ api, params: { id }, body, audit }) =>
    api.settings.take(async () => {
      const { store } = api.parts.webhooks;
      store.replay(id, body.from);
      audit.target = id;
      return store.get(id);
    }),
);

const testWebhook = operation(
  {
    ...{ id: 'testWebhook', method: 'POST', path: '/webhooks/{id}/test', tag, role: 'admin' },
    summary: 'Deliver a test event now, and tell how it ended',
    params,
    answer: s.delivery,
  },
  async ({ api, params: { id }, audit }) => {
    const answer = await send(api.parts.webhooks, id);
    audit.target = id;
    return answer;
  },
);

export const webhookOperations = {
  listWebhooks,
  addWebhook,
  showWebhook,
  removeWebhook,
  rotateWebhook,
  replayWebhook,
  testWebhook,
} as const;
