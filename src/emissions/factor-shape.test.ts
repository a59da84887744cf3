import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFactorRow as checkRow } from './factor-shape.ts';
import type { FactorRow } from './index.ts';

const GRID: FactorRow = {
  id: 'T-1:DE:2023',
  publisher: 'tester',
  dataset: 'grid',
  edition: '1',
  commodity: 'electricity',
  method: 'location',
  place: { country: 'DE' },
  year: 2023,
  validFrom: '2023-01-01',
  validTo: '2024-01-01',
  co2: { value: '12.5', unit: 'g/kWh' },
  gwpSet: 'not-stated',
  basis: 'generation',
  source: 'table 1',
  licence: 'CC BY 4.0',
  confidence: 'high',
};
const { co2: _co2, ...BARE } = GRID;
const LOSS: FactorRow = {
  ...BARE,
  method: 'loss-rate',
  loss: { basis: 'generation', share: { value: '0.05', unit: 'fraction' } },
};
const FUEL: FactorRow = {
  ...GRID,
  commodity: 'natural-gas',
  method: 'fuel',
  calorific: 'net',
  co2: { value: '0.2', unit: 'kgCO2e/kWh(net)' },
};
const figure = (value: string, unit: string) => ({ value, unit });

test('rows of every method hold', () => {
  const rows: unknown[] = [
    GRID,
    LOSS,
    FUEL,
    { ...GRID, place: { country: 'US', region: 'CAMX' }, notes: 'said beside it', lifecycle: true },
    { ...BARE, notApplicable: true, method: 'residual-mix' },
    { ...GRID, method: 'loss-rate', loss: { basis: 'factor' } },
    { ...LOSS, loss: { basis: 'delivered', share: figure('99.9', 'percent') } },
    { ...GRID, commodity: 'steam', co2: figure('66.33', 'kg/mmBtu'), ch4: figure('1.25', 'g/mmBtu') },
    { ...FUEL, calorific: 'gross', co2: figure('53.06', 'kg/mmBtu') },
    { ...GRID, ch4: figure('0.1', 'kgCO2e/kWh'), gwpSet: 'AR4', gwpInferred: true },
  ];
  for (const row of rows) assert.equal(checkRow(row), row);
});

