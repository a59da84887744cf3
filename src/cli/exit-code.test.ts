import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChannelError, type ErrorCode } from '../emissions/index.ts';
import { exitCodeOf } from './exit-code.ts';

const expected: readonly (readonly [ErrorCode, number])[] = [
  ['INTERNAL', 1],
  ['UNIT_UNKNOWN', 2],
  ['FILE_REFUSED', 2],
  ['NOT_OWNER', 3],
  ['NODE_EXISTS', 3],
  ['RECORD_NOT_FOUND', 4],
  ['FACTOR_NOT_FOUND', 4],
  ['LEDGER_CORRUPT', 5],
  ['VAULT_KEY_WRONG', 5],
  ['DISK_FULL', 6],
  ['LEDGER_LOCKED', 6],
];

for (const [code, exit] of expected)
  test(`${code} ends the command with ${exit}`, () => assert.equal(exitCodeOf(new ChannelError(code, 'x')), exit));
