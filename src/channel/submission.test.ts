import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  acme,
  audit,
  beta,
  fixtureChannel,
  gasLine,
  line,
  meterA,
  meterB,
  pageOf,
  record,
  recordOf,
  refuseRecord,
} from '../../test/support/fixture-channel.ts';
import { recordId } from './record.ts';

// Expected figures: worked by hand from the fixture factors, with exact fractions.

test('a page leaves its digest, its meter and year and its key, and nothing of its records', async () => {
  const channel = await fixtureChannel();
  const first = recordOf(line());
  const second = recordOf(line({ start: '2022-04-01', end: '2022-05-01' }));
  const page = pageOf([first, second]);
  const { transactionId, result, writes, event } = await channel.submit(acme, 'records.submit', page);
  const year = `meter/ACME/${meterA}/electricity/delivered/2022`;
  assert.deepEqual([...writes.keys()], [year, `page/${transactionId}`, 'submission/ACME/import-1']);
  assert.deepEqual(channel.state(year), {
    entries: [
      ['2022-03-01', '2022-04-01', recordId(first)],
      ['2022-04-01', '2022-05-01', recordId(second)],
    ],
    retired: [],
  });
  const digest = channel.state(`page/${transactionId}`);
  assert.deepEqual(result, { ...digest, transaction: transactionId });
  assert.deepEqual(Object.keys(digest ?? {}), ['count', 'owner', 'root']);
  assert.equal(event?.name, 'RecordsSubmitted');
  assert.deepEqual(JSON.parse(event?.payload ?? ''), digest);
});

test('T1: 1000 kWh of 2022', async () => {
  const channel = await fixtureChannel();
  const made = recordOf(line());
  assert.equal(made.energy, '1000');
  assert.deepEqual(made.location, { co2e: '373.127954', gwpSet: 'AR5' });
  assert.deepEqual(made.market, {
    co2e: '382.795242',
    gwpSet: 'AR5',
    higher: 'none-claimed',
    residual: 'used',
    tier: 'residual-mix',
  });
  // 1000 x 0.051 / 0.949 kWh
  assert.deepEqual(made.losses, { basis: 'generation', co2e: '20.052187', kWh: '53.74078' });
  assert.deepEqual(made.flags, []);
  await channel.submit(acme, 'records.submit', pageOf([made]));
});

test('T5 and T6: a period across a year end', async () => {
  const channel = await fixtureChannel();
  const shared = recordOf(line({ quantity: '3000', start: '2021-12-16', end: '2022-01-15' }));
  assert.equal(shared.location?.co2e, '1167.824585');
  assert.equal(shared.market?.co2e, '1195.101713');
  assert.deepEqual(
    shared.slices?.map(({ start, end, energy, location, market }) => [
      start,
      end,
      energy,
      location?.co2e,
      market?.co2e,
    ]),
    [
      ['2021-12-16', '2022-01-01', '1600', '645.44545', '659.188374'],
      ['2022-01-01', '2022-01-15', '1400', '522.379135', '535.913339'],
    ],
  );
  const inclusive = recordOf(
    line({ meter: meterB, quantity: '3000', start: '2021-12-16', end: '2022-01-16', statedEnd: 'inclusive' }),
  );
  assert.equal(inclusive.location?.co2e, '1166.261981');
  assert.deepEqual(
    inclusive.slices?.map(({ energy }) => energy),
    ['1548.387097', '1451.612903'],
  );
  await channel.submit(acme, 'records.submit', pageOf([shared, inclusive]));
  assert.deepEqual(
    channel.keys('meter/').map((key) => key.slice(-4)),
    ['2021', '2022', '2021', '2022'],
  );
});

