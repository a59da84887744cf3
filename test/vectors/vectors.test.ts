// The worked examples, by their ids. Expected values are the published ones or the arithmetic written beside them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildRecord, MeterYears, periodOf, type RecordFacts, recordId } from '../../src/channel/index.ts';
import {
  add,
  type Calculation,
  calculate,
  chooseFactors,
  compare,
  conversion,
  cutSpan,
  defaultPolicy,
  divide,
  energyOf,
  type FactorRow,
  formatExact,
  formatRounded,
  formatUnits,
  halfOpenPeriod,
  hmacSha256,
  lossRate,
  marketBased,
  monthCuts,
  multiply,
  ONE,
  parseDecimal,
  parseSpan,
  ratio,
  rowFigures,
  sha256,
  sha256Bytes,
  shareByDays,
} from '../../src/emissions/index.ts';
import { candidate, factorRow, usLocationRows, usResidualRows } from './fixture-rows.ts';

const us = { country: 'US' };
const kWh = (text: string): bigint => energyOf({ commodity: 'electricity', quantity: text, unit: 'kWh' }).micro;
const kg = (text: string) => parseDecimal(text);

function electricity(quantity: string, start: string, end: string, rows: readonly FactorRow[]): Calculation {
  const span = parseSpan(start, end);
  const chosen = chooseFactors(
    { commodity: 'electricity', span, place: us, policy: defaultPolicy },
    rows.map((row) => candidate(row)),
  );
  return calculate({
    flow: 'delivered',
    micro: kWh(quantity),
    unit: 'kWh',
    electricity: true,
    place: us,
    gwp: 'publisher',
    slices: chosen.map(({ span: slice, main, residual }) => ({
      span: slice,
      main: main.row,
      ...(residual === undefined ? {} : { residual: residual.row }),
    })),
  });
}

test('T1: 1000 kWh in 2022 are 373.127954 kg, location-based', () => {
  const { location } = electricity('1000', '2022-01-01', '2023-01-01', usLocationRows);
  assert.equal(location?.co2e, '373.127954');
});

test('T2: certificates, then supplier, then residual mix', () => {
  const claims = [
    { tier: 'supplier', micro: kWh('30000'), factor: kg('0.210') },
    { tier: 'certificate', micro: kWh('50000'), factor: kg('0') },
  ] as const;
  const result = marketBased(kWh('120000'), claims, { tier: 'residual-mix', factor: kg('0.382795242') });
  assert.equal(formatUnits(result.co2e, 6), '21611.80968');
  assert.deepEqual(
    result.shares.map(({ tier, micro }) => [tier, formatUnits(micro, 6)]),
    [
      ['certificate', '50000'],
      ['supplier', '30000'],
      ['residual-mix', '40000'],
    ],
  );
  assert.deepEqual(result.surplus, [0n, 0n]);
  const location = electricity('120000', '2022-01-01', '2023-01-01', usLocationRows).location;
  assert.equal(location?.co2e, '44775.35448');
});

test('T3: without a residual mix the rest stands at the grid average, flagged', () => {
  const claims = [
    { tier: 'certificate', micro: kWh('50000'), factor: kg('0') },
    { tier: 'supplier', micro: kWh('30000'), factor: kg('0.210') },
  ] as const;
  const result = marketBased(kWh('120000'), claims, { tier: 'grid-average', factor: kg('0.373127954') });
  assert.equal(formatUnits(result.co2e, 6), '21225.11816');
  assert.equal(result.shares.at(-1)?.tier, 'grid-average');
  const { market, flags } = electricity('40000', '2022-01-01', '2023-01-01', usLocationRows);
  // 40 000 x 0.373127954
  assert.equal(market?.co2e, '14925.11816');
  assert.equal(market?.residual, 'absent');
  assert.ok(flags.includes('residual-mix-absent'));
});

