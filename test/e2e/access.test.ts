// Who may do what at a served node: real commands, real requests.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import parse from 'parse-prometheus-text-format';
import { Webhook } from 'standardwebhooks';
import { NodeApiClient, sendTo } from '../../src/client/index.ts';
import type { RecordAnswer } from '../../src/node/index.ts';
import { exchange, statuses } from '../support/api-server.ts';
import { answerOf, command, refusalOf } from '../support/command.ts';
import { billFile, type Channel, newChannel, temporaryFolder } from '../support/nodes.ts';
import { audience, startProvider, type TestProvider } from '../support/oidc-provider.ts';
import { type ServedNode, serveNode } from '../support/served.ts';

interface Token {
  readonly token: string;
  readonly id: string;
}

let channel: Channel;
let served: ServedNode;
let provider: TestProvider;
let receiver: Server;
const received: { readonly headers: IncomingMessage['headers']; readonly body: string }[] = [];
const tokens: Record<string, Token> = {};

function configure(folder: string, more: object): void {
  const path = join(folder, 'node.json');
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...more }));
}

before(async () => {
  channel = await newChannel();
  provider = await startProvider();
  receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
    response.end();
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  configure(channel.acme, {
    access: {
      oidc: [{ issuer: provider.issuer, audience, roles: [{ value: 'uec-viewer', role: 'viewer' }] }],
      limits: { roles: { auditor: { bodyBytes: 200_000 }, operator: { bodyBytes: 400_000 } } },
    },
    webhooks: { allow: ['127.0.0.1'] },
  });
  for (const role of ['viewer', 'auditor', 'operator', 'admin'])
    tokens[role] = await answerOf<Token>(['token', 'add', channel.acme, '--role', role, '--label', `test ${role}`]);
  served = await serveNode(channel.acme);
});
after(async () => {
  await served.stop();
  await provider.close();
  receiver.close();
  receiver.closeAllConnections();
});

async function call(
  path: string,
  token: string | undefined,
  init: RequestInit & { readonly json?: unknown } = {},
): Promise<{ readonly status: number; readonly headers: Headers; readonly body: never; readonly text: string }> {
  const { json, ...rest } = init;
  const answer = await fetch(`${served.address}${path}`, {
    ...rest,
    ...(json === undefined ? {} : { method: rest.method ?? 'POST', body: JSON.stringify(json) }),
    headers: {
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
  });
  const text = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    text,
    body: (text.startsWith('{') ? JSON.parse(text) : undefined) as never,
  };
}

const of = (role: string): string => (tokens[role] as Token).token;

describe('roles', () => {
  const ADMIN = [
    'GET /api/v1/tokens',
    'POST /api/v1/tokens',
    'DELETE /api/v1/tokens/0000',
    'GET /api/v1/audit',
    'POST /api/v1/audit/verify',
    'GET /api/v1/webhooks',
    'POST /api/v1/webhooks',
    'DELETE /api/v1/webhooks/x',
    'POST /api/v1/webhooks/x/test',
  ];
  test('every role reads; what is the administrator’s is refused to all others, whatever it is asked with', async () => {
    for (const role of Object.keys(tokens)) {
      assert.equal((await call('/api/v1/records', of(role))).status, 200, role);
      for (const [method, path] of ADMIN.map((one) => one.split(' ') as [string, string])) {
        const answer = await call(path, of(role), { method });
        if (role === 'admin') assert.notEqual(answer.status, 403, path);
        else
          assert.deepEqual(
            [answer.status, (answer.body as { code: string }).code],
            [403, 'ROLE_INSUFFICIENT'],
            `${role} ${method} ${path}`,
          );
      }
    }
  });

  test('what is refused is told before anything of it is read', async () => {
    const answer = await call('/api/v1/tokens', of('viewer'), {
      method: 'POST',
      json: { role: 'admin', label: 'mine' },
    });
    assert.equal(answer.status, 403);
    const list = await call('/api/v1/tokens', of('admin'));
    assert.equal(JSON.stringify(list.body).includes('mine'), false);
  });
});

