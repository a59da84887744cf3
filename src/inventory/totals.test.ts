import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ActivityRecord } from '../channel/index.ts';
import { type FactorRow, formatDate, parseDate, shareByDays } from '../emissions/index.ts';
import { shareAmount } from './amount.ts';
import { inventoryCsv } from './csv.ts';
import { Inventory } from './inventory.ts';
import {
  Chain,
  candidate,
  documentOf,
  electricity,
  factorRow,
  gridRow,
  idOf,
  meterOf,
  slicesFor,
} from './sample-blocks.conformance.ts';

function modelOf(chain: Chain): Inventory {
  const inventory = Inventory.open(':memory:');
  for (const block of chain.blocks) inventory.apply(block);
  return inventory;
}

function modelOfPages(...pages: ActivityRecord[][]): Inventory {
  const chain = new Chain();
  for (const page of pages) chain.submit(...page);
  return modelOf(chain);
}

const dayOf = (date: string) => parseDate(date);
const oneSlice = (row: FactorRow, start: string, end: string) => [
  { span: { start: dayOf(start), end: dayOf(end) }, main: candidate(row) },
];

test('T5: a bill across the year end counts in both years, each with its own factor', () => {
  const inventory = modelOfPages([electricity({ start: '2021-12-16', end: '2022-01-15', quantity: '3000' })]);
  const of = (year: number) => inventory.inventory('ACME', year);
  assert.equal(of(2021).scope2.location.co2e.kg, '645.44545');
  assert.equal(of(2022).scope2.location.co2e.kg, '522.379135');
  assert.deepEqual([of(2021).energy[0]?.energy, of(2022).energy[0]?.energy], ['1600', '1400']);
  assert.deepEqual([of(2021).scope2.location.records, of(2022).scope2.location.records], [1, 1]);
  const [all] = inventory.totals().rows;
  assert.equal(all?.scope2.location.co2e.kg, '1167.824585');
  assert.equal(all?.scope2.location.records, 1);
  assert.equal(inventory.inventory('ACME', 2023).scope2.location.records, 0);
});

test('T8: months of a bill by days', () => {
  const inventory = modelOfPages([electricity({ start: '2024-01-15', end: '2024-02-15', quantity: '3100' })]);
  const { rows } = inventory.totals({ by: ['month'] });
  assert.deepEqual(
    rows.map(({ key, energy, scope2 }) => [key.month, energy[0]?.energy, scope2.location.co2e.kg]),
    // The fixture factor of 2024 is 0.4.
    [
      ['2024-01', '1700', '680'],
      ['2024-02', '1400', '560'],
    ],
  );
  assert.deepEqual(
    rows.map(({ scope2 }) => scope2.location.records),
    [1, 1],
  );
  const range = inventory.totals({ from: '2024-02', to: '2024-03' }).rows[0];
  assert.deepEqual([range?.energy[0]?.energy, range?.scope2.location.records], ['1400', 1]);
});

test('shares of months are those of the calculation', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.integer({ min: 0, max: 2 ** 53 - 1 }),
        fc.bigInt({ min: 0n, max: 2n ** 63n }),
        fc.integer({ min: 0, max: 50 }),
      ),
      fc.array(fc.integer({ min: 1, max: 31 }), { minLength: 1, maxLength: 26 }),
      (amount, days) => {
        const total = days.reduce((sum, length) => sum + length, 0);
        const expected = shareByDays(
          BigInt(amount),
          days.map((length) => ({ start: 0, end: length })),
        );
        assert.deepEqual(shareAmount(amount, days, total).map(BigInt), expected);
      },
    ),
  );
});

const micro = (decimal: string | undefined): bigint => {
  const [whole = '0', fraction = ''] = (decimal ?? '0').split('.');
  return BigInt(whole + fraction.padEnd(6, '0'));
};

