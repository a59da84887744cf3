// Against a real provider, started here; what no provider would issue is signed or bent by hand.
import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { audience, startProvider, type TestProvider } from '../../../test/support/oidc-provider.ts';
import { Oidc } from './oidc.ts';
import type { OidcSettings } from './oidc-settings.ts';

const roles = [
  { value: 'uec-admin', role: 'admin' },
  { value: 'uec-operator', role: 'operator' },
  { value: 'uec-auditor', role: 'auditor' },
] as const;
const times = { cooldown: 0, retry: 0, timeout: 2_000 };

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] as string, 'base64url').toString()) as Record<string, unknown>;
}

function headerOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[0] as string, 'base64url').toString()) as Record<string, unknown>;
}

describe('tokens of a real provider', () => {
  let provider: TestProvider;
  let oidc: Oidc;
  const settings = (more: Partial<OidcSettings> = {}): OidcSettings => ({
    issuer: provider.issuer,
    audience,
    roles,
    ...more,
  });

  before(async () => {
    provider = await startProvider();
    oidc = new Oidc([settings()], times);
  });
  after(() => provider.close());

  test('a right token gives issuer, subject and the mapped role', async () => {
    const identity = await oidc.identify(await provider.token());
    assert.deepEqual(identity, { issuer: provider.issuer, subject: 'importer', role: 'operator' });
    assert.equal((await oidc.identify(await provider.token({ roles: ['x', 'uec-auditor'] }))).role, 'auditor');
    // The first of the mapping counts, not the first of the token.
    assert.equal((await oidc.identify(await provider.token({ roles: ['uec-auditor', 'uec-admin'] }))).role, 'admin');
  });

  test('keys are fetched once for many tokens', async () => {
    const fresh = new Oidc([settings()], { ...times, cooldown: 30_000 });
    const tokens = await Promise.all([provider.token(), provider.token(), provider.token()]);
    provider.asked.length = 0;
    await Promise.all(tokens.map((token) => fresh.identify(token)));
    for (const token of tokens) await fresh.identify(token);
    assert.deepEqual(provider.asked, ['/.well-known/openid-configuration', '/jwks']);
  });

  test('a token without a mapped role is refused as that', async () => {
    for (const none of [[], ['other'], ['UEC-ADMIN'], ['uec-admin ']])
      await assert.rejects(
        provider.token({ roles: none }).then((token) => oidc.identify(token)),
        {
          code: 'ROLE_INSUFFICIENT',
        },
      );
  });

  test('an expired token is refused, and taken within the clocks’ difference', async () => {
    const token = await provider.token({ lives: 1 });
    const strict = new Oidc([settings({ clockTolerance: 0 })], times);
    const lenient = new Oidc([settings({ clockTolerance: 60 })], times);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await assert.rejects(strict.identify(token), { code: 'TOKEN_INVALID', message: /expired/ });
    assert.equal((await lenient.identify(token)).role, 'operator');
  });

  test('a token for another audience, and one of another issuer, is refused', async () => {
    const other = await provider.token({ resource: 'https://other.example/api' });
    await assert.rejects(oidc.identify(other), { code: 'TOKEN_INVALID', message: /another aud/ });
    const stranger = await startProvider();
    try {
      await assert.rejects(oidc.identify(await stranger.token()), {
        code: 'TOKEN_INVALID',
        message: /no identity provider/,
      });
    } finally {
      await stranger.close();
    }
  });

  test('alg none, HS256 with the public key, a foreign key and any changed byte are refused', async () => {
    const token = await provider.token();
    const [head, body, signature] = token.split('.') as [string, string, string];
    const keys = (await (await fetch(`${provider.issuer}/jwks`)).json()) as { keys: object[] };
    const publicKey = JSON.stringify(keys.keys[0]);
    const hs = `${part({ ...headerOf(token), alg: 'HS256' })}.${body}`;
    const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const bent = [
      `${part({ ...headerOf(token), alg: 'none' })}.${body}.`,
      `${part({ alg: 'none' })}.${body}.${signature}`,
      `${part({ ...headerOf(token), alg: 'nOnE' })}.${body}.`,
      `${hs}.${createHmac('sha256', publicKey).update(hs).digest('base64url')}`,
      `${head}.${body}.${sign('sha256', Buffer.from(`${head}.${body}`), foreign).toString('base64url')}`,
      `${head}.${part({ ...claimsOf(token), roles: ['uec-admin'] })}.${signature}`,
      `${head}.${part({ ...claimsOf(token), exp: 4_000_000_000 })}.${signature}`,
      `${head}.${body}.${signature.slice(0, -4)}AAAA`,
      `${head}.${body}.`,
    ];
    // Whoever makes a token may also say where its key is: that is never followed.
    const jku = {
      ...headerOf(token),
      kid: 'mine',
      jku: `${provider.issuer}/mine`,
      jwk: foreign.export({ format: 'jwk' }),
    };
    const own = `${part(jku)}.${body}`;
    bent.push(`${own}.${sign('sha256', Buffer.from(own), foreign).toString('base64url')}`);
    for (const one of bent) await assert.rejects(oidc.identify(one), { code: 'TOKEN_INVALID' }, one);
    assert.equal(provider.asked.includes('/mine'), false);
  });

  test('a rotated key is fetched; a token of the withdrawn one is refused from then on', async () => {
    const old = await provider.token();
    assert.equal((await oidc.identify(old)).role, 'operator');
    provider.rotate();
    assert.equal((await oidc.identify(await provider.token())).role, 'operator');
    await assert.rejects(oidc.identify(old), { code: 'TOKEN_INVALID' });
  });

  test('tokens with unknown key ids do not make the node ask the provider again and again', async () => {
    const fresh = new Oidc([settings()], { ...times, cooldown: 60_000 });
    const token = await provider.token();
    await fresh.identify(token);
    const [, body, signature] = token.split('.');
    provider.asked.length = 0;
    for (let at = 0; at < 20; at += 1)
      await assert.rejects(fresh.identify(`${part({ alg: 'RS256', kid: `made-up-${at}` })}.${body}.${signature}`), {
        code: 'TOKEN_INVALID',
      });
    assert.deepEqual(provider.asked, []);
  });
});

