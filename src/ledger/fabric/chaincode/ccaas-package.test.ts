import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isChannelError } from '../../../emissions/index.ts';
import { type CcaasPackageOptions, ccaasPackage } from './ccaas-package.ts';
import { tarGz } from './tar.ts';

/** What the system's tar finds in an archive. */
function unpacked(archive: Uint8Array, look: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'uec-tar-'));
  writeFileSync(join(folder, 'a.tar.gz'), archive);
  mkdirSync(join(folder, 'out'));
  execFileSync('tar', ['-xzf', 'a.tar.gz', '-C', 'out'], { cwd: folder });
  look(join(folder, 'out'));
  rmSync(folder, { recursive: true });
}

function connection(options: CcaasPackageOptions): unknown {
  let found: unknown;
  unpacked(ccaasPackage(options).bytes, (folder) => {
    assert.deepEqual(JSON.parse(readFileSync(join(folder, 'metadata.json'), 'utf8')), {
      type: 'ccaas',
      label: options.label,
    });
    unpacked(readFileSync(join(folder, 'code.tar.gz')), (inner) => {
      found = JSON.parse(readFileSync(join(inner, 'connection.json'), 'utf8'));
    });
  });
  return found;
}

test('a package holds what the builder hands to the peer', () => {
  const base = { label: 'uec_1', address: 'cc.example:9999' };
  assert.deepEqual(connection(base), {
    address: 'cc.example:9999',
    dial_timeout: '10s',
    tls_required: false,
    client_auth_required: false,
  });
  const client = { certificate: 'C', privateKey: 'K' };
  assert.deepEqual(connection({ ...base, tls: { rootCert: 'R', client } }), {
    address: 'cc.example:9999',
    dial_timeout: '10s',
    tls_required: true,
    root_cert: 'R',
    client_auth_required: true,
    client_cert: 'C',
    client_key: 'K',
  });
});

test('the id is the label and the hash of the bytes, the same each time', () => {
  const options = { label: 'uec', address: 'localhost:1' };
  const { id, bytes } = ccaasPackage(options);
  assert.equal(id, `uec:${createHash('sha256').update(bytes).digest('hex')}`);
  assert.deepEqual(ccaasPackage(options).bytes, bytes);
  assert.notEqual(ccaasPackage({ ...options, address: 'localhost:2' }).id, id);
  // Fixed by hand once against `peer lifecycle chaincode calculatepackageid` of Fabric 3.1.
  assert.equal(id, 'uec:bd755a6cc05168a26bf511c1dd67d156fefeb0a7b3060426cc57ea3125b4eaee');
});

test('labels that Fabric refuses are refused', () => {
  for (const label of ['', '-uec', 'a b', 'a:b', '../uec']) {
    assert.throws(
      () => ccaasPackage({ label, address: 'localhost:1' }),
      (error) => isChannelError(error, 'CONFIG_INVALID'),
    );
  }
});

test('archives of every size near a block are whole', () => {
  const files = [0, 1, 511, 512, 513, 70_000].map((size) => [`f${size}`, Buffer.alloc(size, 'x')] as const);
  unpacked(tarGz(files), (folder) => {
    for (const [name, content] of files) assert.deepEqual(readFileSync(join(folder, name)), content);
  });
});
