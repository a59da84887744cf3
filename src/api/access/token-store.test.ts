import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { TokenStore } from './token-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'uec-tokens-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;

function store(day: { now: string } = { now: '2026-03-01' }): TokenStore & { readonly path: string } {
  count += 1;
  const path = join(folder, `${count}.db`);
  const made = new TokenStore(path, () => new Date(`${day.now}T12:00:00Z`));
  return Object.assign(made, { path });
}

test('a token is 256 random bits, shown once; the file holds its hash, for this user alone', () => {
  const tokens = store();
  const { token, entry } = tokens.add({ role: 'viewer', label: 'console' });
  assert.match(token, /^uec_[A-Za-z0-9_-]{43}$/);
  assert.notEqual(tokens.add({ role: 'viewer', label: 'console' }).token, token);
  assert.equal(entry.id, createHash('sha256').update(token).digest('hex').slice(0, 16));
  assert.deepEqual([entry.role, entry.label, entry.created], ['viewer', 'console', '2026-03-01']);
  tokens.close();
  assert.equal(readFileSync(tokens.path).includes(token), false);
  assert.equal(readFileSync(tokens.path).includes(Buffer.from(token.slice(4), 'base64url')), false);
  assert.equal(statSync(tokens.path).mode & 0o177, 0);
});

test('a token is known by the whole of it; the day of its last use is noted', () => {
  const day = { now: '2026-03-01' };
  const tokens = store(day);
  const { token, entry } = tokens.add({ role: 'operator', label: 'import' });
  assert.equal(tokens.list()[0]?.lastUsed, undefined);
  assert.equal(tokens.check(token)?.id, entry.id);
  day.now = '2026-03-05';
  tokens.check(token);
  assert.equal(tokens.list()[0]?.lastUsed, '2026-03-05');
  for (const wrong of [
    '',
    'uec_',
    `${token}A`,
    token.slice(0, -1),
    token.toUpperCase(),
    `uec_${'A'.repeat(43)}`,
    entry.id,
  ])
    assert.equal(tokens.check(wrong), undefined, wrong);
  tokens.close();
});

test('a token is taken up to its last day, and not after it was revoked', () => {
  const day = { now: '2026-03-01' };
  const tokens = store(day);
  const { token } = tokens.add({ role: 'viewer', label: 'audit 2026', expires: '2026-03-31' });
  const other = tokens.add({ role: 'viewer', label: 'other' });
  day.now = '2026-03-31';
  assert.ok(tokens.check(token));
  day.now = '2026-04-01';
  assert.equal(tokens.check(token), undefined);
  // Another process sees the revocation at once.
  const elsewhere = new TokenStore(tokens.path, () => new Date('2026-04-02T00:00:00Z'));
  assert.equal(elsewhere.revoke(other.entry.id.slice(0, 6)).revoked, '2026-04-02');
  assert.equal(elsewhere.revoke(other.entry.id).revoked, '2026-04-02');
  elsewhere.close();
  assert.equal(tokens.check(other.token), undefined);
  assert.throws(() => tokens.revoke('0'.repeat(16)), { code: 'TOKEN_NOT_FOUND' });
  for (const id of ['', 'ab', "' OR 1=1 --"]) assert.throws(() => tokens.revoke(id), { code: 'TOKEN_NOT_FOUND' }, id);
  tokens.close();
});

test('what a token is made of is checked', () => {
  const tokens = store();
  const add = (more: object) => () => tokens.add({ role: 'viewer', label: 'x', ...more } as never);
  assert.throws(add({ role: 'root' }), { code: 'OPTION_INVALID' });
  for (const label of ['', ' x', 'a'.repeat(41), 'a\nb', '<script>'])
    assert.throws(add({ label }), { code: 'OPTION_INVALID' });
  for (const expires of ['tomorrow', '2026-02-30', '2026-13-01', ''])
    assert.throws(add({ expires }), { code: 'DATE_INVALID' });
  assert.throws(add({ expires: '2026-02-28' }), { code: 'OPTION_INVALID' });
  assert.deepEqual(tokens.list(), []);
  tokens.close();
});

test('a hash of an older node.json is taken over, once', () => {
  const tokens = store();
  const hash = createHash('sha256').update('uec_an-older-token').digest('hex');
  tokens.adopt(hash, { role: 'admin', label: 'init' });
  tokens.adopt(hash, { role: 'admin', label: 'init' });
  assert.equal(tokens.list().length, 1);
  assert.equal(tokens.check('uec_an-older-token')?.role, 'admin');
  assert.throws(() => tokens.adopt('abc', { role: 'admin', label: 'init' }), { code: 'CONFIG_INVALID' });
  tokens.close();
});