test('T4: certificates over the need stay unclaimed and never go below zero', () => {
  const claims = [{ tier: 'certificate', micro: kWh('12000'), factor: kg('0') }] as const;
  const result = marketBased(kWh('10000'), claims, { tier: 'residual-mix', factor: kg('0.382795242') });
  assert.equal(result.co2e, 0n);
  assert.deepEqual(result.surplus, [kWh('2000')]);
  assert.deepEqual(
    result.shares.map(({ tier, micro }) => [tier, micro]),
    [['certificate', kWh('10000')]],
  );
});

test('T5: a bill over a year end is split 16/30 and 14/30, each slice at its own year', () => {
  const rows = [...usLocationRows, ...usResidualRows];
  const { location, market, slices } = electricity('3000', '2021-12-16', '2022-01-15', rows);
  assert.deepEqual(
    slices.map(({ energy, location: own }) => [energy, own?.co2e]),
    [
      ['1600', '645.44545'],
      ['1400', '522.379135'],
    ],
  );
  assert.equal(location?.co2e, '1167.824585');
  // 1600 x 0.411992734 = 659.1883744; 1400 x 0.382795242 = 535.9133388
  assert.equal(market?.co2e, '1195.101713');
  assert.equal(market?.tier, 'residual-mix');
});

test('T6: the same dates with an inclusive end have 31 days', () => {
  const { start, end } = halfOpenPeriod('2021-12-16', '2022-01-15', 'inclusive');
  const { location, slices } = electricity('3000', start, end, usLocationRows);
  assert.deepEqual(
    slices.map(({ energy }) => energy),
    ['1548.387097', '1451.612903'],
  );
  assert.equal(location?.co2e, '1166.261981');
});

test('T7: 9/12 to 10/14 has 32 days: 1900 and 1300 kWh by month', () => {
  const span = parseSpan('2022-09-12', '2022-10-14');
  assert.equal(span.end - span.start, 32);
  const shares = shareByDays(kWh('3200'), cutSpan(span, monthCuts(span)));
  assert.deepEqual(shares, [kWh('1900'), kWh('1300')]);
});

test('T8: bills that share a day do not overlap; a third over the day is refused with both records named', async () => {
  const first = halfOpenPeriod('2024-01-15', '2024-02-15', 'shared-day');
  const second = halfOpenPeriod('2024-02-15', '2024-03-15', 'shared-day');
  const span = parseSpan(first.start, first.end);
  assert.deepEqual(shareByDays(kWh('3100'), cutSpan(span, monthCuts(span))), [kWh('1700'), kWh('1400')]);
  const bill = (period: { start: string; end: string }) => record({ ...period, statedEnd: 'shared-day' });
  const records = [bill(first), bill(second), bill(halfOpenPeriod('2024-02-14', '2024-03-10', 'shared-day'))] as const;
  const ids = records.map((each) => recordId(each));
  const empty = { getMany: async (keys: readonly string[]) => keys.map(() => undefined) };
  const years = await MeterYears.load(empty as never, records.map(periodOf));
  years.enter(periodOf(records[0]), ids[0] as string);
  years.enter(periodOf(records[1]), ids[1] as string);
  assert.throws(() => years.enter(periodOf(records[2]), ids[2] as string), {
    code: 'PERIOD_OVERLAP',
    details: { recordId: ids[2], otherRecordId: ids[0], where: 'start' },
  });
});

test('T14: losses of 6 % and 5.1 % of generation on 100 000 kWh delivered', () => {
  const lost = (value: string, unit: 'fraction' | 'percent') => {
    const row = factorRow({ method: 'loss-rate', loss: { basis: 'generation', share: { value, unit } } });
    const rate = lossRate(row, ONE, 'publisher');
    return formatRounded(multiply(ratio(100_000), rate.kWh ?? ONE), 6);
  };
  assert.equal(lost('6', 'percent'), '6382.978723');
  assert.equal(lost('0.06', 'fraction'), '6382.978723');
  assert.equal(lost('5.1', 'percent'), '5374.077977');
});

