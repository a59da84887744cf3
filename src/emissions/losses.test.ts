import assert from 'node:assert/strict';
import { test } from 'node:test';
import { factorRow } from '../../test/vectors/fixture-rows.ts';
import type { FactorUnit } from './factor.ts';
import { lossRate } from './losses.ts';
import { compare, formatExact, parseDecimal, ratio } from './ratio.ts';

const grid = parseDecimal('0.4');
const share = (basis: 'generation' | 'delivered', value: string, unit: FactorUnit = 'fraction') =>
  lossRate(factorRow({ method: 'loss-rate', loss: { basis, share: { value, unit } } }), grid, 'publisher');

test('a share of generation is lost on top of what is delivered: g / (1 - g)', () => {
  const rate = share('generation', '0.2');
  assert.equal(rate.basis, 'generation');
  assert.equal(compare(rate.kWh ?? ratio(0), ratio(1, 4)), 0);
  assert.equal(compare(rate.co2e, ratio(1, 10)), 0);
});

test('a share of what is delivered is lost as it is', () => {
  const rate = share('delivered', '20', 'percent');
  assert.equal(rate.basis, 'delivered');
  assert.equal(compare(rate.kWh ?? ratio(0), ratio(1, 5)), 0);
  assert.equal(compare(rate.co2e, parseDecimal('0.08')), 0);
});

test('a factor gives kg CO2e a kWh, whatever the grid, and no kWh', () => {
  const row = factorRow({
    method: 'loss-rate',
    loss: { basis: 'factor' },
    co2e: { value: '0.01853', unit: 'kgCO2e/kWh' },
    gwpSet: 'AR5',
  });
  const rate = lossRate(row, grid, 'publisher');
  assert.deepEqual([rate.basis, 'kWh' in rate, formatExact(rate.co2e)], ['factor', false, '0.01853']);
  assert.throws(() => lossRate(row, grid, 'AR4'), { code: 'FACTOR_GWP_UNAVAILABLE' });
});

test('nothing lost is zero, everything lost and no rate at all are refused', () => {
  assert.equal(share('generation', '0').kWh?.num, 0n);
  for (const basis of ['generation', 'delivered'] as const) {
    assert.throws(() => share(basis, '1'), { code: 'FACTOR_UNFIT' });
    assert.throws(() => lossRate(factorRow({ loss: { basis } }), grid, 'publisher'), { code: 'FACTOR_UNFIT' });
  }
  assert.throws(() => lossRate(factorRow({ notApplicable: true }), grid, 'publisher'), { code: 'FACTOR_UNFIT' });
});
