// uec serve with TLS options and settings, in a process of its own.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { testCa } from '../support/certificates.ts';
import { refusalOf } from '../support/command.ts';
import { newChannel, temporaryFolder } from '../support/nodes.ts';
import { serveNode } from '../support/served.ts';

const folder = temporaryFolder();
const ca = testCa();
const clientCa = testCa('Client CA');
const files = { cert: join(folder, 'node.crt'), key: join(folder, 'node.key'), ca: join(folder, 'clients.crt') };
const names = ['node.example', '127.0.0.1'];
const first = ca.issue({ name: 'node.example', names });
writeFileSync(files.cert, first.cert);
writeFileSync(files.key, first.key, { mode: 0o600 });
writeFileSync(files.ca, clientCa.cert);
let acme: string;
before(async () => {
  ({ acme } = await newChannel());
});

async function get(
  address: string,
  path: string,
  client: { readonly cert?: string; readonly key?: string } = {},
): Promise<{ readonly status: number; readonly text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  request(`${address}${path}`, { ca: ca.cert, agent: false, ...client }, async (answer: IncomingMessage) => {
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
  })
    .on('error', reject)
    .end();
  return promise;
}

test('a client certificate that is listed reads with its role; one that is not, and none, do not', async () => {
  const reader = clientCa.issue({ name: 'reader', organisation: 'Acme' });
  const config = JSON.parse(readFileSync(join(acme, 'node.json'), 'utf8')) as object;
  const certificates = [{ name: 'reader', role: 'viewer', subject: { O: 'Acme', CN: 'reader' } }];
  writeFileSync(join(acme, 'node.json'), JSON.stringify({ ...config, access: { certificates } }));
  const served = await serveNode(acme, ['--tls-cert', files.cert, '--tls-key', files.key, '--client-ca', files.ca]);
  try {
    assert.match(served.address, /^https:\/\/127\.0\.0\.1:/);
    assert.equal((await get(served.address, '/api/v1/records', reader)).status, 200);
    const forbidden = await get(served.address, '/api/v1/tokens', reader);
    assert.deepEqual([forbidden.status, JSON.parse(forbidden.text).code], [403, 'ROLE_INSUFFICIENT']);
    const stranger = clientCa.issue({ name: 'stranger', organisation: 'Acme' });
    assert.equal(JSON.parse((await get(served.address, '/api/v1/records', stranger)).text).code, 'CERTIFICATE_UNKNOWN');
    await assert.rejects(get(served.address, '/health'));
    await assert.rejects(
      get(served.address, '/health', clientCa.issue({ name: 'reader', organisation: 'Acme', to: new Date(0) })),
    );
    await assert.rejects(
      get(served.address, '/health', testCa('Client CA').issue({ name: 'reader', organisation: 'Acme' })),
    );
    assert.match(served.log(), /"who":"certificate:reader","role":"viewer"/);
    await renewed(served.address, served.child.pid as number, reader);
  } finally {
    await served.stop();
  }
});

/** A renewed certificate is used after SIGHUP, and the node goes on. */
async function renewed(
  address: string,
  pid: number,
  client: { readonly cert: string; readonly key: string },
): Promise<void> {
  const second = ca.issue({ name: 'node.example', names });
  writeFileSync(`${files.key}.new`, second.key, { mode: 0o600 });
  renameSync(`${files.key}.new`, files.key);
  writeFileSync(files.cert, second.cert);
  process.kill(pid, 'SIGHUP');
  let shown: string | undefined;
  for (let at = 0; shown !== second.fingerprint && at < 100; at += 1) {
    await sleep(20);
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(address).port), ca: ca.cert, ...client });
    await once(socket, 'secureConnect');
    shown = socket.getPeerX509Certificate()?.fingerprint256;
    socket.destroy();
  }
  assert.equal(shown, second.fingerprint);
}

test('plain HTTP on an address that others reach must be asked for', async () => {
  const refusal = await refusalOf(['serve', acme, '--port', '0', '--host', '0.0.0.0']);
  assert.deepEqual([refusal.code, refusal.exit], ['CONFIG_INVALID', 2]);
  assert.match(refusal.message, /plain HTTP/);
  const { acme: other } = await newChannel();
  const served = await serveNode(other, ['--host', '0.0.0.0', '--plain-http']);
  await served.stop();
  assert.match(served.address, /^http:\/\/0\.0\.0\.0:/);
});

test('options and settings that do not fit are told before anything is opened', async () => {
  for (const [options, message] of [
    [['--tls-cert', files.cert], /certificate and its key/],
    [['--tls-cert', files.cert, '--tls-key', join(folder, 'none')], /cannot read/],
    [['--tls-cert', files.ca, '--tls-key', files.key], /do not fit together/],
    [['--client-ca', files.ca], /certificate and its key/],
    [['--host', 'node.example'], /no address/],
  ] as const) {
    const refusal = await refusalOf(['serve', acme, '--port', '0', ...options]);
    assert.deepEqual([refusal.code, refusal.exit], ['CONFIG_INVALID', 2], options.join(' '));
    assert.match(refusal.message, message);
  }
  const path = join(acme, 'node.json');
  const config = JSON.parse(readFileSync(path, 'utf8')) as { http: object };
  for (const more of [
    { http: { ...config.http, origins: ['*'] } },
    { http: { ...config.http, origins: ['https://a.example/path'] } },
    { http: { ...config.http, hosts: 'a.example' } },
    { access: { oidc: [{ issuer: 'http://id.example', audience: 'x', roles: [] }] } },
    { access: { certificates: [{ name: 'x', role: 'root', fingerprint: 'a' }] } },
    { access: { limits: { failures: { burst: 0, perSecond: 1 } } } },
    { webhooks: { allow: ['everything'] } },
  ]) {
    writeFileSync(path, JSON.stringify({ ...config, ...more }));
    assert.equal((await refusalOf(['serve', acme, '--port', '0'])).code, 'CONFIG_INVALID', JSON.stringify(more));
  }
  writeFileSync(path, JSON.stringify(config));
});