describe('tokens', () => {
  test('one made over the API works at once, is shown once, and ends at once for a command that revokes it', async () => {
    const made = await call('/api/v1/tokens', of('admin'), {
      json: { role: 'viewer', label: 'dashboard', expires: '2999-12-31' },
    });
    assert.equal(made.status, 201);
    const { token, id } = made.body as Token;
    assert.equal((await call('/api/v1/records', token)).status, 200);
    const listed = await call('/api/v1/tokens', of('admin'));
    assert.equal(listed.text.includes(token), false);
    assert.ok(listed.text.includes(id));
    await answerOf(['token', 'revoke', channel.acme, id]);
    assert.equal((await call('/api/v1/records', token)).status, 401);
    const { items } = await answerOf<{ items: { id: string; revoked?: string; lastUsed?: string }[] }>([
      'token',
      'list',
      channel.acme,
    ]);
    const entry = items.find((one) => one.id === id);
    assert.ok(entry?.revoked !== undefined && entry.lastUsed !== undefined);
  });

  test('wrong requests for tokens are refused, and the body is not quoted', async () => {
    const wrong: [unknown, string][] = [
      [{ role: 'root', label: 'x' }, 'REQUEST_INVALID'],
      [{ role: 'viewer' }, 'REQUEST_INVALID'],
      [{ role: 'viewer', label: 'x', more: 'secret-of-mine' }, 'REQUEST_INVALID'],
      [{ role: ['viewer'], label: 'x' }, 'REQUEST_INVALID'],
      [{ role: 'viewer', label: '<script>' }, 'REQUEST_INVALID'],
      [{ role: 'viewer', label: 'x', expires: 'never' }, 'REQUEST_INVALID'],
      [[], 'REQUEST_INVALID'],
      [null, 'REQUEST_INVALID'],
    ];
    for (const [json, code] of wrong) {
      const answer = await call('/api/v1/tokens', of('admin'), { json });
      assert.deepEqual([answer.status, (answer.body as { code: string }).code], [400, code], JSON.stringify(json));
      assert.doesNotMatch(answer.text, /secret-of-mine/);
    }
    const label = 'x'.repeat(1_100_000);
    const large = await call('/api/v1/tokens', of('admin'), { json: { label } });
    assert.equal(large.status, 413);
    const unmeasured = await fetch(`${served.address}/api/v1/tokens`, {
      method: 'POST',
      body: new Blob([JSON.stringify({ label })]).stream(),
      duplex: 'half',
      headers: { Authorization: `Bearer ${of('admin')}`, 'Content-Type': 'application/json' },
    } as RequestInit);
    assert.equal(unmeasured.status, 413);
    const plain = await fetch(`${served.address}/api/v1/tokens`, {
      method: 'POST',
      body: '{}',
      headers: { Authorization: `Bearer ${of('admin')}` },
    });
    assert.equal(plain.status, 415);
    assert.equal((await refusalOf(['token', 'revoke', channel.acme, '0000000000000000'])).code, 'TOKEN_NOT_FOUND');
  });

  test('a person of the identity provider reads with the provider’s token', async () => {
    const token = await provider.token({ roles: ['uec-viewer'] });
    assert.equal((await call('/api/v1/records', token)).status, 200);
    assert.equal((await call('/api/v1/tokens', token)).status, 403);
    assert.equal((await call('/api/v1/records', await provider.token({ roles: ['else'] }))).status, 403);
    assert.equal((await call('/api/v1/records', `${token.slice(0, -8)}AAAAAAAA`)).status, 401);
  });
});

