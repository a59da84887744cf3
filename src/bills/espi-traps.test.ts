import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  BASE,
  block,
  brief,
  DAY,
  eastern,
  entry,
  espi,
  feed,
  hours,
  lines,
  MIDNIGHT,
  meter,
  point,
  type Read,
  read,
  readings,
  summary,
  type,
} from '../../test/support/green-button-feed.ts';

// What real files do, one file of our own making each; totals by hand. Elsewhere: links in both directions, newest first,
// duplicates, placeholder periods, milliseconds and summaries that disagree in green-button.test.ts; registers and
// commodities in the tests of those.

const base = [point(), eastern, meter()];

test('reading types that no readings use, and those of costs and demand, change nothing', async () => {
  const unused = [type({ uom: 38 }, '7'), type({ uom: 169, commodity: 7 }, '8'), type({ uom: 80 }, '9')];
  const expected = [['delivered', '2022-01-10', '2022-01-12', '24']];
  assert.deepEqual(brief(await read(feed(...unused, ...base, type(), block(hours(2))))), expected);
  assert.deepEqual(brief(await read(feed(...base, type(), block(hours(2)), meter('7'), ...unused))), expected);
});

test('costs and line items of a reading or a bill are never use', async () => {
  const costly = readings([[MIDNIGHT, DAY, 12_000]]).replace(
    '<IntervalReading>',
    '<IntervalReading><cost>907</cost><lineItem><value>88</value></lineItem>',
  );
  const file = feed(...base, type(), block([]).replace('</IntervalBlock>', `${costly}</IntervalBlock>`));
  assert.deepEqual(brief(await read(file)), [['delivered', '2022-01-10', '2022-01-11', '12']]);
});

test('the quality that a reading type states holds for readings that state none', async () => {
  const list: Read[] = [
    [MIDNIGHT, DAY, 12_000],
    [MIDNIGHT + DAY, DAY, 5_000, 17],
  ];
  const file = (quality: number) => feed(...base, type({ defaultQuality: quality }), block(list));
  const [estimated] = lines(await read(file(8)));
  assert.equal(estimated?.readBasis, 'estimated');
  assert.equal(estimated?.warnings[0]?.message, '12 of 17 kWh are estimated');
  assert.deepEqual(brief(await read(file(17))), [['delivered', '2022-01-10', '2022-01-12', '17']]);
  assert.deepEqual(brief(await read(file(15))), [['ROW_INVALID', 'UsagePoint 1, delivered, 2022-01']]);
});

test('a quality that the standard does not have is questionable, not valid', async () => {
  const [line] = lines(await read(feed(...base, type(), block([[MIDNIGHT, DAY, 12_000, 99]]))));
  assert.deepEqual(
    [line?.quantity, line?.readBasis, line?.warnings[0]?.code],
    ['12', 'actual', 'READINGS_QUESTIONABLE'],
  );
});

test('times of use of one meter are parts: added up where the whole is not there, left out where it is', async () => {
  const part = (tou: number, value: number) => [
    meter(String(tou)),
    type({ tou }, String(tou)),
    block([[MIDNIGHT, DAY, value]], String(tou)),
  ];
  // 5 kWh in each of two times of use: equal amounts are not one amount twice.
  assert.deepEqual(brief(await read(feed(point(), eastern, ...part(1, 5_000), ...part(2, 5_000)))), [
    ['delivered', '2022-01-10', '2022-01-11', '10', 'PARTS_ADDED'],
  ]);
  const whole = [meter('9'), type({}, '9'), block([[MIDNIGHT, DAY, 10_400]], '9')];
  assert.deepEqual(brief(await read(feed(point(), eastern, ...part(1, 5_000), ...part(2, 5_000), ...whole))), [
    ['delivered', '2022-01-10', '2022-01-11', '10.4', 'READINGS_UNUSED', 'READINGS_UNUSED'],
  ]);
});

