import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calendarYear, dayAfter, plainDecimal } from './figures.ts';

test('a figure becomes a plain decimal of the same value', () => {
  const cases: readonly [string, string][] = [
    ['6e-05', '0.00006'],
    ['7.84e-05', '0.0000784'],
    ['1.5E+3', '1500'],
    ['1.25e1', '12.5'],
    ['12.50', '12.5'],
    ['1000', '1000'],
    ['0.0', '0'],
    ['0', '0'],
    ['007.1', '7.1'],
    ['12e-1', '1.2'],
    ['100e-2', '1'],
  ];
  for (const [text, expected] of cases) assert.equal(plainDecimal(text), expected, text);
  for (const text of ['', '-17', '1,5', 'N/A', '--', '1.', '.5', '1e', 'NaN']) {
    assert.throws(() => plainDecimal(text), { code: 'DECIMAL_INVALID' }, text);
  }
});

test('an inclusive end becomes an exclusive one', () => {
  assert.equal(dayAfter('2025-03-31'), '2025-04-01');
  assert.equal(dayAfter('2024-02-28'), '2024-02-29');
  assert.equal(dayAfter('2023-12-31'), '2024-01-01');
  assert.deepEqual(calendarYear(2023), { year: 2023, validFrom: '2023-01-01', validTo: '2024-01-01' });
});
