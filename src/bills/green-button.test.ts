import assert from 'node:assert/strict';
import { createReadStream, existsSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import {
  BASE,
  block,
  brief,
  DAY,
  eastern,
  entry,
  espi,
  feed,
  fields,
  hours,
  lines,
  MIDNIGHT,
  meter,
  period,
  point,
  type Read,
  read,
  readings,
  summary,
  type,
  watthours,
} from '../../test/support/green-button-feed.ts';
import { add, formatExact, isChannelError, parseDecimal, ZERO } from '../emissions/index.ts';
import { type BillLine, type ReadOptions, readBills } from './index.ts';
import { IntervalSums } from './interval-sums.ts';

test('hourly readings become a line of the covered days, in kWh, with meter, zone and utility', async () => {
  const [line, ...more] = lines(await read(feed(point(), eastern, meter(), type(), block(hours(2)))));
  assert.equal(more.length, 0);
  assert.deepEqual(line, {
    meter: 'Subscription/9/UsagePoint/1',
    zone: 'America/New_York',
    utility: 'Sample Power',
    commodity: 'electricity',
    flow: 'delivered',
    start: '2022-01-10',
    end: '2022-01-12',
    statedEnd: 'exclusive',
    quantity: '24',
    unit: 'kWh',
    readBasis: 'actual',
    place: {},
    warnings: [],
    where: 'UsagePoint 1, delivered, 2022-01',
  });
});

test('elements may come in any order, blocks split anywhere, links absolute or relative', async () => {
  const expected = await read(feed(point(), eastern, meter(), type(), block(hours(4))));
  const parts = [point(), eastern, meter(), type(), block(hours(2)), block(hours(2, 500, MIDNIGHT + 2 * DAY))];
  assert.deepEqual(await read(feed(...parts.toReversed())), expected);
  const absolute = block(hours(4)).replaceAll('href="/espi', 'href="https://utility.example/espi');
  assert.deepEqual(await read(feed(absolute, type(), meter(), eastern, point())), expected);
  const late = (part: string) =>
    part.replace(/<entry>(.*?)<content>(.*)<\/content><\/entry>/, '<entry><content>$2</content>$1</entry>');
  assert.deepEqual(await read(feed(...parts.map(late))), expected);
});

test('a meter reading that names its blocks, a reading type that names its meter reading', async () => {
  const expected = await read(feed(point(), eastern, meter(), type(), block(hours(1))));
  const ownBlock = entry({ self: '/blocks/77' }, espi('IntervalBlock', readings(hours(1))));
  const naming = entry(
    {
      self: `${BASE}/MeterReading/1`,
      up: `${BASE}/MeterReading`,
      related: ['/blocks/77', '/espi/1_1/resource/ReadingType/1'],
    },
    espi('MeterReading', ''),
  );
  const second = [meter('2', '2'), type({ flowDirection: 19 }, '2')];
  assert.deepEqual(await read(feed(point(), eastern, naming, type(), ownBlock, ...second)), expected);
  const mute = entry({ self: `${BASE}/MeterReading/1`, up: `${BASE}/MeterReading` }, espi('MeterReading', ''));
  const typeNames = type().replace('<link ', `<link rel="related" href="${BASE}/MeterReading/1"/><link `);
  assert.deepEqual(await read(feed(point(), eastern, mute, typeNames, block(hours(1)), ...second)), expected);
});

test('readings that no meter reading claims are not dropped in silence', async () => {
  const stray = entry({ self: '/blocks/77' }, espi('IntervalBlock', readings(hours(1))));
  const items = await read(feed(point(), eastern, meter(), meter('2'), type(), block(hours(1)), stray));
  assert.deepEqual(brief(items), [
    ['delivered', '2022-01-10', '2022-01-11', '12'],
    ['ROW_INVALID', 'file'],
  ]);
});

test('values are exact at any power of ten', async () => {
  const total = async (multiplier: number, value: string) => {
    const file = feed(
      point(),
      eastern,
      meter(),
      type({ powerOfTenMultiplier: multiplier }),
      block([[MIDNIGHT, 3_600, value]]),
    );
    return lines(await read(file))[0]?.quantity;
  };
  assert.equal(await total(-3, '123456789'), '123.456789');
  assert.equal(await total(3, '7'), '7');
  assert.equal(await total(-12, '1'), '0.000000000000001');
  assert.equal(await total(0, '999999999999999'), '999999999999.999');
});

test('exports are lines of their own, never netted', async () => {
  const file = feed(
    point(),
    eastern,
    meter(),
    type(),
    block(hours(1, 500)),
    meter('2'),
    type({ flowDirection: 19 }, '2'),
    block(hours(1, 2_000), '2'),
  );
  assert.deepEqual(brief(await read(file)), [
    ['delivered', '2022-01-10', '2022-01-11', '12'],
    ['exported', '2022-01-10', '2022-01-11', '48'],
  ]);
});

test('a balance is taken only where delivered energy is not there apart', async () => {
  const net = [meter('2'), type({ flowDirection: 4 }, '2'), block(hours(1, 300), '2')];
  assert.deepEqual(brief(await read(feed(point(), eastern, ...net))), [
    ['net-only', '2022-01-10', '2022-01-11', '7.2', 'GROSS_UNKNOWN'],
  ]);
  const both = feed(point(), eastern, meter(), type(), block(hours(1)), ...net);
  assert.deepEqual(brief(await read(both)), [['delivered', '2022-01-10', '2022-01-11', '12', 'READINGS_UNUSED']]);
});

test('a file without a flow direction is taken as delivered, and says so', async () => {
  const silent = type().replace(/<flowDirection>1<\/flowDirection>/, '');
  assert.deepEqual(brief(await read(feed(point(), eastern, meter(), silent, block(hours(1))))), [
    ['delivered', '2022-01-10', '2022-01-11', '12', 'FLOW_ASSUMED'],
  ]);
});

test('negative readings of delivered energy are refused', async () => {
  const file = feed(point(), eastern, meter(), type(), block([...hours(1), [MIDNIGHT + DAY, 3_600, -5]]));
  assert.deepEqual(brief(await read(file)), [['QUANTITY_NEGATIVE', 'UsagePoint 1, delivered, 2022-01']]);
});

test('readings that are no energy are refused by name, or noted beside readings that are', async () => {
  const refusal = async (change: Record<string, string | number>) => {
    const [item] = await read(feed(point(), eastern, meter(), type(change), block(hours(1))));
    assert.ok(item !== undefined && 'rejected' in item);
    return [item.rejected.code, item.rejected.message] as const;
  };
  const cases: [Record<string, string | number>, string, RegExp][] = [
    [{ uom: 38 }, 'UNIT_UNFIT', /W \(power\)/],
    [{ uom: 73 }, 'UNIT_UNFIT', /varh/],
    [{ uom: 169 }, 'UNIT_UNFIT', /therm, which does not measure electricity/],
    [{ uom: 999 }, 'UNIT_UNFIT', /does not know/],
    [{ accumulationBehaviour: 9 }, 'ROW_INVALID', /summations/],
    [{ accumulationBehaviour: 12 }, 'ROW_INVALID', /instantaneous/],
    [{ dataQualifier: 8 }, 'ROW_INVALID', /maxima/],
    [{ flowDirection: 2 }, 'UNIT_UNFIT', /flow/],
    [{ powerOfTenMultiplier: 13 }, 'ROW_INVALID', /power-of-ten/],
    [{ commodity: 7 }, 'COMMODITY_UNKNOWN', /electricity/],
  ];
  for (const [change, code, message] of cases) {
    const [found, text] = await refusal(change);
    assert.equal(found, code, JSON.stringify(change));
    assert.match(text, message);
  }
  const demand = [meter('2'), type({ uom: 38 }, '2'), block(hours(1, 9_000), '2')];
  assert.deepEqual(brief(await read(feed(point(), eastern, meter(), type(), block(hours(1)), ...demand))), [
    ['delivered', '2022-01-10', '2022-01-11', '12', 'READINGS_UNUSED'],
  ]);
});

test('other kinds of usage point are rejected, the electricity beside them is read', async () => {
  const gas = '/espi/1_1/resource/Subscription/9/UsagePoint/2';
  const file = feed(
    point(1, gas),
    meter('1', '1', gas),
    block(hours(1), '1', gas),
    point(),
    eastern,
    meter(),
    type(),
    block(hours(1)),
  );
  assert.deepEqual(brief(await read(file)), [
    ['COMMODITY_UNKNOWN', 'UsagePoint 1, MeterReading 1'],
    ['delivered', '2022-01-10', '2022-01-11', '12'],
  ]);
});

test('a file that does not say what it measures needs the commodity', async () => {
  const silent = type().replace(/<commodity>1<\/commodity>/, '');
  const file = feed(eastern, meter(), silent, block(hours(1)));
  assert.deepEqual(brief(await read(file)), [['COMMODITY_UNKNOWN', 'UsagePoint 1']]);
  assert.equal(lines(await read(file, { commodity: 'electricity' })).length, 1);
});

test('the same readings twice count once; different ones for one time are refused', async () => {
  const start = (...blocks: string[]) => feed(point(), eastern, meter(), type(), ...blocks);
  const once = ['delivered', '2022-01-10', '2022-01-12', '24', 'READINGS_REPEATED'];
  assert.deepEqual(brief(await read(start(block(hours(2)), block(hours(1))))), [once]);
  assert.deepEqual(brief(await read(start(block([...hours(2), ...hours(2), ...hours(2)])))), [once]);
  const quarter = (value: number): Read[] => [0, 1, 2, 3].map((at) => [MIDNIGHT + at * 900, 900, value + at] as const);
  const quarters = brief(await read(start(block(quarter(100)), block(quarter(100)))));
  assert.deepEqual(quarters, [
    ['delivered', '2022-01-10', '2022-01-11', '0.406', 'READINGS_REPEATED', 'READINGS_MISSING'],
  ]);
  const conflicts = [
    [block(hours(1)), block(hours(1, 501))],
    [block(quarter(100)), block(quarter(101))],
    [block(quarter(100)), block([[MIDNIGHT, 3_600, 405]])],
    [block(hours(1)), block(hours(1)), block(hours(1, 501))],
    [block([[MIDNIGHT, DAY, 5]]), block([[MIDNIGHT, DAY, 6]])],
    [block([[MIDNIGHT, DAY, 5]]), block(hours(1))],
  ];
  for (const blocks of conflicts) assert.deepEqual(brief(await read(start(...blocks)))[0]?.[0], 'ROW_INVALID');
});

test('one meter published by the hour and by the day counts once', async () => {
  const daily = (value: number) => [meter('2'), type({}, '2'), block([[MIDNIGHT, DAY, value]], '2')];
  const file = (value: number) => feed(point(), eastern, meter(), type(), block(hours(1)), ...daily(value));
  assert.deepEqual(brief(await read(file(12_000))), [
    ['delivered', '2022-01-10', '2022-01-11', '12', 'READINGS_REPEATED'],
  ]);
  assert.deepEqual(brief(await read(file(11_000))), [['ROW_INVALID', 'UsagePoint 1, delivered, 2022-01']]);
});

test('qualities: estimated, questionable, and what is no measured use', async () => {
  const one = async (quality: number) => {
    const [item] = await read(
      feed(point(), eastern, meter(), type(), block([...hours(1), [MIDNIGHT + DAY, 3_600, 250, quality]])),
    );
    assert.ok(item !== undefined);
    if ('rejected' in item) return item.rejected.code;
    return [item.line.readBasis, item.line.warnings[0]?.code, item.line.warnings[0]?.message];
  };
  assert.deepEqual(await one(8), ['estimated', 'READINGS_ESTIMATED', '0.25 of 12.25 kWh are estimated']);
  assert.deepEqual((await one(10)).slice(0, 2), ['actual', 'READINGS_QUESTIONABLE']);
  assert.deepEqual((await one(17)).slice(0, 2), ['actual', 'READINGS_MISSING']);
  assert.equal(await one(12), 'ROW_INVALID');
  assert.equal(await one(15), 'ROW_INVALID');
});

test('months are local, gaps split lines, and days of 23 and 25 hours are whole', async () => {
  // 2022-01-31 23:00 in New York is in February by UTC.
  const edge = MIDNIGHT + 21 * DAY + 23 * 3_600;
  const file = feed(
    point(),
    eastern,
    meter(),
    type(),
    block([
      [edge, 3_600, 1],
      [edge + 3_600, 3_600, 2],
    ]),
  );
  assert.deepEqual(brief(await read(file)), [
    ['delivered', '2022-01-31', '2022-02-01', '0.001', 'READINGS_MISSING'],
    ['delivered', '2022-02-01', '2022-02-02', '0.002', 'READINGS_MISSING'],
  ]);
  const gap = feed(point(), eastern, meter(), type(), block([...hours(2), ...hours(1, 100, MIDNIGHT + 5 * DAY)]));
  assert.deepEqual(brief(await read(gap)), [
    ['delivered', '2022-01-10', '2022-01-12', '24'],
    ['delivered', '2022-01-15', '2022-01-16', '2.4'],
  ]);
  // Clocks change on 2022-03-13 (23 hours) and 2022-11-06 (25 hours).
  const spring = Date.UTC(2022, 2, 13, 5) / 1_000;
  const autumn = Date.UTC(2022, 10, 6, 4) / 1_000;
  const changes = feed(
    point(),
    eastern,
    meter(),
    type(),
    block([...hours(1, 10, spring).slice(0, 23), ...hours(2, 10, autumn).slice(0, 25)]),
  );
  assert.deepEqual(brief(await read(changes)), [
    ['delivered', '2022-03-13', '2022-03-14', '0.23'],
    ['delivered', '2022-11-06', '2022-11-07', '0.25'],
  ]);
});

test('zones: told by rules, given by option, or asked for', async () => {
  const noRules = eastern.replace('360E2000', '360E').replace('B40E2000', 'B60E');
  const file = (time: string) => feed(point(), time, meter(), type(), block(hours(1)));
  assert.deepEqual(brief(await read(file(noRules))), [['ZONE_UNKNOWN', 'UsagePoint 1']]);
  assert.deepEqual(brief(await read(file(''))), [['ZONE_UNKNOWN', 'UsagePoint 1']]);
  assert.equal(lines(await read(file(noRules), { zone: 'America/New_York' }))[0]?.quantity, '12');
  assert.deepEqual(brief(await read(file(eastern), { zone: 'America/Chicago' }))[0]?.slice(-1), ['ZONE_DISAGREES']);
  await assert.rejects(read(file(eastern), { zone: 'Nowhere' }), (error) => isChannelError(error, 'ZONE_UNKNOWN'));
  // Midnight in Kolkata is 18:30 UTC: hours there begin at the half hour.
  const kolkata = Date.UTC(2022, 0, 9, 18, 30) / 1_000;
  const india = feed(point(), meter(), type(), block(hours(2, 100, kolkata)));
  assert.deepEqual(brief(await read(india, { zone: 'Asia/Kolkata' })), [
    ['delivered', '2022-01-10', '2022-01-12', '4.8'],
  ]);
});

test('one reading over a billing period is a line of its own', async () => {
  const file = feed(point(), eastern, meter(), type(), block([[MIDNIGHT, 30 * DAY, 900_000, 8]]));
  const [line] = lines(await read(file));
  assert.deepEqual(
    [line?.start, line?.end, line?.quantity, line?.readBasis],
    ['2022-01-10', '2022-02-09', '900', 'estimated'],
  );
  const misplaced = feed(point(), eastern, meter(), type(), block([[MIDNIGHT + 7 * 3_600, 30 * DAY, 900_000]]));
  assert.deepEqual(brief(await read(misplaced)), [['PERIOD_INVALID', 'UsagePoint 1, MeterReading 1']]);
});

test('a reading without a value is a gap, and milliseconds are seconds', async () => {
  const gap = block([...hours(1).slice(1), [MIDNIGHT, 3_600, '']]);
  assert.deepEqual(brief(await read(feed(point(), eastern, meter(), type(), gap))), [
    ['delivered', '2022-01-10', '2022-01-11', '11.5', 'READINGS_MISSING'],
  ]);
  const milliseconds = block(hours(1).map(([start, seconds, value]) => [start * 1_000, seconds, value] as const));
  assert.deepEqual(brief(await read(feed(point(), eastern, meter(), type(), milliseconds))), [
    ['delivered', '2022-01-10', '2022-01-11', '12'],
  ]);
});

test('billing summaries are bills; readings fill the days that none covers', async () => {
  const bill = summary({
    billingPeriod: period(MIDNIGHT, 2 * DAY),
    overallConsumptionLastPeriod: watthours(24_400),
    statusTimeStamp: String((MIDNIGHT + 9 * DAY) * 1_000),
    costAdditionalDetailLastPeriod: `<measurement>${watthours(999_999)}</measurement>`,
  });
  const file = feed(point(), eastern, meter(), type(), block(hours(3)), bill);
  assert.deepEqual(brief(await read(file)), [
    ['delivered', '2022-01-10', '2022-01-12', '24.4'],
    ['delivered', '2022-01-12', '2022-01-13', '12'],
  ]);
  assert.deepEqual(
    brief(await read(feed(point(), eastern, bill.replaceAll('UsageSummary', 'ElectricPowerUsageSummary')))),
    [['delivered', '2022-01-10', '2022-01-12', '24.4']],
  );
  assert.deepEqual(brief(await read(feed(point(), eastern, bill, bill))), [
    ['delivered', '2022-01-10', '2022-01-12', '24.4'],
  ]);
});

test('a bill across a year end is told what complete readings show of each year, where that is not what its days give', async () => {
  // 16 days of December and 14 of January; by days 742.4 and 649.6 of 1392 kWh.
  const start = MIDNIGHT - 25 * DAY;
  const turn = start + 16 * DAY;
  const bill = (wattHours: number) =>
    summary({ billingPeriod: period(start, 30 * DAY), overallConsumptionLastPeriod: watthours(wattHours) });
  const across = (december: number, january: number, days = 14) =>
    feed(
      ...[point(), eastern, meter(), type()],
      block([...hours(16, december, start), ...hours(days, january, turn)]),
      bill(384 * december + 336 * january),
    );
  const [line, ...more] = lines(await read(across(1_000, 3_000)));
  assert.equal(more.length, 0);
  assert.deepEqual([line?.start, line?.end, line?.quantity], ['2021-12-16', '2022-01-15', '1392']);
  assert.deepEqual(line?.warnings, [
    {
      code: 'YEARS_BY_DAYS',
      message: 'the readings show 384 kWh in 2021 and 1008 kWh in 2022; the bill is split by its days',
    },
  ]);
  // By days 358.4 and 313.6 of 672 kWh: 6.72 kWh, a hundredth, make the difference.
  for (const [wattHours, codes] of [
    [1_000, []],
    [1_030, []],
    [1_060, ['YEARS_BY_DAYS']],
  ] as const) {
    const [near] = lines(await read(across(1_000, wattHours)));
    assert.deepEqual(
      near?.warnings.map(({ code }) => code),
      codes,
      String(wattHours),
    );
  }
  // Readings that are not complete show no share of a year.
  const [open] = lines(await read(across(1_000, 3_000, 13)));
  assert.deepEqual(open?.warnings, []);
});

test('T11: a year of readings is cut by local month, and nothing of 31 December falls into the next year', async () => {
  const pacific = eastern.replace('-18000', '-28800');
  const midnight = Date.UTC(2021, 0, 1, 8) / 1_000;
  const year = lines(await read(feed(point(), pacific, meter(), type(), block(hours(365, 500, midnight)))));
  // March has an hour less, November one more.
  const quantities = ['372', '336', '371.5', '360', '372', '360', '372', '372', '360', '372', '360.5', '372'];
  assert.deepEqual(
    year.map(({ quantity }) => quantity),
    quantities,
  );
  assert.deepEqual([year[0]?.start, year.at(-1)?.start, year.at(-1)?.end], ['2021-01-01', '2021-12-01', '2022-01-01']);
});

test('a bill that differs from complete readings says so; one that cannot be about them gives way', async () => {
  const bill = (value: number) =>
    summary({ billingPeriod: period(MIDNIGHT, 2 * DAY), overallConsumptionLastPeriod: watthours(value) });
  const with2 = (value: number, days = 2) => feed(point(), eastern, meter(), type(), block(hours(days)), bill(value));
  assert.deepEqual(brief(await read(with2(25_000))), [['delivered', '2022-01-10', '2022-01-12', '25']]);
  assert.deepEqual(brief(await read(with2(26_000))), [
    ['delivered', '2022-01-10', '2022-01-12', '26', 'RECONCILIATION'],
  ]);
  assert.deepEqual(brief(await read(with2(48_000))), [
    ['delivered', '2022-01-10', '2022-01-12', '24', 'RECONCILIATION'],
  ]);
  assert.deepEqual(brief(await read(with2(48_000, 1))), [['delivered', '2022-01-10', '2022-01-12', '48']]);
  assert.deepEqual(brief(await read(with2(5_000, 1))), [
    ['delivered', '2022-01-10', '2022-01-12', '5', 'RECONCILIATION'],
  ]);
  const exports = [meter('2'), type({ flowDirection: 19 }, '2'), block(hours(2, 50), '2')];
  const net = feed(point(), eastern, ...exports, bill(9_000));
  assert.deepEqual(brief(await read(net)), [
    ['delivered', '2022-01-10', '2022-01-12', '9', 'BILL_MAY_BE_NET'],
    ['exported', '2022-01-10', '2022-01-12', '2.4'],
  ]);
});

test('summaries that are no bill: a note beside readings, an error alone', async () => {
  const use = { overallConsumptionLastPeriod: watthours(5_000) };
  const cases: [Record<string, string>, string, RegExp][] = [
    [{ billingPeriod: period(1, 10), ...use }, 'PERIOD_INVALID', /placeholder/],
    [
      { billingPeriod: period(MIDNIGHT, 28 * DAY), ...use, statusTimeStamp: String(MIDNIGHT + 9 * DAY) },
      'PERIOD_INVALID',
      /not over/,
    ],
    [{ billingPeriod: period(MIDNIGHT + 5 * 3_600 + 60, 2 * DAY), ...use }, 'PERIOD_INVALID', /midnight/],
    [{ billingPeriod: period(MIDNIGHT, 900 * DAY), ...use }, 'PERIOD_INVALID', /800 days/],
    [
      { billingPeriod: period(MIDNIGHT, 2 * DAY), overallConsumptionLastPeriod: watthours(5, { uom: 169 }) },
      'UNIT_UNFIT',
      /therm/,
    ],
    [
      { billingPeriod: period(MIDNIGHT, 2 * DAY), overallConsumptionLastPeriod: watthours(-5) },
      'QUANTITY_NEGATIVE',
      /negative/,
    ],
    [{ billingPeriod: period(MIDNIGHT, 2 * DAY), ...use, qualityOfReading: '15' }, 'ROW_INVALID', /weather/],
  ];
  for (const [content, code, reason] of cases) {
    const [alone] = await read(feed(point(), eastern, summary(content)));
    assert.ok(alone !== undefined && 'rejected' in alone);
    assert.equal(alone.rejected.code, code);
    assert.match(alone.rejected.message, reason);
    const [line] = lines(await read(feed(point(), eastern, meter(), type(), block(hours(1)), summary(content))));
    assert.deepEqual([line?.quantity, line?.warnings[0]?.code], ['12', 'SUMMARY_UNUSED']);
    assert.match(line?.warnings[0]?.message ?? '', reason);
  }
  const costs = summary({ billingPeriod: period(MIDNIGHT, 2 * DAY), billLastPeriod: '500' });
  assert.deepEqual(brief(await read(feed(point(), eastern, costs))), [['QUANTITY_BLANK', 'UsageSummary 1']]);
});

test('a billing period written in UTC midnights keeps its dates and says so', async () => {
  const utc = Date.UTC(2022, 0, 1) / 1_000;
  const bill = summary({ billingPeriod: period(utc, 31 * DAY), overallConsumptionLastPeriod: watthours(310_000) });
  assert.deepEqual(brief(await read(feed(point(), eastern, bill))), [
    ['delivered', '2022-01-01', '2022-02-01', '310', 'PERIOD_IN_UTC'],
  ]);
});

test('a meter name given by option stands for a single usage point', async () => {
  const file = feed(point(), eastern, meter(), type(), block(hours(1)));
  const [line] = lines(
    await read(file, { meter: 'M-7', utility: 'Sample Coop', account: 'A', place: { zip: '94105' } }),
  );
  assert.deepEqual(
    [line?.meter, line?.utility, line?.account, line?.place],
    ['M-7', 'Sample Coop', 'A', { zip: '94105' }],
  );
});

test('a file that cannot be trusted is refused, with the place of the fault', async () => {
  const good = feed(point(), eastern, meter(), type(), block(hours(1)));
  const cases: [string, RegExp][] = [
    [good.slice(0, -20), /well-formed/],
    [good.replace('</title>', '</titel>'), /well-formed/],
    [good.replace('<feed', '<!DOCTYPE feed [<!ENTITY a "aaaa">]><feed'), /DOCTYPE/],
    [good.replace('UTF-8', 'Shift_JIS'), /encoding/],
    [good.replace('Sample Power', '&unknown;'), /well-formed/],
    [good.replace('Sample Power', `${'<a>'.repeat(50)}${'</a>'.repeat(50)}`), /deeper than 40/],
    [good.replace('<kind>0', `<kind>${'0'.repeat(1_200_000)}`), /longer than/],
    [good.replace('<value>500<', '<value>5.5<'), /whole number/],
    [good.replace(`<start>${MIDNIGHT}<`, '<start>soon<'), /number of seconds/],
    [good.replace(`<start>${MIDNIGHT}</start>`, ''), /no start/],
    [feed(point(), eastern), /no usage/],
    [
      '<feed xmlns="http://www.w3.org/2005/Atom"><entry><content><Customer xmlns="http://naesb.org/espi/customer"><name>N</name></Customer></content></entry></feed>',
      /no usage/,
    ],
  ];
  for (const [file, message] of cases) {
    await assert.rejects(
      read(file),
      (error) => isChannelError(error, 'FILE_MALFORMED') && message.test(error.message),
      String(message),
    );
  }
});

test('readings on more days than a file may hold are refused, not gathered', () => {
  // Days are counted by eights, readings over several days one by one.
  const budget = { left: 17 };
  const sums = new IntervalSums(0, budget);
  const add = (start: number, seconds: number) => sums.add({ start, seconds, value: 1n, flags: 0 });
  for (let hour = 0; hour < 16 * 24; hour += 1) add(hour * 3_600, 3_600);
  add(0, DAY);
  assert.throws(
    () => add(DAY, DAY),
    (error) => isChannelError(error, 'FILE_TOO_LARGE'),
  );
  const other = new IntervalSums(0, { left: 8 });
  other.add({ start: 0, seconds: 60, value: 1n, flags: 0 });
  assert.throws(() => new IntervalSums(0, { left: 7 }).merge(other), /more days/);
});

test('sums are exact to 56 bits and with any sign; a larger value is a fault', () => {
  const sums = new IntervalSums(0, { left: 100 });
  const large = 2n ** 55n - 1n;
  for (let minute = 0; minute < 60; minute += 1) {
    sums.add({ start: minute * 60, seconds: 60, value: large, flags: 0 });
    sums.add({ start: 3_600 + minute * 60, seconds: 60, value: -large, flags: 0 });
    sums.addNumber(7_200 + minute * 60, 60, minute % 2 === 0 ? -(2 ** 40) : 2 ** 33 + 1, 0);
  }
  assert.deepEqual(
    [...sums.sums()].map(({ value, minutes }) => [value, minutes]),
    [
      [60n * large, 60],
      [-60n * large, 60],
      [30n * (2n ** 33n + 1n - 2n ** 40n), 60],
    ],
  );
  sums.add({ start: 0, seconds: 60, value: 2n ** 55n, flags: 0 });
  assert.match(sums.fault ?? '', /too large/);
});

test('the same result wherever the pieces of a file are cut', async () => {
  const file = feed(point(), eastern, meter(), type(), block([...hours(1), [MIDNIGHT + DAY, 900, 7, 8]])).replace(
    'Sample Power',
    'Bürgerstrom €',
  );
  const whole = await read(file);
  for (const size of [1, 2, 3, 61]) assert.deepEqual(await read(file, {}, size), whole);
});

test('whatever a feed holds: lines, rejected items or a ChannelError, and no reading counted twice', async () => {
  const number = fc.oneof(
    fc.integer({ min: -2, max: 200 }),
    fc.constantFrom('', 'x', '72', '1e3', '99999999999999999999'),
  );
  const start = fc.integer({ min: 0, max: 200 }).map((quarter) => MIDNIGHT + quarter * 900);
  const reading = fc.tuple(
    start,
    fc.constantFrom(0, 900, 3_600, DAY, 3 * DAY),
    number,
    fc.constantFrom(undefined, 0, 8, 15),
  );
  const part = fc.oneof(
    fc.constantFrom(point(), point(1), eastern, meter(), meter('2', '1'), type(), type({ flowDirection: 19 })),
    fc
      .record({ uom: number, flowDirection: number, powerOfTenMultiplier: number })
      .map((change) => type(change as Record<string, string>)),
    fc.array(reading as fc.Arbitrary<Read>, { maxLength: 12 }).map((list) => block(list)),
    fc.tuple(start, fc.constantFrom(DAY, 3 * DAY, 10), number).map(([from, duration, value]) =>
      summary({
        billingPeriod: period(from, duration),
        overallConsumptionLastPeriod: fields({ uom: 72, value }),
      }),
    ),
    fc.constantFrom('<', '</entry>', '<entry>', '<!-- -->', '<![CDATA[x]]>', '<?pi x?>', '&lt;'),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 10 }), fc.integer({ min: 1, max: 99 }), async (parts, size) => {
      const outcome = (pieceSize: number) =>
        read(feed(...parts), {}, pieceSize).catch((error: unknown) => {
          assert.ok(isChannelError(error), String(error));
          return error.code;
        });
      const found = await outcome(1 << 20);
      assert.deepEqual(await outcome(size), found);
    }),
    { numRuns: 300 },
  );
});

