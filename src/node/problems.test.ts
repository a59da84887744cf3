import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChannelError, type ErrorCode } from '../emissions/index.ts';
import { asChannelError } from './foreign-error.ts';
import { problemOf } from './problems.ts';

const statuses: readonly (readonly [ErrorCode, number])[] = [
  ['OPTION_INVALID', 400],
  ['TOKEN_INVALID', 401],
  ['RECORD_NOT_FOUND', 404],
  ['RELEASE_EXISTS', 409],
  ['NOT_OWNER', 422],
  ['LEDGER_CORRUPT', 500],
  ['DISK_FULL', 503],
];

test('each kind of error has its status', () => {
  for (const [code, status] of statuses) {
    const { status: found, body } = problemOf(new ChannelError(code, 'what was found', { where: 'here' }));
    assert.equal(found, status, code);
    assert.deepEqual(
      [body.type, body.title, body.status, body.detail, body.code, body.where],
      [`urn:uec:error:${code}`, code, status, 'what was found', code, 'here'],
    );
  }
});

test('a fault of the software tells nothing of itself', () => {
  const { status, body } = problemOf(new TypeError('secret is undefined'));
  assert.equal(status, 500);
  assert.doesNotMatch(JSON.stringify(body), /secret|undefined/);
});

test('what a disk says has its own code', () => {
  const fault = (more: object): Error => Object.assign(new Error('/secret/path'), more);
  assert.equal(asChannelError(fault({ code: 'ENOSPC' })).code, 'DISK_FULL');
  assert.equal(asChannelError(fault({ code: 'ERR_SQLITE_ERROR', errcode: 13 })).code, 'DISK_FULL');
  // SQLITE_IOERR_WRITE
  assert.equal(asChannelError(fault({ code: 'ERR_SQLITE_ERROR', errcode: 778 })).code, 'STORE_UNAVAILABLE');
  assert.equal(asChannelError(fault({ code: 'ERR_OTHER' })).code, 'INTERNAL');
  assert.doesNotMatch(asChannelError(fault({ code: 'ENOSPC' })).message, /secret/);
});
