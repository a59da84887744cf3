import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OpenedTransaction } from './envelope.ts';
import { openTransaction } from './envelope.ts';
import { endorsedByItsMember, memberOf } from './own-endorsement.ts';
import { sampleChain } from './sample-chain.conformance.ts';

function transactionOf(height: number): OpenedTransaction {
  const [envelope] = sampleChain()[height]?.getData()?.getDataList_asU8() ?? [];
  return openTransaction(envelope as Uint8Array) as OpenedTransaction;
}

test('what a member writes needs an endorsement of its own among those of others', () => {
  // The channel's founding, by ACME; the chain's other transactions are of BETA.
  const opened = transactionOf(3);
  const by = (...members: readonly string[]) => ({
    ...opened,
    endorsements: opened.endorsements.filter((each) => members.includes(memberOf(each.getEndorser_asU8()))),
  });
  assert.equal(memberOf(opened.creator), 'ACME');
  assert.equal(by('ACME', 'BETA').endorsements.length, 2);
  assert.equal(endorsedByItsMember(by('ACME', 'BETA')), true);
  assert.equal(endorsedByItsMember(by('ACME')), true);
  assert.equal(endorsedByItsMember(by('BETA')), false);
  assert.equal(endorsedByItsMember(by()), false);
});

test('what writes nothing needs nobody', () => {
  const opened = transactionOf(3);
  opened.action.setResults('');
  assert.equal(endorsedByItsMember({ ...opened, endorsements: [] }), true);
});
