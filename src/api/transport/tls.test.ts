// Real certificates and real connections.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { type ConnectionOptions, connect } from 'node:tls';
import { type Started, startApiServer } from '../../../test/support/api-server.ts';
import { type Issued, testCa } from '../../../test/support/certificates.ts';
import type { Peer } from '../access/access.ts';
import { ClientCertificates } from '../access/client-certificates.ts';
import { peerOf } from './server.ts';
import { TlsFiles, type TlsPaths } from './tls-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'uec-tls-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;

const ca = testCa('Node CA');
const clientCa = testCa('Client CA');
const foreignCa = testCa('Client CA');
const server = ca.issue({ name: 'node.example', names: ['node.example', 'localhost', '127.0.0.1'] });
const DAY = 86_400_000;

function files(issued: Issued, more: Partial<TlsPaths> & { readonly clientCaText?: string } = {}): TlsPaths {
  count += 1;
  const paths = { cert: join(folder, `${count}.crt`), key: join(folder, `${count}.key`) };
  writeFileSync(paths.cert, issued.cert);
  writeFileSync(paths.key, issued.key, { mode: 0o600 });
  const { clientCaText, ...rest } = more;
  if (clientCaText === undefined) return { ...paths, ...rest };
  const path = join(folder, `${count}-ca.crt`);
  writeFileSync(path, clientCaText);
  return { ...paths, clientCa: path, ...rest };
}

async function start(
  t: TestContext,
  paths: TlsPaths,
): Promise<Started & { readonly tls: TlsFiles; readonly peers: Peer[] }> {
  const peers: Peer[] = [];
  const tls = new TlsFiles(paths);
  const started = await startApiServer({
    tls,
    fetch: (_request, { incoming }) => {
      peers.push(peerOf(incoming as IncomingMessage));
      return new Response('ok');
    },
  });
  t.after(started.close);
  return { ...started, tls, peers };
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
}

async function get(
  port: number,
  options: ConnectionOptions & { readonly host?: string; readonly headers?: object } = {},
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  request(
    { host: '127.0.0.1', servername: 'node.example', port, ca: ca.cert, agent: false, ...options } as never,
    (answer: IncomingMessage) => {
      answer.resume();
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers }));
      answer.on('error', reject);
    },
  )
    .on('error', reject)
    .end();
  return promise;
}

