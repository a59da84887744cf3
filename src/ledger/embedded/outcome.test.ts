import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeOutcome, encodeOutcome, type Outcome } from './outcome.ts';

const full: Outcome = {
  result: '{"é":1}',
  event: { name: 'E', payload: '[]' },
  writes: new Map([
    ['k', '"v"'],
    ['gone', null],
  ]),
};

test('an outcome has the bytes that the format says', () => {
  // Written out by hand: u32 lengths, UTF-8 texts; ff ff ff ff marks a deletion.
  const expected = [
    '00000008',
    '7b22c3a9223a317d',
    '00000001',
    '45',
    '00000002',
    '5b5d',
    '00000002',
    '00000001',
    '6b',
    '00000003',
    '227622',
    '00000004',
    '676f6e65',
    'ffffffff',
  ];
  assert.equal(encodeOutcome(full).toString('hex'), expected.join(''));
  assert.equal(encodeOutcome({ result: '', writes: new Map() }).toString('hex'), '000000000000000000000000');
});

test('decoding gives back what was encoded, and refuses cut or longer bytes', () => {
  const bytes = encodeOutcome(full);
  assert.deepEqual(decodeOutcome(bytes), full);
  for (let length = 0; length < bytes.length; length += 1) {
    assert.throws(() => decodeOutcome(bytes.subarray(0, length)), RangeError);
  }
  assert.throws(() => decodeOutcome(Buffer.concat([bytes, Buffer.of(0)])), RangeError);
});
