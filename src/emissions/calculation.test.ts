import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { factorRow } from '../../test/vectors/fixture-rows.ts';
import { type Calculation, type CalculationInput, calculate } from './calculation.ts';
import type { FactorRow, FactorUnit } from './factor.ts';
import { parseDate } from './period.ts';
import type { SliceRows } from './rates.ts';
import { add, compare, parseDecimal, ratio } from './ratio.ts';
import { type RowFigures, rowFigures } from './row-figures.ts';

const value = (amount: string, unit: FactorUnit = 'kg/kWh') => ({ value: amount, unit });
const kWh = (amount: number) => BigInt(amount) * 1_000_000n;

function slice(start: string, end: string, main: FactorRow, more: Partial<SliceRows> = {}): SliceRows {
  return { span: { start: parseDate(start), end: parseDate(end) }, main, ...more };
}

function input(slices: readonly SliceRows[], changes: Partial<CalculationInput> = {}): CalculationInput {
  const place = { country: 'US' };
  return {
    flow: 'delivered',
    micro: kWh(1000),
    unit: 'kWh',
    electricity: true,
    place,
    gwp: 'publisher',
    slices,
    ...changes,
  };
}

const whole = (main: FactorRow, more: Partial<SliceRows> = {}) => slice('2022-01-01', '2023-01-01', main, more);
const byGas = (changes: Partial<FactorRow> = {}) =>
  factorRow({
    co2e: value('0.5'),
    co2: value('0.4'),
    ch4: value('0.001'),
    n2o: value('0.0002'),
    gwpSet: 'AR4',
    ...changes,
  });
const residualRow = (changes: Partial<FactorRow> = {}) =>
  factorRow({
    id: 'residual',
    publisher: 'aib',
    method: 'residual-mix',
    co2e: value('0.6'),
    gwpSet: 'AR4',
    ...changes,
  });
const lossRow = (changes: Partial<FactorRow> = {}) =>
  factorRow({
    id: 'loss',
    method: 'loss-rate',
    loss: { basis: 'delivered', share: value('0.1', 'fraction') },
    ...changes,
  });

test('electricity by gas: location, market at the residual mix, and losses', () => {
  const result = calculate(input([whole(byGas(), { residual: residualRow(), losses: lossRow() })]));
  const location = { co2e: '500', co2: '400', ch4: '1', n2o: '0.2', gwpSet: 'AR4' };
  const market = { co2e: '600', gwpSet: 'AR4', tier: 'residual-mix', higher: 'none-claimed', residual: 'used' };
  const losses = { basis: 'delivered', kWh: '100', co2e: '50' };
  const dates = { start: parseDate('2022-01-01'), end: parseDate('2023-01-01') };
  assert.deepEqual(result, {
    location,
    market,
    losses,
    slices: [{ ...dates, energy: '1000', location, market, losses }],
    flags: [],
  });
});

test('without a residual mix the market-based result is the grid average, flagged', () => {
  const { market, flags } = calculate(input([whole(byGas(), { losses: lossRow() })]));
  assert.deepEqual(market, {
    ...{ co2e: '500', co2: '400', ch4: '1', n2o: '0.2', gwpSet: 'AR4' },
    ...{ tier: 'grid-average', higher: 'none-claimed', residual: 'absent' },
  });
  assert.deepEqual(flags, ['residual-mix-absent']);
});

test('the publisher\'s "not applicable" leads to the grid average with its own flag', () => {
  const none = factorRow({ method: 'residual-mix', notApplicable: true });
  const { market, flags } = calculate(input([whole(byGas(), { residual: none, losses: lossRow() })]));
  assert.deepEqual([market?.co2e, market?.tier, market?.residual], ['500', 'grid-average', 'not-applicable']);
  assert.deepEqual(flags, ['residual-mix-not-applicable']);
});

test('of several slices the market label is the one furthest from an instrument', () => {
  const none = factorRow({ method: 'residual-mix', notApplicable: true });
  const state = (first?: FactorRow, second?: FactorRow) => {
    const slices = [
      slice('2022-01-01', '2022-07-01', byGas(), first && { residual: first }),
      slice('2022-07-01', '2023-01-01', byGas(), second && { residual: second }),
    ];
    const { market, slices: parts } = calculate(input(slices));
    return [market, ...parts.map((part) => part.market)].map((each) => `${each?.tier} ${each?.residual}`);
  };
  const used = 'residual-mix used';
  const absent = 'grid-average absent';
  const notApplicable = 'grid-average not-applicable';
  assert.deepEqual(state(residualRow(), residualRow()), [used, used, used]);
  assert.deepEqual(state(residualRow(), undefined), [absent, used, absent]);
  assert.deepEqual(state(none, residualRow()), [notApplicable, notApplicable, used]);
  assert.deepEqual(state(none, undefined), [absent, notApplicable, absent]);
});