test('months add up to years and to the records, and the order of pages changes no total', () => {
  const bill = fc.record({
    start: fc.integer({ min: dayOf('2020-06-01'), max: dayOf('2023-12-01') }),
    days: fc.integer({ min: 1, max: 400 }),
    quantity: fc.integer({ min: 1, max: 9_999_999 }).map((thousandths) => String(thousandths / 1000)),
    flow: fc.constantFrom('delivered', 'exported'),
  });
  fc.assert(
    fc.property(fc.array(bill, { minLength: 1, maxLength: 6 }), (bills) => {
      const pages = bills.map(({ start, days, quantity, flow }, at) => {
        const [from, to] = [formatDate(start), formatDate(start + days)];
        const change = { start: from, end: to, quantity, flow: flow as 'delivered', meter: meterOf(`${at}`) };
        return [electricity(change, slicesFor(from, to, true))];
      });
      const inventory = modelOfPages(...pages);
      const figures = (rows: ReturnType<Inventory['totals']>['rows']) => [
        rows.reduce((sum, { scope2 }) => sum + micro(scope2.location.co2e.kg), 0n),
        rows.reduce((sum, { scope2 }) => sum + micro(scope2.market.co2e.kg), 0n),
        rows.reduce((sum, { scope3 }) => sum + micro(scope3.losses.co2e.kg), 0n),
        rows.reduce((sum, { energy }) => sum + energy.reduce((all, line) => all + micro(line.energy), 0n), 0n),
      ];
      const records = pages.flat();
      const recorded = [
        records.reduce((sum, { location }) => sum + micro(location?.co2e), 0n),
        records.reduce((sum, { market }) => sum + micro(market?.co2e), 0n),
        records.reduce((sum, { losses }) => sum + micro(losses?.co2e), 0n),
        records.reduce((sum, { energy }) => sum + micro(energy), 0n),
      ];
      for (const by of [['month'], ['year'], [], ['month', 'member', 'flow']] as const) {
        assert.deepEqual(figures(inventory.totals({ by }).rows), recorded);
      }
      const slices = records.flatMap(({ slices: own }) => own ?? []).filter(({ start }) => start?.startsWith('2022'));
      const of2022 = slices.reduce((sum, { location }) => sum + micro(location?.co2e), 0n);
      const whole = records.filter(({ slices: own, start }) => own?.length === 1 && start.startsWith('2022'));
      const expected = whole.reduce((sum, { location }) => sum + micro(location?.co2e), of2022);
      assert.equal(micro(inventory.inventory('ACME', 2022).scope2.location.co2e.kg), expected);
      const reversed = modelOfPages(...pages.toReversed());
      assert.deepEqual(reversed.totals({ by: ['month'] }), inventory.totals({ by: ['month'] }));
      assert.deepEqual(reversed.inventory('ACME', 2022), inventory.inventory('ACME', 2022));
    }),
    { numRuns: 25 },
  );
});

test('sums beyond 64 bits are exact; a record beyond them is named and not counted', () => {
  const giant = (name: string, quantity: string) =>
    electricity({ start: '2022-01-01', end: '2022-02-01', quantity, meter: meterOf(name) });
  const beyond = giant('d', '10000000000000');
  const inventory = modelOfPages([
    giant('a', '9000000000000'),
    giant('b', '9000000000000'),
    giant('c', '9000000000000'),
    beyond,
  ]);
  const report = inventory.inventory('ACME', 2022);
  assert.equal(report.energy[0]?.energy, '27000000000000');
  // 27 x 10^12 x 0.373127954
  assert.equal(report.scope2.location.co2e.kg, '10074454758000');
  assert.equal(report.beyondRange, 1);
  assert.equal(inventory.totals().beyondRange, 1);
  assert.equal(inventory.inventory('ACME', 2023).beyondRange, 0);
  assert.equal(inventory.record(idOf(beyond))?.record.quantity, '10000000000000');
  assert.equal(inventory.records().items.find(({ id }) => id === idOf(beyond))?.energy, undefined);
});

