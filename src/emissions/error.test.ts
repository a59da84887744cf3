import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChannelError, type ErrorReport, isChannelError } from './error.ts';
import { errorCodes } from './error-codes.ts';

test('an error carries its code, kind, ids and the advice of its place or else of its code', () => {
  const cause = new Error('below');
  const error = new ChannelError('PERIOD_OVERLAP', 'two bills for one day', {
    recordId: 'a',
    otherRecordId: 'b',
    cause,
  });
  assert.deepEqual(
    [error.name, error.code, error.kind, error.message],
    ['ChannelError', 'PERIOD_OVERLAP', 'refused', 'two bills for one day'],
  );
  assert.equal(error.cause, cause);
  assert.equal(error.fix, 'Correct or void the other record, or mend the dates of this one.');
  assert.equal(new ChannelError('PERIOD_OVERLAP', 'x', { fix: 'Do that.' }).fix, 'Do that.');
  assert.equal('cause' in new ChannelError('INTERNAL', 'x'), false);
  assert.ok(error instanceof Error);
});

test('a report is plain data without stack and cause, and comes back as the same error', () => {
  const problems: ErrorReport[] = [{ code: 'UNIT_UNKNOWN', message: 'unit', fix: 'mend', index: 3 }];
  const details = {
    where: 'row 12',
    recordId: 'r',
    otherRecordId: 'o',
    transactionId: 't',
    member: 'ACME',
    index: 0,
    problems,
  };
  const error = new ChannelError('PAGE_REFUSED', 'one record', { ...details, cause: new Error('secret') });
  const report = error.report();
  assert.deepEqual(report, {
    code: 'PAGE_REFUSED',
    message: 'one record',
    fix: errorCodes.PAGE_REFUSED.advice,
    ...details,
  });
  const back = ChannelError.from(JSON.parse(JSON.stringify(report)));
  assert.deepEqual(back.report(), report);
  assert.equal(back.kind, 'refused');
  assert.deepEqual(new ChannelError('INTERNAL', 'x').report(), {
    code: 'INTERNAL',
    message: 'x',
    fix: errorCodes.INTERNAL.advice,
  });
});

test('a code that this version does not know is an internal fault', () => {
  for (const code of ['NO_SUCH_CODE', 'constructor', '__proto__', 'toString', undefined]) {
    const error = ChannelError.from({ code: code as never, message: 'm', fix: 'f' });
    assert.deepEqual(
      [error.code, error.kind, error.message, error.fix],
      ['INTERNAL', 'internal', 'm', 'f'],
      String(code),
    );
  }
});

test('errors are told apart by code', () => {
  const error = new ChannelError('LEGAL_HOLD', 'held');
  assert.equal(isChannelError(error), true);
  assert.equal(isChannelError(error, 'LEGAL_HOLD'), true);
  assert.equal(isChannelError(error, 'INTERNAL', 'LEGAL_HOLD'), true);
  assert.equal(isChannelError(error, 'INTERNAL'), false);
  for (const other of [new Error('x'), { code: 'LEGAL_HOLD' }, undefined, null, 'LEGAL_HOLD'])
    assert.equal(isChannelError(other), false);
});
