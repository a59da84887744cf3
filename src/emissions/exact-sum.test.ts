import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { figureOf, type Term } from './exact-sum.ts';
import { parseDecimal, ratio } from './ratio.ts';

const term = (micro: bigint, factor: string): Term => ({ micro, factor: parseDecimal(factor) });

test('the sum is rounded once; the last slice takes what rounding leaves', () => {
  assert.deepEqual(figureOf([term(5n, '0.5')]), { total: 2n, slices: [2n] });
  // 0.6 + 0.6 = 1.2: the first slice rounds to 1, nothing is left for the last
  assert.deepEqual(figureOf([term(1n, '0.6'), term(1n, '0.6')]), { total: 1n, slices: [1n, 0n] });
  // 0.4 + 0.4 = 0.8
  assert.deepEqual(figureOf([term(1n, '0.4'), term(1n, '0.4')]), { total: 1n, slices: [0n, 1n] });
  assert.deepEqual(figureOf([term(10n, '1.05'), term(20n, '2')]), { total: 50n, slices: [10n, 40n] });
  assert.deepEqual(figureOf([term(100n, '1'), term(10n, '2'), term(1n, '3')]), {
    total: 123n,
    slices: [100n, 20n, 3n],
  });
});

test('no slice is negative: of 0.6, 0.6 and 0.1 the total is 1', () => {
  const terms = [term(1n, '0.6'), term(1n, '0.6'), term(1n, '0.1')];
  assert.deepEqual(figureOf(terms), { total: 1n, slices: [1n, 0n, 0n] });
});

test('slices add up to the total, and the order of terms never changes it', () => {
  const factor = fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 12n }), fc.bigInt({ min: 1n, max: 10n ** 12n }));
  const terms = fc.array(fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 15n }), factor), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(terms, (list) => {
      const own = list.map(([micro, [num, den]]): Term => ({ micro, factor: ratio(num, den) }));
      const { total, slices } = figureOf(own);
      assert.equal(slices.length, own.length);
      assert.equal(
        slices.reduce((sum, slice) => sum + slice, 0n),
        total,
      );
      assert.ok(slices.every((slice) => slice >= 0n));
      assert.equal(figureOf([...own].reverse()).total, total);
      assert.equal(figureOf([...own.slice(1), own[0] as Term]).total, total);
    }),
    { seed: 754, numRuns: 300 },
  );
});
