import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixtureRelease } from '../../test/support/fixture-releases.ts';
import { loadUsPlaces, MemoryFactorStore } from '../factors/index.ts';
import { calculateOnce } from './calculate.ts';

// A period may end on the day after today, wherever on Earth today is: the ledger's own bound (PERIOD_FUTURE).
test('a period that is not over is calculated, and flagged until it can be recorded', async () => {
  const store = new MemoryFactorStore();
  const { manifest, rows } = fixtureRelease({ publisher: 'eea', dataset: 'grid', version: '1' }, '2025', [
    { id: 'de:2024', year: 2024, place: { country: 'DE' }, co2e: { value: '300', unit: 'g/kWh' } },
  ]);
  await store.importRelease({ manifest, rows });
  const at = async (now: string) =>
    calculateOnce(
      {
        commodity: 'electricity',
        place: { country: 'DE' },
        start: '2027-01-01',
        end: '2027-02-01',
        quantity: '1000',
        unit: 'kWh',
        gwp: 'publisher',
      },
      store,
      loadUsPlaces,
      new Date(now),
    );
  const forecast = await at('2026-11-27T12:00:00Z');
  assert.equal(forecast.location?.co2e, '300');
  assert.ok(forecast.flags.includes('factor-older-3'));
  assert.ok(forecast.flags.includes('period-future'));
  assert.deepEqual(forecast.flags, [...forecast.flags].sort());
  assert.ok((await at('2027-01-30T23:59:59Z')).flags.includes('period-future'));
  const over = await at('2027-01-31T00:00:00Z');
  assert.deepEqual(over, { ...forecast, flags: forecast.flags.filter((flag) => flag !== 'period-future') });
});
