import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChannelError } from '../emissions/index.ts';
import { NodeApiClient } from './client.ts';
import type { Send } from './send.ts';
import { upload } from './upload.ts';

const TEXT = 'a bill in two parts';

/** A node that loses the connection after so many bytes of each of its first `breaks` requests with bytes. */
function losing(breaks: number, after: number): { readonly send: Send; readonly asked: string[]; text: () => string } {
  let left = breaks;
  let kept = '';
  const asked: string[] = [];
  const send: Send = async ({ method, path, headers, body }) => {
    asked.push([method, headers['Upload-Offset'] ?? headers['Upload-Length']].filter(Boolean).join(' '));
    assert.equal(headers['Tus-Resumable'], '1.0.0');
    if (method === 'POST') return new Response(null, { status: 201, headers: { Location: `${path}/0123` } });
    assert.equal(path, '/api/v1/uploads/0123');
    if (method === 'PATCH') {
      assert.equal(headers['Upload-Offset'], String(kept.length));
      left -= 1;
      kept += left < 0 ? body : (body as string).slice(0, after);
      if (left >= 0) throw new ChannelError('LEDGER_UNAVAILABLE', 'the connection broke');
    }
    return new Response(null, { headers: { 'Upload-Offset': String(kept.length) } });
  };
  return { send, asked, text: () => kept };
}

const file = { length: TEXT.length, from: (offset: number) => TEXT.slice(offset) };

test('an upload goes on behind what came before the connection broke', async () => {
  const { send, asked, text } = losing(2, 7);
  assert.equal(await upload(new NodeApiClient(send), file), '0123');
  assert.equal(text(), TEXT);
  assert.deepEqual(asked, ['POST 19', 'PATCH 0', 'HEAD', 'PATCH 7', 'HEAD', 'PATCH 14']);
});

test('an upload says what the file is and is called, in Base64 of UTF-8', async () => {
  let told: string | undefined;
  const send: Send = async ({ headers }) => {
    told = headers['Upload-Metadata'];
    return new Response(null, { status: 201, headers: { Location: '/api/v1/uploads/0123' } });
  };
  const empty = { length: 0, from: () => '' };
  await upload(new NodeApiClient(send), { ...empty, mediaType: 'text/csv', name: 'Zähler.csv' });
  // printf text/csv | base64; printf Zähler.csv | base64
  assert.equal(told, 'filetype dGV4dC9jc3Y=,filename WsOkaGxlci5jc3Y=');
  await upload(new NodeApiClient(send), empty);
  assert.equal(told, undefined);
});

test('an upload that never gets anywhere ends, and so does one that is refused', async () => {
  await assert.rejects(upload(new NodeApiClient(losing(100, 0).send), file), { code: 'LEDGER_UNAVAILABLE' });
  const problem = { code: 'BODY_TOO_LARGE', detail: 'too much', status: 413 };
  const refusing = new NodeApiClient(async () => new Response(JSON.stringify(problem), { status: 413 }));
  await assert.rejects(upload(refusing, file), { code: 'BODY_TOO_LARGE' });
});
