import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { exchange, startApiServer, statuses } from '../../../test/support/api-server.ts';

const HOST = 'Host: 127.0.0.1\r\n';

const WANTED = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

describe('headers', () => {
  test('every answer carries them: of a handler, of the guard, and to bytes that are no request', async (t) => {
    const { port, close } = await startApiServer({ times: { keepAlive: 100 } });
    t.after(close);
    for (const text of [
      `GET /x HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
      'GET /x HTTP/1.1\r\nHost: evil.example\r\n\r\n',
      'nonsense\r\n\r\n',
      `GET /x HTTP/1.1\r\n${HOST}X: ${'a'.repeat(20_000)}\r\n\r\n`,
    ]) {
      const answer = await exchange(port, text);
      for (const [name, value] of Object.entries(WANTED))
        assert.ok(answer.toLowerCase().includes(`\r\n${name}: ${value.toLowerCase()}\r\n`), `${name} in ${answer}`);
      assert.doesNotMatch(answer, /strict-transport-security|access-control-|x-powered-by|^server:/im);
    }
  });

  test('a handler that serves a page replaces the policy', async (t) => {
    const { port, close } = await startApiServer({
      fetch: () => new Response('page', { headers: { 'Content-Security-Policy': "default-src 'self'" } }),
    });
    t.after(close);
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    assert.equal(answer.headers.get('content-security-policy'), "default-src 'self'");
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
  });
});

describe('pages of other origins', () => {
  const from = (origin: string, method: string, more = ''): string =>
    `${method} /x HTTP/1.1\r\n${HOST}Origin: ${origin}\r\n${more}Connection: close\r\n\r\n`;

  test('get no permission by default, and what they would change is refused', async (t) => {
    const { port, close, seen } = await startApiServer();
    t.after(close);
    const read = await exchange(port, from('https://evil.example', 'GET'));
    assert.deepEqual(statuses(read), [200]);
    assert.doesNotMatch(read, /access-control-/i);
    seen.length = 0;
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:81', 'https://127.0.0.1'])
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
        assert.deepEqual(statuses(await exchange(port, from(origin, method))), [421], `${method} ${origin}`);
    assert.deepEqual(seen, []);
    assert.deepEqual(statuses(await exchange(port, from('http://127.0.0.1', 'POST'))), [200]);
  });

  test('a listed origin is permitted, exactly, and without credentials', async (t) => {
    const { port, close } = await startApiServer({ origins: ['https://console.example'] });
    t.after(close);
    const preflight = await exchange(
      port,
      from('https://console.example', 'OPTIONS', 'Access-Control-Request-Method: POST\r\n'),
    );
    assert.deepEqual(statuses(preflight), [204]);
    assert.match(preflight, /access-control-allow-origin: https:\/\/console\.example\r\n/i);
    assert.match(preflight, /vary: origin\r\n/i);
    assert.doesNotMatch(preflight, /allow-credentials/i);
    assert.deepEqual(statuses(await exchange(port, from('https://console.example', 'POST'))), [200]);
    for (const origin of [
      'https://console.example.evil',
      'http://console.example',
      'https://CONSOLE.example',
      'https://console.example:444',
      'null',
    ]) {
      const answer = await exchange(port, from(origin, 'GET'));
      assert.doesNotMatch(answer, /access-control-allow-origin/i, origin);
      assert.match(answer, /vary: origin\r\n/i);
    }
  });
});

describe('slow and large requests', () => {
  const times = { headers: 300, grace: 300, bytesPerSecond: 1_000, keepAlive: 200, idle: 5_000 };

  test('header fields that do not come in time end the connection', async (t) => {
    const { port, close, seen } = await startApiServer({ times });
    t.after(close);
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    const drip = setInterval(() => socket.write('X-A: b\r\n'), 50);
    socket.write(`GET /x HTTP/1.1\r\n${HOST}`);
    let answer = '';
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString();
    });
    await once(socket, 'close');
    clearInterval(drip);
    assert.deepEqual(statuses(answer), [408]);
    assert.deepEqual(seen, []);
  });

  for (const [name, fields] of [
    ['with a length', 'Content-Length: 1000000\r\n'],
    ['in chunks', 'Transfer-Encoding: chunked\r\n'],
  ] as const)
    test(`a body ${name} that comes byte by byte ends the connection`, async (t) => {
      const { port, close } = await startApiServer({ times });
      t.after(close);
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      const drip = setInterval(() => socket.write(name === 'in chunks' ? '1\r\na\r\n' : 'a'), 50);
      socket.write(`POST /x HTTP/1.1\r\n${HOST}${fields}\r\n`);
      let answer = '';
      socket.on('data', (chunk: Buffer) => {
        answer += chunk.toString();
      });
      await once(socket, 'close');
      clearInterval(drip);
      assert.deepEqual(statuses(answer), [408]);
      assert.match(answer, /REQUEST_TOO_SLOW/);
    });

  test('a body that keeps the pace is taken, however long it lasts; so is one that the node itself is slow to take', async (t) => {
    const { port, close } = await startApiServer({
      times: { ...times, grace: 200, bytesPerSecond: 100 },
      fetch: async (request) => {
        if (request.url.endsWith('/slow')) await new Promise((resolve) => setTimeout(resolve, 1_000));
        return new Response(`${(await request.arrayBuffer()).byteLength}`);
      },
    });
    t.after(close);
    const long = new ReadableStream({
      async start(controller) {
        for (let at = 0; at < 20; at += 1) {
          controller.enqueue(new Uint8Array(100));
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        controller.close();
      },
    });
    const steady = await fetch(`http://127.0.0.1:${port}/steady`, {
      method: 'POST',
      body: long,
      duplex: 'half',
    } as RequestInit);
    assert.equal(await steady.text(), '2000');
    const taken = await fetch(`http://127.0.0.1:${port}/slow`, { method: 'POST', body: Buffer.alloc(3_000_000) });
    assert.equal(await taken.text(), '3000000');
  });

  test('large header fields and targets are refused with a problem', async (t) => {
    const { port, close, seen } = await startApiServer({ times });
    t.after(close);
    // Node's own limit is on the bytes of names and values, and beyond one on their number it drops fields silently.
    const many = 'A: b\r\n'.repeat(2_100);
    for (const text of [
      `GET /x HTTP/1.1\r\n${HOST}X: ${'a'.repeat(20_000)}\r\n\r\n`,
      `GET /x HTTP/1.1\r\n${HOST}${many}Connection: close\r\n\r\n`,
      `GET /${'a'.repeat(100_000)} HTTP/1.1\r\n${HOST}\r\n`,
      `GET /${'a'.repeat(9_000)} HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
    ]) {
      const answer = await exchange(port, text);
      assert.deepEqual(statuses(answer), [400]);
      assert.match(answer, /"code":"REQUEST_MALFORMED"/);
    }
    assert.deepEqual(seen, []);
  });
});

test('a method is what the request line says: no field overrides it', async (t) => {
  const { port, close, seen } = await startApiServer();
  t.after(close);
  for (const name of ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'])
    await exchange(
      port,
      `POST /x?_method=DELETE HTTP/1.1\r\n${HOST}${name}: DELETE\r\nContent-Length: 14\r\nConnection: close\r\n\r\n_method=DELETE`,
    );
  assert.deepEqual(new Set(seen), new Set(['POST /x']));
});

test('what was refused before a handler is told, by its code alone', async (t) => {
  const told: string[] = [];
  const { port, close } = await startApiServer({ onRefused: (code, status) => told.push(`${code} ${status}`) });
  t.after(close);
  await exchange(port, 'GET /secret-path HTTP/1.1\r\nHost: evil.example\r\n\r\n');
  await exchange(port, 'nonsense\r\n\r\n');
  assert.deepEqual(told, ['HOST_REFUSED 421', 'REQUEST_MALFORMED 400']);
});
