import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MeterPeriods } from './meter-periods.ts';

const DAY = 19_000;

test('what the ends of a meter show, and on which days its entries start', () => {
  const periods = new MeterPeriods();
  // The first meter shares days, the second bills whole days, the third does both; the fourth has one entry, the fifth one of a day.
  for (const [meter, start, end] of [
    ...[['shares', 10, 40] as const, ['whole', 41, 70] as const, ['shares', 40, 71] as const],
    ...[['both', 0, 30] as const, ['both', 30, 59] as const, ['both', 60, 90] as const],
    ...[['whole', 10, 40] as const, ['alone', 5, 9] as const, ['day', 7, 7] as const, ['day', 8, 8] as const],
  ])
    periods.enter(meter, DAY + start, DAY + end);
  const number = (meter: string) => periods.numberOf(meter) as number;
  assert.deepEqual(
    ['shares', 'whole', 'both', 'alone', 'day'].map((meter) => periods.foundOf(number(meter))),
    ['shared-day', 'inclusive', 'mixed', 'none', 'none'],
  );
  assert.equal(periods.startsOn(number('shares'), DAY + 40), true);
  assert.equal(periods.startsOn(number('whole'), DAY + 40), false, 'the day on which another meter starts');
  assert.equal(periods.startsOn(number('alone'), DAY + 7), false, 'the day of the next meter in order');
  assert.equal(periods.numberOf('unknown'), undefined);
  assert.equal(periods.anyShared(), true);
});

test('ten thousand meters keep their own days, in whatever order their entries come', () => {
  const periods = new MeterPeriods();
  const all = Array.from({ length: 30_000 }, (_, at) => ({ meter: (at * 7_919) % 10_007, start: DAY + (at % 500) }));
  for (const { meter, start } of all) periods.enter(`meter ${meter}`, start, start + 20);
  const starts = Map.groupBy(all, ({ meter }) => meter);
  for (const [meter, entries] of starts) {
    const number = periods.numberOf(`meter ${meter}`) as number;
    const days = new Set(entries.map(({ start }) => start));
    for (const { start } of entries)
      for (const day of [start - 1, start, start + 1])
        assert.equal(periods.startsOn(number, day), days.has(day), `meter ${meter}`);
  }
  assert.throws(() => periods.enter('late', DAY, DAY + 1), RangeError);
});