test('scopes: fuels, electricity by both methods, heat in both, losses, and lines without a result', () => {
  const [start, end] = ['2022-01-01', '2022-02-01'];
  const gas = factorRow({
    id: 'gas',
    year: 2022,
    commodity: 'natural-gas',
    method: 'fuel',
    co2: { value: '53.06', unit: 'kg/mmBtu' },
    ch4: { value: '1', unit: 'g/mmBtu' },
    n2o: { value: '0.1', unit: 'g/mmBtu' },
  });
  const steam = factorRow({
    id: 'steam',
    year: 2022,
    commodity: 'steam',
    co2e: { value: '0.2', unit: 'kg/kWh' },
    gwpSet: 'AR4',
  });
  const period = { start, end };
  const inventory = modelOfPages([
    electricity({ ...period, commodity: 'natural-gas', quantity: '100', unit: 'mmBtu' }, oneSlice(gas, start, end)),
    electricity({ ...period, quantity: '94000' }, slicesFor(start, end, true)),
    electricity({ ...period, commodity: 'steam', quantity: '500' }, oneSlice(steam, start, end)),
    electricity({ ...period, flow: 'exported', quantity: '300' }),
    electricity({ ...period, flow: 'generated', quantity: '1000' }),
    electricity({ ...period, commodity: 'water', quantity: '12', unit: 'm3' }),
  ]);
  const { scope1, scope2, scope3, energy, consumption } = inventory.inventory('ACME', 2022);
  // CO2 5306; CH4 0.1 x 28; N2O 0.01 x 265.
  assert.deepEqual([scope1.co2e.kg, scope1.co2, scope1.ch4, scope1.n2o], ['5311.45', '5306', '0.1', '0.01']);
  // 94 000 x 0.373127954 = 35 074.027676, 94 000 x 0.382795242 = 35 982.752748; steam adds 100 to each.
  assert.equal(scope2.location.co2e.kg, '35174.027676');
  assert.equal(scope2.market.co2e.kg, '36082.752748');
  assert.equal(scope2.location.co2, null);
  assert.deepEqual(scope2.location.gwpSets, [
    { set: 'AR4', kg: '100', share: '0.0028' },
    { set: 'AR5', kg: '35074.027676', share: '0.9972' },
  ]);
  // g / (1 - g) = 6/94: 6000 kWh lost.
  assert.equal(scope3.losses.kWh, '6000');
  assert.equal(scope3.losses.co2e.kg, '2238.767724');
  assert.deepEqual(scope3.losses.withoutRate, { kWh: '0', share: '0' });
  assert.deepEqual(
    energy.map((line) => [line.commodity, line.flow, line.energy, line.unit, line.hasEmissions]),
    [
      ['electricity', 'delivered', '94000', 'kWh', true],
      ['electricity', 'exported', '300', 'kWh', false],
      ['electricity', 'generated', '1000', 'kWh', false],
      ['natural-gas', 'delivered', '100', 'mmBtu', true],
      ['steam', 'delivered', '500', 'kWh', true],
      ['water', 'delivered', '12', 'm3', false],
    ],
  );
  assert.equal(consumption.find(({ commodity }) => commodity === 'electricity')?.consumption, '94700');
});

test('quality shares stand beside their base', () => {
  const period = { start: '2022-01-01', end: '2022-02-01' };
  const old = factorRow({ id: 'old', year: 2020, co2: { value: '0.4', unit: 'kg/kWh' }, lifecycle: true });
  const inventory = modelOfPages([
    electricity({ ...period, readBasis: 'estimated' }),
    electricity({ ...period, quantity: '2000', meter: meterOf('two'), evidence: { document: documentOf('x') } }),
    electricity(
      { ...period, quantity: '2000', meter: meterOf('three'), flow: 'net-only' },
      oneSlice(old, period.start, period.end),
    ),
  ]);
  const { location, market } = inventory.inventory('ACME', 2022).scope2;
  // 373.127954 + 746.255908 + 800
  assert.equal(location.quality.base, '1919.383862');
  const { estimated, withoutEvidence, committed, verified, oldFactor, co2Only, lifecycle, netOnly, residualMixAbsent } =
    location.quality.shares;
  assert.deepEqual(
    { estimated, withoutEvidence, committed, verified, oldFactor, co2Only, lifecycle, netOnly, residualMixAbsent },
    {
      estimated: '0.1944', // 373.127954 / 1919.383862 = 0.194400...
      withoutEvidence: '0.6112', // 1173.127954 / 1919.383862 = 0.611200...
      committed: '0.3888',
      verified: '0',
      oldFactor: '0.4168', // 800 / 1919.383862 = 0.416800...
      co2Only: '0.4168',
      lifecycle: '0.4168',
      netOnly: '0.4168',
      residualMixAbsent: '0',
    },
  );
  // 382.795242 + 765.590484 + 800 = 1948.385726; without a residual mix: 800.
  assert.equal(market.quality.base, '1948.385726');
  assert.equal(market.quality.shares.residualMixAbsent, '0.4106');
  const none = inventory.inventory('NOBODY', 2022).scope2.location;
  assert.deepEqual([none.co2e.kg, none.quality.shares.estimated, none.records], ['0', null, 0]);
});

