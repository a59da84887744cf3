// If-Match: a change that rests on what was read is made only while that still holds.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { describedApi } from '../../src/api/index.ts';
import { type AnyOperation, pathOf } from '../../src/api/operation.ts';
import { operations } from '../../src/api/operations/index.ts';
import { type ServedApi, serveApi } from '../support/api.ts';
import { callsOf, problem, rejects } from '../support/api-calls.ts';
import { newChannel, samples, together } from '../support/nodes.ts';

const DAY_FAR = '2999-12-31';

/** What is changed, where it is read, and a change of it. Written by hand: what may be guarded is a matter of the API. */
interface Change {
  readonly read: string;
  readonly path: string;
  readonly method?: string;
  readonly body?: object;
}

describe('If-Match', () => {
  let served: ServedApi;
  let changes: Readonly<Record<string, Change>>;
  let records: readonly string[];
  const { client, send } = callsOf(() => served.address);

  before(async () => {
    const channel = await newChannel();
    records = await together(channel, async ({ acme }) => {
      const answer = await acme('record', {
        files: [join(samples, 'acme/california-2022.csv'), join(samples, 'acme/gas-2022.csv')],
        read: {},
      });
      return answer.lines.map(({ recordId }) => recordId as string);
    });
    served = await serveApi(channel.acme);
    changes = await changesOf();
  });
  after(() => served.close());

  const change = ({ path, method = 'POST', body }: Change, tag: string, more: Record<string, string> = {}) =>
    send(path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: { 'Content-Type': 'application/json', 'If-Match': tag, ...more },
    });
  const tagOf = async (path: string): Promise<string> => {
    const answer = await send(path);
    await answer.body?.cancel();
    assert.equal(answer.status, 200, path);
    return answer.headers.get('etag') as string;
  };

  async function changesOf(): Promise<Readonly<Record<string, Change>>> {
    const admin = client('admin-token');
    const { id: token } = await admin.call('POST /tokens', { body: { role: 'viewer', label: 'a', expires: DAY_FAR } });
    // Deliveries are part of a webhook's tag: this one has none, whenever a change would be told.
    const hook = { url: 'https://hooks.example.org/', types: ['none.such'] };
    const { id: webhook } = await admin.call('POST /webhooks', { body: hook });
    const [one, two] = records;
    const [newest, older] = (await admin.call('GET /imports', { query: {} })).items.map(({ id }) => id);
    const { items } = await admin.call('GET /documents', { query: {} });
    const commitment = items[0]?.commitment;
    const meter = (await admin.call('GET /meters', { query: {} })).items[0]?.pseudonym;
    const policy = await admin.call('GET /policy', {});
    const order = { order: 'case-1', reason: 'retention-ended' };
    assert.ok(newest !== undefined && older !== undefined);
    return {
      correctRecord: {
        read: `/records/${one}`,
        path: `/records/${one}/corrections`,
        body: { reason: 'estimate-replaced', readBasis: 'estimated' },
      },
      voidRecord: { read: `/records/${two}`, path: `/records/${two}/void`, body: { reason: 'duplicate' } },
      undoImport: { read: `/imports/${newest}`, path: `/imports/${newest}/undo`, body: { reason: 'duplicate' } },
      holdDocument: {
        read: `/documents/${commitment}`,
        ...{ path: `/documents/${commitment}/hold`, method: 'PUT', body: { until: DAY_FAR, reason: 'audit' } },
      },
      liftHold: { read: `/documents/${commitment}`, path: `/documents/${commitment}/hold`, method: 'DELETE' },
      eraseDocument: { read: `/documents/${commitment}`, path: '/erasures', body: { document: commitment, ...order } },
      setPolicy: { read: '/policy', path: '/policy', method: 'PUT', body: { ...policy, vintageLimit: 7 } },
      grantRoles: { read: '/members/BETA', path: '/members/BETA/roles', body: { roles: ['auditor'] } },
      suspendMember: { read: '/members/BETA', path: '/members/BETA/suspension', body: { reason: 'left' } },
      eraseMeter: { read: `/meters/${meter}`, path: `/meters/${meter}/erasure`, body: order },
      rotateWebhook: { read: `/webhooks/${webhook}`, path: `/webhooks/${webhook}/secret` },
      replayWebhook: { read: `/webhooks/${webhook}`, path: `/webhooks/${webhook}/replay`, body: { from: 1 } },
      removeWebhook: { read: `/webhooks/${webhook}`, path: `/webhooks/${webhook}`, method: 'DELETE' },
      revokeToken: { read: `/tokens/${token}`, path: `/tokens/${token}`, method: 'DELETE' },
    };
  }

  test('what may be guarded is told in the description, with the problem that it ends in', () => {
    const described = operations.filter((operation) => {
      const { parameters, responses } = objectOf(operation);
      assert.equal(412 in responses, parameters.includes('If-Match'), operation.id);
      return parameters.includes('If-Match');
    });
    assert.deepEqual(described.map(({ id }) => id).sort(), Object.keys(changes).sort());
  });

  test('another tag, and one of the same answer that is weak, change nothing', async () => {
    for (const [id, one] of Object.entries(changes)) {
      const tag = await tagOf(one.read);
      for (const wrong of ['"other"', `W/${tag}`, '"one", "two"'])
        assert.deepEqual([id, await codeOf(await change(one, wrong))], [id, 'PRECONDITION_FAILED']);
      assert.equal(await tagOf(one.read), tag, id);
    }
  });

  test('the tag that was read changes it once', async () => {
    for (const [id, one] of Object.entries(changes)) {
      const tag = await tagOf(one.read);
      const answer = await change(one, `"other", ${tag}`);
      const text = await answer.text();
      assert.ok(answer.ok, `${id}: ${answer.status} ${text}`);
      if (answer.status === 202) await (await send(`/jobs/${JSON.parse(text).id}/events`)).text();
      // A webhook's new secret is in no answer, a replay from its first block is where it stands, and what is gone is not found.
      if (['rotateWebhook', 'replayWebhook', 'removeWebhook', 'eraseMeter'].includes(id)) continue;
      await problem(await change(one, tag), 412, 'PRECONDITION_FAILED');
    }
  });

  test('of two changes that rest on one answer the second is not made, however close they come', async () => {
    const id = records[2];
    const tag = await tagOf(`/records/${id}`);
    const correct = (quantity: string): Change => ({
      ...{ read: '', path: `/records/${id}/corrections` },
      body: { reason: 'misread', quantity, adjust: true },
    });
    const answers = await Promise.all(['10', '11', '12'].map((quantity) => change(correct(quantity), tag)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 412, 412]);
    // `*`: as long as there is one.
    assert.equal((await change(correct('13'), '*')).status, 201);
  });

  test('a request that was done is answered under its key as before, although the tag is another now', async () => {
    const one: Change = {
      ...{ read: `/records/${records[3]}`, path: `/records/${records[3]}/void` },
      body: { reason: 'duplicate' },
    };
    const tag = await tagOf(one.read);
    const key = { 'Idempotency-Key': 'guarded-1' };
    const first = await change(one, tag, key);
    assert.equal(first.status, 200);
    const again = await change(one, tag, key);
    assert.deepEqual([again.status, await again.text()], [200, await first.text()]);
    // What was refused frees its key.
    const other = { ...one, path: `/records/${records[4]}/void` };
    const fresh = { 'Idempotency-Key': 'guarded-2' };
    await problem(await change(other, '"other"', fresh), 412, 'PRECONDITION_FAILED');
    assert.equal((await change(other, await tagOf(`/records/${records[4]}`), fresh)).status, 200);
  });

  test('what is not there is not found, and what has no tag refuses to be guarded', async () => {
    const none = { read: '', path: `/records/${'0'.repeat(64)}/void`, body: { reason: 'duplicate' } };
    await problem(await change(none, '"x"'), 404, 'RECORD_NOT_FOUND');
    const several = { read: '', path: '/records/void', body: { records: [records[5]], reason: 'duplicate' } };
    const told = await problem(await change(several, '*'), 412, 'PRECONDITION_FAILED');
    assert.equal(told.fix, 'Send the request without If-Match.');
    await assert.rejects(
      client('admin-token').call('DELETE /tokens/{id}', {
        params: { id: 'ffff' },
        headers: { 'If-Match': '"x"' },
      }),
      rejects('TOKEN_NOT_FOUND'),
    );
  });
});

async function codeOf(response: Response): Promise<unknown> {
  return ((await response.json()) as { code?: unknown }).code;
}

function objectOf(operation: AnyOperation): { parameters: string[]; responses: Record<number, unknown> } {
  const methods = describedApi().paths[pathOf(operation)] as Record<string, object>;
  const { parameters, responses } = methods[operation.method.toLowerCase()] as {
    parameters: { name: string }[];
    responses: Record<number, unknown>;
  };
  return { parameters: parameters.map(({ name }) => name), responses };
}
