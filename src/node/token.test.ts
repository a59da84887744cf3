import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { isAuthorized, newToken } from './token.ts';

test('a token is new each time, and only its hash is needed to know it', () => {
  const { token, hash } = newToken();
  assert.notEqual(token, newToken().token);
  assert.match(token, /^uec_[A-Za-z0-9_-]{43}$/);
  assert.equal(hash, createHash('sha256').update(token).digest('hex'));
  assert.equal(isAuthorized(`Bearer ${token}`, hash), true);
});

test('everything else is refused', () => {
  const { token, hash } = newToken();
  const wrong = [
    undefined,
    '',
    'Bearer ',
    `Bearer ${token} `,
    `Bearer ${token}a`,
    `Bearer ${token.slice(1)}`,
    token,
    hash,
  ];
  for (const header of [...wrong, `Bearer ${hash}`, `Basic ${token}`, `Bearer ${newToken().token}`])
    assert.equal(isAuthorized(header, hash), false, header);
});