test('totals by member, place and commodity', () => {
  const period = { start: '2022-01-01', end: '2022-02-01' };
  const inventory = modelOfPages(
    [electricity(period), electricity({ ...period, owner: 'BETA', place: { country: 'US', subdivision: 'US-TX' } })],
    [electricity({ ...period, owner: 'BETA', quantity: '500', meter: meterOf('two') })],
  );
  const { rows } = inventory.totals({ by: ['member', 'place'] });
  assert.deepEqual(
    rows.map(({ key, energy }) => [key.member, key.place, energy[0]?.energy]),
    [
      ['ACME', { country: 'US' }, '1000'],
      ['BETA', { country: 'US' }, '500'],
      ['BETA', { country: 'US', subdivision: 'US-TX' }, '1000'],
    ],
  );
  assert.equal(inventory.totals({ owner: 'BETA' }).rows[0]?.scope2.location.records, 2);
  assert.throws(() => inventory.totals({ from: '2022-13' }), { code: 'FIELD_INVALID' });
});

test('completeness counts days and lists gaps, leap days too', () => {
  const inventory = modelOfPages([
    electricity({ start: '2023-12-20', end: '2024-01-11' }),
    electricity({ start: '2024-01-11', end: '2024-02-15' }),
    electricity({ start: '2024-03-01', end: '2024-04-01' }),
    electricity({ start: '2022-01-01', end: '2023-01-01', meter: meterOf('two') }),
    electricity({ start: '2022-01-01', end: '2023-01-01', meter: meterOf('two'), flow: 'exported' }),
  ]);
  const { completeness } = inventory.inventory('ACME', 2024);
  // 45 days to 14 February, 31 of March, of 366.
  assert.deepEqual(completeness.meters, [
    {
      meter: meterOf('one'),
      commodity: 'electricity',
      flow: 'delivered',
      covered: 76,
      days: 366,
      share: '0.2077',
      gaps: [
        { start: '2024-02-15', end: '2024-03-01', days: 15 },
        { start: '2024-04-01', end: '2025-01-01', days: 275 },
      ],
    },
  ]);
  assert.equal(completeness.share, '0.2077');
  assert.deepEqual(inventory.inventory('ACME', 2022).completeness.meters[0]?.gaps, []);
  // Meter one has 12 days of 2023; meter two none, and none after it.
  assert.equal(inventory.inventory('ACME', 2023).completeness.covered, 12);
});

test('a meter with records before and after a year has a gap of the whole year', () => {
  const inventory = modelOfPages([
    electricity({ start: '2021-12-01', end: '2022-01-01' }),
    electricity({ start: '2023-01-01', end: '2023-02-01' }),
  ]);
  const { completeness } = inventory.inventory('ACME', 2022);
  assert.deepEqual(completeness.meters[0]?.gaps, [{ start: '2022-01-01', end: '2023-01-01', days: 365 }]);
  assert.equal(completeness.share, '0');
});

test('the table holds the figures, and no cell that a spreadsheet would run', () => {
  const period = { start: '2022-01-01', end: '2022-02-01' };
  const inventory = modelOfPages([electricity(period), electricity({ ...period, flow: 'exported', quantity: '1500' })]);
  const report = inventory.inventory('ACME', 2022);
  const lines = inventoryCsv(report).split('\r\n');
  assert.equal(lines[0], 'organisation,year,section,method,item,value,unit,base');
  assert.ok(lines.includes('ACME,2022,scope 2,location-based,CO2e,373.127954,kg,'));
  assert.ok(lines.includes('ACME,2022,energy,,electricity consumption,-500,kWh,'));
  const hostile = inventoryCsv({ ...report, owner: '=1+1' }).split('\r\n');
  assert.ok(hostile[1]?.startsWith(`"'=1+1",2022,scope 1`));
});

test('a factor row that records used is found by its hash', () => {
  const inventory = modelOfPages([electricity({ start: '2022-01-01', end: '2022-02-01' })]);
  const { hash } = candidate(gridRow(2022));
  assert.deepEqual(inventory.factorRow(hash)?.row, gridRow(2022));
  assert.equal(inventory.factorRow(hash)?.release, 'us-epa/egrid/fixture');
  assert.equal(inventory.factorRow('0'.repeat(64)), undefined);
});
