import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FactorRow } from './factor.ts';
import { validityOf } from './validity.ts';

const row = (validFrom: string, validTo: string) => ({ id: 'row', validFrom, validTo }) as FactorRow;

// Day numbers count from 1970-01-01: 2000-01-01 is day 10,957 (30 years, 7 of them leap years).
test('the days for which a row holds, each row by itself', () => {
  const year2000 = row('2000-01-01', '2001-01-01');
  assert.deepEqual(validityOf(year2000), { validFrom: 10_957, validTo: 11_323 });
  assert.deepEqual(validityOf(row('1970-01-01', '1970-01-02')), { validFrom: 0, validTo: 1 });
  assert.deepEqual(validityOf(year2000), { validFrom: 10_957, validTo: 11_323 });
});

test('a row whose validity is no date is refused', () => {
  assert.throws(() => validityOf(row('2000-01-01', '2000-02-30')), { code: 'DATE_INVALID' });
});
