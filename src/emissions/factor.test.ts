import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flows, heatContentUnits, readBases, statedEnds } from './activity.ts';
import { commodities, factorMethods, factorUnits } from './factor.ts';

test('the closed sets are those of the channel rules, sections 1 and 2', () => {
  const list = (text: string) => text.split(', ');
  assert.deepEqual(commodities, list('electricity, natural-gas, steam, heat, cooling, water'));
  assert.deepEqual(flows, list('delivered, exported, generated, self-consumed, net-only'));
  assert.deepEqual(readBases, list('actual, estimated, customer, calculated, billed-only'));
  assert.deepEqual(statedEnds, list('inclusive, exclusive, shared-day, read-date'));
  assert.deepEqual(heatContentUnits, list('mmBtu/Mcf, therm/CCF, Btu/ft3, MJ/m3, kWh/m3'));
  assert.deepEqual(factorMethods, list('location, residual-mix, non-baseload, loss-rate, fuel, upstream'));
  const units =
    'lb/MWh, lb/GWh, g/kWh, kg/kWh, kg/MWh, t/MWh, kg/mmBtu, g/mmBtu, kgCO2e/kWh, kgCO2e/kWh(gross), kgCO2e/kWh(net)';
  assert.deepEqual(factorUnits, list(`${units}, fraction, percent`));
});