const FAULTS: readonly [unknown, string][] = [
  [{ ...GRID, id: 'T 1' }, 'id'],
  [{ ...GRID, id: '' }, 'id'],
  [{ ...GRID, id: `T${'1'.repeat(120)}` }, 'id'],
  [{ ...GRID, remark: 'x' }, 'remark'],
  [{ ...GRID, publisher: '' }, 'publisher'],
  [{ ...GRID, basis: undefined }, 'basis'],
  [{ ...GRID, source: 'a\tb' }, 'source'],
  [{ ...GRID, licence: 7 }, 'licence'],
  [{ ...GRID, notes: '' }, 'notes'],
  [{ ...GRID, notes: '\ud800' }, 'notes'],
  [{ ...GRID, notes: 'x'.repeat(2001) }, 'notes'],
  [{ ...GRID, commodity: 'coal' }, 'commodity'],
  [{ ...GRID, commodity: 'water' }, 'commodity'],
  [{ ...GRID, method: 'marginal' }, 'method'],
  [{ ...GRID, method: 'fuel', calorific: 'gross' }, 'method'],
  [{ ...FUEL, method: 'location' }, 'method'],
  [{ ...GRID, place: { country: 'DEU' } }, 'place'],
  [{ ...GRID, place: { country: 'DE', subdivision: 'US-CA' } }, 'place'],
  [{ ...GRID, place: { country: 'DE', street: 'x' } }, 'place.street'],
  [{ ...GRID, place: {} }, 'place'],
  [{ ...GRID, place: 'DE' }, 'place'],
  [{ ...GRID, year: 2023.5 }, 'year'],
  [{ ...GRID, year: '2023' }, 'year'],
  [{ ...GRID, validFrom: '2023-02-29' }, 'validFrom'],
  [{ ...GRID, validTo: '2023-13-01' }, 'validTo'],
  [{ ...GRID, validTo: '2023-01-01' }, 'validTo'],
  [{ ...GRID, co2: figure('1e3', 'g/kWh') }, 'co2'],
  [{ ...GRID, co2: figure('12.50', 'g/kWh') }, 'co2'],
  [{ ...GRID, co2: figure('-1', 'g/kWh') }, 'co2'],
  [{ ...GRID, co2: { value: 12.5, unit: 'g/kWh' } }, 'co2'],
  [{ ...GRID, co2: figure('1', 'oz/kWh') }, 'co2'],
  [{ ...GRID, co2: figure('1', 'kg/mmBtu') }, 'co2'],
  [{ ...GRID, co2: figure('1', 'fraction') }, 'co2'],
  [{ ...GRID, co2: { ...figure('1', 'g/kWh'), was: '2' } }, 'co2'],
  [{ ...GRID, co2: null }, 'co2'],
  [BARE, 'co2e'],
  [{ ...BARE, ch4: figure('1', 'lb/GWh') }, 'co2e'],
  [{ ...GRID, notApplicable: true }, 'notApplicable'],
  [{ ...LOSS, notApplicable: true }, 'notApplicable'],
  [{ ...GRID, notApplicable: false }, 'notApplicable'],
  [{ ...GRID, lifecycle: 'yes' }, 'lifecycle'],
  [{ ...GRID, gwpSet: 'AR7' }, 'gwpSet'],
  [{ ...GRID, ch4: figure('0.1', 'kgCO2e/kWh') }, 'gwpSet'],
  [{ ...GRID, gwpInferred: true }, 'gwpInferred'],
  [{ ...GRID, confidence: 'sure' }, 'confidence'],
  [{ ...GRID, calorific: 'gross' }, 'calorific'],
  [{ ...FUEL, calorific: undefined }, 'calorific'],
  [{ ...FUEL, calorific: 'both' }, 'calorific'],
  [{ ...FUEL, calorific: 'gross' }, 'co2'],
  [{ ...FUEL, co2: figure('53.06', 'kg/mmBtu') }, 'co2'],
  [{ ...GRID, loss: { basis: 'factor' } }, 'loss'],
  [{ ...LOSS, loss: undefined }, 'loss'],
  [{ ...LOSS, loss: { basis: 'sales', share: figure('0.05', 'fraction') } }, 'loss.basis'],
  [{ ...LOSS, loss: { basis: 'generation' } }, 'loss.share'],
  [{ ...LOSS, loss: { basis: 'generation', share: figure('1', 'fraction') } }, 'loss.share'],
  [{ ...LOSS, loss: { basis: 'generation', share: figure('100', 'percent') } }, 'loss.share'],
  [{ ...LOSS, loss: { basis: 'generation', share: figure('0.05', 'g/kWh') } }, 'loss.share'],
  [{ ...LOSS, loss: { basis: 'factor', share: figure('0.05', 'fraction') } }, 'loss.share'],
  [{ ...LOSS, loss: { basis: 'factor' } }, 'co2e'],
  [{ ...LOSS, loss: { ...LOSS.loss, year: 1 } }, 'loss'],
  [{ ...LOSS, co2: figure('1', 'g/kWh') }, 'loss.share'],
];

test('a row that breaks its shape is refused by id and field', () => {
  for (const [row, field] of FAULTS) {
    assert.throws(
      () => checkRow(row),
      (error: { code?: string; message?: string; details?: { where?: string } }) => {
        assert.equal(error.code, 'RELEASE_INVALID');
        assert.equal(error.details?.where, field, `${field}: ${error.message}`);
        if (field !== 'id') assert.match(error.message ?? '', /^row T-1:DE:2023: /);
        return true;
      },
      `${field} of ${JSON.stringify(row)}`,
    );
  }
  assert.throws(() => checkRow([]), { code: 'RELEASE_INVALID' });
});
