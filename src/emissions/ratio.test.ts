import assert from 'node:assert/strict';
import { test } from 'node:test';
import Big from 'big.js';
import fc from 'fast-check';
import { isChannelError } from './error.ts';
import {
  add,
  compare,
  divide,
  formatExact,
  formatRounded,
  formatUnits,
  isCanonicalDecimal,
  multiply,
  ONE,
  parseDecimal,
  pow10,
  type Ratio,
  ratio,
  reduced,
  roundUnits,
  subtract,
  ZERO,
} from './ratio.ts';

const runs = { seed: 20_220_101, numRuns: 300 };
const HALF_EVEN = 2;
const digits = fc.bigInt({ min: 0n, max: 10n ** 20n });
const signed = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n });
const places = fc.integer({ min: 0, max: 18 });

function big(units: bigint, scale: number): Big {
  return new Big(`${units}e-${scale}`);
}

test('a plain decimal is read exactly', () => {
  const cases: [string, bigint, bigint][] = [
    ['0', 0n, 1n],
    ['0.0', 0n, 10n],
    ['7', 7n, 1n],
    ['1234.9', 12_349n, 10n],
    ['0.000000000000000001', 1n, 10n ** 18n],
    ['9'.repeat(30), 10n ** 30n - 1n, 1n],
    [`${'9'.repeat(30)}.${'9'.repeat(18)}`, 10n ** 48n - 1n, 10n ** 18n],
  ];
  for (const [text, num, den] of cases) assert.deepEqual(parseDecimal(text), { num, den }, text);
});

test('anything else is refused, naming what was read and no more than 40 characters of it', () => {
  const bad = [
    '',
    ' ',
    '-1',
    '+1',
    '-0',
    '.5',
    '5.',
    '1.2.3',
    '01',
    '00',
    '1e3',
    '1E3',
    '0x10',
    '1,000',
    '1 000',
    '1_000',
  ];
  bad.push('1\n', '\n1', ' 1', '1 ', 'NaN', 'Infinity', '１２', '٣', '1٫5', '½', '²', '1n', `1${'0'.repeat(30)}`);
  bad.push(`0.${'1'.repeat(19)}`, 'constructor', '__proto__');
  for (const text of bad) {
    assert.throws(
      () => parseDecimal(text, 'usage'),
      (error: unknown) => isChannelError(error, 'DECIMAL_INVALID') && error.details.where === 'usage',
      JSON.stringify(text),
    );
    assert.equal(isCanonicalDecimal(text), false, JSON.stringify(text));
  }
  assert.throws(() => parseDecimal('x'.repeat(50), 'usage'), {
    message: `usage '${'x'.repeat(40)}' is not a plain decimal`,
  });
  assert.throws(() => parseDecimal('x'), { message: "number 'x' is not a plain decimal" });
});

test('only the shortest form is canonical', () => {
  for (const text of ['0', '10', '100', '0.1', '10.01', '1234.9']) assert.equal(isCanonicalDecimal(text), true, text);
  for (const text of ['0.0', '1.0', '1.10', '0.100']) assert.equal(isCanonicalDecimal(text), false, text);
});

test('powers of ten within and beyond the table', () => {
  for (const n of [0, 1, 2, 18, 38, 39, 40, 41, 60]) assert.equal(pow10(n), BigInt(`1${'0'.repeat(n)}`));
});

test('a ratio has a positive denominator and whole parts', () => {
  assert.deepEqual(ratio(3), { num: 3n, den: 1n });
  assert.deepEqual(ratio(-3, 7n), { num: -3n, den: 7n });
  assert.throws(() => ratio(1, 0), RangeError);
  assert.throws(() => ratio(1, -1), RangeError);
  assert.throws(() => ratio(0.5), RangeError);
  assert.deepEqual([ZERO, ONE], [ratio(0), ratio(1)]);
});

test('sums, differences and products agree with big.js', () => {
  fc.assert(
    fc.property(signed, places, signed, places, (a, aScale, b, bScale) => {
      const [x, y] = [ratio(a, pow10(aScale)), ratio(b, pow10(bScale))];
      const [left, right] = [big(a, aScale), big(b, bScale)];
      assert.equal(formatExact(add(x, y)), left.plus(right).toFixed());
      assert.equal(formatExact(subtract(x, y)), left.minus(right).toFixed());
      assert.equal(formatExact(multiply(x, y)), left.times(right).toFixed());
      assert.equal(compare(x, y), left.cmp(right));
    }),
    runs,
  );
});