test('T16: 597 478.9 kBtu of electricity are 175 103.780628 kWh', () => {
  const energy = energyOf({ commodity: 'electricity', quantity: '597478.9', unit: 'kBtu' });
  assert.deepEqual([formatUnits(energy.micro, 6), energy.unit], ['175103.780628', 'kWh']);
});

test('T17: 1.005 t and 2.01 t are 1 005 000 and 2 010 000 g, exactly', () => {
  const grams = (tonnes: string) => formatExact(multiply(parseDecimal(tonnes), conversion('t', 'g')));
  assert.deepEqual([grams('1.005'), grams('2.01')], ['1005000', '2010000']);
});

test('T18: usage 1234.9 is kept as it is', () => {
  const kept = record({ quantity: '1234.9' });
  assert.deepEqual([kept.quantity, kept.energy], ['1234.9', '1234.9']);
});

test('T19: 497.4 lb/MWh are 0.225616844838 kg/kWh exactly', () => {
  const row = factorRow({ co2e: { value: '497.4', unit: 'lb/MWh' } });
  assert.equal(formatExact(rowFigures(row, 'kWh', 'publisher').co2e), '0.225616844838');
});

test('T23: same end, usage and party but another start give two ids', () => {
  const ids = ['2022-03-01', '2022-03-02'].map((start) => recordId(record({ start, end: '2022-04-01' })));
  assert.notEqual(ids[0], ids[1]);
});

test('T26: document commitment', () => {
  const bytes = Buffer.from('%PDF-1.4\nsample bill\n');
  const key = Buffer.from(Array.from({ length: 32 }, (_, at) => at));
  assert.equal(bytes.length, 21);
  assert.equal(sha256(bytes), '33f5b679111c627917f194c04401c7d134d40d8f8fab0e740dbbf688f197e194');
  assert.equal(
    hmacSha256(key, 'UEC/doc/v1\0', sha256Bytes(bytes)),
    'f48eace776e5450cef435aa241f39ee82067137221f3ed04b77320ba382df4e7',
  );
});

test('T27: meter pseudonym', () => {
  const key = Buffer.from(Array.from({ length: 32 }, (_, at) => at + 0x20));
  assert.equal(
    hmacSha256(key, 'UEC/acct/v1\0', 'acme-electric|0012345678'),
    '0f301729be08bfa53e6746b8b8ae63122a609997b0caad434309a257eb5f69eb',
  );
});

test('cross-check: eGRID tons are short tons (California 2019: 175.623226 kg/MWh)', () => {
  const kilograms = multiply(parseDecimal('39056658.438'), conversion('short ton', 'kg'));
  assert.equal(formatRounded(divide(kilograms, parseDecimal('201747828.474')), 6), '175.623226');
});

test('cross-check: T5 slices add up to the record and to the bill', () => {
  const { location, slices } = electricity('3000', '2021-12-16', '2022-01-15', usLocationRows);
  const sum = slices.map((slice) => parseDecimal(slice.location?.co2e ?? '')).reduce(add);
  assert.equal(compare(sum, parseDecimal(location?.co2e ?? '')), 0);
});

function record(changes: Partial<RecordFacts>) {
  const facts: RecordFacts = {
    commodity: 'electricity',
    flow: 'delivered',
    start: '2022-01-01',
    end: '2022-02-01',
    statedEnd: 'exclusive',
    zone: 'America/Los_Angeles',
    quantity: '1000',
    unit: 'kWh',
    readBasis: 'actual',
    owner: 'ACME',
    place: us,
    meter: '0'.repeat(64),
    gwp: 'publisher',
    ...changes,
  };
  const span = parseSpan(facts.start, facts.end);
  const query = { commodity: facts.commodity, span, place: facts.place, policy: defaultPolicy };
  return buildRecord(
    facts,
    chooseFactors(
      query,
      usLocationRows.map((row) => candidate(row)),
    ),
  );
}