test('the solar sample: delivered and exported by month, one day estimated', async () => {
  const file = fileURLToPath(new URL('../../samples/acme/solar-site.xml', import.meta.url));
  const items = await Array.fromAsync(readBills({ body: createReadStream(file), options: {} }));
  assert.deepEqual(brief(items), [
    ['delivered', '2022-06-01', '2022-07-01', '1546.263'],
    ['delivered', '2022-07-01', '2022-08-01', '1730.482', 'READINGS_ESTIMATED'],
    ['exported', '2022-06-01', '2022-07-01', '645.758'],
    ['exported', '2022-07-01', '2022-08-01', '595.547'],
  ]);
});

// Published sample files, which the project does not carry: they are read from beside the checkout where they are there.
const published = fileURLToPath(new URL('../../../shared/data/greenbutton/', import.meta.url));

async function publishedLines(name: string, options: ReadOptions = {}): Promise<BillLine[]> {
  return lines(await Array.fromAsync(readBills({ body: createReadStream(published + name), options })));
}

function total(found: readonly BillLine[]): string {
  return formatExact(found.reduce((sum, line) => add(sum, parseDecimal(line.quantity)), ZERO));
}

const absent = existsSync(published) ? false : 'published Green Button samples are not beside the checkout';

test('published: nine days by the hour, a summary whose period was not over', { skip: absent }, async () => {
  const found = await publishedLines('01-nist-hourly-nine-days.xml');
  assert.deepEqual(
    [found.length, total(found), found[0]?.start, found[0]?.end],
    [1, '199.563', '2014-01-01', '2014-01-10'],
  );
});