test('figures are exact until rounded once; the last slice takes the remainder', () => {
  // 1 kWh over 181 and 184 days of 365: 0.49589 and 0.50411 kWh
  const slices = [slice('2022-01-01', '2022-07-01', byGas()), slice('2022-07-01', '2023-01-01', byGas())];
  const result = calculate(input(slices, { micro: kWh(1) }));
  const parts = result.slices.map(({ energy, location }) => [
    energy,
    location?.co2e,
    location?.co2,
    location?.ch4,
    location?.n2o,
  ]);
  assert.deepEqual(parts, [
    // 495890 x 0.5 = 247945, x 0.4 = 198356, x 0.001 = 495.89, x 0.0002 = 99.178 millionths
    ['0.49589', '0.247945', '0.198356', '0.000496', '0.000099'],
    ['0.50411', '0.252055', '0.201644', '0.000504', '0.000101'],
  ]);
  assert.deepEqual(result.location, { co2e: '0.5', co2: '0.4', ch4: '0.001', n2o: '0.0002', gwpSet: 'AR4' });
});

test('sets that differ between slices are mixed on the record and named on the slices', () => {
  const slices = [
    slice('2022-01-01', '2022-07-01', byGas()),
    slice('2022-07-01', '2023-01-01', byGas({ gwpSet: 'AR5' })),
  ];
  const result = calculate(input(slices));
  assert.equal(result.location?.gwpSet, 'mixed');
  assert.deepEqual(
    result.slices.map((part) => part.location?.gwpSet),
    ['AR4', 'AR5'],
  );
  assert.equal(calculate(input(slices, { gwp: 'AR6' })).location?.gwpSet, 'AR6');
});

test('a gas that one slice lacks is absent from the record', () => {
  const slices = [slice('2022-01-01', '2022-07-01', byGas()), slice('2022-07-01', '2023-01-01', factorRow())];
  const { location } = calculate(input(slices));
  assert.deepEqual(Object.keys(location ?? {}), ['co2e', 'gwpSet']);
});

test('fuels, heat and cooling have one result', () => {
  const row = factorRow({ co2: value('53.06', 'kg/mmBtu'), ch4: value('1', 'g/mmBtu'), n2o: value('0.1', 'g/mmBtu') });
  const result = calculate(input([whole(row)], { electricity: false, unit: 'mmBtu', micro: kWh(10) }));
  // 530.6 + 0.01 x 28 + 0.001 x 265
  assert.deepEqual(result.emissions, { co2e: '531.145', co2: '530.6', ch4: '0.01', n2o: '0.001', gwpSet: 'AR5' });
  assert.deepEqual(Object.keys(result), ['emissions', 'slices', 'flags']);
  assert.deepEqual(Object.keys(result.slices[0] ?? {}), ['start', 'end', 'energy', 'emissions']);
  assert.deepEqual(result.flags, ['co2e-computed']);
});

test('Green-e gives CO2; CH4 and N2O come from the grid row of the same slice', () => {
  const { co2e: _co2e, ...greenE } = residualRow({ publisher: 'green-e', co2: value('0.5'), gwpSet: 'not-stated' });
  const rows = (gwpSet: FactorRow['gwpSet']) => [whole(byGas({ gwpSet }), { residual: greenE, losses: lossRow() })];
  const market = (gwpSet: FactorRow['gwpSet'], gwp: CalculationInput['gwp'] = 'publisher') => {
    const result = calculate(input(rows(gwpSet), { gwp }));
    assert.deepEqual(result.flags, ['residual-gases-from-grid']);
    assert.deepEqual([result.market?.co2, result.market?.ch4, result.market?.n2o], ['500', '1', '0.2']);
    return [result.market?.co2e, result.market?.gwpSet];
  };
  // 500 + 25 + 59.6; 500 + 28 + 53; 500 + 27.9 + 54.6
  assert.deepEqual(market('AR4'), ['584.6', 'AR4']);
  assert.deepEqual(market('not-stated'), ['581', 'AR5']);
  assert.deepEqual(market('AR4', 'AR6'), ['582.5', 'AR6']);
});