describe('bodies', () => {
  /** So many bytes without a length, and how many of them were taken. */
  async function stream(path: string, role: string, type: string, bytes: number): Promise<[number, number]> {
    let taken = 0;
    const body = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          if (taken >= bytes) return controller.close();
          // Slow enough that an answer comes before the rest is sent.
          await sleep(2);
          taken += 10_000;
          controller.enqueue(Buffer.alloc(10_000, 'x'));
        },
      },
      { highWaterMark: 0 },
    );
    const answer = await fetch(`${served.address}${path}`, {
      ...{ method: 'POST', body, duplex: 'half' },
      headers: { Authorization: `Bearer ${of(role)}`, 'Content-Type': type },
    } as RequestInit);
    const { code } = (await answer.json()) as { code?: string };
    assert.equal(code === 'BODY_TOO_LARGE', answer.status === 413);
    return [answer.status, taken];
  }

  test('one that tells no length is counted against the limit of its role as it comes', async () => {
    const imports = '/api/v1/imports';
    assert.equal((await stream(imports, 'operator', 'text/csv', 300_000))[0], 202);
    const [operator, taken] = await stream(imports, 'operator', 'text/csv', 5_000_000);
    assert.equal(operator, 413);
    assert.ok(taken < 5_000_000, `${taken} bytes were taken`);
    assert.equal((await stream(imports, 'admin', 'text/csv', 600_000))[0], 202);
    const verdict = '/api/v1/requests/00000000/verdict';
    const opening = 'application/octet-stream';
    assert.equal((await stream(verdict, 'auditor', opening, 300_000))[0], 413);
    assert.equal((await stream(verdict, 'admin', opening, 300_000))[0], 404);
    // Who may not is told so before anything is counted.
    assert.equal((await stream(verdict, 'viewer', opening, 5_000_000))[0], 403);
    // Jobs that were begun end by themselves.
    const left = () => readdirSync(join(channel.acme, 'uploads'));
    for (let at = 0; left().length > 0 && at < 200; at += 1) await sleep(25);
    assert.deepEqual(left(), []);
  });

  test('the answer reaches who goes on sending: what still comes is let go for a moment before the connection ends', async () => {
    const head = `POST /api/v1/imports HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${of('operator')}\r\nContent-Type: text/csv\r\nContent-Length: 20000001\r\n\r\n`;
    // A byte less than was told: it never ends by itself.
    const request = Buffer.concat([Buffer.from(head), Buffer.alloc(20_000_000, 'x')]);
    const text = await exchange(Number(new URL(served.address).port), request);
    assert.deepEqual(statuses(text), [413]);
    assert.match(text, /"code":"BODY_TOO_LARGE".*\}$/);
  });

  test('one that tells its length, or that of a resumable upload, is refused before a byte of it is taken', async () => {
    const send = (role: string, path: string, headers: Record<string, string>) =>
      exchange(
        Number(new URL(served.address).port),
        `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${of(role)}\r\n${Object.entries(headers)
          .map(([name, value]) => `${name}: ${value}\r\n`)
          .join('')}Connection: close\r\n\r\n`,
      );
    const csv = { 'Content-Type': 'text/csv', 'Content-Length': '400001' };
    assert.deepEqual(statuses(await send('operator', '/api/v1/imports', csv)), [413]);
    const upload = (length: number) => ({ 'Tus-Resumable': '1.0.0', 'Upload-Length': String(length) });
    assert.deepEqual(statuses(await send('operator', '/api/v1/uploads', upload(400_001))), [413]);
    const made = await send('operator', '/api/v1/uploads', upload(400_000));
    assert.deepEqual(statuses(made), [201]);
    const location = /^location: (.+)\r$/im.exec(made)?.[1] as string;
    const removed = await fetch(`${served.address}${location}`, {
      method: 'DELETE',
      headers: { Authorization: `Bearer ${of('operator')}`, 'Tus-Resumable': '1.0.0' },
    });
    assert.equal(removed.status, 204);
  });
});

