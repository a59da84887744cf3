// The table of operations against a node: who may call what, and answers that are as their schemas say.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { z } from 'zod';
import type { AnyOperation } from '../../src/api/operation.ts';
import { operations } from '../../src/api/operations/index.ts';
import { type ServedApi, serveApi } from '../support/api.ts';
import { newChannel, onNode, samples } from '../support/nodes.ts';

// Written by hand from docs/api.md.
const VIEWER =
  'listRecords showRecord listDocuments listRequests listReleases findFactors readStatus readInventory calculate listMembers readPolicy channelTrust listJobs readJob cancelJob followJob followLedger';
const AUDITOR = 'requestDocument giveVerdict verify fsck exportBundle verifyDocuments verifyFactors';
const OPERATOR =
  'listImports showImport undoImport streamRecords correctRecord voidRecord voidRecords importBills createUpload readUpload appendUpload removeUpload attachDocument holdDocument liftHold scrubDocuments answerRequest readOpening loadReleases listMeters exportUpload';
const ADMIN =
  'eraseDocument eraseMeter withdrawRelease admitMember grantRoles suspendMember setPolicy listTokens addToken revokeToken listAudit verifyAudit listWebhooks addWebhook showWebhook removeWebhook rotateWebhook replayWebhook testWebhook';
const ANYBODY = 'readDescription readReference';
const may: Readonly<Record<string, readonly string[]>> = {
  viewer: VIEWER.split(' '),
  auditor: `${VIEWER} ${AUDITOR}`.split(' '),
  operator: `${VIEWER} ${OPERATOR}`.split(' '),
};

describe('the table of operations', () => {
  let served: ServedApi;
  let record: string;
  before(async () => {
    const { acme } = await newChannel();
    const files = [join(samples, 'acme/california-2022.csv'), join(samples, 'acme/gas-2022.csv')];
    record = await onNode(acme, async (call) => {
      const { lines } = await call('record', { files, read: {} });
      await call('requestDocument', {
        record: lines[0]?.recordId as string,
        purpose: 'check',
        deadline: '2030-01-01',
      }).catch(() => undefined);
      return lines[0]?.recordId as string;
    });
    served = await serveApi(acme);
  });
  after(() => served.close());

  const ask = (path: string, token: string | undefined, method = 'GET') =>
    fetch(`${served.address}/api/v1${path.replace(/\{id\}/g, record).replace(/\{\w+\}/g, 'x')}`, {
      method,
      headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
    });

  test('each operation is in one of the lists of roles', () => {
    const listed = `${VIEWER} ${AUDITOR} ${OPERATOR} ${ADMIN} ${ANYBODY}`.split(' ').sort();
    assert.deepEqual(operations.map(({ id }) => id).sort(), listed);
  });

  test('a role may call what its list has, and nothing else; without a token there are two pages', async () => {
    for (const { id, method, path } of operations) {
      for (const [role, allowed] of Object.entries(may)) {
        if (id === 'followLedger') continue;
        const response = await ask(path, `${role}-token`, method);
        await response.body?.cancel();
        const expected = allowed.includes(id) || ANYBODY.includes(id);
        assert.equal(response.status !== 403, expected, `${role} ${id}: ${response.status}`);
      }
      const open = await ask(path, undefined, method);
      await open.body?.cancel();
      assert.equal(open.status !== 401, ANYBODY.split(' ').includes(id), `${id}: ${open.status}`);
    }
  });

  test('answers have the fields of their schemas, all of them and no others', async () => {
    const query: Readonly<Record<string, string>> = {
      readInventory: '?year=2022',
      findFactors: '?commodity=electricity&country=US&region=CAMX',
    };
    const reads = operations.filter(
      ({ method, answer, id }) => method === 'GET' && answer !== undefined && !['readJob', 'showWebhook'].includes(id),
    ) as (AnyOperation & { answer: z.ZodType })[];
    for (const { id, path, answer } of reads) {
      const { items } = (await (await ask('/imports', 'admin-token')).json()) as { items: { id: string }[] };
      const own = path.startsWith('/imports') ? path.replace('{id}', items[0]?.id as string) : path;
      const response = await ask(`${own}${query[id] ?? ''}`, 'admin-token');
      const body = (await response.json()) as { items?: unknown[] };
      assert.equal(response.status, 200, `${id}: ${JSON.stringify(body)}`);
      // An object of zod leaves out what it does not know: what is undocumented is missing behind it.
      assert.deepEqual(answer.parse(body), body, id);
      if (!['listJobs', 'listRequests', 'listTokens', 'listAudit', 'listWebhooks'].includes(id))
        assert.notEqual(body.items?.length, 0, id);
    }
  });
});
