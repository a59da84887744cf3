import assert from 'node:assert/strict';
import { test } from 'node:test';
import { factorRow } from '../../test/vectors/fixture-rows.ts';
import { type FactorRow, type FactorUnit, type FactorValue, factorUnits } from './factor.ts';
import { compare, formatExact, formatRounded, multiply, type Ratio, ratio } from './ratio.ts';
import { co2eOf, type GwpChoice, lossShare, type RowFigures, rowFigures, shownFactor } from './row-figures.ts';

const value = (text: string, unit: FactorUnit): FactorValue => ({ value: text, unit });
const text = (figure: Ratio | undefined) => figure && formatExact(figure);
const gases = ({ co2, ch4, n2o }: RowFigures) => [text(co2), text(ch4), text(n2o)];

function without(row: FactorRow, ...fields: (keyof FactorRow)[]): FactorRow {
  return Object.fromEntries(Object.entries(row).filter(([key]) => !fields.includes(key as keyof FactorRow))) as never;
}

// The shape of an eGRID row: CO2e under the publisher's set beside the gases.
const egrid = factorRow({
  co2e: value('498.9', 'lb/MWh'),
  co2: value('497.443', 'lb/MWh'),
  ch4: value('0.030', 'lb/MWh'),
  n2o: value('0.004', 'lb/MWh'),
  gwpSet: 'AR4',
});
const gasesOnly = without(egrid, 'co2e');
// The shape of a UK row: every gas as kg CO2e.
const desnz = factorRow({
  publisher: 'desnz',
  co2e: value('0.19338', 'kgCO2e/kWh'),
  co2: value('0.19121', 'kgCO2e/kWh'),
  ch4: value('0.0008', 'kgCO2e/kWh'),
  n2o: value('0.00149', 'kgCO2e/kWh'),
  gwpSet: 'AR4',
});

test('every published unit is brought to kg a kWh or mmBtu', () => {
  // 1 lb = 0.45359237 kg; 1 mmBtu = 1055055852.62 J, 1 kWh = 3 600 000 J.
  const perKwh: Partial<Record<FactorUnit, string>> = {
    'lb/MWh': '0.00045359237',
    'lb/GWh': '0.00000045359237',
    'g/kWh': '0.001',
    'kg/kWh': '1',
    'kg/MWh': '0.001',
    't/MWh': '1',
    'kgCO2e/kWh': '1',
    'kgCO2e/kWh(gross)': '1',
    'kgCO2e/kWh(net)': '1',
  };
  const perMmbtu: Partial<Record<FactorUnit, string>> = { 'kg/mmBtu': '1', 'g/mmBtu': '0.001' };
  const one = (unit: FactorUnit, energy: 'kWh' | 'mmBtu') =>
    rowFigures(factorRow({ co2e: value('1', unit) }), energy, 'publisher').co2e;
  for (const unit of factorUnits) {
    if (unit === 'fraction' || unit === 'percent') continue;
    const own = perKwh[unit] === undefined ? ('mmBtu' as const) : ('kWh' as const);
    assert.equal(text(one(unit, own)), perKwh[unit] ?? perMmbtu[unit], unit);
  }
  const kWhPerMmbtu = ratio(105_505_585_262n, 360_000_000n);
  assert.equal(compare(one('kg/kWh', 'mmBtu'), kWhPerMmbtu), 0);
  assert.equal(compare(one('kg/mmBtu', 'kWh'), ratio(360_000_000n, 105_505_585_262n)), 0);
  // UK natural gas, 0.18254 kg CO2e a kWh (gross): Python's fractions
  const ukGas = factorRow({ co2e: value('0.18254', 'kgCO2e/kWh(gross)') });
  assert.equal(formatRounded(rowFigures(ukGas, 'mmBtu', 'publisher').co2e, 12), '53.497193149237');
});

test("the publisher's own CO2e and set stand by default", () => {
  const figures = rowFigures(egrid, 'kWh', 'publisher');
  // 498.9 x 0.00045359237, and so on
  assert.equal(text(figures.co2e), '0.226297233393');
  assert.deepEqual(gases(figures), ['0.22563634930991', '0.0000136077711', '0.00000181436948']);
  assert.deepEqual([figures.gwpSet, figures.flags], ['AR4', []]);
});

test('a requested set is computed from the gases, also where it is the publisher’s own', () => {
  // (497.443 + 0.030 CH4 + 0.004 N2O) x 0.00045359237
  const expected: [GwpChoice, string][] = [
    ['AR4', '0.22651722569245'],
    ['AR5', '0.22649817481291'],
    ['AR6', '0.22651132899164'],
  ];
  for (const [set, co2e] of expected) {
    const figures = rowFigures(egrid, 'kWh', set);
    assert.deepEqual([text(figures.co2e), figures.gwpSet, figures.flags], [co2e, set, []]);
    assert.deepEqual(gases(figures), gases(rowFigures(egrid, 'kWh', 'publisher')));
    assert.equal(text(rowFigures(gasesOnly, 'kWh', set).co2e), co2e);
  }
});

