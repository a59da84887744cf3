import assert from 'node:assert/strict';
import { test } from 'node:test';
import Big from 'big.js';
import fc from 'fast-check';
import { isChannelError } from './error.ts';
import {
  cutSpan,
  type DaySpan,
  formatDate,
  halfOpenPeriod,
  monthCuts,
  monthOf,
  nextMonthStart,
  parseDate,
  parseSpan,
  shareByDays,
  yearCuts,
  yearOf,
  yearStart,
} from './period.ts';

const runs = { seed: 19_700_101, numRuns: 300 };
const DAY = 86_400_000;
const FIRST = Date.UTC(1900, 0, 1) / DAY;
const LAST = Date.UTC(2200, 11, 31) / DAY;
const day = fc.integer({ min: FIRST, max: LAST - 800 });
const span = fc
  .tuple(day, fc.integer({ min: 1, max: 800 }))
  .map(([start, days]): DaySpan => ({ start, end: start + days }));

const sum = (parts: readonly bigint[]) => parts.reduce((total, part) => total + part, 0n);

test('a date with any other character in it is none', () => {
  const right = '2024-02-19';
  // The neighbours of the digits among them: a slash stands before 0 and a colon after 9.
  for (let at = 0; at < right.length; at += 1) {
    for (const other of ['/', ':', ';', '-', '.', ' ', 'a', '\u0663', '']) {
      const text = `${right.slice(0, at)}${other}${right.slice(at + 1)}`;
      if (text === right) continue;
      assert.throws(() => parseDate(text), { code: 'DATE_INVALID' }, text);
    }
  }
  for (const text of [`${right}0`, ` ${right}`, `${right}T00`, '2024-13-01', '2024-00-01', '2024-01-00'])
    assert.throws(() => parseDate(text), { code: 'DATE_INVALID' }, text);
});

test('every day from 1900 to 2200 is the one that Date knows', () => {
  for (let number = FIRST; number <= LAST; number += 1) {
    const date = new Date(number * DAY);
    const iso = date.toISOString().slice(0, 10);
    if (formatDate(number) !== iso || parseDate(iso) !== number || yearOf(number) !== date.getUTCFullYear()) {
      assert.fail(`${iso}: ${formatDate(number)}, ${parseDate(iso)}, ${yearOf(number)}`);
    }
  }
  assert.deepEqual([parseDate('1970-01-01'), parseDate('1969-12-31'), parseDate('2000-03-01')], [0, -1, 11_017]);
});

test('the calendar goes on before 1900 and after 2200, where only arithmetic leads', () => {
  for (const [year, month, dayOfMonth] of [
    [1600, 2, 29],
    [1899, 12, 31],
    [2201, 1, 1],
    [2400, 2, 29],
    [2400, 3, 1],
  ] as const) {
    const date = Date.UTC(year, month - 1, dayOfMonth);
    assert.equal(formatDate(date / DAY), new Date(date).toISOString().slice(0, 10));
    assert.equal(yearStart(year), Date.UTC(year, 0, 1) / DAY);
  }
});

test('days that do not exist, and other ways to write them, are refused', () => {
  const bad = [
    '1900-02-29',
    '2100-02-29',
    '2023-02-29',
    '2024-02-30',
    '2024-04-31',
    '2024-01-32',
    '2024-01-00',
    '2024-00-10',
  ];
  bad.push(
    '2024-13-01',
    '1899-12-31',
    '2201-01-01',
    '2024-1-01',
    '2024-01-1',
    '24-01-01',
    '2024/01/01',
    '20240101',
    '',
  );
  bad.push(
    '2024-01-01T00:00',
    '2024-01-01 ',
    '\n2024-01-01',
    '2024-01-01\n',
    '٢٠٢٤-٠١-٠١',
    '２０２４-01-01',
    '+2024-01-01',
    '2024-01-0x',
  );
  for (const text of bad) {
    assert.throws(
      () => parseDate(text, 'start'),
      (error: unknown) => isChannelError(error, 'DATE_INVALID') && error.details.where === 'start',
      JSON.stringify(text),
    );
  }
  assert.throws(() => parseDate('x'.repeat(50)), {
    message: `date '${'x'.repeat(40)}' is not a date`,
    details: { where: 'date' },
  });
  for (const text of ['2000-02-29', '2024-02-29', '1900-02-28', '1900-01-01', '2200-12-31']) {
    assert.equal(formatDate(parseDate(text)), text);
  }
});

test('each month has its days and no more', () => {
  for (const year of [1900, 2000, 2023, 2024, 2100]) {
    for (let month = 1; month <= 12; month += 1) {
      const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
      const iso = (dayOfMonth: number) => `${year}-${String(month).padStart(2, '0')}-${dayOfMonth}`;
      assert.equal(parseDate(iso(days)), Date.UTC(year, month - 1, days) / DAY);
      assert.throws(() => parseDate(iso(days + 1)), { code: 'DATE_INVALID' });
    }
  }
});

