import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Activity, HeatContent } from './activity.ts';
import { energyOf, energyUnitOf, parseQuantity } from './energy.ts';
import { isChannelError } from './error.ts';
import { type Commodity, commodities } from './factor.ts';
import { formatExact, formatUnits } from './ratio.ts';
import { type UnitName, unitNames } from './unit.ts';

type Input = Pick<Activity, 'commodity' | 'quantity' | 'unit' | 'heatContent' | 'calorific'>;

function energy(commodity: Commodity, quantity: string, unit: UnitName, more: Partial<Input> = {}): string {
  const found = energyOf({ commodity, quantity, unit, ...more });
  return [`${formatUnits(found.micro, 6)} ${found.unit}`, ...found.flags].join(', ');
}

test('each commodity is counted in its own unit', () => {
  const units = commodities.map((commodity) => [commodity, energyUnitOf(commodity)]);
  assert.deepEqual(Object.fromEntries(units), {
    electricity: 'kWh',
    'natural-gas': 'mmBtu',
    steam: 'kWh',
    heat: 'kWh',
    cooling: 'kWh',
    water: 'm3',
  });
});

test('a quantity is read as a plain decimal', () => {
  assert.equal(formatExact(parseQuantity(' 1234.9 ')), '1234.9');
  assert.equal(formatExact(parseQuantity('0')), '0');
});

test('blank, negative and oddly written quantities are refused', () => {
  const cases: [string, string][] = [
    ['', 'QUANTITY_BLANK'],
    [' \t\u00a0', 'QUANTITY_BLANK'],
    ['-1', 'QUANTITY_NEGATIVE'],
    ['-0', 'QUANTITY_NEGATIVE'],
    ['\u22125', 'QUANTITY_NEGATIVE'],
    ['(5)', 'QUANTITY_NEGATIVE'],
    ['+1', 'DECIMAL_INVALID'],
    ['1e3', 'DECIMAL_INVALID'],
    ['1,000', 'DECIMAL_INVALID'],
    ['１', 'DECIMAL_INVALID'],
    ['5-', 'DECIMAL_INVALID'],
    ['1'.repeat(31), 'DECIMAL_INVALID'],
  ];
  for (const [text, code] of cases) {
    assert.throws(
      () => parseQuantity(text),
      (error: unknown) => isChannelError(error) && error.code === code && error.details.where === 'quantity',
      JSON.stringify(text),
    );
  }
  assert.throws(() => parseQuantity(`-${'1'.repeat(60)}`), {
    message: `the quantity '-${'1'.repeat(39)}' is negative`,
  });
});

// Python's fractions over the sizes of NIST SP 811, rounded half-even to 6 decimals.
test('energy is converted once, exactly, and rounded to 6 decimals', () => {
  assert.equal(energy('electricity', '1.5', 'MWh'), '1500 kWh');
  assert.equal(energy('electricity', '0.0000005', 'kWh'), '0 kWh');
  assert.equal(energy('electricity', '0.0000015', 'kWh'), '0.000002 kWh');
  assert.equal(energy('electricity', '1', 'GJ'), '277.777778 kWh');
  assert.equal(energy('electricity', '1', 'mmBtu'), '293.07107 kWh');
  assert.equal(energy('heat', '1', 'GJ'), '277.777778 kWh');
  assert.equal(energy('steam', '10', 'kBtu'), '2.930711 kWh');
  assert.equal(energy('cooling', '10', 'ton-hour'), '35.168528 kWh');
  assert.equal(energy('natural-gas', '12', 'therm'), '1.2 mmBtu');
  assert.equal(energy('natural-gas', '1', 'GJ'), '0.947817 mmBtu');
  assert.equal(energy('natural-gas', '1000', 'kWh'), '3.412142 mmBtu, calorific-assumed-gross');
  assert.equal(energy('natural-gas', '1', 'MWh'), '3.412142 mmBtu, calorific-assumed-gross');
  assert.equal(energy('natural-gas', '1000', 'kWh', { calorific: 'gross' }), '3.412142 mmBtu');
  assert.equal(energy('natural-gas', '1000', 'kWh', { calorific: 'net' }), '3.412142 mmBtu');
  assert.equal(energy('natural-gas', '5', 'mmBtu', { calorific: 'gross' }), '5 mmBtu');
  assert.equal(energy('water', '1000', 'ft3'), '28.316847 m3');
  assert.equal(energy('water', '1000', 'US gallon'), '3.785412 m3');
  assert.equal(energy('water', '1', 'imperial gallon'), '0.004546 m3');
});

test('the longest quantity accepted keeps every digit', () => {
  const whole = '9'.repeat(30);
  assert.equal(energy('electricity', `${whole}.9999990`, 'GWh'), `${whole}999999 kWh`);
});