test('gases without CO2e are computed with AR5, flagged', () => {
  const figures = rowFigures({ ...gasesOnly, gwpSet: 'not-stated' }, 'kWh', 'publisher');
  assert.deepEqual([text(figures.co2e), figures.gwpSet, figures.flags], ['0.22649817481291', 'AR5', ['co2e-computed']]);
});

test('UK gases, given as CO2e, are divided by the row’s own set', () => {
  const figures = rowFigures(desnz, 'kWh', 'publisher');
  assert.equal(text(figures.co2e), '0.19338');
  assert.deepEqual([text(figures.co2), text(figures.ch4)], ['0.19121', '0.000032']); // 0.0008 / 25
  assert.equal(figures.n2o && formatRounded(figures.n2o, 12), '0.000005'); // 0.00149 / 298
  const ar5 = rowFigures({ ...desnz, gwpSet: 'AR5', ch4: value('0.00028', 'kgCO2e/kWh') }, 'kWh', 'publisher');
  assert.equal(text(ar5.ch4), '0.00001');
  // asked for AR5, the AR4 row gives 0.19121 + 0.000032 x 28 + 0.000005 x 265
  assert.equal(text(rowFigures(desnz, 'kWh', 'AR5').co2e), '0.193431');
});

test('a gas in a unit of CO2e is divided by its potential, in a unit of mass it is not', () => {
  for (const unit of factorUnits) {
    if (unit === 'fraction' || unit === 'percent') continue;
    const row = factorRow({ co2e: value('1', unit), ch4: value('1', unit), gwpSet: 'AR4' });
    const { co2e, ch4 } = rowFigures(row, 'kWh', 'publisher');
    const expected = unit.startsWith('kgCO2e/') ? ratio(1, 25) : ratio(1);
    assert.ok(ch4 !== undefined && compare(ch4, multiply(co2e, expected)) === 0, unit);
  }
});

test('CO2e alone passes only under its own set', () => {
  const row = factorRow({ gwpSet: 'AR6' });
  assert.deepEqual(
    [text(rowFigures(row, 'kWh', 'AR6').co2e), rowFigures(row, 'kWh', 'AR6').gwpSet],
    ['0.373127954', 'AR6'],
  );
  assert.deepEqual(rowFigures(row, 'kWh', 'publisher').flags, []);
  assert.throws(() => rowFigures(row, 'kWh', 'AR5'), {
    code: 'FACTOR_GWP_UNAVAILABLE',
    message: 'row fixture2022:US gives CO2e under AR6 and not every gas, so AR5 cannot be computed',
    details: { where: 'fixture2022:US' },
  });
  assert.throws(() => rowFigures({ ...row, gwpSet: 'not-stated' }, 'kWh', 'AR6'), { code: 'FACTOR_GWP_UNAVAILABLE' });
  for (const gas of ['co2', 'ch4', 'n2o'] as const) {
    assert.throws(() => rowFigures(without(egrid, gas), 'kWh', 'AR5'), { code: 'FACTOR_GWP_UNAVAILABLE' }, gas);
    assert.equal(text(rowFigures(without(egrid, gas), 'kWh', 'AR4').co2e), '0.226297233393', gas);
  }
});

test('CO2 alone stands for CO2e, flagged, under the set asked for', () => {
  const row = factorRow({ co2: value('0.7', 't/MWh'), gwpSet: 'not-stated' });
  const figures = rowFigures(row, 'kWh', 'publisher');
  assert.deepEqual([text(figures.co2e), text(figures.co2), figures.gwpSet], ['0.7', '0.7', 'not-stated']);
  assert.deepEqual(figures.flags, ['co2-only']);
  assert.equal('ch4' in figures || 'n2o' in figures, false);
  assert.equal(rowFigures(row, 'kWh', 'AR6').gwpSet, 'AR6');
  assert.deepEqual(rowFigures(row, 'kWh', 'AR6').flags, ['co2-only']);
});

test('a lifecycle figure and an inferred set are flagged', () => {
  const flags = (row: FactorRow, set: GwpChoice = 'publisher') => rowFigures(row, 'kWh', set).flags;
  assert.deepEqual(flags(factorRow({ lifecycle: true })), ['lifecycle']);
  assert.deepEqual(flags(factorRow({ lifecycle: true, gwpInferred: true })), ['lifecycle', 'gwp-set-inferred']);
  assert.deepEqual(flags(factorRow({ lifecycle: true, co2: value('1', 'kg/kWh') })), ['lifecycle', 'co2-only']);
  assert.deepEqual(flags({ ...gasesOnly, lifecycle: true }), ['lifecycle', 'co2e-computed']);
  assert.deepEqual(flags({ ...gasesOnly, lifecycle: true }, 'AR5'), ['lifecycle']);
});

