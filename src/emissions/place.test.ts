import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isChannelError } from './error.ts';
import { checkPlace, type Place, placeChain, placeName, samePlace } from './place.ts';

const california: Place = { country: 'US', subdivision: 'US-CA', region: 'CAMX' };

test('well-formed places pass as they are', () => {
  const good: Place[] = [
    california,
    { country: 'DE' },
    { country: 'GB', subdivision: 'GB-SCT' },
    { country: 'US', region: 'PRMS' },
  ];
  good.push(
    { country: 'AT', subdivision: 'AT-9' },
    { country: 'US', region: 'AB' },
    { country: 'US', region: 'A1B2C3D4E5F6' },
  );
  for (const place of good) assert.equal(checkPlace(place), place);
});

test('a part that is malformed, or lies elsewhere, is refused by name', () => {
  const bad: [Place, string][] = [];
  for (const country of ['', 'us', 'USA', 'U', 'U1', 'ＵＳ', 'constructor', '__proto__', 'US\n', ' US'])
    bad.push([{ country }, 'country']);
  for (const subdivision of ['CA', 'US-', 'US-CALI', 'us-ca', 'DE-BY', 'US-C A', '', 'US-CA\n']) {
    bad.push([{ country: 'US', subdivision }, 'subdivision']);
  }
  for (const region of ['', 'C', 'camx', 'A1B2C3D4E5F67', 'CA MX', 'CAMX\n', '__proto__'])
    bad.push([{ country: 'US', region }, 'region']);
  for (const [place, where] of bad) {
    assert.throws(
      () => checkPlace(place),
      (error: unknown) => isChannelError(error, 'PLACE_INVALID') && error.details.where === where,
      JSON.stringify(place),
    );
  }
  assert.throws(() => checkPlace({ country: 'US', subdivision: 'DE-BY' }), {
    message: "subdivision 'DE-BY' does not lie in country 'US'",
  });
  const long = 'x'.repeat(1000);
  for (const place of [{ country: long }, { country: 'US', subdivision: long }, { country: 'US', region: long }]) {
    assert.throws(
      () => checkPlace(place),
      (error: unknown) => isChannelError(error, 'PLACE_INVALID') && error.message.length < 100,
    );
  }
});

test('places are looked at from fine to coarse', () => {
  assert.deepEqual(placeChain(california), [
    { country: 'US', region: 'CAMX' },
    { country: 'US', subdivision: 'US-CA' },
    { country: 'US' },
  ]);
  assert.deepEqual(placeChain({ country: 'US', subdivision: 'US-CA' }), [
    { country: 'US', subdivision: 'US-CA' },
    { country: 'US' },
  ]);
  assert.deepEqual(placeChain({ country: 'DE' }), [{ country: 'DE' }]);
});

test('two places are the same part by part', () => {
  assert.equal(samePlace(california, { ...california }), true);
  assert.equal(samePlace(california, { ...california, country: 'CA' }), false);
  assert.equal(samePlace(california, { ...california, subdivision: 'US-NV' }), false);
  assert.equal(samePlace(california, { ...california, region: 'NWPP' }), false);
  assert.equal(samePlace({ country: 'US' }, { country: 'US', region: 'CAMX' }), false);
});

test('a place is called by its finest part', () => {
  assert.equal(placeName(california), 'CAMX');
  assert.equal(placeName({ country: 'US', subdivision: 'US-CA' }), 'US-CA');
  assert.equal(placeName({ country: 'US' }), 'US');
});