// 100 m3 = 100 / 0.3048^3 ft3.
test('gas by volume takes the heat content of the bill, else the default of EPA, flagged', () => {
  const volume = (quantity: string, unit: UnitName, value?: string, content?: HeatContent['unit']) =>
    energy(
      'natural-gas',
      quantity,
      unit,
      value === undefined || content === undefined ? {} : { heatContent: { value, unit: content } },
    );
  assert.equal(volume('1000', 'ft3'), '1.026 mmBtu, heat-content-default');
  assert.equal(volume('100', 'CCF'), '10.26 mmBtu, heat-content-default');
  assert.equal(volume('100', 'm3'), '3.623285 mmBtu, heat-content-default');
  assert.equal(volume('100', 'CCF', '1.037', 'therm/CCF'), '10.37 mmBtu');
  assert.equal(volume('10', 'Mcf', '1.037', 'mmBtu/Mcf'), '10.37 mmBtu');
  assert.equal(volume('10', 'Mcf', '1037', 'Btu/ft3'), '10.37 mmBtu');
  assert.equal(volume('100', 'm3', '38.2', 'MJ/m3'), '3.620661 mmBtu');
  assert.equal(volume('100', 'm3', '10.6', 'kWh/m3'), '3.61687 mmBtu');
});

test('a heat content that no gas has is refused', () => {
  const perMcf = (value: string, unit: HeatContent['unit'] = 'mmBtu/Mcf') =>
    energy('natural-gas', '1', 'Mcf', { heatContent: { value, unit } });
  assert.equal(perMcf('0.3'), '0.3 mmBtu');
  assert.equal(perMcf('3'), '3 mmBtu');
  const refused: [string, HeatContent['unit']][] = [
    ['0.2999999', 'mmBtu/Mcf'],
    ['3.0000001', 'mmBtu/Mcf'],
    ['0', 'mmBtu/Mcf'],
    ['1026', 'therm/CCF'],
    ['1.026', 'Btu/ft3'],
    // 300 and 3000 Btu/ft3 are 11.1777 and 111.7768 MJ/m3
    ['11.17', 'MJ/m3'],
    ['111.78', 'MJ/m3'],
    ['38.2', 'kWh/m3'],
  ];
  for (const [value, unit] of refused) {
    assert.throws(
      () => perMcf(value, unit),
      (error: unknown) =>
        isChannelError(error, 'FIELD_INVALID') &&
        error.details.where === 'heatContent' &&
        error.fix.includes('1026 Btu/ft3'),
      `${value} ${unit}`,
    );
  }
  assert.throws(() => perMcf('-1'), { code: 'DECIMAL_INVALID', details: { where: 'heat content' } });
});

test('only the units that measure a commodity are taken', () => {
  const energies: UnitName[] = ['Wh', 'kWh', 'MWh', 'GWh', 'kJ', 'MJ', 'GJ', 'TJ', 'Btu', 'kBtu', 'mmBtu', 'therm'];
  const volumes: UnitName[] = ['m3', 'L', 'ft3', 'CCF', 'Mcf', 'US gallon', 'imperial gallon'];
  const right: Record<Commodity, readonly UnitName[]> = {
    electricity: energies,
    steam: energies,
    heat: energies,
    cooling: [...energies, 'ton-hour'],
    'natural-gas': [...energies, ...volumes],
    water: volumes,
  };
  for (const commodity of commodities) {
    for (const unit of unitNames) {
      const call = () => energyOf({ commodity, quantity: '1', unit });
      if (right[commodity].includes(unit)) assert.doesNotThrow(call, `${commodity} in ${unit}`);
      else assert.throws(call, { code: 'UNIT_UNFIT', details: { where: 'unit', fix: unfitFix(commodity) } });
    }
  }
});

function unfitFix(commodity: Commodity): string {
  const fitting = { water: 'm3, US gallon or CCF', 'natural-gas': 'therm, mmBtu, kWh, m3 or CCF' } as const;
  const units = commodity === 'water' || commodity === 'natural-gas' ? fitting[commodity] : 'kWh, MWh, MJ or kBtu';
  return `Use an energy unit of the bill, such as ${units}.`;
}

test('heat content and calorific value stand only where they mean something', () => {
  const heatContent: HeatContent = { value: '1.026', unit: 'mmBtu/Mcf' };
  const refused: [Input, string][] = [
    [{ commodity: 'natural-gas', quantity: '1', unit: 'therm', heatContent }, 'heatContent'],
    [{ commodity: 'electricity', quantity: '1', unit: 'kWh', heatContent }, 'heatContent'],
    [{ commodity: 'water', quantity: '1', unit: 'm3', heatContent }, 'heatContent'],
    [{ commodity: 'electricity', quantity: '1', unit: 'kWh', calorific: 'gross' }, 'calorific'],
    [{ commodity: 'natural-gas', quantity: '1', unit: 'm3', calorific: 'gross' }, 'calorific'],
    [{ commodity: 'natural-gas', quantity: '1', unit: 'm3', heatContent, calorific: 'net' }, 'calorific'],
  ];
  for (const [input, where] of refused) {
    assert.throws(() => energyOf(input), { code: 'FIELD_INVALID', details: { where } });
  }
});
