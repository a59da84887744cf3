import type { Ledger } from '../../ledger/index.ts';
import type { AdminOperation } from '../admin-operation.ts';
import { demandFields } from '../json-body.ts';
import type { AddressGuard } from './address-guard.ts';
import { addWebhook, type Deliver, testWebhook } from './manage.ts';
import type { WebhookStore } from './webhook-store.ts';

export interface WebhookParts {
  readonly store: WebhookStore;
  readonly guard: AddressGuard;
  readonly ledger: Pick<Ledger, 'height' | 'channel' | 'member'>;
  readonly deliver: Deliver;
}

/** Receivers of the ledger's events over the API. */
export function webhookOperations(parts: WebhookParts): readonly AdminOperation[] {
  const { store } = parts;
  const one = '/api/v1/webhooks/:id';
  return [
    {
      id: 'webhooks.list',
      role: 'admin',
      method: 'GET',
      path: '/api/v1/webhooks',
      run: () => ({ status: 200, body: { items: store.list() } }),
    },
    {
      id: 'webhooks.add',
      role: 'admin',
      method: 'POST',
      path: '/api/v1/webhooks',
      takesBody: true,
      run: async ({ body }) => {
        demandFields(body, { url: 'text' }, { types: 'texts', from: 'whole' });
        const { endpoint, secret } = await addWebhook(parts, body as { url: string; types?: string[]; from?: number });
        return { status: 201, body: { ...endpoint, secret }, target: endpoint.id };
      },
    },
    {
      id: 'webhooks.show',
      role: 'admin',
      method: 'GET',
      path: one,
      run: ({ params: { id = '' } }) => ({ status: 200, body: { ...store.get(id), deadLetters: store.dead(id) } }),
    },
    {
      id: 'webhooks.remove',
      role: 'admin',
      method: 'DELETE',
      path: one,
      run: ({ params: { id = '' } }) => {
        store.remove(id);
        return { status: 204, target: id };
      },
    },
    {
      id: 'webhooks.rotate',
      role: 'admin',
      method: 'POST',
      path: `${one}/secret`,
      run: ({ params: { id = '' } }) => ({ status: 200, body: { secret: store.rotate(id) }, target: id }),
    },
    {
      id: 'webhooks.replay',
      role: 'admin',
      method: 'POST',
      path: `${one}/replay`,
      takesBody: true,
      run: ({ params: { id = '' }, body }) => {
        demandFields(body, { from: 'whole' });
        store.replay(id, body.from as number);
        return { status: 200, body: store.get(id), target: id };
      },
    },
    {
      id: 'webhooks.test',
      role: 'admin',
      method: 'POST',
      path: `${one}/test`,
      run: async ({ params: { id = '' } }) => ({ status: 200, body: await testWebhook(parts, id), target: id }),
    },
  ];
}
