import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixtureRelease } from '../../test/support/fixture-releases.ts';
import type { PlaceHint } from '../bills/index.ts';
import type { ChannelError } from '../emissions/index.ts';
import { loadUsPlaces, MemoryFactorStore } from '../factors/index.ts';
import { knownPlace, namedIn } from './known-place.ts';

const places = loadUsPlaces();

/** By EPA's table, and where wanted a release of the operator's own with these places. */
async function of(hint: PlaceHint, own: readonly { country: string; subdivision?: string; region?: string }[] = []) {
  const store = new MemoryFactorStore();
  const co2e = { value: '70', unit: 'kg/mmBtu' } as const;
  const fields = own.map((place, at) => ({ id: `own:${at}`, year: 2022, place, commodity: 'heat' as const, co2e }));
  const { manifest, rows } = fixtureRelease({ publisher: 'own', dataset: 'grid', version: '1' }, '2024', fields);
  if (own.length > 0) await store.importRelease({ manifest, rows });
  return knownPlace(hint, () => places, namedIn(store));
}

const refusals: [what: string, hint: PlaceHint, where: string, message: RegExp, fix: RegExp][] = [
  ['no region', { country: 'US', region: 'XXXX' }, 'region', /XXXX is no eGRID subregion[^?]*$/, /AKGD, .*CAMX.*SRVC/],
  ['a slip', { country: 'US', region: 'CAMEX' }, 'region', /CAMEX is no .*did you mean CAMX\?$/, /CAMX/],
  ['part of a name', { country: 'US', region: 'RFC' }, 'region', /did you mean RFCE or RFCM or RFCW\?$/, /RFCE/],
  ['beside a ZIP', { zip: '94105', region: 'CAMEX' }, 'region', /did you mean CAMX\?$/, /CAMX/],
  ['no state', { subdivision: 'US-ZZ' }, 'subdivision', /US-ZZ is no state[^?]*$/, /US-CA.*US-DC.*US-PR/],
  ['letters too many', { subdivision: 'US-NYC' }, 'subdivision', /did you mean US-NC or US-NY\?$/, /two letters/],
  ['both', { subdivision: 'US-ZZ', region: 'CAMX' }, 'subdivision', /US-ZZ is no state/, /US-CA/],
  ['of the US', { country: 'DE', region: 'CAMX' }, 'region', /CAMX is an eGRID.*country is DE/, /Leave the region out/],
  ['of nowhere', { country: 'DE', region: 'NORD' }, 'region', /no factors here have .*NORD in DE/, /release/],
];
for (const [what, hint, where, message, fix] of refusals) {
  test(`refused: ${what}`, async () => {
    await assert.rejects(of(hint), (error: ChannelError) => {
      assert.deepEqual([error.code, error.details.where], ['PLACE_INVALID', where]);
      assert.match(error.message, message);
      assert.match(error.fix, fix);
      return true;
    });
  });
}

test('a place that exists is taken, and a subdivision outside the US as it is', async () => {
  for (const place of [
    { country: 'US', region: 'CAMX' },
    { country: 'US', subdivision: 'US-DC' },
    { country: 'US', subdivision: 'US-PR', region: 'PRMS' },
    { country: 'DE', subdivision: 'DE-BY' },
    { country: 'DE' },
  ])
    assert.deepEqual(await of(place), { place, flags: [] });
});

test("regions and subdivisions of an operator's own release are known, in their country only", async () => {
  const own = [
    { country: 'DE', region: 'NORD' },
    { country: 'US', region: 'TVA' },
    { country: 'US', subdivision: 'US-GU' },
  ];
  for (const place of own) assert.deepEqual((await of(place, own)).place, place);
  // EPA's table says nothing of where TVA lies.
  assert.equal((await of({ zip: '37201', region: 'TVA' }, own)).place.region, 'TVA');
  await assert.rejects(of({ country: 'FR', region: 'NORD' }, own), { code: 'PLACE_INVALID' });
  await assert.rejects(of({ country: 'DE', region: 'TVA' }, own), { code: 'PLACE_INVALID' });
});
