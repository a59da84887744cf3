import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defined } from './defined.ts';

test('absent members are absent keys; everything else stays', () => {
  const kept = defined({ a: undefined, b: null, c: 0, d: '', e: false, f: { g: undefined } });
  assert.deepEqual(Object.keys(kept), ['b', 'c', 'd', 'e', 'f']);
  assert.deepEqual(Object.keys(defined({ a: undefined })), []);
});
