import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Hono } from 'hono';
import { startApiServer } from '../../../test/support/api-server.ts';
import { problemOf } from '../../node/index.ts';
import type { Access } from './access.ts';
import { type GuardedEnv, operationGuard } from './guard.ts';

const access: Access = {
  authenticate: async () => ({ id: 'token:x', role: 'operator', kind: 'token' }),
  admit: (_principal, { bodyBytes = 0 }) => {
    if (bodyBytes > 1_000) throw Object.assign(new Error('too large'), { told: true });
  },
  audit: async () => undefined,
  bodyLimit: () => 1_000,
  rateHeaders: () => ({}),
};

test('a body larger than the role may send ends the request, with a length and without one', async (t) => {
  let read = 0;
  const app = new Hono<GuardedEnv>();
  app.post('/', operationGuard(access)({ id: 'x', role: 'operator' }), async (context) => {
    for await (const chunk of context.req.raw.body ?? []) read += chunk.byteLength;
    return context.text('read');
  });
  app.onError((error) =>
    'told' in error
      ? new Response('told', { status: 413 })
      : new Response(JSON.stringify(problemOf(error).body), { status: problemOf(error).status }),
  );
  const { port, close } = await startApiServer({ fetch: (request, env) => app.fetch(request, env) });
  t.after(close);
  const send = async (body: Uint8Array | ReadableStream): Promise<number> => {
    const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body, duplex: 'half' } as RequestInit);
    await answer.text();
    return answer.status;
  };
  const stream = (chunks: number): ReadableStream =>
    ReadableStream.from(Array.from({ length: chunks }, () => new Uint8Array(100)));
  assert.equal(await send(Buffer.alloc(1_000)), 200);
  assert.equal(await send(stream(10)), 200);
  assert.equal(read, 2_000);
  read = 0;
  assert.equal(await send(Buffer.alloc(1_001)), 413);
  assert.equal(read, 0);
  assert.equal(await send(stream(11)), 413);
  assert.ok(read <= 1_000, String(read));
});