test('gas, the UK and India: gases and fiscal years', async () => {
  const channel = await fixtureChannel();
  const gas = recordOf(gasLine());
  // 100 therm = 10 mmBtu; 53.06 + 0.001 x 28 + 0.0001 x 265 = 53.1145 kg/mmBtu (AR5)
  assert.deepEqual(gas.emissions, { ch4: '0.01', co2: '530.6', co2e: '531.145', gwpSet: 'AR5', n2o: '0.001' });
  const britain = recordOf(line({ place: { country: 'GB' }, zone: 'Europe/London' }));
  // CH4 0.8 / 25 and N2O 1.37 / 298 kg (AR4)
  assert.deepEqual(britain.location, { ch4: '0.032', co2: '191.21', co2e: '193.38', gwpSet: 'AR4', n2o: '0.004597' });
  assert.equal(britain.market?.residual, 'not-applicable');
  assert.deepEqual(britain.losses, { basis: 'factor', co2e: '17.69' });
  const indian = { place: { country: 'IN' }, zone: 'Asia/Kolkata', quantity: '3000', meter: meterB };
  const india = recordOf(line({ ...indian, start: '2022-03-17', end: '2022-04-16' }));
  // 15 days at 0.7 and 15 days at 0.8 t/MWh
  assert.equal(india.location?.co2e, '2250');
  assert.deepEqual(
    india.slices?.map(({ end, energy }) => [end, energy]),
    [
      ['2022-04-01', '1500'],
      ['2022-04-16', '1500'],
    ],
  );
  assert.deepEqual(india.flags, ['co2-only', 'losses-unavailable', 'residual-mix-absent']);
  await channel.submit(acme, 'records.submit', pageOf([gas, britain, india]));
});

test('lines without a result: exports, generation and water', async () => {
  const channel = await fixtureChannel();
  const exported = recordOf(line({ flow: 'exported' }));
  const water = recordOf(line({ commodity: 'water', unit: 'm3', quantity: '12.50' }));
  assert.equal(exported.noResult, 'flow');
  assert.equal(water.noResult, 'commodity');
  assert.equal(water.quantity, '12.50');
  assert.equal(water.energy, '12.5');
  await channel.submit(acme, 'records.submit', pageOf([exported, water]));
});

test('T8: a shared day is no overlap; a third bill that starts before is, and both records are named', async () => {
  const channel = await fixtureChannel();
  const bill = { quantity: '3100', statedEnd: 'shared-day' } as const;
  const { ids } = await record(channel, acme, [
    line({ ...bill, start: '2024-01-15', end: '2024-02-15' }),
    line({ ...bill, start: '2024-02-15', end: '2024-03-15' }),
  ]);
  const third = recordOf(line({ ...bill, start: '2024-02-14', end: '2024-02-15' }));
  await refuseRecord(channel, acme, third, { code: 'PERIOD_OVERLAP', where: 'start', otherRecordId: ids[0] as string });
});

test('overlap: inside, around, at each edge, within one page and across a year end', async () => {
  const channel = await fixtureChannel();
  const { ids } = await record(channel, acme, [line({ start: '2021-12-16', end: '2022-01-15' })]);
  const [otherRecordId] = ids as [string];
  for (const [start, end] of [
    ['2021-12-16', '2021-12-17'],
    ['2022-01-14', '2022-01-15'],
    ['2021-12-01', '2022-02-01'],
    ['2021-12-15', '2021-12-17'],
    ['2022-01-14', '2022-01-20'],
    ['2021-12-16', '2022-02-15'],
  ] as const) {
    await refuseRecord(channel, acme, recordOf(line({ start, end })), { code: 'PERIOD_OVERLAP', otherRecordId });
  }
  await record(channel, acme, [
    line({ start: '2021-12-15', end: '2021-12-16' }),
    line({ start: '2022-01-15', end: '2022-01-16' }),
  ]);
  const march = recordOf(line());
  const late = recordOf(line({ start: '2022-03-31', end: '2022-04-02' }));
  await channel.refuse(acme, 'records.submit', pageOf([march, late]), {
    code: 'PAGE_REFUSED',
    problems: [{ code: 'PERIOD_OVERLAP', index: 1, recordId: recordId(late), otherRecordId: recordId(march) }],
  });
});

test('another meter, flow, commodity or owner is no overlap', async () => {
  const channel = await fixtureChannel();
  await record(channel, acme, [
    line(),
    line({ meter: meterB }),
    line({ flow: 'net-only' }),
    line({ flow: 'exported' }),
    gasLine(),
  ]);
  // The pseudonym stands on the ledger for all to read: whoever repeats it must not fill the owner's periods.
  await record(channel, beta, [line()]);
});

test('T23: records that differ in the start alone have two ids', () => {
  const long = recordOf(line({ start: '2022-03-01' }));
  const short = recordOf(line({ start: '2022-03-02' }));
  assert.equal(long.location?.co2e, short.location?.co2e);
  assert.notEqual(recordId(long), recordId(short));
});

test('the same record again is named as a duplicate, in the ledger and in the page', async () => {
  const channel = await fixtureChannel();
  const made = recordOf(line());
  await channel.refuse(acme, 'records.submit', pageOf([made, made]), {
    code: 'PAGE_REFUSED',
    problems: [{ code: 'RECORD_DUPLICATE', index: 1, recordId: recordId(made) }],
  });
  await record(channel, acme, [line()]);
  await refuseRecord(channel, acme, made, { code: 'RECORD_DUPLICATE' });
});

