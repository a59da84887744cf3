import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { line, recordOf } from '../../test/support/fixture-channel.ts';
import { formatDate, isChannelError, parseDate } from '../emissions/index.ts';
import { lastRecordableDay, MeterYears, periodOf } from './meter-years.ts';
import { type ActivityRecord, recordId } from './record.ts';

const base = recordOf(line({ flow: 'exported' }));
const first = parseDate('2021-11-15');

type Store = Map<string, string>;

function load(store: Store, records: readonly ActivityRecord[]): Promise<MeterYears> {
  return MeterYears.load({ getMany: async (keys) => keys.map((key) => store.get(key)) }, records.map(periodOf));
}

function save(store: Store, years: MeterYears): void {
  years.write({ put: (key: string, value: string) => void store.set(key, value) } as never);
}

const period = fc
  .record({ from: fc.integer({ min: 0, max: 500 }), days: fc.integer({ min: 1, max: 500 }) })
  .map(({ from, days }) => ({ ...base, start: formatDate(first + from), end: formatDate(first + from + days) }));

test('a period is entered exactly when no active one shares a day with it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(period, { minLength: 1, maxLength: 30 }), async (records) => {
      const store: Store = new Map();
      const active: ActivityRecord[] = [];
      for (const record of records) {
        const free = active.every((other) => record.end <= other.start || other.end <= record.start);
        const years = await load(store, [record]);
        const isFree = years.isFree(periodOf(record));
        try {
          years.enter(periodOf(record), recordId(record));
          assert.ok(free);
          active.push(record);
          save(store, years);
        } catch (error) {
          if (!isChannelError(error, 'PERIOD_OVERLAP', 'RECORD_DUPLICATE')) throw error;
          assert.ok(!free);
          assert.ok(!isFree, 'years that are free refuse nothing');
          const other = active.find((one) => recordId(one) === (error.details.otherRecordId ?? error.details.recordId));
          assert.ok(other !== undefined && record.start < other.end && other.start < record.end);
        }
      }
    }),
    { numRuns: 100 },
  );
});

test('the state does not depend on the order in which periods came', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.integer({ min: 0, max: 80 }), { minLength: 2, maxLength: 20 }),
      async (weeks) => {
        const records = weeks.map((week) => ({
          ...base,
          start: formatDate(first + week * 7),
          end: formatDate(first + week * 7 + 7),
        }));
        const stores: Store[] = [];
        for (const order of [records, records.toReversed()]) {
          const store: Store = new Map();
          const years = await load(store, order);
          for (const record of order) years.enter(periodOf(record), recordId(record));
          save(store, years);
          stores.push(store);
        }
        assert.deepEqual(stores[0], stores[1]);
      },
    ),
    { numRuns: 50 },
  );
});

test('a retired period is free again for other content alone', async () => {
  const store: Store = new Map();
  const long = { ...base, start: '2021-12-20', end: '2022-01-10' };
  const years = await load(store, [long]);
  years.enter(periodOf(long), recordId(long));
  years.retire(periodOf(long), recordId(long));
  assert.throws(() => years.enter(periodOf(long), recordId(long)), { code: 'RECORD_VOIDED' });
  const other = { ...long, quantity: '2' };
  years.enter(periodOf(other), recordId(other));
  save(store, years);
  assert.equal(store.size, 2);
  for (const value of store.values()) {
    assert.deepEqual(JSON.parse(value), {
      entries: [['2021-12-20', '2022-01-10', recordId(other)]],
      retired: [recordId(long)],
    });
  }
});

test('a period that ends with the year stands under that year alone', async () => {
  const store: Store = new Map();
  const december = { ...base, start: '2021-12-01', end: '2022-01-01' };
  const years = await load(store, [december]);
  years.enter(periodOf(december), recordId(december));
  save(store, years);
  assert.deepEqual([...store.keys()], [`meter/ACME/${base.meter}/electricity/exported/2021`]);
});

test('the last day that a period may end before', () => {
  assert.equal(lastRecordableDay('2023-12-31T23:59:59.999Z'), '2024-01-01');
  assert.equal(lastRecordableDay('2024-02-28T00:00:00.000Z'), '2024-02-29');
});

test('years are free while no record stands or stood there', async () => {
  const store: Store = new Map();
  const [one, other] = ['2021-11-15', '2021-12-15'].map((start) => ({ ...base, start, end: '2021-12-20' }));
  const [entered, near] = [one, other] as [ActivityRecord, ActivityRecord];
  const years = await load(store, [entered]);
  assert.equal(years.isFree(periodOf(entered)), true);
  assert.equal(
    years.isFree({ ...periodOf(entered), replaces: recordId(near) }),
    false,
    'what it replaces must be looked up',
  );
  years.enter(periodOf(entered), recordId(entered));
  assert.equal(years.isFree(periodOf(near)), false);
  years.retire(periodOf(entered), recordId(entered));
  assert.equal(years.isFree(periodOf(near)), false, 'its id may not come back');
});