test('months and years start where Date says', () => {
  fc.assert(
    fc.property(day, (number) => {
      const date = new Date(number * DAY);
      assert.equal(nextMonthStart(number), Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) / DAY);
      assert.equal(yearStart(date.getUTCFullYear()), Date.UTC(date.getUTCFullYear(), 0, 1) / DAY);
      assert.equal(monthOf(number), date.toISOString().slice(0, 7));
    }),
    runs,
  );
});

test('a span has at least one day and at most 800', () => {
  assert.deepEqual(parseSpan('2024-02-29', '2024-03-01'), { start: 19_782, end: 19_783 });
  // 2022-01-01 plus 800 days: 365 + 365 + 70 days of the leap year 2024, its 71st day
  assert.deepEqual(parseSpan('2022-01-01', '2024-03-11'), { start: 18_993, end: 19_793 });
  const refused = (start: string, end: string) => {
    try {
      parseSpan(start, end);
    } catch (error) {
      return isChannelError(error) ? [error.code, error.details.where, error.message] : undefined;
    }
    return undefined;
  };
  assert.deepEqual(refused('2022-01-01', '2024-03-12'), [
    'PERIOD_TOO_LONG',
    'end',
    'the period 2022-01-01 to 2024-03-12 has 801 days',
  ]);
  const none = 'the period 2024-03-01 to 2024-03-01 (end exclusive) has no days';
  assert.deepEqual(refused('2024-03-01', '2024-03-01'), ['PERIOD_INVALID', 'end', none]);
  assert.equal(refused('2024-03-01', '2024-02-29')?.[0], 'PERIOD_INVALID');
  assert.deepEqual(refused('x', '2024-02-29')?.slice(0, 2), ['DATE_INVALID', 'start']);
  assert.deepEqual(refused('2024-02-29', 'x')?.slice(0, 2), ['DATE_INVALID', 'end']);
});

test('rule A: every way to state an end becomes half-open', () => {
  const period = (...args: Parameters<typeof halfOpenPeriod>) => Object.values(halfOpenPeriod(...args)).join(' ');
  assert.equal(period('2024-01-01', '2024-01-31', 'inclusive'), '2024-01-01 2024-02-01');
  assert.equal(period('2024-02-29', '2024-02-29', 'inclusive'), '2024-02-29 2024-03-01');
  assert.equal(period('2024-01-01', '2024-02-01', 'exclusive'), '2024-01-01 2024-02-01');
  assert.equal(period('2024-01-15', '2024-02-15', 'shared-day'), '2024-01-15 2024-02-15');
  assert.equal(period('2024-01-15', '2024-02-15', 'read-date'), '2024-01-15 2024-02-15');
  assert.equal(period({ days: 29 }, '2024-03-01', 'read-date'), '2024-02-01 2024-03-01');
  assert.equal(period({ days: 29 }, '2024-02-29', 'inclusive'), '2024-02-01 2024-03-01');
  assert.throws(() => halfOpenPeriod('2024-02-01', '2024-02-01', 'exclusive'), { code: 'PERIOD_INVALID' });
  assert.throws(() => halfOpenPeriod('2022-01-01', '2024-03-12', 'exclusive'), { code: 'PERIOD_TOO_LONG' });
  for (const days of [0, -1]) {
    assert.throws(() => halfOpenPeriod({ days }, '2024-02-01', 'read-date'), { code: 'PERIOD_INVALID' });
  }
  for (const days of [Number.NaN, 1.5, Number.POSITIVE_INFINITY, 1e300]) {
    assert.throws(() => halfOpenPeriod({ days }, '2024-02-01', 'read-date'), { code: 'DATE_INVALID' }, String(days));
  }
  assert.throws(() => halfOpenPeriod('x', '2024-02-01', 'exclusive'), {
    code: 'DATE_INVALID',
    details: { where: 'start' },
  });
  assert.throws(() => halfOpenPeriod('2024-01-01', 'x', 'exclusive'), {
    code: 'DATE_INVALID',
    details: { where: 'end' },
  });
});

test('a half-open period keeps its days whichever way its end was stated', () => {
  fc.assert(
    fc.property(span, ({ start, end }) => {
      const [first, last] = [formatDate(start), formatDate(end)];
      const expected = { start: first, end: last };
      assert.deepEqual(halfOpenPeriod(first, formatDate(end - 1), 'inclusive'), expected);
      assert.deepEqual(halfOpenPeriod(first, last, 'exclusive'), expected);
      assert.deepEqual(halfOpenPeriod({ days: end - start }, last, 'read-date'), expected);
      assert.deepEqual(parseSpan(first, last), { start, end });
    }),
    runs,
  );
});