test('times of use of one time in one meter reading are refused: their sum may be the use, or one of them', async () => {
  const tou = (number: number, start = MIDNIGHT) =>
    readings([[start, 3_600, 500]]).replace('</IntervalReading>', `<tou>${number}</tou></IntervalReading>`);
  const file = (...parts: string[]) =>
    feed(...base, type(), block([]).replace('</IntervalBlock>', `${parts.join('')}</IntervalBlock>`));
  assert.deepEqual(brief(await read(file(tou(1), tou(2)))), [['ROW_INVALID', 'UsagePoint 1, delivered, 2022-01']]);
  const apart = brief(await read(file(tou(1), tou(2, MIDNIGHT + 3_600))));
  assert.deepEqual(apart, [['delivered', '2022-01-10', '2022-01-11', '1', 'READINGS_MISSING']]);
  const twice = brief(await read(file(tou(1), tou(1))));
  assert.deepEqual(twice, [['delivered', '2022-01-10', '2022-01-11', '0.5', 'READINGS_REPEATED', 'READINGS_MISSING']]);
});

test('a reading that states its value or its time twice is refused', async () => {
  const twice = (from: string, to: string) => feed(...base, type(), block([[MIDNIGHT, DAY, 5]]).replace(from, to));
  for (const file of [
    twice('<value>5</value>', '<value>5</value><value>6</value>'),
    twice('<value>5</value>', '<value/><value>6</value>'),
    twice(`<start>${MIDNIGHT}</start>`, `<start>${MIDNIGHT}</start><start>${MIDNIGHT}</start>`),
  ]) {
    await assert.rejects(read(file), /twice/);
  }
});

test('values in pieces, in CDATA sections and with blanks are whole', async () => {
  const odd = (value: string) => feed(...base, type(), block([[MIDNIGHT, DAY, value]]));
  for (const value of ['\n 1<!-- -->2<![CDATA[00]]>0\t', '&#49;2000', '000000000012000'.slice(-15)]) {
    assert.deepEqual(brief(await read(odd(value))), [['delivered', '2022-01-10', '2022-01-11', '12']], value);
  }
  for (const value of ['1 2', '1e3', '0x10', '+5', '--5', '-', '1234567890123456', '１２']) {
    await assert.rejects(read(odd(value)), /whole number/, value);
  }
});

test('durations written in milliseconds overlap, and are refused', async () => {
  const list = [0, 1, 2].map((day) => [(MIDNIGHT + day * DAY) * 1_000, DAY * 1_000, 12_000] as const);
  const items = brief(await read(feed(...base, type(), block(list))));
  assert.deepEqual(new Set(items.map(([code]) => code)), new Set(['ROW_INVALID']));
});

test('a bill over several days of one reading and the readings inside it count once', async () => {
  const file = feed(...base, type(), block([[MIDNIGHT, 2 * DAY, 24_000], ...hours(3)]));
  assert.deepEqual(brief(await read(file)), [
    ['delivered', '2022-01-10', '2022-01-12', '24'],
    ['delivered', '2022-01-12', '2022-01-13', '12'],
  ]);
});

test('two readings over several days that overlap are refused', async () => {
  const file = feed(
    ...base,
    type(),
    block([
      [MIDNIGHT, 3 * DAY, 5_000],
      [MIDNIGHT + 2 * DAY, 3 * DAY, 5_000],
    ]),
  );
  assert.deepEqual(
    brief(await read(file)).map(([code]) => code),
    ['ROW_INVALID', 'ROW_INVALID'],
  );
});

test('objects without entries are read; a block alone has nothing to belong to', async () => {
  const bare = `<?xml version="1.0"?><root>${[point(), eastern, meter(), type(), block(hours(1))].join('')}</root>`;
  assert.deepEqual(brief(await read(bare.replace('<root>', '<root xmlns="http://www.w3.org/2005/Atom">'))), [
    ['delivered', '2022-01-10', '2022-01-11', '12'],
  ]);
  const own = espi('IntervalBlock', readings(hours(1)));
  assert.deepEqual(brief(await read(own)), [['ROW_INVALID', 'file']]);
});

test('the same part of a day in two blocks that only the meter reading names counts once', async () => {
  // Six hours of 0.5 kWh. Both copies are estimated: 3 of 3 kWh, not 6 of 3.
  const list = hours(1)
    .slice(0, 6)
    .map(([start, seconds, value]) => [start, seconds, value, 8] as const);
  const own = (id: string) => entry({ self: `/b/${id}` }, espi('IntervalBlock', readings(list)));
  const related = ['/b/1', '/b/2', '/espi/1_1/resource/ReadingType/1'];
  const naming = entry(
    { self: `${BASE}/MeterReading/1`, up: `${BASE}/MeterReading`, related },
    espi('MeterReading', ''),
  );
  const [line] = lines(await read(feed(point(), eastern, type(), naming, own('1'), own('2'))));
  assert.equal(line?.quantity, '3');
  assert.deepEqual(
    line?.warnings.map(({ code }) => code),
    ['READINGS_ESTIMATED', 'READINGS_REPEATED', 'READINGS_MISSING'],
  );
  assert.equal(line?.warnings[0]?.message, '3 of 3 kWh are estimated');
});

