import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  BASE,
  block,
  brief,
  DAY,
  eastern,
  feed,
  hours,
  lines,
  MIDNIGHT,
  meter,
  period,
  point,
  type Read,
  read,
  summary,
  type,
  watthours,
} from '../../test/support/green-button-feed.ts';

/** One usage point of a kind with a month of daily readings of 7 each: 31 x 7 = 217, from 2022-01-10 on. */
const daily = (): Read[] => Array.from({ length: 31 }, (_, day) => [MIDNIGHT + day * DAY, DAY, 7] as const);
const single = (kind: number, change: Record<string, string | number>, list: readonly Read[] = daily()) =>
  feed(point(kind), eastern, meter(), type(change), block(list));

const amounts = async (kind: number, change: Record<string, string | number>) =>
  lines(await read(single(kind, change))).map((line) => [
    line.commodity,
    line.quantity,
    line.unit,
    ...line.warnings.map(({ code }) => code),
  ]);

test('each commodity in each of its units, exact, by the power of ten that the file gives', async () => {
  // Days: 22 in January (154), 9 in February (63). By hand from the code lists: Wh, J and Btu are given by the thousand.
  const cases: [number, Record<string, number>, string, string, string, string][] = [
    [0, { commodity: 1, uom: 72 }, 'electricity', 'kWh', '0.154', '0.063'],
    [0, { commodity: 26, uom: 72, powerOfTenMultiplier: 3 }, 'electricity', 'kWh', '154', '63'],
    [1, { commodity: 7, uom: 169 }, 'natural-gas', 'therm', '154', '63'],
    [1, { commodity: 7, uom: 169, powerOfTenMultiplier: -3 }, 'natural-gas', 'therm', '0.154', '0.063'],
    [1, { commodity: 7, uom: 119, powerOfTenMultiplier: 2 }, 'natural-gas', 'ft3', '15400', '6300'],
    [1, { commodity: 7, uom: 120 }, 'natural-gas', 'ft3', '154', '63'],
    [1, { commodity: 7, uom: 42, powerOfTenMultiplier: -3 }, 'natural-gas', 'm3', '0.154', '0.063'],
    [1, { commodity: 7, uom: 167, powerOfTenMultiplier: -12 }, 'natural-gas', 'm3', '0.000000000154', '0.000000000063'],
    [1, { commodity: 7, uom: 72, powerOfTenMultiplier: 3 }, 'natural-gas', 'kWh', '154', '63'],
    [1, { commodity: 7, uom: 31, powerOfTenMultiplier: 6 }, 'natural-gas', 'kJ', '154000', '63000'],
    [2, { commodity: 9, uom: 42 }, 'water', 'm3', '154', '63'],
    [2, { commodity: 9, uom: 134 }, 'water', 'L', '154', '63'],
    [2, { commodity: 9, uom: 128, powerOfTenMultiplier: 1 }, 'water', 'US gallon', '1540', '630'],
    [2, { commodity: 9, uom: 130 }, 'water', 'imperial gallon', '154', '63'],
    [2, { commodity: 9, uom: 119, powerOfTenMultiplier: 2 }, 'water', 'ft3', '15400', '6300'],
    [4, { commodity: 12, uom: 72, powerOfTenMultiplier: 3 }, 'heat', 'kWh', '154', '63'],
    [4, { commodity: 12, uom: 31, powerOfTenMultiplier: 9 }, 'heat', 'kJ', '154000000', '63000000'],
    [4, { commodity: 10, uom: 132, powerOfTenMultiplier: 6 }, 'steam', 'kBtu', '154000', '63000'],
    [4, { commodity: 10, uom: 169 }, 'steam', 'therm', '154', '63'],
    [4, { commodity: 13, uom: 31, powerOfTenMultiplier: 6 }, 'cooling', 'kJ', '154000', '63000'],
  ];
  for (const [kind, change, commodity, unit, january, february] of cases) {
    assert.deepEqual(
      await amounts(kind, change),
      [
        [commodity, january, unit],
        [commodity, february, unit],
      ],
      JSON.stringify(change),
    );
  }
});

