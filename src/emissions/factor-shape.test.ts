import assert from 'node:assert/strict';
import { test } from 'node:test';
import { factorRow } from '../../test/vectors/fixture-rows.ts';
import { isChannelError } from './error.ts';
import { commodities, type FactorRow, type FactorUnit, factorMethods, factorUnits } from './factor.ts';
import { checkFactorRow } from './factor-shape.ts';

const value = (amount: string, unit: FactorUnit = 'kg/kWh') => ({ value: amount, unit });
const gas = factorRow({
  commodity: 'natural-gas',
  method: 'fuel',
  calorific: 'gross',
  co2: value('53.06', 'kg/mmBtu'),
});
const share = (basis: 'generation' | 'delivered', amount = '0.05', unit: FactorUnit = 'fraction') =>
  factorRow({ method: 'loss-rate', loss: { basis, share: value(amount, unit) } });
const factorLoss = factorRow({ method: 'loss-rate', loss: { basis: 'factor' }, co2e: value('0.02', 'kgCO2e/kWh') });

function accepts(row: unknown, why?: string): void {
  assert.equal(checkFactorRow(row), row, why);
}

/** Refused with this field named and, where it matters, this fault. */
function refuses(row: unknown, field: string, fault = ''): void {
  assert.throws(
    () => checkFactorRow(row),
    (error: unknown) =>
      isChannelError(error, 'RELEASE_INVALID') &&
      error.details.where === field &&
      error.message.includes(`${field} ${fault}`),
    `${field} ${fault}: ${JSON.stringify(row)?.slice(0, 400)}`,
  );
}

const changed = (changes: Record<string, unknown>, row: FactorRow = factorRow()) => ({ ...row, ...changes });

function without(field: string, row: FactorRow = factorRow()): unknown {
  return Object.fromEntries(Object.entries(row).filter(([key]) => key !== field));
}

test('rows of every kind pass', () => {
  const { co2e: _co2e, ...bare } = factorRow();
  accepts(factorRow());
  accepts({ ...bare, co2: value('1', 'lb/MWh'), ch4: value('0.03', 'lb/GWh'), n2o: value('0', 'lb/MWh') });
  accepts(changed({ notes: 'a caveat', gwpInferred: true, lifecycle: true }));
  accepts(factorRow({ method: 'residual-mix', notApplicable: true }));
  accepts(gas);
  accepts({ ...gas, calorific: 'net', co2: value('0.2', 'kgCO2e/kWh(net)') });
  accepts(share('generation'));
  accepts(share('delivered', '5.1', 'percent'));
  accepts(factorLoss);
  accepts(factorRow({ commodity: 'steam', co2: value('66.33', 'kg/mmBtu'), ch4: value('1.25', 'g/mmBtu') }));
  for (const method of ['location', 'residual-mix', 'non-baseload', 'upstream'] as const)
    accepts(factorRow({ method }));
  for (const commodity of ['electricity', 'steam', 'heat', 'cooling'] as const) accepts(factorRow({ commodity }));
  for (const gwpSet of ['AR4', 'AR5', 'AR6', 'not-stated'] as const) accepts(factorRow({ gwpSet }));
  for (const confidence of ['high', 'medium-high', 'medium', 'medium-low', 'low'] as const)
    accepts(factorRow({ confidence }));
});

test('what is no object, or has no id, is refused', () => {
  for (const row of [null, undefined, 'row', 7, [], [factorRow()]]) refuses(row, 'row', 'is not an object');
  const ids = ['', '-a', '.a', ' a', 'a b', 'ü', 'a\n', 'a/b', 'x'.repeat(121), 7, undefined, {}];
  for (const id of ids) refuses(changed({ id }), 'id', 'must be');
  for (const id of ['a', '2022:US', 'Green-e_2024.1:CAMX', 'x'.repeat(120)]) accepts(factorRow({ id }));
  refuses(without('id'), 'id');
  assert.throws(() => checkFactorRow(changed({ id: '?' })), /^ChannelError: row without a well-formed id: id must be/);
  assert.throws(() => checkFactorRow(changed({ year: 1 })), /^ChannelError: row fixture2022:US: year must be/);
});

test('a field that rows do not have is refused, also one that every object has', () => {
  for (const field of ['value', 'Year', 'constructor', 'toString', ''])
    refuses(changed({ [field]: 1 }), field, 'is not a field of a row');
  refuses(
    JSON.parse(JSON.stringify(factorRow()).replace('{', '{"__proto__":{"co2":1},')),
    '__proto__',
    'is not a field',
  );
  refuses(changed({ [`x${'y'.repeat(60)}`]: 1 }), `x${'y'.repeat(39)}`, 'is not a field');
});

