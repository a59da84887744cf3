// The protocol against a server of this process; test/fabric/enrolment.fabric-test.ts has a real authority issue and a real
// channel accept.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type ErrorCode, isChannelError } from '../../emissions/index.ts';
import { testCertificate } from './chaincode/test-certificate.conformance.ts';
import { enrol } from './enrolment.ts';
import { writeMspFolder } from './msp-folder.ts';

interface Seen {
  path?: string | undefined;
  authorization?: string | undefined;
  body?: { certificate_request: string; caname?: string };
}

/** A server that answers every request with this. */
async function authority(t: TestContext, status: number, answer: string) {
  const { certificate, privateKey } = testCertificate('localhost');
  const seen: Seen = {};
  const server = createServer({ cert: certificate, key: privateKey }, async (request, response) => {
    seen.path = request.url;
    seen.authorization = request.headers.authorization;
    seen.body = JSON.parse(Buffer.concat(await Array.fromAsync(request)).toString());
    response.writeHead(status).end(answer);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const url = `https://localhost:${(server.address() as AddressInfo).port}`;
  return { url, seen, tlsRoot: Buffer.from(certificate) };
}

const asked = { id: 'node1', secret: 'opensesame' };

function refusal(code: ErrorCode, text: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(isChannelError(error, code), String(error));
    assert.match(error.message, text);
    assert.ok(!`${error.message} ${error.fix}`.includes(asked.secret));
    return true;
  };
}

const answer = (Cert: string) => JSON.stringify({ success: true, result: { Cert, ServerInfo: { CAChain: '' } } });

test('the request is one that OpenSSL verifies, sent with id and secret; a certificate of another key is refused', async (t) => {
  const other = Buffer.from(testCertificate('other').certificate).toString('base64');
  const { url, seen, tlsRoot } = await authority(t, 201, answer(other));
  await assert.rejects(
    enrol({ ...asked, url, tlsRoot, caName: 'acme' }),
    refusal('IDENTITY_REFUSED', /no certificate of the key that was sent/),
  );
  assert.equal(seen.path, '/api/v1/enroll');
  assert.equal(seen.authorization, `Basic ${btoa('node1:opensesame')}`);
  assert.equal(seen.body?.caname, 'acme');
  const input = seen.body?.certificate_request ?? '';
  const checked = spawnSync('openssl', ['req', '-verify', '-noout', '-subject', '-text'], { input, encoding: 'utf8' });
  if (checked.error !== undefined) return t.diagnostic('openssl is absent: the request was not verified');
  assert.match(checked.stdout + checked.stderr, /self-signature verify OK|verify OK/);
  assert.match(checked.stdout, /subject=CN ?= ?node1\n/);
  assert.match(checked.stdout, /ASN1 OID: prime256v1/);
  assert.match(checked.stdout, /Signature Algorithm: ecdsa-with-SHA256/);
});

test('what an authority answers in place of a certificate is told', async (t) => {
  const cases: readonly [number, string, ErrorCode, RegExp][] = [
    [
      401,
      '{"success":false,"errors":[{"code":20,"message":"Authentication failure"}]}',
      'IDENTITY_REFUSED',
      /no such id/,
    ],
    [
      500,
      '{"success":false,"errors":[{"code":19,"message":"CA \'x\'\\ndoes not exist"}]}',
      'IDENTITY_REFUSED',
      /status 500, error 19: CA 'x' does not exist$/,
    ],
    [200, '<html>', 'IDENTITY_REFUSED', /status 200, is not that of a fabric-ca server/],
    [200, '{"success":true}', 'IDENTITY_REFUSED', /status 200$/],
    [201, answer('not a certificate'), 'IDENTITY_REFUSED', /no certificate of the key/],
    [200, 'x'.repeat(1_100_000), 'IDENTITY_REFUSED', /no end/],
  ];
  for (const [status, text, code, told] of cases) {
    const { url, tlsRoot } = await authority(t, status, text);
    await assert.rejects(enrol({ ...asked, url, tlsRoot }), refusal(code, told));
  }
});

test('id and secret go nowhere but to the authority, under TLS', async (t) => {
  const { url, seen } = await authority(t, 200, '{}');
  const stranger = Buffer.from(testCertificate('stranger').certificate);
  for (const tlsRoot of [undefined, stranger])
    await assert.rejects(
      enrol({ ...asked, url, ...(tlsRoot && { tlsRoot }) }),
      refusal('CONFIG_INVALID', /TLS certificate/),
    );
  assert.equal(seen.path, undefined);
  for (const wrong of [
    'http://localhost:7054',
    'localhost:7054',
    'https://',
    'https://a/b',
    'https://node1:opensesame@a',
  ])
    await assert.rejects(enrol({ ...asked, url: wrong }), refusal('OPTION_INVALID', /no address/));
  await assert.rejects(enrol({ ...asked, url: 'https://localhost:1' }), refusal('CA_UNAVAILABLE', /ECONNREFUSED/));
});

test('an MSP folder is written whole, for its owner alone, and over nothing', () => {
  const root = mkdtempSync(join(tmpdir(), 'uec-msp-'));
  try {
    const enrolment = { certificate: 'c', privateKey: 'k', chain: 'r' };
    mkdirSync(join(root, 'empty'));
    for (const name of ['new', 'empty']) {
      writeMspFolder(join(root, name), enrolment);
      assert.equal(readFileSync(join(root, name, 'keystore', 'priv_sk'), 'utf8'), 'k');
      assert.equal(statSync(join(root, name, 'keystore', 'priv_sk')).mode & 0o777, 0o600);
      assert.equal(statSync(join(root, name, 'keystore')).mode & 0o777, 0o700);
    }
    assert.throws(
      () => writeMspFolder(join(root, 'new'), { ...enrolment, privateKey: 'other' }),
      refusal('OPTION_INVALID', /not empty/),
    );
    assert.equal(readFileSync(join(root, 'new', 'keystore', 'priv_sk'), 'utf8'), 'k');
    writeFileSync(join(root, 'file'), '');
    assert.throws(() => writeMspFolder(join(root, 'file', 'msp'), enrolment));
    assert.deepEqual(readdirSync(root).sort(), ['empty', 'file', 'new']);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
