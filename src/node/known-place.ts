import type { PlaceHint } from '../bills/index.ts';
import { nearMatches } from '../bills/near-match.ts';
import { ChannelError, commodities, type Place } from '../emissions/index.ts';
import type { FactorStore } from '../factors/index.ts';
import { type LinePlace, placeOfHint, type UsPlaceLookup } from './line-place.ts';

/** True where some release has a row for exactly this place. */
export type NamedPlaces = (place: Place) => Promise<boolean>;

/** What the releases of a store name, used or withdrawn: a place does not cease to exist with a release. */
export function namedIn(store: Pick<FactorStore, 'candidates'>): NamedPlaces {
  return async (place) => {
    for (const commodity of commodities)
      if ((await store.candidates({ commodity, places: [place] })).length > 0) return true;
    return false;
  };
}

/**
 * The place that goes on the ledger, once its grid region and its US subdivision are ones that EPA's table or some release
 * has. A subdivision of another country is not looked for: no list of those of ISO 3166-2 is at hand, and its country's factor
 * is the right one.
 * @throws {ChannelError} PLACE_INVALID and what `placeOfHint` throws
 */
export async function knownPlace(
  hint: PlaceHint,
  usPlaces: () => UsPlaceLookup,
  named: NamedPlaces,
): Promise<LinePlace> {
  const found = placeOfHint(hint, usPlaces);
  const { country, subdivision, region } = found.place;
  if (country === 'US' && subdivision !== undefined) {
    const states = usPlaces().states();
    if (!states.has(subdivision) && !(await named({ country, subdivision })))
      throw noState(subdivision, [...states.keys()].sort());
  }
  if (region !== undefined) {
    const isOfTable = country === 'US' && usPlaces().regions().has(region);
    if (!isOfTable && !(await named({ country, region }))) throw noRegion(country, region, [...usPlaces().regions()]);
  }
  return found;
}

function noState(subdivision: string, states: readonly string[]): ChannelError {
  // One slip from a code of two letters are many others, and which of them was meant cannot be seen.
  const near = subdivision.length === 'US-CA'.length ? '' : meant(subdivision, states);
  return new ChannelError(
    'PLACE_INVALID',
    `${subdivision} is no state, district or territory of the US in the factors here${near}`,
    {
      where: 'subdivision',
      fix: 'Write US- and the two letters of the state, such as US-CA; US-DC is Washington, US-PR Puerto Rico. Guam and the like are countries: GU.',
    },
  );
}

function noRegion(country: string, region: string, american: readonly string[]): ChannelError {
  if (country === 'US')
    return new ChannelError(
      'PLACE_INVALID',
      `${region} is no eGRID subregion, nor another grid region of the US in the factors here${meant(region, american)}`,
      { where: 'region', fix: `Write one of ${american.join(', ')}; or leave it out, and give ZIP or subdivision.` },
    );
  const found = american.includes(region)
    ? `${region} is an eGRID subregion of the US, and the country is ${country}`
    : `no factors here have a grid region ${region} in ${country}`;
  return new ChannelError('PLACE_INVALID', found, {
    where: 'region',
    fix: 'Leave the region out, or mend the country. Grid regions outside the US are known once a release with factors for them is loaded.',
  });
}

/** Of very many near matches none is the one that was meant. */
const MOST_NEAR = 3;

function meant(written: string, known: readonly string[]): string {
  const near = nearMatches(written, known);
  return near.length === 0 || near.length > MOST_NEAR ? '' : `; did you mean ${near.join(' or ')}?`;
}