test('every text must be there, of sensible length and without control characters', () => {
  for (const field of ['publisher', 'dataset', 'edition', 'basis', 'source', 'licence', 'notes']) {
    if (field !== 'notes') refuses(without(field), field, 'must be a text');
    for (const text of ['', 7, null, ['x']]) refuses(changed({ [field]: text }), field, 'must be a text');
    refuses(changed({ [field]: 'x'.repeat(2_001) }), field, 'has 2001 characters, at most 2000 are allowed');
    accepts(changed({ [field]: 'x'.repeat(2_000) }));
    for (const text of ['a\nb', 'a\0', 'a\u0085', 'a\u2028', 'a\u2029', 'a\ud800']) {
      refuses(changed({ [field]: text }), field, 'holds a control character');
    }
    accepts(changed({ [field]: 'Größe – 電力 🌍' }));
  }
});

test('closed sets are closed', () => {
  for (const field of ['commodity', 'method', 'gwpSet', 'confidence']) {
    refuses(without(field), field, 'is none of');
    for (const wrong of ['', 'other', 'constructor', 7, null, ['electricity']])
      refuses(changed({ [field]: wrong }), field, 'is none of');
  }
  refuses(changed({ calorific: 'upper' }, gas), 'calorific', 'is none of gross, net');
  for (const flag of ['gwpInferred', 'lifecycle', 'notApplicable']) {
    for (const wrong of [false, 'true', 1, null]) refuses(changed({ [flag]: wrong }), flag, 'is true or absent');
  }
  refuses(factorRow({ commodity: 'water' }), 'commodity', 'is water');
});

test('the place has its shape and no part more', () => {
  accepts(factorRow({ place: { country: 'US', subdivision: 'US-CA', region: 'CAMX' } }));
  for (const place of [undefined, null, 'US', ['US']]) refuses(changed({ place }), 'place', 'is not an object');
  for (const place of [
    {},
    { country: 'us' },
    { country: 'US', subdivision: 'DE-BY' },
    { country: 'US', region: 'x' },
  ]) {
    refuses(changed({ place }), 'place');
  }
  refuses(changed({ place: { country: 'US', street: 'x' } }), 'place.street', 'is not a part');
  refuses(changed({ place: { country: 7 } }), 'place.country', 'is not a part');
  refuses(changed({ place: { country: 'US', region: undefined } }), 'place.region', 'is not a part');
});

test('year and validity', () => {
  for (const year of [1899, 2201, 2022.5, '2022', null, Number.NaN])
    refuses(changed({ year }), 'year', 'must be a year');
  for (const year of [1900, 2200]) accepts(changed({ year }));
  for (const field of ['validFrom', 'validTo']) {
    for (const date of ['2022-02-29', '2022', '', 20_220_101, null, undefined, '２０２２-01-01', ['2022-01-01']]) {
      refuses(changed({ [field]: date }), field, 'is not a date');
    }
  }
  refuses(factorRow({ validFrom: '2022-01-01', validTo: '2022-01-01' }), 'validTo', 'must be after validFrom');
  refuses(factorRow({ validFrom: '2022-01-02', validTo: '2022-01-01' }), 'validTo', 'must be after validFrom');
  accepts(factorRow({ validFrom: '2022-01-01', validTo: '2022-01-02' }));
});

test('figures: some there must be, none beside "not applicable"', () => {
  refuses(without('co2e'), 'co2e', 'and co2 are both absent');
  refuses(changed({ ch4: value('1') }, without('co2e') as FactorRow), 'co2e', 'and co2 are both absent');
  for (const figure of ['co2', 'ch4', 'n2o', 'co2e']) {
    refuses(
      changed({ notApplicable: true, [figure]: value('1') }, without('co2e') as FactorRow),
      'notApplicable',
      'stands beside',
    );
  }
  const loss = { basis: 'factor' };
  refuses(changed({ notApplicable: true, loss }, without('co2e') as FactorRow), 'notApplicable', 'stands beside');
});

