import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ledgerFolder, type NodeConfig, readConfig, writeConfig } from './config.ts';
import { socketPath } from './socket-path.ts';

const root = mkdtempSync(join(tmpdir(), 'uec-config-'));
after(() => rmSync(root, { recursive: true, force: true }));

const config: NodeConfig = {
  version: 1,
  member: 'ACME',
  name: 'Acme Inc',
  channel: 'uec-1',
  ledger: 'ledger',
  http: { port: 4884 },
};

test('a configuration is read as it was written, is for this user alone and is never replaced', async () => {
  await writeConfig(join(root, 'new'), config);
  assert.deepEqual(readConfig(join(root, 'new')), config);
  assert.equal(statSync(join(root, 'new', 'node.json')).mode & 0o777, 0o600);
  await assert.rejects(writeConfig(join(root, 'new'), config), { code: 'EEXIST' });
});

test('what is no configuration is named: absent, not JSON, a field missing, another version', () => {
  assert.throws(() => readConfig(root), { code: 'NODE_ABSENT' });
  const path = join(root, 'node.json');
  for (const [text, words] of [
    ['{', /not JSON/],
    ['{"version": 1}', /lacks member/],
    [JSON.stringify({ ...config, tokenHash: 5 }), /tokenHash/],
    [JSON.stringify({ ...config, http: 5 }), /lacks http/],
    [JSON.stringify({ ...config, version: 2 }), /version 2/],
    ['null', /lacks version/],
  ] as const) {
    writeFileSync(path, text);
    assert.throws(() => readConfig(root), { code: 'CONFIG_INVALID', message: words }, text);
  }
});

test('the ledger is a folder of the node, or the one it joined', () => {
  assert.equal(ledgerFolder('/nodes/acme', config), '/nodes/acme/ledger');
  assert.equal(ledgerFolder('/nodes/beta', { ...config, ledger: '/nodes/acme/ledger' }), '/nodes/acme/ledger');
});

test('a socket stands in the folder, or under the temporary folder where the path is too long for the system', () => {
  assert.equal(socketPath('/nodes/acme', 'node'), '/nodes/acme/node.sock');
  const long = `/nodes/${'a'.repeat(200)}`;
  const paths = [socketPath(long, 'node'), socketPath(long, 'ledger'), socketPath(`${long}b`, 'node')];
  assert.equal(new Set(paths).size, 3);
  for (const path of paths) {
    assert.ok(Buffer.byteLength(path) <= 103, path);
    assert.equal(statSync(join(path, '..')).mode & 0o077, 0);
  }
});