test('rows that hold nothing to multiply with are refused', () => {
  const unfit = (row: FactorRow, unit: 'kWh' | 'mmBtu' | 'm3', message: string) =>
    assert.throws(() => rowFigures(row, unit, 'publisher'), {
      code: 'FACTOR_UNFIT',
      message,
      details: { where: row.id },
    });
  const nothing = 'row fixture2022:US holds no figure to multiply with';
  unfit(factorRow({ notApplicable: true }), 'kWh', nothing);
  unfit(factorRow({ notApplicable: true, ch4: value('1', 'g/kWh') }), 'kWh', nothing);
  unfit(factorRow(), 'm3', 'row fixture2022:US in kg/kWh does not fit m3');
  for (const unit of ['fraction', 'percent'] as const) {
    unfit(factorRow({ co2e: value('1', unit) }), 'kWh', `row fixture2022:US in ${unit} does not fit kWh`);
  }
  const unnamed = { ...desnz, gwpSet: 'not-stated' } as const;
  unfit(unnamed, 'kWh', 'row fixture2022:US gives ch4 as CO2e without naming its GWP set');
  assert.throws(() => rowFigures(factorRow({ co2e: value('1e3', 'kg/kWh') }), 'kWh', 'publisher'), {
    code: 'DECIMAL_INVALID',
  });
});

test('CO2e of gases weighs each by its own potential', () => {
  const of = (set: 'AR4' | 'AR5' | 'AR6') => formatExact(co2eOf(ratio(1_000), ratio(10), ratio(100), set));
  assert.deepEqual([of('AR4'), of('AR5'), of('AR6')], ['31050', '27780', '28579']);
});

test('a loss share is a fraction below one', () => {
  const share = (amount: string, unit: FactorUnit) =>
    lossShare(factorRow({ loss: { basis: 'generation', share: value(amount, unit) } }));
  assert.equal(compare(share('5.1', 'percent'), ratio(51, 1_000)), 0);
  assert.equal(compare(share('0.051', 'fraction'), ratio(51, 1_000)), 0);
  assert.equal(compare(share('99.9', 'percent'), ratio(999, 1_000)), 0);
  for (const [amount, unit] of [
    ['100', 'percent'],
    ['1', 'fraction'],
    ['5', 'fraction'],
    ['250', 'percent'],
  ] as const) {
    assert.throws(() => share(amount, unit), {
      code: 'FACTOR_UNFIT',
      message: 'row fixture2022:US gives a loss of everything',
    });
  }
  assert.throws(() => lossShare(factorRow()), {
    code: 'FACTOR_UNFIT',
    message: 'row fixture2022:US gives no loss rate',
  });
  assert.throws(() => lossShare(factorRow({ loss: { basis: 'factor' } })), { code: 'FACTOR_UNFIT' });
});

test('the factor shown is the published figure, or what was computed, in the publisher’s unit', () => {
  const shown = (row: FactorRow, set: GwpChoice, unit: 'kWh' | 'mmBtu' = 'kWh') =>
    shownFactor(row, rowFigures(row, unit, set), unit);
  assert.deepEqual(shown(egrid, 'publisher'), value('498.9', 'lb/MWh'));
  // 497.443 + 0.030 x 28 + 0.004 x 265
  assert.deepEqual(shown(egrid, 'AR5'), value('499.343', 'lb/MWh'));
  assert.deepEqual(shown(gasesOnly, 'publisher'), value('499.343', 'lb/MWh'));
  const long = value('0.123456789112', 'kg/kWh');
  assert.deepEqual(shown(factorRow({ co2: long }), 'publisher'), long);
  const odd = factorRow({ co2: long, ch4: value('0', 'kg/kWh'), n2o: value('0.000000001', 'kg/kWh') });
  // 0.123456789112 + 0.000000265 = 0.123457054112, shown to 9 places
  assert.deepEqual(shown(odd, 'AR5'), value('0.123457054', 'kg/kWh'));
  const ukGas = factorRow({ co2e: value('0.18254', 'kgCO2e/kWh(gross)') });
  assert.deepEqual(shown(ukGas, 'publisher', 'mmBtu'), value('0.18254', 'kgCO2e/kWh(gross)'));
  assert.throws(() => shownFactor(factorRow({ notApplicable: true }), rowFigures(egrid, 'kWh', 'AR4'), 'kWh'), {
    code: 'FACTOR_UNFIT',
    message: 'row fixture2022:US holds no figure to show',
  });
});
