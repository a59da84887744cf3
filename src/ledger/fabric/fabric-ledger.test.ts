import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type ErrorCode, isChannelError } from '../../emissions/index.ts';
import { testCertificate } from './chaincode/test-certificate.conformance.ts';
import { openFabricLedger, readProfile } from './index.ts';

const root = mkdtempSync(join(tmpdir(), 'uec-profile-'));
after(() => rmSync(root, { recursive: true, force: true }));

const { certificate, privateKey } = testCertificate('service');
writeFileSync(join(root, 'cert.pem'), certificate);
writeFileSync(join(root, 'key.pem'), privateKey);
// Nothing listens on port 1.
const whole = {
  version: 1,
  channel: 'uec',
  chaincode: 'uec',
  mspId: 'ACME',
  peers: [{ endpoint: 'localhost:1', tlsRootCert: 'cert.pem' }],
  identity: { certificate: 'cert.pem', privateKey: 'key.pem' },
};

async function refused(profile: object, code: ErrorCode, text: RegExp): Promise<void> {
  const file = join(root, 'profile.json');
  writeFileSync(file, JSON.stringify(profile));
  await assert.rejects(
    async () => openFabricLedger({ profile: readProfile(file) }),
    (error) => {
      assert.ok(isChannelError(error, code), String(error));
      assert.match(error.message, text);
      return true;
    },
  );
}

test('a profile that lacks something, or names files that are not there, is refused by name', async () => {
  await refused({ ...whole, channel: '' }, 'CONFIG_INVALID', /lacks channel/);
  await refused({ ...whole, mspId: undefined }, 'CONFIG_INVALID', /lacks mspId/);
  await refused({ ...whole, peers: [] }, 'CONFIG_INVALID', /lacks peers/);
  await refused({ ...whole, version: 2 }, 'CONFIG_INVALID', /lacks version 1/);
  const peers = [{ endpoint: 'localhost:1', tlsRootCert: 'absent.pem' }];
  await refused({ ...whole, peers }, 'CONFIG_INVALID', /TLS root certificate .*absent\.pem/);
  await refused({ ...whole, peers: [{ endpoint: 'localhost:1' }] }, 'CONFIG_INVALID', /lacks endpoint or tlsRootCert/);
  for (const identity of [undefined, null, {}, { pkcs12: 'a.p12' }, { certificate: 'cert.pem' }, { msp: 7 }])
    await refused({ ...whole, identity }, 'CONFIG_INVALID', /lacks identity in one of its forms: msp; certificate and/);
  await refused({ ...whole, identity: { msp: 'nowhere' } }, 'CONFIG_INVALID', /signcerts/);
});

test('a peer that does not answer is unavailable, and named', async () => {
  await refused(whole, 'LEDGER_UNAVAILABLE', /ECONNREFUSED/);
});

test("Fabric's client is loaded when a Fabric ledger is opened, and not before", () => {
  const program = `
    const { openFabricLedger, readProfile } = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)});
    const wire = await import(${JSON.stringify(new URL('../../cli/wire.ts', import.meta.url).href)});
    const { createRequire } = await import('node:module');
    const loaded = () => Object.keys(createRequire(import.meta.url).cache).filter((path) => /@hyperledger|@grpc/.test(path)).length;
    const before = loaded();
    await openFabricLedger({ profile: readProfile(process.argv[1]) }).catch(() => undefined);
    process.stdout.write(JSON.stringify({ wire: typeof wire.openNode, before, after: loaded() > 0 }));`;
  const profile = join(root, 'whole.json');
  writeFileSync(profile, JSON.stringify(whole));
  const out = execFileSync(process.execPath, ['--input-type=module', '-e', program, profile], { encoding: 'utf8' });
  assert.deepEqual(JSON.parse(out), { wire: 'function', before: 0, after: true });
});
