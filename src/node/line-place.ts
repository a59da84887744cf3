import type { PlaceHint } from '../bills/index.ts';
import { ChannelError, checkPlace, defined, type Place } from '../emissions/index.ts';

/** Looks up a US ZIP or utility; see factors/us-place.ts. */
export interface UsPlaceLookup {
  zip(zip: string, utilityId?: string): FoundPlace;
  utility(utilityId: string): FoundPlace;
}

interface FoundPlace {
  readonly region: string;
  readonly subdivision?: string;
  readonly ambiguous: boolean;
}

export interface LinePlace {
  readonly place: Place;
  readonly flags: readonly string[];
}

/**
 * The place that goes on the ledger: no finer than a grid region. A ZIP or a utility gives the eGRID subregion and is left
 * behind; a subdivision alone stays a subdivision.
 * @throws {ChannelError} PLACE_INVALID, ZIP_UNKNOWN, UTILITY_UNKNOWN
 */
export function placeOfHint(hint: PlaceHint, usPlaces: () => UsPlaceLookup): LinePlace {
  const { zip, utilityId, region, subdivision } = hint;
  const american = zip !== undefined || utilityId !== undefined || subdivision?.startsWith('US-') === true;
  const country = hint.country ?? subdivision?.slice(0, 2) ?? (american ? 'US' : undefined);
  if (country === undefined) {
    throw new ChannelError('PLACE_INVALID', 'nothing says in which country the energy was used', {
      where: 'country',
      fix: 'Give --country, such as --country DE; for the US --zip alone is enough. In a table the columns country and zip say it row by row.',
    });
  }
  if (american && country !== 'US') {
    throw new ChannelError('PLACE_INVALID', `a US place was given for country ${country}`, { where: 'country' });
  }
  const found = region === undefined ? lookUp(zip, utilityId, usPlaces) : undefined;
  if (found?.subdivision !== undefined && subdivision !== undefined && found.subdivision !== subdivision) {
    throw new ChannelError(
      'PLACE_INVALID',
      `the ${zip === undefined ? 'utility' : 'ZIP'} lies in ${found.subdivision}, not in ${subdivision}`,
      { where: 'subdivision' },
    );
  }
  const place = {
    country,
    ...defined({ subdivision: subdivision ?? found?.subdivision, region: region ?? found?.region }),
  };
  return { place: checkPlace(place), flags: found?.ambiguous === true ? ['zip-ambiguous'] : [] };
}

function lookUp(
  zip: string | undefined,
  utilityId: string | undefined,
  usPlaces: () => UsPlaceLookup,
): FoundPlace | undefined {
  if (zip !== undefined) return usPlaces().zip(zip, utilityId);
  return utilityId === undefined ? undefined : usPlaces().utility(utilityId);
}

/**
 * What is given for the whole file, under what the row itself says. A row that names a place replaces the file's whole, and a
 * row of another country takes nothing from it.
 */
export function mergeHints(row: PlaceHint, file: PlaceHint | undefined): PlaceHint {
  if (file === undefined) return row;
  const country = countryOf(row);
  if (country !== undefined && country !== (countryOf(file) ?? country)) return row;
  const rowSays = row.zip ?? row.utilityId ?? row.region ?? row.subdivision;
  if (rowSays !== undefined) return defined({ country: countryOf(file), ...row });
  return { ...file, ...row };
}

/** Of a US ZIP or utility too, which name their country with themselves. */
export function countryOf({ country, subdivision, zip, utilityId }: PlaceHint): string | undefined {
  if (country !== undefined) return country;
  return subdivision?.slice(0, 2) ?? (zip === undefined && utilityId === undefined ? undefined : 'US');
}
