import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type ErrorCode, isChannelError } from '../../emissions/index.ts';
import { testCertificate } from './chaincode/test-certificate.conformance.ts';
import { expiryWarning, loadIdentity } from './identity.ts';
import type { LoadedProfile, ProfileIdentity } from './profile.ts';

const root = mkdtempSync(join(tmpdir(), 'uec-identity-'));
after(() => rmSync(root, { recursive: true, force: true }));

// Valid from 2020-01-01 to 2049-12-31 23:59:59.
const { certificate, privateKey } = testCertificate('service');
const now = new Date('2026-01-01T00:00:00Z');
const write = (name: string, text: string): string => {
  writeFileSync(join(root, name), text);
  return join(root, name);
};
const certificateFile = write('cert.pem', certificate);
const keyFile = write('key.pem', privateKey);

function profile(identity: ProfileIdentity): LoadedProfile {
  return {
    version: 1,
    channel: 'uec',
    chaincode: 'uec',
    mspId: 'ACME',
    peers: [],
    identity,
    file: join(root, 'p.json'),
  };
}

async function refused(identity: ProfileIdentity, code: ErrorCode, text: RegExp, at = now): Promise<void> {
  await assert.rejects(loadIdentity(profile(identity), at), (error) => {
    assert.ok(isChannelError(error, code), String(error));
    assert.match(`${error.message} ${error.fix}`, text);
    assert.ok(!`${error.message} ${error.fix} ${error.cause}`.includes('PRIVATE KEY'));
    return true;
  });
}

function mspFolder(name: string, files: Readonly<Record<string, string>>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, name, path, '..'), { recursive: true });
    writeFileSync(join(root, name, path), text);
  }
  return join(root, name);
}

test('an identity is read from a PEM pair and from an MSP folder, with the key that belongs to the certificate', async () => {
  const other = testCertificate('other').privateKey;
  const msp = mspFolder('msp', {
    'signcerts/cert.pem': certificate,
    'keystore/a_sk': other,
    'keystore/priv_sk': privateKey,
  });
  for (const identity of [{ certificate: certificateFile, privateKey: keyFile }, { msp }]) {
    const loaded = await loadIdentity(profile(identity), now);
    assert.equal(loaded.mspId, 'ACME');
    assert.equal(loaded.certificate.toString(), certificate);
    assert.equal(loaded.privateKey.export({ format: 'pem', type: 'pkcs8' }), privateKey);
    assert.equal(loaded.validTo.toISOString(), '2049-12-31T23:59:59.000Z');
  }
});

test('what does not fit is named', async () => {
  const otherKey = write('other.pem', testCertificate('other').privateKey);
  await refused({ certificate: certificateFile, privateKey: otherKey }, 'CONFIG_INVALID', /no private key .* belongs/);
  await refused(
    { certificate: join(root, 'absent.pem'), privateKey: keyFile },
    'CONFIG_INVALID',
    /absent\.pem cannot be read/,
  );
  await refused({ certificate: keyFile, privateKey: keyFile }, 'CONFIG_INVALID', /key\.pem is no certificate in PEM/);
  await refused(
    { certificate: certificateFile, privateKey: certificateFile },
    'CONFIG_INVALID',
    /cert\.pem is no private key/,
  );
  const { privateKey: locked } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
  });
  await refused(
    { certificate: certificateFile, privateKey: write('locked.pem', locked) },
    'CONFIG_INVALID',
    /without a password/,
  );
});

test('an MSP folder needs exactly one certificate and a key', async () => {
  await refused({ msp: join(root, 'nowhere') }, 'CONFIG_INVALID', /no .*signcerts/);
  const two = mspFolder('two', { 'signcerts/a.pem': certificate, 'signcerts/b.pem': certificate });
  await refused({ msp: two }, 'CONFIG_INVALID', /holds 2 certificates/);
  const none = mspFolder('none', { 'signcerts/readme.txt': '' });
  await refused({ msp: none }, 'CONFIG_INVALID', /holds 0 certificates/);
  const keyless = mspFolder('keyless', { 'signcerts/a.pem': certificate, 'keystore/.keep': '' });
  await refused({ msp: keyless }, 'CONFIG_INVALID', /no private key in keystore/);
});