test('a provider that is down is a fault of its own, and is not asked again at once; known keys go on', async () => {
  const provider = await startProvider();
  const token = await provider.token();
  const settings = { issuer: provider.issuer, audience, roles };
  const known = new Oidc([settings], { ...times, cooldown: 60_000 });
  await known.identify(token);
  await provider.close();
  assert.equal((await known.identify(token)).role, 'operator');
  const unknown = new Oidc([settings], { ...times, retry: 60_000 });
  await assert.rejects(unknown.identify(token), { code: 'IDENTITY_PROVIDER_UNAVAILABLE' });
  await assert.rejects(unknown.identify(token), { code: 'IDENTITY_PROVIDER_UNAVAILABLE', message: /a moment ago/ });
});

describe('providers that misbehave', () => {
  let handle: RequestListener = (_request, response) => response.end();
  const server = createServer((request, response) => handle(request, response));
  let issuer: string;
  const asked: string[] = [];
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  function answers(
    configuration: object | string,
    jwks: object | string = { keys: [{ ...pair.publicKey.export({ format: 'jwk' }), kid: 'k' }] },
  ): void {
    asked.length = 0;
    handle = (request, response) => {
      asked.push(request.url ?? '');
      const answer = request.url?.startsWith('/.well-known/') ? configuration : jwks;
      response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
    };
  }

  function signed(claims: object, header: object = {}): string {
    const text = `${part({ alg: 'ES256', kid: 'k', ...header })}.${part({ iss: issuer, aud: audience, sub: 's', exp: 4_000_000_000, roles: ['uec-admin'], ...claims })}`;
    const key = { key: pair.privateKey, dsaEncoding: 'ieee-p1363' } as const;
    return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
  }

  const oidc = (more: Partial<OidcSettings> = {}): Oidc => new Oidc([{ issuer, audience, roles, ...more }], times);

  test('claims: not before, no expiry, other types, several audiences, nested and dotted claims', async () => {
    answers({ issuer, jwks_uri: `${issuer}/keys` });
    assert.equal((await oidc().identify(signed({}))).role, 'admin');
    assert.equal((await oidc().identify(signed({ aud: ['x', audience] }))).role, 'admin');
    assert.equal((await oidc().identify(signed({}, { typ: 'at+jwt' }))).role, 'admin');
    const refusals = [
      signed({ nbf: 4_000_000_000 }),
      signed({ exp: undefined }),
      signed({ exp: '4000000000' }),
      signed({ sub: undefined }),
      signed({ aud: undefined }),
      signed({ aud: `${audience}/` }),
      signed({}, { typ: 'logout+jwt' }),
      signed({}, { crit: ['x'], x: 1 }),
      signed({}, { alg: 'ES384' }),
    ];
    for (const token of refusals) await assert.rejects(oidc().identify(token), { code: 'TOKEN_INVALID' }, token);
    const nested = signed({ roles: undefined, realm_access: { roles: ['uec-auditor'] } });
    assert.equal((await oidc({ roleClaim: 'realm_access.roles' }).identify(nested)).role, 'auditor');
    const dotted = signed({ roles: undefined, 'https://a.example/r': 'x uec-operator' });
    assert.equal((await oidc({ roleClaim: 'https://a.example/r' }).identify(dotted)).role, 'operator');
    await assert.rejects(oidc({ roleClaim: '__proto__.polluted' }).identify(signed({})), { code: 'ROLE_INSUFFICIENT' });
  });

  test('keys are fetched from the issuer’s own origin or a listed host, and nowhere else', async () => {
    for (const place of [
      'http://169.254.169.254/latest/meta-data',
      'http://localhost:1/keys',
      'https://evil.example/keys',
      'file:///etc/passwd',
      'http://10.0.0.1/keys',
      `${issuer.replace('127.0.0.1', 'user:pw@127.0.0.1')}/keys`,
      7,
      undefined,
    ]) {
      answers({ issuer, jwks_uri: place });
      await assert.rejects(oidc().identify(signed({})), { code: 'IDENTITY_PROVIDER_UNAVAILABLE' }, String(place));
      assert.deepEqual(asked, ['/.well-known/openid-configuration']);
    }
  });

  test('another name, a redirect, no JSON, no keys and an endless answer are the provider’s fault', async () => {
    answers({ issuer: 'https://another.example', jwks_uri: `${issuer}/keys` });
    await assert.rejects(oidc().identify(signed({})), {
      code: 'IDENTITY_PROVIDER_UNAVAILABLE',
      message: /another name/,
    });
    for (const [configuration, jwks] of [
      ['not json', {}],
      [{ issuer, jwks_uri: `${issuer}/keys` }, 'not json'],
      [{ issuer, jwks_uri: `${issuer}/keys` }, { keys: 'none' }],
      [`{"a":"${'x'.repeat(1_100_000)}"}`, {}],
    ] as const) {
      answers(configuration, jwks);
      await assert.rejects(oidc().identify(signed({})), { code: 'IDENTITY_PROVIDER_UNAVAILABLE' });
    }
    handle = (request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(302, { Location: `${issuer}/elsewhere` }).end();
    };
    asked.length = 0;
    await assert.rejects(oidc().identify(signed({})), { code: 'IDENTITY_PROVIDER_UNAVAILABLE' });
    assert.deepEqual(asked, ['/.well-known/openid-configuration']);
  });

  test('settings that would weaken the check are refused', () => {
    const wrong: [Partial<OidcSettings> | object, RegExp][] = [
      [{ issuer: 'http://id.example' }, /issuer/],
      [{ issuer: 'https://user:pw@id.example' }, /issuer/],
      [{ issuer: 'file:///etc' }, /issuer/],
      [{ audience: '' }, /audience/],
      [{ algorithms: ['none'] }, /algorithms/],
      [{ algorithms: ['HS256'] }, /algorithms/],
      [{ roles: [] }, /roles/],
      [{ roles: [{ value: 'a', role: 'root' }] }, /roles/],
      [{ clockTolerance: 3600 }, /clockTolerance/],
    ];
    for (const [more, message] of wrong)
      assert.throws(() => new Oidc([{ issuer: 'https://id.example', audience, roles, ...more } as OidcSettings]), {
        code: 'CONFIG_INVALID',
        message,
      });
  });
});
