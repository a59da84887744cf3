import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withFixes } from './ledger-faults.ts';

test('a fault of the ledger has the advice of its code; a signature that is on the log is a matter of the log', () => {
  const found = ['LEDGER_CORRUPT', 'STATE_CORRUPT', 'REPLAY_MISMATCH', 'SIGNATURE_INVALID'].map((code) => {
    return withFixes([{ code, where: 'block 1', message: 'm' }])[0]?.fix;
  });
  const restore = 'Keep the folder as it is, and restore the log from a backup or another copy.';
  assert.deepEqual(found, [
    restore,
    'The log is the record: rebuild the state from it with uec fsck DIR --rebuild.',
    'The rules do not give what the log holds: compare with another copy, and with the version that wrote it.',
    restore,
  ]);
});
