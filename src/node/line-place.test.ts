import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChannelError } from '../emissions/index.ts';
import { loadUsPlaces } from '../factors/index.ts';
import { mergeHints, placeOfHint } from './line-place.ts';
import { zoneOf } from './zones.ts';

const of = (hint: Parameters<typeof placeOfHint>[0]) => placeOfHint(hint, loadUsPlaces);

test('a ZIP and a utility become an eGRID subregion and are left behind', () => {
  // EPA Power Profiler: 94105 is San Francisco (PG&E, EIA 14328).
  assert.deepEqual(of({ zip: '94105' }), { place: { country: 'US', subdivision: 'US-CA', region: 'CAMX' }, flags: [] });
  assert.equal(of({ utilityId: '14328' }).place.region, 'CAMX');
  assert.deepEqual(of({ country: 'US', zip: '77002' }).place, { country: 'US', subdivision: 'US-TX', region: 'ERCT' });
});

test('a state alone stays a state, and so does a country', () => {
  assert.deepEqual(of({ subdivision: 'US-CA' }), { place: { country: 'US', subdivision: 'US-CA' }, flags: [] });
  assert.deepEqual(of({ country: 'DE' }).place, { country: 'DE' });
});

// 07401, Allendale NJ: Public Service in RFCE, Rockland Electric in NYUP (EPA Power Profiler).
test('a region told beside a ZIP settles which of its subregions it is; the state is then what was told', () => {
  const jersey = { country: 'US', subdivision: 'US-NJ' };
  assert.deepEqual(of({ zip: '07401' }), { place: { ...jersey, region: 'RFCE' }, flags: ['zip-ambiguous'] });
  for (const region of ['RFCE', 'NYUP'])
    assert.deepEqual(of({ zip: '07401', region }), { place: { country: 'US', region }, flags: [] });
  // Valentine in Nebraska: EPA's table has its ZIP, which crosses the border, in South Dakota.
  const valentine = { zip: '69201', region: 'MROW' };
  assert.deepEqual(of(valentine).place, { country: 'US', region: 'MROW' });
  const nebraska = { country: 'US', subdivision: 'US-NE', region: 'MROW' };
  assert.deepEqual(of({ ...valentine, subdivision: 'US-NE' }).place, nebraska);
});

// In zip.csv utility 57483 has 32 ZIPs in California (CAMX) and 4 in Massachusetts (NEWE).
test('a utility of several states: the state or the region says which it is', () => {
  assert.deepEqual(of({ utilityId: '57483' }).flags, ['zip-ambiguous']);
  const { place, flags } = of({ utilityId: '57483', subdivision: 'US-MA' });
  assert.deepEqual([place, flags], [{ country: 'US', subdivision: 'US-MA', region: 'NEWE' }, []]);
  assert.deepEqual(of({ utilityId: '57483', region: 'NEWE' }), { place: { country: 'US', region: 'NEWE' }, flags: [] });
});

test('a region that is not where ZIP, utility or state lie is refused, and the right ones are told', () => {
  const refusals: [Parameters<typeof of>[0], string, RegExp][] = [
    [{ zip: '10001', region: 'CAMX' }, 'region', /^the ZIP lies in NYCW, not in CAMX$/],
    [{ zip: '07401', region: 'CAMX' }, 'region', /RFCE or NYUP, not in CAMX/],
    [
      { zip: '07401', utilityId: '15477', region: 'NYUP' },
      'region',
      /^the utility at this ZIP lies in RFCE, not in NYUP$/,
    ],
    [{ utilityId: '14328', region: 'NYCW' }, 'region', /^the utility lies in CAMX, not in NYCW$/],
    [{ country: 'US', subdivision: 'US-NY', region: 'CAMX' }, 'region', /^US-NY has no part in CAMX: .*NYCW.*NYUP/],
    [{ utilityId: '57483', subdivision: 'US-MA', region: 'CAMX' }, 'region', /US-MA has no part in CAMX/],
    [{ utilityId: '57483', subdivision: 'US-TX' }, 'subdivision', /CAMX and NEWE, of which US-TX has no part/],
  ];
  for (const [hint, where, message] of refusals)
    assert.throws(
      () => of(hint),
      (error: ChannelError) => {
        assert.deepEqual([error.code, error.details.where], ['PLACE_INVALID', where], JSON.stringify(hint));
        assert.match(error.message, message);
        return true;
      },
    );
});

test('an unknown ZIP beside a region is refused, and can be left out', () => {
  for (const hint of [{ zip: '00000' }, { utilityId: '1' }])
    assert.throws(() => of({ ...hint, country: 'US', region: 'CAMX' }), { code: /_UNKNOWN$/, fix: /leave it out/ });
});

test('contradictions and nothing at all are refused', () => {
  for (const hint of [{}, { region: 'CAMX' }, { country: 'DE', zip: '94105' }, { zip: '94105', subdivision: 'US-NY' }])
    assert.throws(() => of(hint), { code: 'PLACE_INVALID' }, JSON.stringify(hint));
  assert.throws(() => of({ zip: '00000' }), { code: 'ZIP_UNKNOWN' });
  assert.throws(() => of({ utilityId: '1' }), { code: 'UTILITY_UNKNOWN' });
});

test('what a row says of its place replaces the options, but for the country', () => {
  const file = { country: 'US', zip: '94105' };
  assert.deepEqual(mergeHints({}, file), file);
  assert.deepEqual(mergeHints({ zip: '77002' }, file), { country: 'US', zip: '77002' });
  assert.deepEqual(mergeHints({ subdivision: 'US-NY' }, file), { country: 'US', subdivision: 'US-NY' });
  assert.deepEqual(mergeHints({ zip: '77002' }, undefined), { zip: '77002' });
});

test('a row of another country takes nothing of the options', () => {
  assert.deepEqual(mergeHints({ country: 'DE' }, { country: 'US', zip: '94105' }), { country: 'DE' });
  assert.deepEqual(mergeHints({ subdivision: 'IN-KA' }, { country: 'US', zip: '94105' }), { subdivision: 'IN-KA' });
});

test('the zone of a place, and whether it was assumed', () => {
  assert.deepEqual(zoneOf({ country: 'US', subdivision: 'US-CA' }), { zone: 'America/Los_Angeles', assumed: false });
  assert.deepEqual(zoneOf({ country: 'US', subdivision: 'US-TX' }), { zone: 'America/Chicago', assumed: true });
  assert.deepEqual(zoneOf({ country: 'IN' }), { zone: 'Asia/Kolkata', assumed: false });
  assert.deepEqual(zoneOf({ country: 'US' }), { zone: 'UTC', assumed: true });
});