test('readings that name no commodity are what the kind of the usage point says', async () => {
  assert.deepEqual(await amounts(1, { commodity: 0, uom: 169 }), [
    ['natural-gas', '154', 'therm'],
    ['natural-gas', '63', 'therm'],
  ]);
  assert.deepEqual((await amounts(4, { commodity: 0, uom: 169 }))[0], ['heat', '154', 'therm']);
  const mute = single(1, { uom: 169 }).replace('<commodity>1</commodity>', '');
  assert.equal(lines(await read(mute))[0]?.commodity, 'natural-gas');
  const noKind = feed(eastern, meter(), type({ commodity: 9, uom: 42 }), block(daily()));
  assert.equal(lines(await read(noKind))[0]?.commodity, 'water');
  const nothing = feed(eastern, meter(), type({ commodity: 0, uom: 42 }), block(daily()));
  assert.deepEqual(brief(await read(nothing)), [['COMMODITY_UNKNOWN', 'UsagePoint 1']]);
  assert.equal(lines(await read(nothing, { commodity: 'water' }))[0]?.commodity, 'water');
});

test('kind, commodity and unit that contradict each other are refused by name', async () => {
  const refusal = async (kind: number, change: Record<string, string | number>) => {
    const [item] = await read(single(kind, change));
    assert.ok(item !== undefined && 'rejected' in item, JSON.stringify(change));
    return [item.rejected.code, item.rejected.message] as const;
  };
  const cases: [number, Record<string, number>, string, RegExp][] = [
    [0, { commodity: 7, uom: 169 }, 'COMMODITY_UNKNOWN', /natural gas, in a usage point of electricity/],
    [1, { commodity: 1, uom: 72 }, 'COMMODITY_UNKNOWN', /electricity, in a usage point of gas/],
    [1, { commodity: 0, uom: 72 }, 'UNIT_UNFIT', /nothing but the kind/],
    [1, { commodity: 8, uom: 119 }, 'COMMODITY_UNKNOWN', /propane/],
    [2, { commodity: 14, uom: 42 }, 'COMMODITY_UNKNOWN', /reclaimed water/],
    [2, { commodity: 9, uom: 72 }, 'UNIT_UNFIT', /Wh, which does not measure water/],
    [4, { commodity: 10, uom: 42 }, 'UNIT_UNFIT', /m3, which does not measure steam/],
    [0, { commodity: 1, uom: 42 }, 'UNIT_UNFIT', /m3, which does not measure electricity/],
    [5, { commodity: 25, uom: 42 }, 'COMMODITY_UNKNOWN', /refuse/],
    [9, { commodity: 24, uom: 111 }, 'COMMODITY_UNKNOWN', /internet/],
    [1, { commodity: 7, uom: 39 }, 'UNIT_UNFIT', /pressure/],
    [1, { commodity: 7, uom: 23 }, 'UNIT_UNFIT', /temperature/],
    [1, { commodity: 7, uom: 107 }, 'UNIT_UNFIT', /heat content/],
    [2, { commodity: 9, uom: 125 }, 'UNIT_UNFIT', /flow rate/],
    [4, { commodity: 12, uom: 133 }, 'UNIT_UNFIT', /Btu\/h \(power\)/],
  ];
  for (const [kind, change, code, message] of cases) {
    const [found, text] = await refusal(kind, change);
    assert.equal(found, code, JSON.stringify(change));
    assert.match(text, message);
  }
});

test('gas as metered says so; gas and water without a direction are delivered without doubt', async () => {
  assert.deepEqual((await amounts(1, { commodity: 7, uom: 166 }))[0], [
    'natural-gas',
    '154',
    'm3',
    'VOLUME_UNCORRECTED',
  ]);
  assert.deepEqual((await amounts(2, { commodity: 9, uom: 156, flowDirection: 0 }))[0], ['water', '154', 'L']);
  assert.deepEqual((await amounts(1, { commodity: 7, uom: 42, flowDirection: 0 }))[0], ['natural-gas', '154', 'm3']);
});

