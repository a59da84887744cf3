import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generateX25519Identity } from 'age-encryption';
import { isChannelError } from '../emissions/index.ts';
import { decrypt, encrypt } from './encryption.ts';

const newIdentity = async (): Promise<Buffer> => Buffer.from(await generateX25519Identity(), 'latin1');

/** A source that tells whether it was closed. */
function watched(bytes: Uint8Array): { body: AsyncGenerator<Uint8Array>; closed: () => boolean } {
  let closed = false;
  async function* body(): AsyncGenerator<Uint8Array> {
    try {
      for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
    } finally {
      closed = true;
    }
  }
  return { body: body(), closed: () => closed };
}

async function encrypted(bytes: Uint8Array, identity: Buffer): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(await encrypt([bytes], identity)));
}

test('what was encrypted comes back, of any length around a chunk', async () => {
  const identity = await newIdentity();
  for (const length of [0, 1, 65_535, 65_536, 65_537, 200_000]) {
    const bytes = Buffer.alloc(length, 'bill');
    const back = await decrypt([await encrypted(bytes, identity)], identity);
    assert.deepEqual(Buffer.concat(await Array.fromAsync(back)), bytes);
  }
});

test('another key, a changed byte and a cut at any chunk are corrupt, and the source is closed', async () => {
  const identity = await newIdentity();
  const whole = await encrypted(Buffer.alloc(200_000, 'bill'), identity);
  const header = whole.length - (200_000 + 4 * 16);
  const changed = Buffer.from(whole);
  changed[header + 70_000] = (changed[header + 70_000] as number) ^ 1;
  const cases: [Buffer, Buffer][] = [
    [whole, await newIdentity()],
    [changed, identity],
    [Buffer.from('no age file at all'.repeat(1000)), identity],
    [Buffer.alloc(0), identity],
    ...[header, header + 65_552, header + 2 * 65_552, whole.length - 1].map((cut): [Buffer, Buffer] => [
      whole.subarray(0, cut),
      identity,
    ]),
  ];
  for (const [bytes, key] of cases) {
    const source = watched(bytes);
    const reading = async (): Promise<unknown> => await Array.fromAsync(await decrypt(source.body, key));
    await assert.rejects(reading, (error) => isChannelError(error, 'DOCUMENT_CORRUPT'));
    assert.equal((await source.body.next()).done, true);
    assert.ok(source.closed() || bytes.length === 0);
  }
});

test('a reader that stops early closes the source on both ways', async () => {
  const identity = await newIdentity();
  const plain = watched(Buffer.alloc(1_000_000));
  for await (const _ of await encrypt(plain.body, identity)) break;
  assert.equal(plain.closed(), true);
  const stored = watched(await encrypted(Buffer.alloc(1_000_000), identity));
  for await (const _ of await decrypt(stored.body, identity)) break;
  assert.equal(stored.closed(), true);
});