test('T11, published: a year by the hour, cut by local month, with a summary that disagrees', {
  skip: absent,
}, async () => {
  const found = await publishedLines('03-nist-coastal-8760-hours.xml');
  assert.equal(found.length, 12);
  assert.equal(total(found), '4425.305');
  assert.deepEqual([found[0]?.start, found[0]?.end, found[0]?.quantity], ['2011-01-01', '2011-02-01', '428.756']);
  assert.equal(found.at(-1)?.end, '2012-01-01');
  assert.match(found[10]?.warnings[0]?.message ?? '', /768\.032/);
  assert.match(found[11]?.warnings[0]?.message ?? '', /413\.894/);
});

test('published: quarter hours over the change of clocks, a bill and the days after it', { skip: absent }, async () => {
  const found = await publishedLines('04-openespi-15min-dst.xml');
  assert.deepEqual(
    found.map((line) => [line.start, line.end, line.quantity, line.readBasis]),
    [
      ['2012-03-01', '2012-03-14', '1298.64', 'estimated'],
      ['2012-03-14', '2012-03-15', '93.026', 'actual'],
    ],
  );
  assert.equal(total(found), '1391.666');
});

test('published: three bills in mWh, newest first, without intervals', { skip: absent }, async () => {
  const name = '07-pge-usage-summaries-milliwh.xml';
  const found = await publishedLines(name, { zone: 'America/Los_Angeles' });
  assert.deepEqual(
    found.map((line) => [line.start, line.end, line.quantity, line.warnings.length]),
    [
      ['2015-04-29', '2015-05-12', '55', 0],
      ['2015-05-12', '2015-06-11', '128', 0],
      ['2015-06-11', '2015-07-10', '146', 0],
    ],
  );
  const items = await Array.fromAsync(readBills({ body: createReadStream(published + name), options: {} }));
  assert.deepEqual(brief(items), [['ZONE_UNKNOWN', 'UsagePoint 1']]);
});
