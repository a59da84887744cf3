import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { testCa } from '../../../test/support/certificates.ts';
import { AuditLog } from './audit-log.ts';
import { ClientCertificates } from './client-certificates.ts';
import type { Limits } from './limits.ts';
import { NodeAccess } from './node-access.ts';
import type { Oidc, OidcIdentity } from './oidc.ts';
import { type ApiRole, apiRoles, type Principal, roleAllows } from './principal.ts';
import { TokenStore } from './token-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'uec-access-'));
const tokens = new TokenStore(join(folder, 'access.db'));
const auditLog = new AuditLog(join(folder, 'audit.db'), join(folder, 'audit.key'));
after(() => {
  tokens.close();
  auditLog.close();
  rmSync(folder, { recursive: true, force: true });
});

const client = testCa().issue({ name: 'importer' });
const certificate = new X509Certificate(client.cert).raw;
const certificates = new ClientCertificates([{ name: 'importer', role: 'operator', fingerprint: client.fingerprint }]);

function access(
  more: { readonly limits?: Limits; readonly clock?: () => number; readonly oidc?: Oidc } = {},
): NodeAccess {
  return new NodeAccess({ tokens, auditLog, certificates, ...more });
}

function request(authorization?: string): Request {
  return new Request(
    'http://127.0.0.1/',
    authorization === undefined ? {} : { headers: { Authorization: authorization } },
  );
}

const here = { address: '192.0.2.1' };

// The issue's roles: viewer reads; auditor and operator read, and each does what the other may not; admin does everything.
const MAY: Readonly<Record<ApiRole, string>> = {
  viewer: 'viewer',
  auditor: 'viewer auditor',
  operator: 'viewer operator',
  admin: 'viewer auditor operator admin',
};

test('each role may what the table says, and nothing else', () => {
  for (const held of apiRoles)
    for (const asked of apiRoles) {
      assert.equal(roleAllows(held, asked), MAY[held].split(' ').includes(asked), `${held} ${asked}`);
      const admit = () =>
        access().admit({ id: 'token:x', role: held, kind: 'token' }, { id: 'some.operation', role: asked });
      if (MAY[held].split(' ').includes(asked)) admit();
      else assert.throws(admit, { code: 'ROLE_INSUFFICIENT' });
    }
});

test('a bearer token gives its role; its id and not itself is the caller', async () => {
  const { token, entry } = tokens.add({ role: 'auditor', label: 'audit' });
  assert.deepEqual(await access().authenticate(request(`Bearer ${token}`), here), {
    id: `token:${entry.id}`,
    role: 'auditor',
    kind: 'token',
  });
  assert.equal((await access().authenticate(request(`bearer ${token}`), here)).role, 'auditor');
});

test('everything else is refused', async () => {
  const { token } = tokens.add({ role: 'admin', label: 'x' });
  const gone = tokens.add({ role: 'admin', label: 'gone' });
  tokens.revoke(gone.entry.id);
  for (const header of [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    token,
    `Basic ${token}`,
    `Bearer ${token} x`,
    `Bearer ${token},x`,
    `Bearer ${token}A`,
    `Bearer ${gone.token}`,
    `Bearer ${'A'.repeat(20_000)}`,
    'Bearer a.b.c',
  ])
    await assert.rejects(access().authenticate(request(header), here), { code: 'TOKEN_INVALID' }, header);
});

test('a client certificate gives its role, but never makes a wrong token good', async () => {
  assert.deepEqual(await access().authenticate(request(), { ...here, certificate }), {
    id: 'certificate:importer',
    role: 'operator',
    kind: 'certificate',
  });
  await assert.rejects(access().authenticate(request('Bearer wrong'), { ...here, certificate }), {
    code: 'TOKEN_INVALID',
  });
  const stranger = new X509Certificate(testCa().issue({ name: 'importer' }).cert).raw;
  await assert.rejects(access().authenticate(request(), { ...here, certificate: stranger }), {
    code: 'CERTIFICATE_UNKNOWN',
  });
});

