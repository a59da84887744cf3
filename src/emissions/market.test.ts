import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Claim, marketBased, marketTiers } from './market.ts';
import { formatUnits, parseDecimal, ratio } from './ratio.ts';

const residual = { tier: 'residual-mix', factor: parseDecimal('0.5') } as const;
const kWh = (amount: number) => BigInt(amount) * 1_000_000n;
const claim = (tier: Claim['tier'], amount: number, factor: string): Claim => ({
  tier,
  micro: kWh(amount),
  factor: parseDecimal(factor),
});

test('tiers stand in the order of the Scope 2 Guidance, table 6.3', () => {
  assert.deepEqual(marketTiers, ['certificate', 'contract', 'supplier', 'residual-mix', 'grid-average']);
});

test('claims are used in the order of their tiers, in whatever order they come', () => {
  const claims = [claim('supplier', 40, '0.3'), claim('certificate', 30, '0'), claim('contract', 20, '0.1')];
  const result = marketBased(kWh(100), claims, residual);
  // 30 x 0 + 20 x 0.1 + 40 x 0.3 + 10 x 0.5
  assert.equal(formatUnits(result.co2e, 6), '19');
  assert.deepEqual(
    result.shares.map(({ tier, micro }) => [tier, micro]),
    [
      ['certificate', kWh(30)],
      ['contract', kWh(20)],
      ['supplier', kWh(40)],
      ['residual-mix', kWh(10)],
    ],
  );
});

test('what is claimed beyond the need is surplus of its own claim', () => {
  const claims = [claim('supplier', 40, '0.3'), claim('certificate', 30, '0'), claim('certificate', 80, '0.01')];
  const result = marketBased(kWh(100), claims, residual);
  assert.deepEqual(result.surplus, [kWh(40), 0n, kWh(10)]);
  assert.equal(formatUnits(result.co2e, 6), '0.7');
  assert.deepEqual(
    result.shares.map(({ tier }) => tier),
    ['certificate', 'certificate'],
  );
});

test('without claims everything stands at the rest; of nothing, nothing', () => {
  assert.deepEqual(marketBased(kWh(2), [], residual), {
    co2e: kWh(1),
    shares: [{ ...residual, micro: kWh(2) }],
    surplus: [],
  });
  assert.deepEqual(marketBased(1n, [], residual).shares, [{ ...residual, micro: 1n }]);
  assert.deepEqual(marketBased(0n, [claim('certificate', 1, '0')], residual), {
    co2e: 0n,
    shares: [],
    surplus: [kWh(1)],
  });
});

test('the sum is rounded once, half-even', () => {
  const half = (micro: bigint) => marketBased(micro, [], residual).co2e;
  assert.deepEqual([half(1n), half(3n), half(5n)], [0n, 2n, 2n]);
  const parts: Claim[] = [1, 2].map(() => ({ tier: 'certificate', micro: 1n, factor: ratio(1, 2) }));
  assert.equal(marketBased(2n, parts, residual).co2e, 1n);
});

test('shares add up to the energy, claims to what was used and what is left', () => {
  const tier = fc.constantFrom('certificate', 'contract', 'supplier');
  const anyClaim = fc.record({ tier, micro: fc.bigInt({ min: 0n, max: 10n ** 9n }), factor: fc.constant(ratio(1, 3)) });
  const amount = fc.bigInt({ min: 0n, max: 10n ** 10n });
  fc.assert(
    fc.property(amount, fc.array(anyClaim as fc.Arbitrary<Claim>, { maxLength: 8 }), (micro, claims) => {
      const { shares, surplus, co2e } = marketBased(micro, claims, residual);
      const sum = (parts: readonly { micro: bigint }[]) => parts.reduce((total, part) => total + part.micro, 0n);
      const unused = surplus.reduce((total, part) => total + part, 0n);
      assert.equal(sum(shares), micro);
      assert.equal(sum(shares.filter((share) => share.tier !== 'residual-mix')) + unused, sum(claims));
      assert.ok(co2e >= 0n && surplus.every((left, at) => left >= 0n && left <= (claims[at]?.micro ?? 0n)));
      assert.ok(shares.every((share) => share.micro > 0n));
    }),
    { seed: 2015, numRuns: 300 },
  );
});