test('other publishers, and grids without gases, leave the residual mix as it is, co2-only', () => {
  const co2Only = (publisher: string) => {
    const { co2e: _co2e, ...row } = residualRow({ publisher, co2: value('0.5') });
    return row;
  };
  const run = (main: FactorRow, residual: FactorRow) =>
    calculate(input([whole(main, { residual, losses: lossRow() })]));
  const other = run(byGas(), co2Only('aib'));
  assert.deepEqual([other.market?.co2e, other.market?.ch4, other.flags], ['500', undefined, ['co2-only']]);
  for (const missing of ['ch4', 'n2o'] as const) {
    const { [missing]: _gas, ...main } = byGas();
    const bare = run(main, co2Only('green-e'));
    assert.deepEqual([bare.market?.co2e, bare.market?.ch4, bare.market?.n2o], ['500', undefined, undefined], missing);
    assert.deepEqual(bare.flags, ['co2-only']);
  }
  const asCo2e = run(byGas(), residualRow({ publisher: 'green-e' }));
  assert.deepEqual([asCo2e.market?.co2e, asCo2e.market?.co2, asCo2e.flags], ['600', undefined, []]);
});

test('losses need a rate for every slice', () => {
  const [first, second] = [
    ['2022-01-01', '2022-07-01'],
    ['2022-07-01', '2023-01-01'],
  ] as const;
  const run = (a?: FactorRow, b?: FactorRow) =>
    calculate(
      input([slice(...first, byGas(), a && { losses: a }), slice(...second, byGas(), b && { losses: b })], {
        micro: kWh(365),
      }),
    );
  for (const result of [run(), run(lossRow()), run(undefined, lossRow())]) {
    assert.equal('losses' in result, false);
    assert.ok(result.slices.every((part) => !('losses' in part)));
    assert.deepEqual(result.flags, ['losses-unavailable', 'residual-mix-absent']);
  }
  const both = run(lossRow(), lossRow());
  assert.deepEqual(both.losses, { basis: 'delivered', kWh: '36.5', co2e: '18.25' });
  assert.deepEqual(
    both.slices.map((part) => part.losses?.kWh),
    ['18.1', '18.4'],
  );
  const generation = lossRow({ loss: { basis: 'generation', share: value('0.2', 'fraction') } });
  const mixed = run(lossRow(), generation);
  // 181 x 0.1 + 184 x 0.25, and half of it in kg
  assert.deepEqual(mixed.losses, { basis: 'mixed', kWh: '64.1', co2e: '32.05' });
  assert.deepEqual(
    mixed.slices.map((part) => part.losses?.basis),
    ['delivered', 'generation'],
  );
  const factor = factorRow({ id: 'uk', method: 'loss-rate', loss: { basis: 'factor' }, co2e: value('0.02') });
  assert.deepEqual(run(factor, factor).losses, { basis: 'factor', co2e: '7.3' });
  // 18.1 x 0.5 + 184 x 0.02
  assert.deepEqual(run(lossRow(), factor).losses, { basis: 'mixed', co2e: '12.73' });
});

test('coarser places and older rows are flagged, each kind of row by its own name', () => {
  const place = { country: 'US', subdivision: 'US-CA', region: 'CAMX' };
  const camx = { country: 'US', region: 'CAMX' };
  const old = { year: 2020, validFrom: '2020-01-01', validTo: '2021-01-01' };
  const flags = (main: Partial<FactorRow>, residual: Partial<FactorRow>, losses: Partial<FactorRow>, at = place) =>
    calculate(input([whole(byGas(main), { residual: residualRow(residual), losses: lossRow(losses) })], { place: at }))
      .flags;
  assert.deepEqual(flags({ place: camx }, { place: camx }, { place: camx }), []);
  assert.deepEqual(flags({}, { place: camx }, { place: camx }), ['place-coarser']);
  assert.deepEqual(flags({ place: camx }, {}, { place: camx }), ['residual-place-coarser']);
  assert.deepEqual(flags({ place: camx }, { place: camx }, {}), ['losses-place-coarser']);
  assert.deepEqual(flags({ place: camx, ...old }, { place: camx }, { place: camx }), ['factor-older-2']);
  assert.deepEqual(flags({ place: camx }, { place: camx, ...old }, { place: camx }), ['residual-older-2']);
  assert.deepEqual(flags({ place: camx }, { place: camx }, { place: camx, ...old }), ['losses-older-2']);
});

