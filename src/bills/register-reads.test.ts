import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  block,
  brief,
  DAY,
  eastern,
  feed,
  lines,
  MIDNIGHT,
  meter,
  point,
  type Read,
  read,
  type,
} from '../../test/support/green-button-feed.ts';

const HOUR = 3_600;
const register = (list: readonly Read[], change: Record<string, string | number> = {}) =>
  feed(point(), eastern, meter(), type({ accumulationBehaviour: 3, ...change }), block(list));

test('the use is the difference between reads at midnight, whatever their order and kind', async () => {
  // 1000, 1012.5 and 1020 kWh on 10, 11 and 12 January: 12.5 + 7.5 = 20 kWh.
  const reads: Read[] = [
    [MIDNIGHT, 0, 1_000_000],
    [MIDNIGHT + DAY, 0, 1_012_500],
    [MIDNIGHT + 2 * DAY, 0, 1_020_000],
  ];
  const expected = [['delivered', '2022-01-10', '2022-01-12', '20', 'REGISTER_DIFFERENCES']];
  for (const accumulationBehaviour of [1, 2, 3]) {
    assert.deepEqual(brief(await read(register(reads, { accumulationBehaviour }))), expected);
    assert.deepEqual(brief(await read(register(reads.toReversed(), { accumulationBehaviour }))), expected);
  }
  const [twice] = brief(await read(register([...reads, ...reads])));
  assert.deepEqual(twice, [...(expected[0] as string[]), 'READINGS_REPEATED']);
});

test('reads of intervals are taken as read at the end, and say so', async () => {
  // A read each hour of 10 January and the last of 9 January: the register grows by 2 Wh an hour, so 48 Wh in the day.
  const hourly: Read[] = Array.from(
    { length: 25 },
    (_, hour) => [MIDNIGHT + (hour - 1) * HOUR, HOUR, 500 + 2 * hour] as const,
  );
  const [line] = lines(await read(register(hourly)));
  assert.deepEqual([line?.start, line?.end, line?.quantity], ['2022-01-10', '2022-01-11', '0.048']);
  assert.match(line?.warnings[0]?.message ?? '', /25 reads .* end of its interval/);
  const quarters: Read[] = [0, 1, 2, 3].map((at) => [MIDNIGHT + at * 900, 900, 500 + at] as const);
  assert.deepEqual(brief(await read(register(quarters))), [['ROW_INVALID', 'UsagePoint 1, MeterReading 1']]);
});

test('reads weeks apart are periods from day to day, and touch', async () => {
  // Read at 10:15 on 10 January, 9 February and 11 March: 900 and 870 kWh.
  const at = MIDNIGHT + 10 * HOUR + 900;
  const reads: Read[] = [
    [at, 0, 50_000_000],
    [at + 30 * DAY, 0, 50_900_000],
    [at + 60 * DAY, 0, 51_770_000],
  ];
  assert.deepEqual(brief(await read(register(reads))), [
    ['delivered', '2022-01-10', '2022-02-09', '900', 'REGISTER_DIFFERENCES', 'DAY_BOUNDARY'],
    ['delivered', '2022-02-09', '2022-03-11', '870', 'REGISTER_DIFFERENCES', 'DAY_BOUNDARY'],
  ]);
});

test('a register that falls is refused with what was found: rollover and reset cannot be told apart', async () => {
  const [item] = await read(
    register([
      [MIDNIGHT, 0, 99_999_000],
      [MIDNIGHT + DAY, 0, 4_000],
    ]),
  );
  assert.ok(item !== undefined && 'rejected' in item);
  assert.equal(item.rejected.code, 'ROW_INVALID');
  assert.match(item.rejected.message, /falls from 99999 to 4 by 2022-01-11: it rolled over, was reset/);
});

test('one read, two reads that differ and reads over several days are refused', async () => {
  const message = async (list: readonly Read[]) => {
    const [item] = await read(register(list));
    assert.ok(item !== undefined && 'rejected' in item);
    return item.rejected.message;
  };
  assert.match(await message([[MIDNIGHT, 0, 5]]), /one read of a register/);
  assert.match(
    await message([
      [MIDNIGHT, 0, 5],
      [MIDNIGHT, 0, 6],
      [MIDNIGHT + DAY, 0, 7],
    ]),
    /one time are not the same/,
  );
  assert.match(
    await message([
      [MIDNIGHT, 30 * DAY, 5],
      [MIDNIGHT + 30 * DAY, 30 * DAY, 6],
    ]),
    /without saying when/,
  );
});

test('an estimated read makes both differences beside it estimated', async () => {
  const reads: Read[] = [
    [MIDNIGHT, 0, 0],
    [MIDNIGHT + DAY, 0, 10_000, 8],
    [MIDNIGHT + 2 * DAY, 0, 25_000],
    [MIDNIGHT + 3 * DAY, 0, 26_000],
  ];
  const [line] = lines(await read(register(reads)));
  assert.deepEqual([line?.quantity, line?.readBasis], ['26', 'estimated']);
  assert.equal(line?.warnings[1]?.message, '25 of 26 kWh are estimated');
});

test('beside the use of each interval, register reads are not counted again', async () => {
  const hourly: Read[] = Array.from({ length: 24 }, (_, hour) => [MIDNIGHT + hour * HOUR, HOUR, 500] as const);
  const reads: Read[] = [
    [MIDNIGHT, 0, 0],
    [MIDNIGHT + DAY, 0, 12_000],
  ];
  const file = feed(
    point(),
    eastern,
    meter('1'),
    type({ accumulationBehaviour: 1 }, '1'),
    block(reads, '1'),
    meter('2'),
    type({}, '2'),
    block(hourly, '2'),
  );
  assert.deepEqual(brief(await read(file)), [['delivered', '2022-01-10', '2022-01-11', '12', 'READINGS_UNUSED']]);
});

test('readings without a duration that are not said to be of a register are refused', async () => {
  const file = register([[MIDNIGHT, 0, 5]], { accumulationBehaviour: 4 });
  assert.deepEqual(brief(await read(file)), [['ROW_INVALID', 'UsagePoint 1, MeterReading 1']]);
});