test('what is named and not in the file is not replaced by the only one that is', async () => {
  const missing = [['ROW_INVALID', 'UsagePoint 1, MeterReading 1']];
  // The only reading type says exports; the readings name another one.
  const other = type({ flowDirection: 19 }, '5');
  assert.deepEqual(brief(await read(feed(point(), eastern, meter('1', '1'), other, block(hours(1))))), missing);
  // The only meter reading is not the one that the block names.
  const stray = brief(await read(feed(point(), eastern, meter('2', '1'), type(), block(hours(1), '1'))));
  assert.deepEqual(stray, [['ROW_INVALID', 'file']]);
  // Beside a series that can be read, the loss is not a note.
  const file = feed(
    point(),
    eastern,
    meter('1', '9'),
    block(hours(1)),
    meter('2', '5'),
    other,
    block(hours(1, 2), '2'),
  );
  assert.deepEqual(brief(await read(file)), [
    ['exported', '2022-01-10', '2022-01-11', '0.048'],
    ['ROW_INVALID', 'UsagePoint 1, MeterReading 1'],
  ]);
});

test('reading types of one link: the same twice is one, two that differ are refused', async () => {
  const good = brief(await read(feed(...base, type(), type(), block(hours(1)))));
  assert.deepEqual(good, [['delivered', '2022-01-10', '2022-01-11', '12']]);
  const [item] = await read(feed(...base, type(), type({ powerOfTenMultiplier: 3 }), type(), block(hours(1))));
  assert.ok(item !== undefined && 'rejected' in item);
  assert.match(item.rejected.message, /in different ways/);
});

test('a value that holds elements, or is stated twice and not the same, is refused', async () => {
  const changed = (from: string, to: string) => feed(...base, type(), block([[MIDNIGHT, DAY, 5]])).replace(from, to);
  for (const file of [
    changed('<value>5</value>', '<value>1<b/>5</value>'),
    changed('<uom>72</uom>', '<uom>16<b>x</b>9</uom>'),
    changed('<uom>72</uom>', '<uom>72</uom><uom>169</uom>'),
  ]) {
    await assert.rejects(read(file), /holds elements|not the same/);
  }
  const same = changed('<uom>72</uom>', '<uom>72</uom><uom>72</uom>');
  assert.deepEqual(brief(await read(same)), [['delivered', '2022-01-10', '2022-01-11', '0.005']]);
});

test('names and addresses of the customer feed are passed over', async () => {
  const customer = entry(
    { self: '/espi/1_1/resource/RetailCustomer/1/Customer/1' },
    '<Customer xmlns="http://naesb.org/espi/customer"><name>A Person</name><UsagePoint><kind>1</kind></UsagePoint></Customer>',
  );
  const items = await read(feed(customer, ...base, type(), block(hours(1))));
  assert.deepEqual(brief(items), [['delivered', '2022-01-10', '2022-01-11', '12']]);
  assert.ok(!JSON.stringify(items).includes('A Person'));
});

test('messages name no content of the file but amounts, units and places', async () => {
  const secret = 'Account-0012345678';
  const files = [
    feed(...base, type(), block([[MIDNIGHT, DAY, secret]])),
    feed(...base, type({ uom: secret }), block([[MIDNIGHT, DAY, 5]])),
    feed(point(secret), eastern, meter(), type(), block([[MIDNIGHT, DAY, 5]])),
    feed(...base, type({ commodity: secret }), block([[MIDNIGHT, DAY, 5]])),
    feed(point(), eastern, summary({ billingPeriod: secret })),
    feed(...base, type(), block([[MIDNIGHT, DAY, 5]])).replace('</title>', `</${secret}>`),
  ];
  for (const file of files) {
    const told = await read(file).then(
      (items) => JSON.stringify(items),
      (error: unknown) => String(error),
    );
    assert.match(told, /FILE_MALFORMED|ChannelError|UNIT_UNFIT|COMMODITY_UNKNOWN|QUANTITY_BLANK/);
    assert.ok(!told.includes(secret), told);
  }
});
