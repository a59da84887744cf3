import assert from 'node:assert/strict';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isChannelError, isPublicKey, verifySignature } from '../emissions/index.ts';
import { testFolder } from './embedded/test-ledger.conformance.ts';
import { generateKeyFile, openKeyFile } from './key-file.ts';

const { dir, remove } = testFolder();
after(remove);

for (const algorithm of ['ed25519', 'p256'] as const) {
  test(`${algorithm}: a key file is private, is kept, and signs`, async () => {
    const path = join(dir, `${algorithm}.pem`);
    await generateKeyFile(path, algorithm);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.match(readFileSync(path, 'utf8'), /^-----BEGIN PRIVATE KEY-----\n/);
    const signer = await openKeyFile(path, 'ACME');
    assert.equal(signer.member, 'ACME');
    assert.ok(isPublicKey(signer.publicKey));
    const message = Buffer.from('message');
    const signature = signer.sign(message);
    assert.ok(verifySignature(signer.publicKey, message, signature));
    assert.ok(!verifySignature(signer.publicKey, Buffer.from('massage'), signature));
    assert.equal((await openKeyFile(path, 'ACME')).publicKey, signer.publicKey);
    const before = readFileSync(path);
    await assert.rejects(generateKeyFile(path, algorithm), (error) => isChannelError(error, 'CONFIG_INVALID'));
    assert.deepEqual(readFileSync(path), before);
  });
}

test('a key file that others can read, an absent one and one of another kind are refused', async () => {
  const open = join(dir, 'open.pem');
  await generateKeyFile(open);
  for (const mode of [0o640, 0o604, 0o620]) {
    chmodSync(open, mode);
    await assert.rejects(openKeyFile(open, 'ACME'), (error) => {
      assert.ok(isChannelError(error, 'CONFIG_INVALID'));
      assert.match(error.fix, /chmod 600/);
      return true;
    });
  }
  const other = join(dir, 'other.pem');
  writeFileSync(other, 'secret text', { mode: 0o600 });
  await assert.rejects(openKeyFile(other, 'ACME'), (error) => {
    assert.ok(isChannelError(error, 'CONFIG_INVALID'));
    assert.doesNotMatch(error.message, /secret/);
    return true;
  });
  await assert.rejects(openKeyFile(join(dir, 'absent.pem'), 'ACME'), (error) =>
    isChannelError(error, 'CONFIG_INVALID'),
  );
});
