// A page of another origin in a browser: what it may do at a node that lists its origin, and at one that does not.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import * as tus from 'tus-js-client';
import { CorsRefused, Page, PageStack } from '../support/browser.ts';
import { answerOf } from '../support/command.ts';
import { newChannel } from '../support/nodes.ts';
import { type ServedNode, serveNode } from '../support/served.ts';

const origin = 'https://console.example';
const page = new Page(origin);
let served: ServedNode;
let api: string;
let authorization: { Authorization: string };

before(async () => {
  const { acme } = await newChannel();
  const path = join(acme, 'node.json');
  const config = JSON.parse(readFileSync(path, 'utf8')) as { http: object };
  writeFileSync(path, JSON.stringify({ ...config, http: { ...config.http, origins: [origin] } }));
  const { token } = await answerOf<{ token: string }>(['token', 'add', acme, '--role', 'admin', '--label', 'page']);
  authorization = { Authorization: `Bearer ${token}` };
  served = await serveNode(acme);
  api = `${served.address}/api/v1`;
});
after(() => served.stop());

test('a page of a listed origin reads page by page, asks what changed, and sees its errors', async () => {
  const first = await page.fetch(`${api}/members?limit=2`, { headers: authorization });
  assert.equal(first.status, 200);
  const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1];
  assert.equal(
    (JSON.parse((await page.fetch(`${served.address}${next}`, { headers: authorization })).text) as { items: [] }).items
      .length,
    1,
  );
  const tag = first.headers.get('etag') as string;
  const again = await page.fetch(`${api}/members?limit=2`, { headers: { ...authorization, 'If-None-Match': tag } });
  assert.equal(again.status, 304);
  const policy = (await page.fetch(`${api}/policy`, { headers: authorization })).text;
  const put = await page.fetch(`${api}/policy`, {
    ...{ method: 'PUT', body: policy },
    headers: { ...authorization, 'Content-Type': 'application/json', 'Idempotency-Key': 'page-1', 'If-Match': '*' },
  });
  assert.equal(put.status, 200);
  assert.match(put.headers.get('ratelimit') ?? '', /^"admin";r=/);
  const refused = await page.fetch(`${api}/records`);
  assert.deepEqual([refused.status, refused.headers.get('www-authenticate')], [401, 'Bearer']);
  assert.match(refused.headers.get('x-request-id') ?? '', /^[0-9a-f]{24}$/);
});

test('tus-js-client uploads from a page in parts, and goes on where it stopped', async () => {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const upload = new tus.Upload(Buffer.from('meter,commodity\n'.repeat(20)), {
    endpoint: `${api}/uploads`,
    headers: authorization,
    metadata: { filetype: 'text/csv' },
    chunkSize: 100,
    retryDelays: null,
    httpStack: new PageStack(page),
    onError: reject,
    onSuccess: () => resolve(upload.url as string),
  });
  upload.start();
  const url = await promise;
  const head = await page.fetch(url, { method: 'HEAD', headers: { ...authorization, 'Tus-Resumable': '1.0.0' } });
  assert.deepEqual([head.headers.get('upload-offset'), head.headers.get('upload-length')], ['320', '320']);
  assert.equal(
    (await page.fetch(url, { method: 'DELETE', headers: { ...authorization, 'Tus-Resumable': '1.0.0' } })).status,
    204,
  );
});

test('a page of another origin is let do nothing of it, and what needs no question is not let read', async () => {
  const other = new Page('https://console.example.evil');
  await assert.rejects(other.fetch(`${api}/members`, { headers: authorization }), CorsRefused);
  await assert.rejects(other.fetch(`${api}/openapi.json`), CorsRefused);
  // A field that nobody needs is let through for nobody.
  await assert.rejects(
    page.fetch(`${api}/members`, { headers: { ...authorization, 'X-Forwarded-For': '::1' } }),
    CorsRefused,
  );
});
