import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BillLine, PlaceHint, ReadOptions } from '../bills/index.ts';
import { mergeHints } from './line-place.ts';
import { ToldCount } from './told-settings.ts';

const line = (more: Partial<BillLine>): BillLine => ({
  ...{ utility: '', meter: 'M-1', commodity: 'electricity', flow: 'delivered', start: '2022-01-01', end: '2022-02-01' },
  ...{
    statedEnd: 'exclusive',
    quantity: '1',
    unit: 'kWh',
    readBasis: 'actual',
    place: {},
    warnings: [],
    where: 'row 2',
  },
  ...more,
});

function counted(read: ReadOptions, lines: readonly BillLine[]): object {
  const count = new ToldCount(read);
  for (const one of lines) count.add(one, mergeHints(one.place, read.place));
  return count.lines;
}

test('the place counts where a line takes some of it, and not where the line names its own', () => {
  const own: PlaceHint[] = [{}, { country: 'US' }, { zip: '10001' }, { country: 'DE' }, { zip: '94105' }];
  const lines = own.map((place) => line({ place }));
  assert.deepEqual(counted({ place: { zip: '94105' } }, lines), { place: 2 });
  // A row that names a region takes the country.
  assert.deepEqual(counted({ place: { country: 'US' } }, [line({ place: { region: 'CAMX' } })]), { place: 1 });
});

test('another setting counts where a line has its value, a unit in whatever spelling; what was not told does not', () => {
  const lines = [line({ zone: 'Europe/Berlin' }), line({ unit: 'MWh' }), line({ commodity: 'water', unit: 'm3' })];
  const read: ReadOptions = { unit: 'KWH', commodity: 'electricity', zone: 'Europe/Berlin', meter: 'M-2' };
  assert.deepEqual(counted(read, lines), { zone: 1, commodity: 2, unit: 1 });
  assert.deepEqual(counted({ unit: 'parsecs' }, lines), {});
  assert.deepEqual(counted({}, lines), {});
});