test('a quotient times its divisor is the dividend, and its denominator stays positive', () => {
  assert.deepEqual(divide(ratio(1), ratio(-3)), { num: -1n, den: 3n });
  assert.deepEqual(divide(ratio(1, 2), ratio(3, 5)), { num: 5n, den: 6n });
  assert.throws(() => divide(ONE, ZERO), RangeError);
  const nonZero = signed.filter((value) => value !== 0n);
  fc.assert(
    fc.property(signed, places, nonZero, places, (a, aScale, b, bScale) => {
      const [x, y] = [ratio(a, pow10(aScale)), ratio(b, pow10(bScale))];
      const quotient = divide(x, y);
      assert.ok(quotient.den > 0n);
      assert.equal(compare(multiply(quotient, y), x), 0);
    }),
    runs,
  );
});

test('halves go to the even neighbour, on both sides of zero', () => {
  const cases: [number, number, bigint][] = [
    [1, 2, 0n],
    [3, 2, 2n],
    [5, 2, 2n],
    [7, 2, 4n],
    [-1, 2, 0n],
    [-3, 2, -2n],
    [-5, 2, -2n],
    [-7, 2, -4n],
    [499, 1000, 0n],
    [501, 1000, 1n],
    [2_501, 1000, 3n],
    [-2_501, 1000, -3n],
    [-2_499, 1000, -2n],
    [6, 2, 3n],
    [-6, 2, -3n],
  ];
  for (const [num, den, expected] of cases) assert.equal(roundUnits(ratio(num, den), 0), expected, `${num}/${den}`);
  assert.equal(roundUnits(ratio(1, 3), 6), 333_333n);
  assert.equal(roundUnits(ratio(2, 3), 6), 666_667n);
});

test('rounding agrees with big.js half-even', () => {
  fc.assert(
    fc.property(signed, places, fc.integer({ min: 0, max: 12 }), (units, scale, to) => {
      const expected = big(units, scale).round(to, HALF_EVEN);
      assert.equal(formatRounded(ratio(units, pow10(scale)), to), expected.eq(0) ? '0' : expected.toFixed());
    }),
    runs,
  );
  // ties only
  fc.assert(
    fc.property(signed, (units) => {
      const tie: Ratio = ratio(units * 10n + 5n, pow10(7));
      assert.equal(
        roundUnits(tie, 6),
        BigInt(
          big(units * 10n + 5n, 1)
            .round(0, HALF_EVEN)
            .toFixed(),
        ),
      );
    }),
    runs,
  );
});

test('units are written without trailing zeros, exponent or negative zero', () => {
  const cases: [bigint, number, string][] = [
    [0n, 0, '0'],
    [0n, 6, '0'],
    [-0n, 6, '0'],
    [1n, 6, '0.000001'],
    [-1n, 6, '-0.000001'],
    [10n, 0, '10'],
    [100n, 1, '10'],
    [1_234_900_000n, 6, '1234.9'],
    [1_000_001n, 6, '1.000001'],
    [-1_500_000n, 6, '-1.5'],
    [10n ** 27n, 6, `1${'0'.repeat(21)}`],
  ];
  for (const [units, scale, text] of cases) assert.equal(formatUnits(units, scale), text);
});

test('what is written is read back as the same number, in canonical form', () => {
  fc.assert(
    fc.property(digits, places, (units, scale) => {
      const text = formatUnits(units, scale);
      assert.ok(isCanonicalDecimal(text));
      assert.equal(compare(parseDecimal(text), ratio(units, pow10(scale))), 0);
      assert.equal(formatExact(parseDecimal(text)), text);
    }),
    runs,
  );
});

test('an exact decimal has up to 39 places; a third has none', () => {
  assert.equal(formatExact(ratio(1, 8)), '0.125');
  assert.equal(formatExact(ratio(1, pow10(39))), `0.${'0'.repeat(38)}1`);
  assert.equal(formatExact(ratio(-6, 3)), '-2');
  assert.throws(() => formatExact(ratio(1, pow10(40))), RangeError);
  assert.throws(() => formatExact(ratio(1, 3)), RangeError);
});

test('a ratio in lowest terms is the same value', () => {
  assert.deepEqual(reduced(ratio(18, 24)), ratio(3, 4));
  assert.deepEqual(reduced(ratio(-18, 24)), ratio(-3, 4));
  assert.deepEqual(reduced(ratio(0, 24)), ratio(0, 1));
  assert.deepEqual(reduced(ratio(7, 9)), ratio(7, 9));
});
