import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MeterCompleteness } from './completeness.ts';
import { bySite } from './site-completeness.ts';

const series = (
  meter: string,
  covered: number,
  days: number,
  commodity: 'electricity' | 'natural-gas' = 'electricity',
) =>
  ({
    ...{ meter, commodity, flow: 'delivered', covered, days, share: '' },
    gaps: covered === days ? [] : [{ start: '', end: '', days: days - covered }],
  }) satisfies MeterCompleteness;

test('the days of the meters of a site are added up; meters without a site come last', () => {
  // A leap year. Works: 366 + 356 + 183 of 3 x 366 days; 905 / 1098 = 0.82423... Office: 366 of 366.
  const sites = new Map([
    ['a', 'Works'],
    ['b', 'Works'],
    ['c', 'Office'],
  ]);
  const found = bySite(
    [
      series('a', 366, 366),
      series('a', 356, 366, 'natural-gas'),
      series('b', 183, 366),
      series('c', 366, 366),
      series('d', 0, 366),
    ],
    (meter) => sites.get(meter),
  );
  assert.deepEqual(found, [
    { site: 'Office', meters: 1, incomplete: 0, incompleteMeters: [], covered: 366, days: 366, share: '1' },
    {
      site: 'Works',
      meters: 2,
      incomplete: 2,
      incompleteMeters: ['a', 'b'],
      covered: 905,
      days: 1_098,
      share: '0.8242',
    },
    { site: null, meters: 1, incomplete: 1, incompleteMeters: ['d'], covered: 0, days: 366, share: '0' },
  ]);
  assert.deepEqual(
    bySite([], () => undefined),
    [],
  );
});