const openssl = spawnSync('openssl', ['version']).status === 0;

/** A PKCS#12 file as OpenSSL writes it, with another certificate before the one of the key. */
function pkcs12(name: string, password: string, ...args: readonly string[]): string {
  const file = join(root, name);
  const chain = write('chain.pem', testCertificate('authority').certificate);
  const made = spawnSync(
    'openssl',
    [
      ...['pkcs12', '-export', '-inkey', keyFile, '-in', certificateFile, '-certfile', chain],
      ...['-out', file, '-passout', 'stdin', ...args],
    ],
    { input: `${password}\n` },
  );
  assert.equal(made.status, 0, String(made.stderr));
  return file;
}

test('an identity is read from a PKCS#12 file, old and new, its password in a file or a variable', {
  skip: openssl ? false : 'needs openssl',
}, async (t) => {
  const password = 'pass wörd';
  const files = [pkcs12('new.p12', password), pkcs12('old.p12', password, '-legacy')];
  t.after(() => delete process.env.UEC_TEST_PASSWORD);
  process.env.UEC_TEST_PASSWORD = password;
  for (const file of files) {
    for (const source of [
      { passwordFile: write('pass', `${password}\n`) },
      { passwordVariable: 'UEC_TEST_PASSWORD' },
    ]) {
      const loaded = await loadIdentity(profile({ pkcs12: file, ...source }), now);
      assert.equal(loaded.certificate.toString(), certificate);
      assert.equal(loaded.privateKey.export({ format: 'pem', type: 'pkcs8' }), privateKey);
    }
  }
  const wrong = write('wrong', 'secret-guess');
  for (const file of files)
    await refused({ pkcs12: file, passwordFile: wrong }, 'CONFIG_INVALID', /the password does not open .*\.p12/);
  await refused({ pkcs12: certificateFile, passwordFile: wrong }, 'CONFIG_INVALID', /cert\.pem is no PKCS#12 file/);
  const broken = readFileSync(files[0] as string);
  writeFileSync(join(root, 'broken.p12'), broken.subarray(0, broken.length - 20));
  await refused({ pkcs12: join(root, 'broken.p12'), passwordFile: wrong }, 'CONFIG_INVALID', /is no PKCS#12 file/);
});

test('a password that is not there is named, never shown', async () => {
  const file = write('any.p12', '');
  await refused({ pkcs12: file, passwordFile: join(root, 'none') }, 'CONFIG_INVALID', /none cannot be read/);
  await refused(
    { pkcs12: file, passwordVariable: 'UEC_TEST_ABSENT' },
    'CONFIG_INVALID',
    /UEC_TEST_ABSENT .* is not set/,
  );
});

test('a certificate outside its time is refused; one that soon expires is told 30 days before', async () => {
  const identity = { certificate: certificateFile, privateKey: keyFile };
  await refused(identity, 'IDENTITY_EXPIRED', /expired on 2049-12-31/, new Date('2050-01-01T00:00:00Z'));
  await refused(identity, 'CLOCK_SKEW', /valid from 2020-01-01/, new Date('2019-12-31T23:59:59Z'));
  const loaded = await loadIdentity(profile(identity), now);
  assert.equal(expiryWarning(loaded, new Date('2049-12-01T00:00:00Z')), undefined);
  assert.match(expiryWarning(loaded, new Date('2049-12-22T00:00:00Z')) ?? '', /ACME expires in 9 days, on 2049-12-31/);
  assert.match(expiryWarning(loaded, new Date('2049-12-30T12:00:00Z')) ?? '', /expires in 1 day,/);
  assert.match(expiryWarning(loaded, new Date('2050-01-02T00:00:00Z')) ?? '', /is expired/);
});