test('no path leads out of the API to a file, and none to another site', async () => {
  const up = [
    '../',
    '..%2f',
    '%2e%2e/',
    '%2e%2e%2f',
    '..%5c',
    '..\\\\',
    '....//',
    '%252e%252e%252f',
    '..%c0%af',
    '..%00/',
    '/..;/',
  ];
  const names = ['node.json', 'keys/vault.key', 'access.db', 'etc/passwd'];
  // By the methods that read or remove what is named there, so that the name is what is refused.
  const before = ['GET /', 'GET /api/v1/records/', 'GET /api/v1/webhooks/', 'DELETE /api/v1/tokens/', 'GET /api/v1/'];
  const asked = up.flatMap((step) =>
    names.flatMap((name) => before.map((start) => `${start}${step.repeat(3)}${name}`)),
  );
  const { port } = new URL(served.address);
  for (const path of asked) {
    const answer = await exchange(
      Number(port),
      `${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${of('admin')}\r\nConnection: close\r\n\r\n`,
    );
    const [status] = statuses(answer);
    assert.ok(status === 404 || status === 400, `${status} ${path}`);
    assert.doesNotMatch(answer, /"version"|root:|SQLite format|PRIVATE KEY/, path);
  }
  for (const path of [
    '//evil.example',
    '/\\\\evil.example',
    '/%0d%0aLocation:%20https://evil.example',
    '/?next=https://evil.example',
    '/api/v1/records?redirect=//evil.example',
    '/https://evil.example',
    '/api//evil.example/..',
  ]) {
    const answer = await exchange(Number(port), `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
    const [status = 0] = statuses(answer);
    assert.ok(status === 200 || status >= 400, `${status} ${path}`);
    assert.doesNotMatch(answer, /^location:/im, path);
  }
});

test('answers tell what is left of the rate, and their own request id', async () => {
  const { headers } = await call('/api/v1/records', of('viewer'));
  assert.match(headers.get('ratelimit-policy') ?? '', /^"viewer";q=[0-9]+;w=[0-9]+$/);
  assert.match(headers.get('ratelimit') ?? '', /^"viewer";r=[0-9]+;t=[0-9]+$/);
  const id = headers.get('x-request-id') ?? '';
  assert.match(id, /^[0-9a-f]{24}$/);
  await sleep(50);
  const line = served
    .log()
    .split('\n')
    .find((one) => one.includes(id));
  const { request, operation, status, who, role } = JSON.parse(line ?? '{}') as Record<string, unknown>;
  assert.deepEqual(
    [request, operation, status, who, role],
    [id, 'listRecords', 200, `token:${tokens.viewer?.id}`, 'viewer'],
  );
});

test('after many failures from one address others of it wait, and a right token does not', async () => {
  let limited: { status: number; headers: Headers } | undefined;
  for (let at = 0; at < 40 && limited === undefined; at += 1) {
    const answer = await call('/api/v1/records', 'uec_guess');
    if (answer.status === 429) limited = answer;
    else assert.equal(answer.status, 401);
  }
  assert.ok(Number(limited?.headers.get('retry-after')) >= 1);
  assert.equal((await call('/api/v1/records', of('viewer'))).status, 200);
});

describe('webhooks', () => {
  test('a bill that is recorded reaches the receiver, signed', async () => {
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
    const made = await call('/api/v1/webhooks', of('admin'), { json: { url, types: ['records.submit'] } });
    assert.equal(made.status, 201);
    const { id, secret } = made.body as { id: string; secret: string };
    const tried = await call(`/api/v1/webhooks/${id}/test`, of('admin'), { method: 'POST' });
    assert.deepEqual(tried.body, { outcome: 'delivered', status: 200 });
    const file = billFile(join(temporaryFolder(), 'bills.csv'), [
      'W-1,electricity,2022-01-01,2022-02-01,exclusive,100,kWh,DE',
    ]);
    const { lines } = await answerOf<RecordAnswer>(['record', channel.acme, file]);
    assert.equal(lines.length, 1);
    for (let at = 0; received.length < 2 && at < 200; at += 1) await sleep(25);
    const [test, event] = received.map(({ headers, body }) =>
      new Webhook(secret).verify(body, headers as Record<string, string>),
    ) as { type: string; data: { member: string; transactionId: string } }[];
    assert.deepEqual([test?.type, event?.type, event?.data.member], ['webhook.test', 'records.submit', 'ACME']);
    assert.match(event?.data.transactionId ?? '', /^[0-9a-f]{64}$/);
    // A reader of the stream is told the very same.
    const stream = new NodeApiClient(sendTo(served.address, of('viewer')));
    for await (const one of stream.events('GET /events', { query: { from: 0, transaction: ['records.submit'] } })) {
      assert.deepEqual([one.event, JSON.parse(one.data)], [event?.type, event]);
      break;
    }
    assert.equal((await call(`/api/v1/webhooks/${id}`, of('admin'))).text.includes(secret), false);
    const { items } = await answerOf<{ items: { id: string; last: string }[] }>(['webhook', 'list', channel.acme]);
    assert.deepEqual([items[0]?.id, items[0]?.last], [id, '200']);
    assert.equal((await command(['webhook', 'remove', channel.acme, id])).code, 0);
    assert.equal((await call(`/api/v1/webhooks/${id}`, of('admin'))).status, 404);
  });

  test('URLs into the node’s own network are refused, over the API and by the command', async () => {
    for (const url of [
      'http://localhost:1/',
      'https://10.0.0.1/',
      'http://169.254.169.254/latest/meta-data/',
      'https://[::1]/',
      'file:///etc/passwd',
      'gopher://127.0.0.1/',
    ])
      if (!url.includes('localhost')) {
        assert.equal((await call('/api/v1/webhooks', of('admin'), { json: { url } })).status, 400, url);
        assert.equal((await refusalOf(['webhook', 'add', channel.acme, url])).code, 'WEBHOOK_REFUSED', url);
      }
    assert.equal((await call('/api/v1/webhooks/..%2f..%2fnode.json', of('admin'))).status, 404);
  });
});

test('metrics need a token, and an independent parser reads them', async () => {
  assert.equal((await call('/metrics', undefined)).status, 401);
  const { text, headers } = await call('/metrics', of('viewer'));
  assert.equal(headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  const families = new Map(parse(text).map((family) => [family.name, family]));
  const height = Number(families.get('uec_ledger_height')?.metrics[0]?.value);
  assert.ok(height >= 5);
  assert.equal(Number(families.get('uec_read_model_height')?.metrics[0]?.value) <= height, true);
  const records = families
    .get('uec_http_requests_total')
    ?.metrics.find(({ labels }) => labels?.operation === 'listRecords' && labels.status === '200');
  assert.ok(Number(records?.value) >= 4);
  for (const name of [
    'uec_build_info',
    'uec_http_errors_total',
    'uec_webhook_attempts_total',
    'uec_audit_entries_total',
    'process_resident_memory_bytes',
    'process_cpu_seconds_total',
  ])
    assert.ok(families.has(name), name);
});

test('liveness and readiness need no token and tell nothing else', async () => {
  assert.deepEqual((await call('/health', undefined)).body, { status: 'ok' });
  const ready = await call('/ready', undefined);
  assert.deepEqual(
    [ready.status, ready.body],
    [200, { ready: true, checks: { ledger: 'ok', readModel: 'ok', disk: 'ok' } }],
  );
});

describe('the audit log', () => {
  test('says who did what over the API and by commands, and verifies', async () => {
    const { items } = await answerOf<{
      items: { who: string; operation: string; status: number; target?: string; code?: string }[];
    }>(['audit', 'list', channel.acme, '--limit', '500']);
    const has = (who: string, operation: string, status: number): boolean =>
      items.some((one) => one.who === who && one.operation === operation && one.status === status);
    assert.ok(has('local', 'command.tokens.add', 200));
    assert.ok(has('local', 'importBills', 202));
    assert.ok(has(`token:${tokens.admin?.id}`, 'addToken', 201));
    assert.ok(has(`token:${tokens.admin?.id}`, 'addWebhook', 201));
    assert.ok(has(`token:${tokens.viewer?.id}`, 'listTokens', 403));
    assert.ok(items.some(({ who, status }) => /^oidc:[0-9a-f]{32}$/.test(who) && status === 403));
    // What every viewer reads is in the log alone.
    assert.equal(
      items.some(({ operation, status }) => operation === 'listRecords' && status === 200),
      false,
    );
    const person = await answerOf<{ items: unknown[] }>([
      'audit',
      'list',
      channel.acme,
      '--limit',
      '500',
      '--issuer',
      provider.issuer,
      '--subject',
      'importer',
    ]);
    assert.ok(person.items.length >= 1);
    const report = await answerOf<{ entries: number; faults: unknown[]; head: string }>([
      'audit',
      'verify',
      channel.acme,
    ]);
    assert.deepEqual(report.faults, []);
    const status = await answerOf<{ audit: string }>(['status', channel.acme]);
    assert.match(status.audit, /^[0-9]+:[0-9a-f]{64}$/);
    assert.equal((await command(['audit', 'verify', channel.acme, '--head', status.audit])).code, 0);
    const over = await call('/api/v1/audit/verify', of('admin'), { json: { head: status.audit } });
    assert.deepEqual((over.body as { faults: unknown[] }).faults, []);
    assert.match(served.log(), /"auditHead":"[0-9]+:[0-9a-f]{64}"/);
  });

  test('an edited entry ends the check with 5; a log that was cut off stops the node', async () => {
    await served.stop();
    const path = join(channel.acme, 'audit.db');
    const db = new DatabaseSync(path);
    db.exec("UPDATE entries SET body = replace(body, 'command.tokens.add', 'command.tokens.sad') WHERE number = 1");
    db.close();
    assert.equal((await command(['audit', 'verify', channel.acme])).code, 5);
    const again = new DatabaseSync(path);
    again.exec('DELETE FROM entries WHERE number > 3');
    again.close();
    const refusal = await refusalOf(['serve', channel.acme, '--port', '0']);
    assert.deepEqual([refusal.code, refusal.exit], ['AUDIT_CORRUPT', 5]);
  });
});
