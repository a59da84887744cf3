import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ratio, roundUnits } from './ratio.ts';
import { roundedFactor, roundedProduct } from './rounded-product.ts';

function product(micro: bigint, num: bigint, den: bigint): bigint {
  return BigInt(roundedProduct(micro, Number(micro), roundedFactor(ratio(num, den))));
}

test('known products, half-even', () => {
  assert.equal(product(5n, 1n, 2n), 2n);
  assert.equal(product(7n, 1n, 2n), 4n);
  assert.equal(product(117_600_000n, 1n, 3n), 39_200_000n);
  assert.equal(product(0n, 1n, 3n), 0n);
  // One in 10^30 above and below a half, which no double tells apart.
  assert.equal(product(1n, 5n * 10n ** 29n + 1n, 10n ** 30n), 1n);
  assert.equal(product(3n, 5n * 10n ** 29n - 1n, 10n ** 30n), 1n);
  assert.equal(product(10n ** 36n, 1n, 3n), (10n ** 36n - 1n) / 3n);
});

test('factors whose parts no double holds', () => {
  assert.equal(product(6n, 10n ** 400n, 2n * 10n ** 400n), 3n);
  assert.equal(product(10n ** 12n, 10n ** 300n, 10n ** 309n), 1_000n);
  assert.equal(product(2n, 10n ** 309n, 10n ** 300n), 2_000_000_000n);
});

test('it rounds as the exact product does', () => {
  const part = fc.bigInt({ min: 1n, max: 10n ** 40n });
  const near = fc.tuple(fc.bigInt({ min: 0n, max: 2n ** 44n }), fc.bigInt({ min: -3n, max: 3n }));
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 20n }), part, part, (micro, num, den) => {
      assert.equal(product(micro, num, den), roundUnits(ratio(micro * num, den), 0));
    }),
  );
  // Around a half, where a double is least sure.
  fc.assert(
    fc.property(near, fc.bigInt({ min: 1n, max: 10n ** 12n }), ([whole, off], scale) => {
      const den = 2n * scale;
      const num = (2n * whole + 1n) * scale + off;
      fc.pre(num >= 0n);
      assert.equal(product(1n, num, den), roundUnits(ratio(num, den), 0));
    }),
    { numRuns: 1000 },
  );
});