test('over TLS: the certificate is checked by the client, the answer has HSTS, and Host may be any name in it', async (t) => {
  const { port } = await start(t, files(server));
  const answer = await get(port, { headers: { Host: 'node.example' } });
  assert.equal(answer.status, 200);
  assert.match(answer.headers['strict-transport-security'] ?? '', /^max-age=[0-9]{8}/);
  assert.equal((await get(port, { headers: { Host: `127.0.0.1:${port}` } })).status, 200);
  assert.equal((await get(port, { headers: { Host: 'evil.example' } })).status, 421);
  await assert.rejects(get(port, { ca: clientCa.cert }), { code: /SELF_SIGNED|UNABLE_TO|UNABLE_TO_VERIFY/ });
  await assert.rejects(get(port, { servername: 'evil.example' }), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
});

test('nothing older than TLS 1.2 is spoken, and no plain HTTP on the port', async (t) => {
  const { port, seen } = await start(t, files(server));
  for (const version of ['TLSv1', 'TLSv1.1'] as const)
    await assert.rejects(
      get(port, { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' }),
      version,
    );
  assert.equal((await get(port, { maxVersion: 'TLSv1.2' })).status, 200);
  assert.equal((await get(port, { minVersion: 'TLSv1.3' })).status, 200);
  await assert.rejects(fetch(`http://127.0.0.1:${port}/`));
  assert.deepEqual(seen, []);
});

test('mutual TLS: a certificate of the client CA is let in and is told to the handler', async (t) => {
  const client = clientCa.issue({ name: 'importer', organisation: 'Acme' });
  const { port, peers } = await start(t, files(server, { clientCaText: clientCa.cert }));
  assert.equal((await get(port, { cert: client.cert, key: client.key })).status, 200);
  const [peer] = peers;
  assert.equal(peer?.address, '127.0.0.1');
  assert.equal(new X509Certificate(peer?.certificate as Uint8Array).fingerprint256, client.fingerprint);
});

test('mutual TLS: no certificate, a foreign, expired, future or self-made one, and one without its key, stay out', async (t) => {
  const { port, peers } = await start(t, files(server, { clientCaText: clientCa.cert }));
  const now = Date.now();
  const good = clientCa.issue({ name: 'importer' });
  const wrong: Record<string, { cert?: string; key?: string }> = {
    none: {},
    foreign: foreignCa.issue({ name: 'importer' }),
    expired: clientCa.issue({ name: 'importer', to: new Date(now - DAY) }),
    future: clientCa.issue({ name: 'importer', from: new Date(now + DAY) }),
    "the server's CA": ca.issue({ name: 'importer' }),
  };
  for (const [name, { cert, key }] of Object.entries(wrong))
    await assert.rejects(get(port, cert === undefined ? {} : { cert, key: key as string }), Error, name);
  await assert.rejects(async () => get(port, { cert: good.cert, key: foreignCa.issue({ name: 'x' }).key }));
  assert.deepEqual(peers, []);
});

test('where certificates are optional, one that does not verify is as none', async (t) => {
  const { port, peers } = await start(t, files(server, { clientCaText: clientCa.cert, clientOptional: true }));
  const foreign = foreignCa.issue({ name: 'importer' });
  const expired = clientCa.issue({ name: 'importer', to: new Date(Date.now() - DAY) });
  const good = clientCa.issue({ name: 'importer' });
  assert.equal((await get(port)).status, 200);
  for (const { cert, key } of [foreign, expired]) assert.equal((await get(port, { cert, key })).status, 200);
  assert.deepEqual(peers, Array(3).fill({ address: '127.0.0.1' }));
  await get(port, { cert: good.cert, key: good.key });
  assert.ok(peers[3]?.certificate);
});

test('a new certificate is used when its files change, without ending what is connected', async (t) => {
  const first = ca.issue({ name: 'node.example', names: ['node.example'] });
  const paths = files(first);
  const { port, tls } = await start(t, paths);
  const old = connect({ host: '127.0.0.1', port, servername: 'node.example', ca: ca.cert });
  await once(old, 'secureConnect');
  assert.equal(old.getPeerX509Certificate()?.fingerprint256, first.fingerprint);
  const second = ca.issue({ name: 'node.example', names: ['node.example', 'renewed.example'] });
  writeFileSync(`${paths.key}.new`, second.key, { mode: 0o600 });
  writeFileSync(`${paths.cert}.new`, second.cert);
  renameSync(`${paths.key}.new`, paths.key);
  renameSync(`${paths.cert}.new`, paths.cert);
  process.emit('SIGHUP');
  const fresh = connect({ host: '127.0.0.1', port, servername: 'renewed.example', ca: ca.cert });
  await once(fresh, 'secureConnect');
  assert.equal(fresh.getPeerX509Certificate()?.fingerprint256, second.fingerprint);
  assert.equal(tls.certifies('renewed.example'), true);
  fresh.destroy();
  old.write('GET / HTTP/1.1\r\nHost: node.example\r\n\r\n');
  const [bytes] = (await once(old, 'data')) as [Buffer];
  assert.match(bytes.toString(), /^HTTP\/1\.1 200/);
  old.destroy();
});

test('files that do not fit together are not used, and the old ones stay', async (t) => {
  const paths = files(server);
  const told: (string | undefined)[] = [];
  const tls = new TlsFiles(paths, (error) => told.push(error?.code));
  const started = await startApiServer({ tls, fetch: () => new Response('ok') });
  t.after(started.close);
  writeFileSync(paths.key, ca.issue({ name: 'other' }).key);
  process.emit('SIGHUP');
  writeFileSync(paths.cert, 'no certificate');
  process.emit('SIGHUP');
  assert.deepEqual(told, ['CONFIG_INVALID', 'CONFIG_INVALID']);
  assert.equal((await get(started.port)).status, 200);
});

test('wrong files are told when the node starts', () => {
  const paths = files(server);
  assert.throws(() => new TlsFiles({ ...paths, cert: join(folder, 'none') }), {
    code: 'CONFIG_INVALID',
    message: /ENOENT/,
  });
  assert.throws(() => new TlsFiles({ ...paths, key: files(ca.issue({ name: 'x' })).key }), { code: 'CONFIG_INVALID' });
  assert.throws(() => new TlsFiles({ ...paths, clientCa: paths.key }), { code: 'CONFIG_INVALID' });
  chmodSync(paths.key, 0o644);
  assert.throws(() => new TlsFiles(paths), { code: 'CONFIG_INVALID', message: /mode 644/ });
});

test('a client certificate has the role that the settings give its fingerprint or its whole subject', () => {
  const one = clientCa.issue({ name: 'importer', organisation: 'Acme' });
  const der = (issued: Issued): Uint8Array => new X509Certificate(issued.cert).raw;
  const known = new ClientCertificates([
    { name: 'by-print', role: 'admin', fingerprint: one.fingerprint },
    { name: 'by-subject', role: 'operator', subject: { O: 'Acme', CN: 'importer' } },
  ]);
  assert.deepEqual(known.principal(der(one)), { id: 'certificate:by-print', role: 'admin', kind: 'certificate' });
  const renewed = clientCa.issue({ name: 'importer', organisation: 'Acme' });
  assert.deepEqual(known.principal(der(renewed)), {
    id: 'certificate:by-subject',
    role: 'operator',
    kind: 'certificate',
  });
  for (const other of [
    clientCa.issue({ name: 'importer' }),
    clientCa.issue({ name: 'Importer', organisation: 'Acme' }),
    clientCa.issue({ name: 'importer', organisation: 'Acme\nCN=importer' }),
    clientCa.issue({ name: 'importer', organisation: 'Acme, CN=importer' }),
  ])
    assert.throws(() => known.principal(der(other)), { code: 'CERTIFICATE_UNKNOWN' });
  // One that expires while a connection is open has no role any more.
  const later = new ClientCertificates(
    [{ name: 'x', role: 'viewer', fingerprint: one.fingerprint }],
    () => new Date('2100-01-01'),
  );
  assert.throws(() => later.principal(der(one)), { code: 'CERTIFICATE_UNKNOWN', message: /expired/ });
});

test('settings of certificates that say nothing, or too much, are refused', () => {
  const wrong = [
    { name: 'a b', role: 'viewer', fingerprint: 'a'.repeat(64) },
    { name: 'x', role: 'root', fingerprint: 'a'.repeat(64) },
    { name: 'x', role: 'viewer' },
    { name: 'x', role: 'viewer', fingerprint: 'a'.repeat(40) },
    { name: 'x', role: 'viewer', subject: {} },
    { name: 'x', role: 'viewer', subject: { CN: 'a' }, fingerprint: 'a'.repeat(64) },
  ];
  for (const one of wrong) assert.throws(() => new ClientCertificates([one as never]), { code: 'CONFIG_INVALID' });
});