test('a person of an identity provider is named by a pseudonym', async () => {
  const identity: OidcIdentity = { issuer: 'https://id.example', subject: 'ada@example.org', role: 'viewer' };
  const oidc = { identify: async () => identity } as unknown as Oidc;
  const { id, role, kind } = await access({ oidc }).authenticate(request('Bearer eyJh.eyJp.c2ln'), here);
  assert.deepEqual(
    [id, role, kind],
    [`oidc:${auditLog.pseudonym('https://id.example', 'ada@example.org')}`, 'viewer', 'oidc'],
  );
});

test('after many failures an address waits; others do not, and a token that is right is taken from it too', async () => {
  let now = 0;
  const guarded = access({ clock: () => now, limits: { failures: { burst: 3, perSecond: 0.1 } } });
  const guess = (address: string) => guarded.authenticate(request('Bearer uec_guess'), { address });
  for (let at = 0; at < 3; at += 1) await assert.rejects(guess('192.0.2.1'), { code: 'TOKEN_INVALID' });
  await assert.rejects(guess('192.0.2.1'), (error: { code: string; details: { retryAfter: number } }) => {
    assert.deepEqual([error.code, error.details.retryAfter], ['RATE_LIMITED', 10]);
    return true;
  });
  await assert.rejects(guess('::ffff:192.0.2.1'), { code: 'RATE_LIMITED' });
  await assert.rejects(guarded.authenticate(request(), here), { code: 'TOKEN_INVALID' });
  await assert.rejects(guess('192.0.2.2'), { code: 'TOKEN_INVALID' });
  const { token } = tokens.add({ role: 'viewer', label: 'right' });
  assert.equal((await guarded.authenticate(request(`Bearer ${token}`), here)).role, 'viewer');
  now = 10_000;
  await assert.rejects(guess('192.0.2.1'), { code: 'TOKEN_INVALID' });
});

test('each caller has the rate and the body of its role', () => {
  let now = 0;
  const limited = access({
    clock: () => now,
    limits: { roles: { viewer: { rate: { burst: 2, perSecond: 0.5 }, bodyBytes: 10 } } },
  });
  const viewer: Principal = { id: 'token:a', role: 'viewer', kind: 'token' };
  const admit = (who: Principal, bodyBytes = 0) =>
    limited.admit(who, { id: 'records.list', role: 'viewer', bodyBytes });
  assert.deepEqual(limited.rateHeaders(viewer), {
    'RateLimit-Policy': '"viewer";q=2;w=4',
    RateLimit: '"viewer";r=2;t=0',
  });
  admit(viewer);
  admit(viewer);
  assert.deepEqual(limited.rateHeaders(viewer).RateLimit, '"viewer";r=0;t=4');
  assert.throws(
    () => admit(viewer),
    (error: { code: string; details: { retryAfter: number } }) => {
      assert.deepEqual([error.code, error.details.retryAfter], ['RATE_LIMITED', 2]);
      return true;
    },
  );
  admit({ ...viewer, id: 'token:b' });
  now = 2_000;
  admit(viewer, 0);
  now = 10_000;
  admit(viewer, 10);
  assert.throws(() => admit(viewer, 11), { code: 'BODY_TOO_LARGE' });
  assert.equal(limited.bodyLimit('viewer'), 10);
  assert.ok(limited.bodyLimit('operator') > limited.bodyLimit('auditor'));
});

test('limits that are none are refused', () => {
  for (const limits of [
    { roles: { root: {} } },
    { roles: { viewer: { rate: { burst: 0, perSecond: 1 } } } },
    { roles: { viewer: { rate: { burst: 1, perSecond: 0 } } } },
    { roles: { viewer: { bodyBytes: -1 } } },
    { failures: { burst: Number.NaN, perSecond: 1 } },
  ])
    assert.throws(() => access({ limits: limits as Limits }), { code: 'CONFIG_INVALID' });
});
