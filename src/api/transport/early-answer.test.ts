import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { exchange, startApiServer, statuses } from '../../../test/support/api-server.ts';

const HEAD = 'Host: 127.0.0.1\r\n';
const refusal = () => new Response('{"code":"NO"}', { status: 413 });

describe('an answer before the whole body', () => {
  test('is the last of its connection: what comes behind it is nobody’s request, and nothing is answered twice', async (t) => {
    const seen: string[] = [];
    const { port, close } = await startApiServer({
      fetch: async (request) => {
        seen.push(new URL(request.url).pathname);
        return refusal();
      },
    });
    t.after(close);
    for (const [head, rest] of [
      ['Content-Length: 5\r\n\r\nhe', `lloDELETE /second HTTP/1.1\r\n${HEAD}\r\n`],
      ['Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n', 'zz\r\n'],
    ]) {
      const socket = connect(port, '127.0.0.1');
      let text = '';
      socket.setEncoding('latin1').on('data', (piece: string) => {
        text += piece;
      });
      socket.on('error', () => undefined);
      socket.write(`POST /first HTTP/1.1\r\n${HEAD}${head}`);
      await once(socket, 'data');
      socket.write(rest as string);
      await once(socket, 'close');
      assert.deepEqual(statuses(text), [413]);
      assert.match(text, /^Connection: close\r$/im);
    }
    assert.deepEqual(seen, ['/first', '/first']);
  });

  test('goes out at once, also where it has no body of its own', async (t) => {
    const { port, close } = await startApiServer({ fetch: async () => new Response(null, { status: 204 }) });
    t.after(close);
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    socket.write(`POST /x HTTP/1.1\r\n${HEAD}Content-Length: 5\r\n\r\nhe`);
    await once(socket, 'data');
    // It stands open still: the sender may go on.
    assert.equal(socket.readableEnded, false);
    socket.end('llo');
    await once(socket, 'close');
  });

  test('reaches who goes on sending a body that the handler had begun to read', async (t) => {
    const { port, close } = await startApiServer({
      fetch: async (request) => {
        await request.body?.getReader().read();
        return refusal();
      },
    });
    t.after(close);
    const body = Buffer.alloc(20_000_000, 'x');
    const text = await exchange(
      port,
      Buffer.concat([Buffer.from(`POST /x HTTP/1.1\r\n${HEAD}Content-Length: ${body.length + 1}\r\n\r\n`), body]),
    );
    assert.deepEqual(statuses(text), [413]);
    assert.match(text, /\{"code":"NO"\}$/);
  });
});
