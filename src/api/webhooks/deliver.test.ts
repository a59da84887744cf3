// Deliveries to real receivers on the loopback address, checked by the library of the Standard Webhooks project.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { testCa } from '../../../test/support/certificates.ts';
import { AddressGuard } from './address-guard.ts';
import { deliver } from './deliver.ts';
import { newSecret, signedHeaders } from './signature.ts';

const guard = new AddressGuard(['127.0.0.0/8']);
const message = { id: 'msg_1', body: '{"type":"records.submit","data":{"member":"Müller & Söhne"}}' };

interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

async function receiver(
  t: TestContext,
  answer: RequestListener = (_request, response) => response.end(),
): Promise<{ readonly url: string; readonly received: Received[]; readonly server: Server }> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method, url, headers } = request;
    received.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?key=1`, received, server };
}

test('a receiver verifies what it gets with the secret, and nothing with another, later, or changed', async (t) => {
  const { url, received } = await receiver(t);
  const secret = newSecret();
  assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
  assert.deepEqual(await deliver(url, [secret], message, { guard }), { outcome: 'delivered', status: 200 });
  const [got] = received as [Received];
  assert.deepEqual([got.method, got.url, got.headers['content-type']], ['POST', '/hook?key=1', 'application/json']);
  const headers = got.headers as Record<string, string>;
  assert.deepEqual(new Webhook(secret).verify(got.body, headers), JSON.parse(message.body));
  assert.throws(() => new Webhook(newSecret()).verify(got.body, headers));
  assert.throws(() => new Webhook(secret).verify(`${got.body} `, headers));
  assert.throws(() => new Webhook(secret).verify(got.body, { ...headers, 'webhook-id': 'msg_2' }));
  const old = signedHeaders(message, [secret], Date.now() - 10 * 60_000);
  assert.throws(() => new Webhook(secret).verify(message.body, old), /too old/i);
});

test('the example of the specification gives its signature', () => {
  // Standard Webhooks, specification: secret, id, time and body of its test vector, as its libraries' tests have them.
  const headers = signedHeaders(
    { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body: '{"test": 2432232314}' },
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    1_614_265_330_000,
  );
  assert.equal(headers['webhook-signature'], 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  assert.equal(headers['webhook-timestamp'], '1614265330');
});

test('while a secret is exchanged both sign', async (t) => {
  const { url, received } = await receiver(t);
  const [fresh, old] = [newSecret(), newSecret()];
  await deliver(url, [fresh, old], message, { guard });
  const [{ body, headers }] = received as [Received];
  for (const secret of [fresh, old]) assert.ok(new Webhook(secret).verify(body, headers as Record<string, string>));
});

test('statuses: 2xx is delivered, 410 is gone, all others failed, with the wait that was asked for', async (t) => {
  let status = 200;
  const { url } = await receiver(t, (_request, response) =>
    response.writeHead(status, { 'Retry-After': '120' }).end('no'),
  );
  const cases: [number, object][] = [
    [204, { outcome: 'delivered', status: 204 }],
    [410, { outcome: 'gone', status: 410 }],
    [400, { outcome: 'failed', reason: 'status', status: 400, retryAfter: 120 }],
    [503, { outcome: 'failed', reason: 'status', status: 503, retryAfter: 120 }],
  ];
  for (const [given, wanted] of cases) {
    status = given;
    assert.deepEqual(await deliver(url, [newSecret()], message, { guard }), wanted);
  }
});

test('a redirect is not followed', async (t) => {
  const other = await receiver(t);
  for (const code of [301, 302, 303, 307, 308]) {
    const { url } = await receiver(t, (_request, response) => response.writeHead(code, { Location: other.url }).end());
    assert.deepEqual(await deliver(url, [newSecret()], message, { guard }), {
      outcome: 'failed',
      reason: 'status',
      status: code,
    });
  }
  assert.deepEqual(other.received, []);
});

test('a receiver that is silent, gone, or answers without end holds nothing up', async (t) => {
  const silent = await receiver(t, () => undefined);
  assert.deepEqual(await deliver(silent.url, [newSecret()], message, { guard, timeout: 200 }), {
    outcome: 'failed',
    reason: 'timeout',
  });
  const endless = await receiver(t, (_request, response) => {
    response.writeHead(200);
    const more = setInterval(() => response.write('x'.repeat(10_000)), 1);
    response.on('close', () => clearInterval(more)).on('error', () => undefined);
  });
  assert.deepEqual(await deliver(endless.url, [newSecret()], message, { guard }), {
    outcome: 'delivered',
    status: 200,
  });
  const closed = await receiver(t);
  closed.server.close();
  assert.deepEqual(await deliver(closed.url, [newSecret()], message, { guard }), {
    outcome: 'failed',
    reason: 'connection',
  });
  const headers = await receiver(t, (_request, response) =>
    response.writeHead(200, { 'X-A': 'a'.repeat(100_000) }).end(),
  );
  assert.deepEqual(await deliver(headers.url, [newSecret()], message, { guard }), {
    outcome: 'failed',
    reason: 'connection',
  });
});

test('what was checked is what is connected to: a name that changes its address in between leads nowhere else', async (t) => {
  const { url, received } = await receiver(t);
  let asked = 0;
  const rebinding = new AddressGuard(['127.0.0.1'], async () => {
    asked += 1;
    return [{ address: asked === 1 ? '127.0.0.1' : '169.254.169.254', family: 4 }];
  });
  const name = url.replace('127.0.0.1', 'rebinding.example');
  assert.equal((await deliver(name, [newSecret()], message, { guard: rebinding })).outcome, 'delivered');
  assert.equal(asked, 1);
  assert.match(received[0]?.headers.host ?? '', /^rebinding\.example:/);
  assert.deepEqual(await deliver(name, [newSecret()], message, { guard: rebinding }), {
    outcome: 'failed',
    reason: 'address',
  });
  assert.equal(received.length, 1);
});

test('without leave, this machine is not reached', async (t) => {
  const { url, received } = await receiver(t);
  const port = new URL(url).port;
  for (const host of ['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0', '2130706433'])
    for (const scheme of ['http', 'https'])
      assert.deepEqual(
        await deliver(`${scheme}://${host}:${port}/`, [newSecret()], message, { guard: new AddressGuard() }),
        { outcome: 'failed', reason: 'address' },
        `${scheme} ${host}`,
      );
  assert.deepEqual(received, []);
});

test('over TLS the certificate is checked for the name in the URL', async (t) => {
  const ca = testCa();
  const { cert, key } = ca.issue({ name: 'hook.example', names: ['hook.example'] });
  const server = createTlsServer({ cert, key }, (_request, response) => response.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const resolve = async () => [{ address: '127.0.0.1', family: 4 } as const];
  const local = new AddressGuard(['127.0.0.1'], resolve);
  const to = (host: string, more = {}) =>
    deliver(`https://${host}:${port}/`, [newSecret()], message, { guard: local, ...more });
  assert.equal((await to('hook.example', { ca: ca.cert })).outcome, 'delivered');
  assert.deepEqual(await to('other.example', { ca: ca.cert }), { outcome: 'failed', reason: 'connection' });
  assert.deepEqual(await to('hook.example'), { outcome: 'failed', reason: 'connection' });
});
