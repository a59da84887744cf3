import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChannelError, type ErrorReport } from '../../../emissions/index.ts';
import { refusalOf, refusalText } from './refusal.ts';

test('half a surrogate pair, left by cutting a text, is replaced', () => {
  const error = new ChannelError('TRANSACTION_UNKNOWN', `no '${'\u{1f600}'.slice(0, 1)}'`, { fix: 'Mend it.' });
  assert.equal(refusalText(error), '{"code":"TRANSACTION_UNKNOWN","fix":"Mend it.","message":"no \'\ufffd\'"}');
});

test('the transaction is named, and what is no refusal is INTERNAL', () => {
  const refused = refusalOf(new ChannelError('NOT_OWNER', 'no', { recordId: 'r' }), 'records.void', 'tx');
  assert.deepEqual(refused.details, { transactionId: 'tx', recordId: 'r' });
  const fault = refusalOf(new TypeError('x is undefined'), 'records.void', 'tx');
  assert.equal(fault.code, 'INTERNAL');
  assert.equal(fault.details.transactionId, 'tx');
  assert.equal(refusalOf('text', 'records.void', 'tx').code, 'INTERNAL');
});

test('problems that do not fit are left out from the end', () => {
  const problem = (index: number): ErrorReport => ({ code: 'NOT_OWNER', message: 'm'.repeat(1_000), fix: 'f', index });
  const text = (count: number) =>
    refusalText(
      new ChannelError('PAGE_REFUSED', 'p', { problems: Array.from({ length: count }, (_, at) => problem(at)) }),
    );
  const kept = (count: number) => (JSON.parse(text(count)) as { problems: ErrorReport[] }).problems;
  assert.equal(kept(3).length, 3);
  assert.deepEqual(
    kept(400),
    Array.from({ length: 11 }, (_, at) => problem(at)),
  );
  assert.ok(text(400).length <= 12_000);
});