test('gas by energy and by volume counts once, in energy; days that only the volume has are lines in volume', async () => {
  const therms = daily().slice(0, 5);
  const volume = daily().map(([start, seconds]) => [start, seconds, 700] as const);
  const file = feed(
    point(1),
    eastern,
    meter('1'),
    type({ commodity: 7, uom: 119 }, '1'),
    block(volume, '1'),
    meter('2'),
    type({ commodity: 7, uom: 169 }, '2'),
    block(therms, '2'),
  );
  // Therms of 10 to 14 January (5 x 7), cubic feet of 15 to 31 January (17 x 700) and of 1 to 9 February (9 x 700).
  assert.deepEqual(
    lines(await read(file)).map((line) => [
      line.start,
      line.end,
      line.quantity,
      line.unit,
      ...line.warnings.map(({ code }) => code),
    ]),
    [
      ['2022-01-10', '2022-01-15', '35', 'therm', 'READINGS_UNUSED'],
      ['2022-01-15', '2022-02-01', '11900', 'ft3'],
      ['2022-02-01', '2022-02-10', '6300', 'ft3'],
    ],
  );
});

test('bills of gas: in their own unit, compared with readings of the same unit only', async () => {
  const bill = (value: number, uom: number) =>
    summary({
      billingPeriod: period(MIDNIGHT, 31 * DAY),
      overallConsumptionLastPeriod: watthours(value, { uom }),
      commodity: '7',
    });
  const file = (...bills: string[]) =>
    feed(point(1), eastern, meter(), type({ commodity: 7, uom: 169 }), block(daily()), ...bills);
  const found = async (...bills: string[]) =>
    lines(await read(file(...bills))).map((line) => [
      line.start,
      line.end,
      line.quantity,
      line.unit,
      ...line.warnings.map(({ code, message }) => `${code} ${message}`),
    ]);
  assert.deepEqual(await found(bill(218, 169)), [['2022-01-10', '2022-02-10', '218', 'therm']]);
  const [line] = await found(bill(230, 169));
  assert.deepEqual(line?.slice(0, 4), ['2022-01-10', '2022-02-10', '230', 'therm']);
  assert.match(line?.[4] ?? '', /RECONCILIATION .*states 230 therm .*add up to 217 therm/);
  // A bill by volume cannot be compared with readings in therms: it stands, and the readings are not added to it.
  assert.deepEqual(await found(bill(21_000, 119)), [['2022-01-10', '2022-02-10', '21000', 'ft3']]);
});

test('steam and heat of one usage point are lines of their own', async () => {
  const file = feed(
    point(4),
    eastern,
    meter('1'),
    type({ commodity: 10, uom: 169 }, '1'),
    block(daily().slice(0, 2), '1'),
    meter('2'),
    type({ commodity: 12, uom: 169 }, '2'),
    block(daily().slice(0, 3), '2'),
  );
  assert.deepEqual(
    lines(await read(file)).map((line) => [line.commodity, line.quantity]),
    [
      ['steam', '14'],
      ['heat', '21'],
    ],
  );
});

test('gas, water and electricity of one file keep to their usage points', async () => {
  const base = (id: number) => BASE.replace(/1$/, String(id));
  const one = (id: number, kind: number, change: Record<string, number>) => [
    point(kind, base(id)),
    meter('1', String(id), base(id)),
    type(change, String(id)),
    block(hours(1, id), '1', base(id)),
  ];
  const entries = [
    ...one(1, 0, { commodity: 1, uom: 72 }),
    ...one(2, 1, { commodity: 7, uom: 169 }),
    ...one(3, 2, { commodity: 9, uom: 128 }),
    eastern,
  ];
  const found = async (file: string) =>
    lines(await read(file))
      .map((line) => [line.meter, line.commodity, line.quantity, line.unit])
      .sort();
  const expected = [
    ['Subscription/9/UsagePoint/1', 'electricity', '0.024', 'kWh'],
    ['Subscription/9/UsagePoint/2', 'natural-gas', '48', 'therm'],
    ['Subscription/9/UsagePoint/3', 'water', '72', 'US gallon'],
  ];
  assert.deepEqual(await found(feed(...entries)), expected);
  assert.deepEqual(await found(feed(...entries.toReversed())), expected);
});