test('flags stand sorted and once; net-only lines say so', () => {
  const slices = [
    slice('2022-01-01', '2022-07-01', factorRow({ lifecycle: true, publisher: 'ember' })),
    slice('2022-07-01', '2023-01-01', factorRow({ lifecycle: true, gwpInferred: true })),
  ];
  const { flags } = calculate(input(slices, { flow: 'net-only' }));
  assert.deepEqual(flags, ['gwp-set-inferred', 'lifecycle', 'losses-unavailable', 'net-only', 'residual-mix-absent']);
});

test('what cannot be calculated is refused', () => {
  assert.throws(() => calculate(input([])), { code: 'SLICES_INVALID', details: { where: 'slices' } });
  assert.throws(() => calculate(input([whole(factorRow({ notApplicable: true }))])), { code: 'FACTOR_UNFIT' });
  assert.throws(() => calculate(input([whole(factorRow())], { gwp: 'AR6' })), { code: 'FACTOR_GWP_UNAVAILABLE' });
  assert.throws(() => calculate(input([whole(factorRow())], { electricity: false, unit: 'm3' })), {
    code: 'FACTOR_UNFIT',
  });
});

test('row figures may be kept by the caller and are asked for by row, unit and set', () => {
  const asked: string[] = [];
  const source = (...args: Parameters<typeof rowFigures>): RowFigures => {
    asked.push(`${args[0].id} ${args[1]} ${args[2]}`);
    return rowFigures(...args);
  };
  calculate(input([whole(byGas(), { residual: residualRow() })]), source);
  assert.deepEqual(asked, ['fixture2022:US kWh publisher', 'residual kWh publisher']);
});

const micro = fc.bigInt({ min: 0n, max: 10n ** 15n });
const amount = fc
  .tuple(fc.nat(2), fc.nat(999_999_999))
  .map(([units, rest]) => value(`${units}.${String(rest).padStart(9, '0')}`));
const anyMain = fc.tuple(amount, amount, amount, amount).map(([co2e, co2, ch4, n2o]) => byGas({ co2e, co2, ch4, n2o }));
const anySlices = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 400 }), anyMain, fc.boolean()), { minLength: 1, maxLength: 5 })
  .map((parts) => {
    let end = parseDate('2022-01-01');
    return parts.map(([days, main, mixed]): SliceRows => {
      const start = end;
      end += days;
      return { span: { start, end }, main, losses: lossRow(), ...(mixed ? { residual: residualRow() } : {}) };
    });
  });

test('slices add up to the record, in every figure', () => {
  fc.assert(
    fc.property(micro, anySlices, (energy, slices) => {
      const result = calculate(input(slices, { micro: energy }));
      const sum = (parts: readonly (string | undefined)[]) => parts.map((part) => parseDecimal(part ?? '')).reduce(add);
      const equal = (parts: readonly (string | undefined)[], total: string | undefined) =>
        assert.equal(compare(sum(parts), parseDecimal(total ?? '')), 0);
      assert.equal(compare(sum(result.slices.map((part) => part.energy)), ratio(energy, 1_000_000)), 0);
      for (const gas of ['co2e', 'co2', 'ch4', 'n2o'] as const) {
        equal(
          result.slices.map((part) => part.location?.[gas]),
          result.location?.[gas],
        );
      }
      equal(
        result.slices.map((part) => part.market?.co2e),
        result.market?.co2e,
      );
      equal(
        result.slices.map((part) => part.losses?.kWh),
        result.losses?.kWh,
      );
      equal(
        result.slices.map((part) => part.losses?.co2e),
        result.losses?.co2e,
      );
    }),
    { seed: 1_511, numRuns: 200 },
  );
});

test('the order of records never changes a total', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(micro, anySlices), { minLength: 2, maxLength: 6 }), (records) => {
      const figures = records.map(([energy, slices]) => calculate(input(slices, { micro: energy })));
      const total = (results: readonly Calculation[]) =>
        results.map(({ location }) => parseDecimal(location?.co2e ?? '')).reduce(add);
      assert.equal(compare(total(figures), total(figures.toReversed())), 0);
      assert.equal(compare(total(figures), total([...figures.slice(1), ...figures.slice(0, 1)])), 0);
    }),
    { seed: 1_512, numRuns: 100 },
  );
});
