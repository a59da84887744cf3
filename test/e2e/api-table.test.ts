// The table of operations against a node: who may call what, and answers that are as their schemas say.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type AnyOperation, pathOf } from '../../src/api/operation.ts';
import { operations, rootOperations } from '../../src/api/operations/index.ts';
import { serverEvents } from '../../src/client/server-events.ts';
import { type ServedApi, serveApi } from '../support/api.ts';
import { newChannel, samples, temporaryFolder, together } from '../support/nodes.ts';

const all = [...operations, ...rootOperations];

// Written by hand from docs/api.md.
const VIEWER =
  'listRecords showRecord listDocuments showDocument listRequests listReleases findFactors readStatus readInventory readSites calculate listMembers showMember readPolicy channelTrust listJobs readJob cancelJob followJob followLedger readMetrics';
const AUDITOR = 'requestDocument giveVerdict verify fsck exportBundle verifyDocuments verifyFactors';
const OPERATOR =
  'listImports showImport undoImport streamRecords correctRecord voidRecord voidRecords importBills proposeBill createUpload readUpload appendUpload removeUpload attachDocument holdDocument liftHold scrubDocuments answerRequest readOpening loadReleases listMeters showMeter exportUpload';
const ADMIN =
  'eraseDocument eraseMeter withdrawRelease admitMember grantRoles suspendMember setPolicy listTokens showToken addToken revokeToken listAudit verifyAudit listWebhooks addWebhook showWebhook removeWebhook rotateWebhook replayWebhook testWebhook';
const ANYBODY = 'readDescription readReference readWelcome readHealth readReadiness';
const may: Readonly<Record<string, readonly string[]>> = {
  viewer: VIEWER.split(' '),
  auditor: `${VIEWER} ${AUDITOR}`.split(' '),
  operator: `${VIEWER} ${OPERATOR}`.split(' '),
};

describe('the table of operations', () => {
  let served: ServedApi;
  let record: string;
  let request: string;
  before(async () => {
    const channel = await newChannel();
    const files = [join(samples, 'acme/california-2022.csv'), join(samples, 'acme/gas-2022.csv')];
    await together(channel, async ({ acme, audit }) => {
      const { lines } = await acme('record', { files, read: {} });
      record = lines[0]?.recordId as string;
      const asked = await audit('requestDocument', { record, purpose: 'check', deadline: '2030-01-01' });
      request = asked.id;
      await acme('answerRequest', { request, offer: join(temporaryFolder(), 'opening') });
    });
    served = await serveApi(channel.acme);
  });
  after(() => served.close());

  const ask = (path: string, token: string | undefined, method = 'GET', init: RequestInit = {}) =>
    fetch(`${served.address}${path.replace(/\{id\}/g, record).replace(/\{\w+\}/g, 'x')}`, {
      method,
      ...init,
      headers: { ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }), ...init.headers },
    });

  test('each operation is in one of the lists of roles', () => {
    const listed = `${VIEWER} ${AUDITOR} ${OPERATOR} ${ADMIN} ${ANYBODY}`.split(' ').sort();
    assert.deepEqual(all.map(({ id }) => id).sort(), listed);
  });

  test('a role may call what its list has, and nothing else; without a token there are five pages', async () => {
    for (const operation of all) {
      const { id, method } = operation;
      for (const [role, allowed] of Object.entries(may)) {
        const response = await ask(pathOf(operation), `${role}-token`, method);
        await response.body?.cancel();
        const expected = allowed.includes(id) || ANYBODY.includes(id);
        assert.equal(response.status !== 403, expected, `${role} ${id}: ${response.status}`);
      }
      const open = await ask(pathOf(operation), undefined, method);
      await open.body?.cancel();
      assert.equal(open.status !== 401, ANYBODY.split(' ').includes(id), `${id}: ${open.status}`);
    }
  });

  /** Makes one of everything that can be read, and gives the ids by the operation that reads them. */
  async function madeIds(): Promise<Readonly<Record<string, string>>> {
    const make = async (path: string, body: object | undefined, headers: Record<string, string> = {}) => {
      const response = await ask(`/api/v1${path}`, 'admin-token', 'POST', {
        headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      assert.ok(response.ok, `${path}: ${text}`);
      const { id } = text === '' ? { id: response.headers.get('location')?.split('/').at(-1) } : JSON.parse(text);
      return id as string;
    };
    const token = await make('/tokens', { role: 'viewer', label: 'dashboard', expires: '2999-12-31' });
    const job = await make('/verifications', { record });
    await (await ask(`/api/v1/jobs/${job}/events`, 'admin-token')).text();
    // It is told of nothing that happens here.
    const webhook = await make('/webhooks', { url: 'https://hooks.example.org/', types: ['policy.set'] });
    const dead = { height: 1, index: 0, messageId: 'msg_0', attempts: 10, last: '500' };
    served.parts.webhooks.store.bury(webhook, dead);
    const upload = await make('/uploads', undefined, { 'Tus-Resumable': '1.0.0', 'Upload-Length': '7' });
    const itemsOf = async (path: string) =>
      ((await (await ask(`/api/v1${path}`, 'admin-token')).json()) as { items: Record<string, string>[] }).items;
    const [imported] = await itemsOf('/imports');
    const [meter] = await itemsOf('/meters');
    return {
      ...{ readJob: job, followJob: job, showWebhook: webhook, readUpload: upload, readOpening: request },
      ...{ showToken: token, showMember: 'BETA', showMeter: meter?.pseudonym as string },
      showImport: imported?.id as string,
    };
  }

  const reads = all.filter(({ method }) => method === 'GET' || method === 'HEAD');

  test('answers have the fields of their schemas, all of them and no others, and no list is empty', async () => {
    const ids = await madeIds();
    const query: Readonly<Record<string, string>> = {
      readInventory: '?year=2022',
      readSites: '?year=2022',
      findFactors: '?commodity=electricity&country=US&region=CAMX',
      followLedger: '?from=0',
    };
    for (const operation of reads) {
      const path = pathOf(operation).replace('{id}', ids[operation.id] ?? record);
      const response = await ask(`${path}${query[operation.id] ?? ''}`, 'admin-token', operation.method);
      assert.equal(response.status, 200, operation.id);
      await checkAnswer(operation, response);
    }
  });
});

async function checkAnswer({ id, method, answer, events, produces }: AnyOperation, response: Response): Promise<void> {
  if (events !== undefined) {
    const event = await firstEvent(response);
    assert.deepEqual(events.parse(event), event, id);
  } else if (answer !== undefined) {
    const body = (await response.json()) as { items?: unknown[]; deadLetters?: unknown[] };
    // An object of zod leaves out what it does not know: what is undocumented is missing behind it.
    assert.deepEqual(answer.parse(body), body, id);
    assert.notEqual((body.items ?? body.deadLetters)?.length, 0, id);
  } else if (method === 'HEAD') assert.equal(response.headers.get('upload-length'), '7', id);
  else {
    const type = response.headers.get('content-type')?.split(';')[0];
    assert.equal(type, produces?.[0] ?? 'application/json', id);
    assert.ok((await response.bytes()).length > 100, id);
  }
}

/** The data of a stream's first event; the stream is left then. */
async function firstEvent({ body }: Response): Promise<unknown> {
  for await (const { data } of serverEvents(body as ReadableStream<Uint8Array>)) return JSON.parse(data);
  return undefined;
}