test('cuts part a span without gap or overlap, only at days inside it', () => {
  assert.deepEqual(cutSpan({ start: 10, end: 20 }, [15, 10, 20, 12, 15, 9, 21, Number.NaN]), [
    { start: 10, end: 12 },
    { start: 12, end: 15 },
    { start: 15, end: 20 },
  ]);
  assert.deepEqual(cutSpan({ start: 10, end: 11 }, []), [{ start: 10, end: 11 }]);
  fc.assert(
    fc.property(span, fc.array(fc.integer({ min: -10, max: 810 }), { maxLength: 12 }), (whole, offsets) => {
      const days = offsets.map((offset) => whole.start + offset);
      const parts = cutSpan(whole, days);
      assert.equal(parts[0]?.start, whole.start);
      assert.equal(parts.at(-1)?.end, whole.end);
      parts.forEach((part, at) => {
        assert.ok(part.start < part.end);
        if (at > 0) assert.ok(part.start === parts[at - 1]?.end && days.includes(part.start));
      });
      const inside = new Set(days.filter((each) => each > whole.start && each < whole.end));
      assert.equal(parts.length, inside.size + 1);
    }),
    runs,
  );
});

test('year and month cuts are the firsts of January and of each month strictly inside', () => {
  const dates = (days: readonly number[]) => days.map((each) => formatDate(each));
  assert.deepEqual(dates(yearCuts(parseSpan('2022-01-01', '2024-01-01'))), ['2023-01-01']);
  assert.deepEqual(dates(yearCuts(parseSpan('2022-12-31', '2023-01-01'))), []);
  assert.deepEqual(dates(yearCuts(parseSpan('2022-12-31', '2023-01-02'))), ['2023-01-01']);
  assert.deepEqual(dates(monthCuts(parseSpan('2023-12-01', '2024-03-01'))), ['2024-01-01', '2024-02-01']);
  assert.deepEqual(dates(monthCuts(parseSpan('2024-02-29', '2024-03-01'))), []);
  assert.deepEqual(dates(monthCuts(parseSpan('2024-02-29', '2024-03-02'))), ['2024-03-01']);
  fc.assert(
    fc.property(span, (whole) => {
      const all = Array.from({ length: whole.end - whole.start - 1 }, (_, at) => whole.start + 1 + at);
      const ofMonth = all.filter((each) => new Date(each * DAY).getUTCDate() === 1);
      assert.deepEqual(monthCuts(whole), ofMonth);
      assert.deepEqual(
        yearCuts(whole),
        ofMonth.filter((each) => new Date(each * DAY).getUTCMonth() === 0),
      );
    }),
    runs,
  );
});

test('rule B: shares follow the days, half-even, and add up to the whole', () => {
  const spans = (...days: number[]) => {
    let end = 0;
    return days.map((count) => {
      const start = end;
      end += count;
      return { start, end };
    });
  };
  assert.deepEqual(shareByDays(3_000n, spans(16, 14)), [1_600n, 1_400n]);
  assert.deepEqual(shareByDays(10n, spans(1)), [10n]);
  assert.deepEqual(shareByDays(1n, spans(1, 1)), [0n, 1n]); // 0.5 to the even 0
  assert.deepEqual(shareByDays(3n, spans(1, 1)), [2n, 1n]); // 1.5 to the even 2
  assert.deepEqual(shareByDays(2n, spans(1, 1, 1)), [1n, 1n, 0n]); // 0.67 and 0.67
  assert.deepEqual(shareByDays(0n, spans(3, 4)), [0n, 0n]);
  assert.deepEqual(shareByDays(7n, []), []);
});

test('a share is never negative, however small the amount: 3 over five days is 1, 1, 1, 0, 0', () => {
  const five = cutSpan({ start: 0, end: 5 }, [1, 2, 3, 4]);
  assert.deepEqual(shareByDays(3n, five), [1n, 1n, 1n, 0n, 0n]);
});

test('shares add up exactly, are never negative and lie within half a unit of the exact share', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 10n ** 24n }),
      span,
      fc.array(fc.nat(800), { maxLength: 8 }),
      (units, whole, cuts) => {
        const parts = cutSpan(
          whole,
          cuts.map((offset) => whole.start + offset),
        );
        const shares = shareByDays(units, parts);
        assert.equal(sum(shares), units);
        const total = whole.end - whole.start;
        shares.slice(0, -1).forEach((share, at) => {
          const part = parts[at] as DaySpan;
          const product = new Big((units * BigInt(part.end - part.start)).toString());
          // The exact quotient to 30 decimals: enough for a half, which has one.
          Big.DP = 30;
          if (units > 100n) assert.equal(share.toString(), product.div(total).round(0, 2).toFixed());
        });
        for (const share of shares) assert.ok(share >= 0n);
      },
    ),
    runs,
  );
});
