import assert from 'node:assert/strict';
import { test } from 'node:test';
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

test('a region that is given wins over the ZIP, and a state alone stays a state', () => {
  assert.equal(of({ country: 'US', region: 'NWPP', zip: '94105' }).place.region, 'NWPP');
  assert.deepEqual(of({ subdivision: 'US-CA' }), { place: { country: 'US', subdivision: 'US-CA' }, flags: [] });
  assert.deepEqual(of({ country: 'DE' }).place, { country: 'DE' });
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
