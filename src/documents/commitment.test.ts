import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isChannelError } from '../emissions/index.ts';
import { documentCommitment, documentHasher, sha256Stream, verifyOpening } from './commitment.ts';

const kDoc = Buffer.from('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 'hex');
const bytes = Buffer.from('%PDF-1.4\nsample bill\n');
const T26 = 'f48eace776e5450cef435aa241f39ee82067137221f3ed04b77320ba382df4e7';

test('T26: the commitment of the sample bill, at once and byte by byte', async () => {
  assert.equal(documentCommitment(kDoc, bytes), T26);
  const hasher = documentHasher(kDoc);
  for (const byte of bytes) hasher.update(Uint8Array.of(byte));
  assert.equal(hasher.commitment(), T26);
  assert.deepEqual(await sha256Stream([bytes.subarray(0, 5), bytes.subarray(5)]), {
    sha256: '33f5b679111c627917f194c04401c7d134d40d8f8fab0e740dbbf688f197e194',
    length: 21,
  });
});

// Expected value: printf '' | sha256sum, then openssl dgst -mac HMAC -macopt hexkey:KEY over tag, zero byte and digest.
test('an empty document has a commitment of its own', () => {
  assert.equal(
    documentCommitment(kDoc, Buffer.alloc(0)),
    '2e87945f5b7d71ae5e227de711c48aa6d614ae80d51ec201ebc6ff93f785d8d6',
  );
});

test('a key of 31 or 33 bytes is refused, also where padding would make it equal', () => {
  for (const key of [kDoc.subarray(0, 31), Buffer.concat([kDoc, Buffer.of(0)]), Buffer.alloc(0)]) {
    assert.throws(
      () => documentCommitment(key, bytes),
      (error) => isChannelError(error, 'COMMITMENT_INVALID'),
    );
    assert.throws(
      () => documentHasher(key),
      (error) => isChannelError(error, 'COMMITMENT_INVALID'),
    );
  }
});

test('an opening matches only with the bytes and the key that were committed to', async () => {
  assert.equal((await verifyOpening([bytes], kDoc, T26)).state, 'matches');
  const changed = Buffer.from(bytes);
  changed[9] = (changed[9] as number) ^ 1;
  assert.equal((await verifyOpening([changed], kDoc, T26)).state, 'does-not-match');
  assert.equal((await verifyOpening([bytes.subarray(0, 20)], kDoc, T26)).state, 'does-not-match');
  const otherKey = Buffer.from(kDoc);
  otherKey[31] = 0;
  assert.equal((await verifyOpening([bytes], otherKey, T26)).state, 'does-not-match');
  await assert.rejects(verifyOpening([bytes], kDoc, T26.toUpperCase()), (error) =>
    isChannelError(error, 'COMMITMENT_INVALID'),
  );
});

test('T25: a document that breaks off is not verified, even when all of its bytes had come', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield bytes;
    throw new Error('connection reset');
  }
  assert.equal((await verifyOpening(broken(), kDoc, T26)).state, 'not-verified');
});
