import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ActivityRecord } from '../channel/index.ts';
import { PeriodBook } from './period-book.ts';

function record(start: string, end: string, meter = 'a', flow = 'delivered'): ActivityRecord {
  return { meter, commodity: 'electricity', flow, start, end } as ActivityRecord;
}

test('an overlap names the line that stands there, and is not entered itself', () => {
  const book = new PeriodBook();
  const enter = (one: ActivityRecord, where: string, file = 0) => book.enter(one, where, file);
  assert.equal(enter(record('2023-02-01', '2023-03-01'), 'rows 5 to 7'), undefined);
  assert.equal(enter(record('2023-01-01', '2023-02-01'), 'row 2'), undefined, 'ends where the other starts');
  assert.equal(enter(record('2023-03-01', '2023-04-01'), 'UsagePoint 1, IntervalBlock 2', 1), undefined);
  assert.deepEqual(enter(record('2023-01-31', '2023-02-01'), 'row 9'), { where: 'row 2', file: 0 });
  assert.deepEqual(enter(record('2023-02-10', '2023-02-11'), 'row 9'), { where: 'rows 5 to 7', file: 0 });
  assert.deepEqual(enter(record('2022-12-01', '2024-01-01'), 'row 9'), { where: 'row 2', file: 0 });
  assert.deepEqual(enter(record('2023-03-31', '2023-05-01'), 'row 9'), {
    where: 'UsagePoint 1, IntervalBlock 2',
    file: 1,
  });
  assert.equal(enter(record('2023-04-01', '2023-05-01'), 'row 10'), undefined, 'row 9 was never entered');
});

test('meters, flows and files are kept apart', () => {
  const book = new PeriodBook();
  const year = ['2023-01-01', '2024-01-01'] as const;
  assert.equal(book.enter(record(...year), 'row 2', 0), undefined);
  assert.equal(book.enter(record(...year, 'b'), 'row 3', 1), undefined);
  assert.equal(book.enter(record(...year, 'a', 'exported'), 'row 4', 0), undefined);
  book.forget(0);
  assert.equal(book.enter(record(...year), 'row 2', 2), undefined, 'file 0 is forgotten');
  assert.deepEqual(book.enter(record(...year, 'b'), 'row 9', 2), { where: 'row 3', file: 1 });
});

test('a thousand periods in any order: the same overlaps as when each is compared with each', () => {
  demandSameOverlaps(new PeriodBook(), 1);
});

test('the same of five meters of which two find room in memory', () => {
  const book = new PeriodBook({ entries: 2 });
  demandSameOverlaps(book, 5);
  book.forget(0);
  assert.equal(
    book.enter(record('2000-01-01', '2030-01-01', 'm3'), 'row 2', 1),
    undefined,
    'all of them are forgotten',
  );
  book.close();
});

function demandSameOverlaps(book: PeriodBook, meters: number): void {
  const standing: [number, number, number][] = [];
  const date = (day: number): string => new Date(Date.UTC(2000, 0, 1 + day)).toISOString().slice(0, 10);
  for (let at = 0; at < 1000; at += 1) {
    // 7919 is a prime that 4001 does not divide: starts come in a jumbled order.
    const start = (at * 7919) % 4001;
    const end = start + 1 + (at % 9);
    const meter = at % meters;
    const expected = standing.some(([one, from, to]) => one === meter && from < end && start < to);
    const found = book.enter(record(date(start), date(end), `m${meter}`), `row ${at + 2}`, 0);
    assert.equal(found !== undefined, expected, `${at}`);
    if (!expected) standing.push([meter, start, end]);
  }
}

test('places that are no rows are told from the disk, and long series are set aside', () => {
  const book = new PeriodBook({ bytes: 5_000 });
  const date = (day: number): string => new Date(Date.UTC(1950, 0, 1 + day)).toISOString().slice(0, 10);
  for (let day = 0; day < 1_500; day += 1)
    for (const meter of ['a', 'b'])
      assert.equal(book.enter(record(date(day), date(day + 1), meter), `sheet 1, row ${day}${meter}`, 0), undefined);
  assert.deepEqual(book.enter(record(date(3), date(4), 'a'), 'row 2', 0), { where: 'sheet 1, row 3a', file: 0 });
  assert.deepEqual(book.enter(record(date(1_499), date(1_500), 'b'), 'row 2', 0), {
    where: 'sheet 1, row 1499b',
    file: 0,
  });
  book.close();
});
