import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorCodes } from './error-codes.ts';

test('every code has a kind and advice of one line', () => {
  const kinds = ['input', 'refused', 'absent', 'conflict', 'integrity', 'unavailable', 'internal'];
  for (const [code, { kind, advice }] of Object.entries(errorCodes)) {
    assert.match(code, /^[A-Z]+(_[A-Z]+)*$/);
    assert.ok(kinds.includes(kind), code);
    assert.match(advice, /^[A-Z][^\n]+\.$/, code);
  }
});
