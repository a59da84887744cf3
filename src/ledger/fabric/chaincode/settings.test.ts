import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isChannelError } from '../../../emissions/index.ts';
import { chaincodeSettings } from './settings.ts';

const service = { CHAINCODE_ID: 'uec:1', CHAINCODE_SERVER_ADDRESS: 'localhost:9999' };

test('without an address a peer has started it', () => {
  assert.deepEqual(chaincodeSettings({}), { batching: false });
  assert.deepEqual(chaincodeSettings({ UEC_BATCHING: 'on' }), { batching: true });
});

test('a service has TLS unless told otherwise', () => {
  const plain = { ...service, CHAINCODE_TLS_DISABLED: 'true', UEC_BATCHING: 'off' };
  assert.deepEqual(chaincodeSettings(plain), { batching: false, service: { id: 'uec:1', address: 'localhost:9999' } });
  const folder = mkdtempSync(join(tmpdir(), 'uec-settings-'));
  const file = join(folder, 'pem');
  writeFileSync(file, 'PEM');
  const env = { ...service, CHAINCODE_TLS_KEY_FILE: file, CHAINCODE_TLS_CERT_FILE: file };
  const pem = Buffer.from('PEM');
  assert.deepEqual(chaincodeSettings(env).service?.tls, { key: pem, certificate: pem });
  const mutual = { ...env, CHAINCODE_CLIENT_CA_CERT_FILE: file };
  assert.deepEqual(chaincodeSettings(mutual).service?.tls, { key: pem, certificate: pem, clientRoots: pem });
  rmSync(folder, { recursive: true });
});

test('what is missing or wrong is named', () => {
  const file = { CHAINCODE_TLS_KEY_FILE: '/nowhere/key.pem' };
  for (const [env, where] of [
    [{ CHAINCODE_SERVER_ADDRESS: 'localhost:9999' }, 'CHAINCODE_ID'],
    [service, 'CHAINCODE_TLS_KEY_FILE'],
    [{ ...service, ...file }, 'CHAINCODE_TLS_KEY_FILE'],
    [{ ...service, CHAINCODE_TLS_DISABLED: 'yes' }, 'CHAINCODE_TLS_DISABLED'],
    [{ UEC_BATCHING: 'true' }, 'UEC_BATCHING'],
  ] as const) {
    assert.throws(
      () => chaincodeSettings(env),
      (error) => isChannelError(error, 'CONFIG_INVALID') && error.details.where === where,
    );
  }
});