test('all or nothing: every refused record is told in the order of the page, and the others are not written', async () => {
  const channel = await fixtureChannel();
  const good = recordOf(line());
  const overlapping = recordOf(line({ start: '2022-03-31', end: '2022-04-30' }));
  const bent = { ...recordOf(line({ meter: meterB })), energy: '1001' };
  const error = await channel.refuse(acme, 'records.submit', pageOf([good, overlapping, bent]), {
    code: 'PAGE_REFUSED',
    problems: [
      { code: 'PERIOD_OVERLAP', index: 1 },
      { code: 'ARITHMETIC_MISMATCH', index: 2, where: 'energy' },
    ],
  });
  assert.match(error.message, /^2 of 3 records refused, the first at index 1: PERIOD_OVERLAP/);
  assert.deepEqual(channel.keys('meter/'), []);
  assert.deepEqual(channel.keys('page/'), []);
});

test('a record that was refused holds no place against the others of its page', async () => {
  const channel = await fixtureChannel();
  const bent = { ...recordOf(line()), energy: '1001' };
  await channel.refuse(acme, 'records.submit', pageOf([bent, recordOf(line())]), {
    code: 'PAGE_REFUSED',
    problems: [{ code: 'ARITHMETIC_MISMATCH', index: 0 }],
  });
});

test("somebody else's record, and a member without the role", async () => {
  const channel = await fixtureChannel();
  const foreign = recordOf(line({ owner: beta.member }));
  await refuseRecord(channel, acme, foreign, { code: 'NOT_OWNER', where: 'owner', member: beta.member });
  const own = recordOf(line({ owner: audit.member }));
  await channel.refuse(audit, 'records.submit', pageOf([own]), { code: 'NOT_ALLOWED', member: audit.member });
});

test('a period may end on the day after the proposal, and not later', async () => {
  const channel = await fixtureChannel();
  const until = (end: string) => recordOf(line({ start: '2023-05-01', end }));
  const timestamp = '2023-05-31T23:59:59.999Z';
  await refuseRecord(channel, acme, until('2023-06-02'), { code: 'PERIOD_FUTURE', where: 'end' }, { timestamp });
  await channel.submit(acme, 'records.submit', pageOf([until('2023-06-01')]), { timestamp });
  const leapDay = recordOf(line({ start: '2024-02-01', end: '2024-02-29' }));
  await channel.submit(acme, 'records.submit', pageOf([leapDay], 'leap'), { timestamp: '2024-02-28T00:00:00.000Z' });
});

test('dates that do not exist, empty, reversed and endless periods are problems of their record', async () => {
  const channel = await fixtureChannel();
  const made = recordOf(line());
  const periods = [
    ['2022-02-30', '2022-04-01', 'DATE_INVALID', 'start'],
    ['2022-03-01', '2022-04-31', 'DATE_INVALID', 'end'],
    ['0000-01-01', '2022-04-01', 'DATE_INVALID', 'start'],
    ['2022-03-01', '9999-12-31', 'DATE_INVALID', 'end'],
    ['2022-03-01', '2022-03-01', 'PERIOD_INVALID', 'end'],
    ['2022-03-02', '2022-03-01', 'PERIOD_INVALID', 'end'],
    // Two thousand years would be two thousand keys of overlap control.
    ['1900-01-01', '2200-12-31', 'PERIOD_TOO_LONG', 'end'],
    ['2020-01-01', '2022-03-12', 'PERIOD_TOO_LONG', 'end'],
  ] as const;
  for (const [start, end, code, where] of periods) {
    await refuseRecord(channel, acme, { ...made, start, end }, { code, where });
  }
});

test('a subdivision of another country is refused', async () => {
  const channel = await fixtureChannel();
  const made = recordOf(line({ place: { country: 'US', subdivision: 'GB-ENG' } }));
  await refuseRecord(channel, acme, made, { code: 'PLACE_INVALID', where: 'subdivision' });
});

test('a record that follows another does not come with a page', async () => {
  const channel = await fixtureChannel();
  const follows = { record: 'd'.repeat(64), reason: 'misread' } as const;
  for (const change of [{ supersedes: follows }, { adjusts: follows }]) {
    await refuseRecord(channel, acme, recordOf(line(change)), { code: 'ARGUMENTS_INVALID', where: 'supersedes' });
  }
});