test('a figure is a canonical decimal in a unit that fits the method', () => {
  for (const figure of ['co2', 'ch4', 'n2o', 'co2e']) {
    refuses(changed({ [figure]: null }), figure, 'is not a value with its unit');
    refuses(changed({ [figure]: '1' }), figure, 'is not a value with its unit');
    refuses(changed({ [figure]: { ...value('1'), note: 'x' } }), figure, 'has a field');
    for (const amount of ['', '-1', '1.0', '01', '1e3', '1,5', '١', 1, null, undefined, ['1']]) {
      refuses(changed({ [figure]: { value: amount, unit: 'kg/kWh' } }), figure, "'");
    }
    for (const unit of ['kg', '', 'constructor', undefined, 7]) {
      refuses(changed({ [figure]: { value: '1', unit } }), figure, "unit '");
    }
  }
  const grid: FactorUnit[] = ['lb/MWh', 'lb/GWh', 'g/kWh', 'kg/kWh', 'kg/MWh', 't/MWh', 'kgCO2e/kWh'];
  const fits = (row: FactorRow, field: 'co2' | 'co2e', units: readonly FactorUnit[]) => {
    for (const unit of factorUnits) {
      const asked = changed({ [field]: value('1', unit) }, row);
      if (units.includes(unit)) accepts(asked, unit);
      else refuses(asked, field, `unit ${unit} does not fit`);
    }
  };
  fits(factorRow(), 'co2e', grid);
  fits(factorLoss, 'co2e', grid);
  for (const commodity of ['steam', 'heat', 'cooling'] as const) {
    fits(factorRow({ commodity }), 'co2e', [...grid, 'kg/mmBtu', 'g/mmBtu']);
  }
  fits(gas, 'co2', ['kg/mmBtu', 'g/mmBtu', 'kgCO2e/kWh(gross)']);
  fits({ ...gas, calorific: 'net' }, 'co2', ['kgCO2e/kWh(net)']);
});

test('fuels are natural gas with a calorific value, and nothing else is', () => {
  refuses(without('calorific', gas), 'calorific', 'is absent from a fuel');
  refuses(factorRow({ calorific: 'gross' }), 'calorific', 'stands on a row that is no fuel');
  for (const commodity of commodities) {
    if (commodity === 'natural-gas' || commodity === 'water') continue;
    refuses({ ...gas, commodity }, 'method', `is fuel for ${commodity}`);
  }
  for (const method of factorMethods) {
    if (method === 'fuel') continue;
    refuses({ ...gas, method }, method === 'loss-rate' ? 'method' : 'method', `is ${method} for natural gas`);
  }
});

test('a loss rate is a share of something, or a factor', () => {
  refuses(factorRow({ method: 'loss-rate' }), 'loss', 'is absent from a loss rate');
  refuses(factorRow({ loss: { basis: 'factor' }, co2e: value('1') }), 'loss', 'stands on a row that is no loss rate');
  const loss = (changes: unknown, row = share('generation')) => changed({ loss: changes }, row);
  refuses(loss({ basis: 'generation', share: value('0.05', 'fraction'), note: 'x' }), 'loss', 'has a field');
  for (const basis of ['', 'other', undefined, 7]) refuses(loss({ basis }), 'loss.basis', 'is none of');
  refuses(loss({ basis: 'generation' }), 'loss.share', 'is not a value');
  refuses(loss({ basis: 'delivered', share: '0.05' }), 'loss.share', 'is not a value');
  refuses(loss({ basis: 'delivered', share: value('5', 'kg/kWh') }), 'loss.share', 'unit kg/kWh does not fit');
  refuses(
    loss({ basis: 'factor', share: value('0.05', 'fraction') }, factorLoss),
    'loss.share',
    'stands on a loss given as a factor',
  );
  refuses({ ...share('generation'), co2e: value('1') }, 'loss.share', 'stands beside gases');
  refuses(loss({ basis: 'factor' }), 'co2e', 'and co2 are both absent');
  const whole: [string, FactorUnit][] = [
    ['1', 'fraction'],
    ['1.01', 'fraction'],
    ['100', 'percent'],
    ['101', 'percent'],
  ];
  for (const [amount, unit] of whole) refuses(share('generation', amount, unit), 'loss.share', 'is the whole or more');
  for (const [amount, unit] of [
    ['0.99', 'fraction'],
    ['99.99', 'percent'],
    ['0', 'percent'],
  ] as const)
    accepts(share('delivered', amount, unit));
});

test('gases given as CO2e need their set, an inferred set must be one', () => {
  const uk = (changes: Partial<FactorRow>) =>
    factorRow({ co2e: value('0.2', 'kgCO2e/kWh'), gwpSet: 'not-stated', ...changes });
  accepts(uk({}));
  accepts(uk({ ch4: value('0.001', 'kg/kWh') }));
  accepts(uk({ gwpSet: 'AR4', ch4: value('0.001', 'kgCO2e/kWh') }));
  refuses(uk({ ch4: value('0.001', 'kgCO2e/kWh') }), 'gwpSet', 'is not stated, but ch4 is given as CO2e');
  refuses(uk({ n2o: value('0.001', 'kgCO2e/kWh') }), 'gwpSet', 'is not stated, but n2o is given as CO2e');
  refuses(uk({ gwpInferred: true }), 'gwpInferred', 'stands without a set');
});
