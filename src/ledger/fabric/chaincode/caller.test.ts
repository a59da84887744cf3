import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChaincodeStub } from 'fabric-shim';
import { callerOf } from './caller.ts';
import { testCertificate } from './test-certificate.conformance.ts';

function callerWith(attributes?: string) {
  const { certificate, keyId } = testCertificate('submitter', attributes);
  const stub = {
    getCreator: () => ({ mspid: 'Org1MSP', idBytes: Buffer.from(certificate) }),
    getChannelID: () => 'channel',
    getTxID: () => 'a'.repeat(64),
  };
  return { caller: callerOf(stub as unknown as ChaincodeStub), keyId };
}

test('a certificate without the attribute limits nothing', () => {
  for (const attributes of [undefined, '{"attrs":{}}', '{"attrs":{"hf.Affiliation":"x"}}']) {
    const { caller, keyId } = callerWith(attributes);
    assert.deepEqual(caller, { member: 'Org1MSP', keyId });
  }
});

test('the attribute lists roles; an empty one is a limit to none', () => {
  const rolesOf = (roles: string) => callerWith(JSON.stringify({ attrs: { 'uec.role': roles } })).caller.roles;
  assert.deepEqual(rolesOf('reporter'), ['reporter']);
  assert.deepEqual(rolesOf('reporter, auditor'), ['reporter', 'auditor']);
  assert.deepEqual(rolesOf(''), ['']);
});
