import type { PlaceHint } from '../bills/index.ts';
import { ChannelError, checkPlace, defined, isChannelError, type Place } from '../emissions/index.ts';

/** Looks up a US ZIP or utility, and the subregions of a state; see factors/us-place.ts. */
export interface UsPlaceLookup {
  zip(zip: string, utilityId?: string): FoundPlace;
  utility(utilityId: string): FoundPlace;
  states(): ReadonlyMap<string, ReadonlySet<string>>;
  regions(): ReadonlySet<string>;
}

interface FoundPlace {
  readonly region: string;
  readonly subdivision?: string;
  readonly ambiguous: boolean;
  readonly regions: readonly string[];
}

export interface LinePlace {
  readonly place: Place;
  readonly flags: readonly string[];
}

/**
 * The place that goes on the ledger: no finer than a grid region. A ZIP or a utility gives the eGRID subregion and is left
 * behind; a subdivision alone stays a subdivision. What is told of a place must agree; whether it exists, known-place.ts says.
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
  const found = lookUp(hint, usPlaces);
  if (found !== undefined) return { ...found, place: checkPlace({ country, ...found.place }) };
  if (country === 'US' && subdivision !== undefined && region !== undefined)
    demandInState(region, subdivision, usPlaces());
  return { place: checkPlace({ country, ...defined({ subdivision, region }) }), flags: [] };
}

/** What the ZIP or the utility says, and what was told beside it. */
function lookUp(
  hint: PlaceHint,
  usPlaces: () => UsPlaceLookup,
): { readonly place: Omit<Place, 'country'>; readonly flags: readonly string[] } | undefined {
  const found = foundBy(hint, usPlaces);
  if (found === undefined) return undefined;
  if (hint.region !== undefined) return { place: placeWithRegion(hint, hint.region, found, usPlaces()), flags: [] };
  const { subdivision } = hint;
  const what = hint.zip === undefined ? 'utility' : 'ZIP';
  if (found.subdivision !== undefined && subdivision !== undefined && found.subdivision !== subdivision) {
    throw new ChannelError('PLACE_INVALID', `the ${what} lies in ${found.subdivision}, not in ${subdivision}`, {
      where: 'subdivision',
      fix: `Mend the one that is wrong. Where the ${what} lies in both, leave it out: the subdivision, or a region, is enough.`,
    });
  }
  const regions = regionsIn(found.regions, subdivision, usPlaces());
  return {
    place: { ...defined({ subdivision: subdivision ?? found.subdivision }), region: regions[0] as string },
    flags: regions.length > 1 && found.ambiguous ? ['zip-ambiguous'] : [],
  };
}

/** A ZIP can lie in several states, of which the table names one: the region is enough, and only what was told stands beside it. */
function placeWithRegion(
  { zip, utilityId, subdivision }: PlaceHint,
  region: string,
  found: FoundPlace,
  usPlaces: UsPlaceLookup,
): Omit<Place, 'country'> {
  const what = zip === undefined ? 'utility' : 'ZIP';
  // Of a ZIP's regions a utility can leave one.
  const isSettled = zip !== undefined && utilityId !== undefined && !found.ambiguous;
  const regions = isSettled ? [found.region] : found.regions;
  // A region that the table does not have can be one of a release of the operator's own.
  if (!regions.includes(region) && usPlaces.regions().has(region))
    throw new ChannelError(
      'PLACE_INVALID',
      `the ${isSettled ? 'utility at this ZIP' : what} lies in ${regions.join(' or ')}, not in ${region}`,
      {
        where: 'region',
        fix: `Mend the one that is wrong, or leave it out: the ${what} gives a region, and a region needs no ${what}.`,
      },
    );
  if (subdivision !== undefined) demandInState(region, subdivision, usPlaces);
  return { ...defined({ subdivision }), region };
}

function foundBy({ zip, utilityId, region }: PlaceHint, usPlaces: () => UsPlaceLookup): FoundPlace | undefined {
  if (zip === undefined && utilityId === undefined) return undefined;
  try {
    return zip === undefined ? usPlaces().utility(utilityId as string) : usPlaces().zip(zip, utilityId);
  } catch (error) {
    if (region === undefined || !isChannelError(error, 'ZIP_UNKNOWN', 'UTILITY_UNKNOWN')) throw error;
    const fix = 'Mend it, or leave it out: the region that is given is enough.';
    throw new ChannelError(error.code, error.message, { ...error.details, fix });
  }
}

/** Of a utility's subregions those in which the state has a part, where its state is told. */
function regionsIn(
  regions: readonly string[],
  subdivision: string | undefined,
  usPlaces: UsPlaceLookup,
): readonly string[] {
  const ofState = subdivision === undefined ? undefined : usPlaces.states().get(subdivision);
  if (ofState === undefined) return regions;
  const shared = regions.filter((region) => ofState.has(region));
  if (shared.length > 0) return shared;
  throw new ChannelError(
    'PLACE_INVALID',
    `the utility lies in ${regions.join(' and ')}, of which ${subdivision} has no part`,
    {
      where: 'subdivision',
      fix: 'Mend the one that is wrong, or leave the utility out: a subdivision is enough.',
    },
  );
}

function demandInState(region: string, subdivision: string, usPlaces: UsPlaceLookup): void {
  const ofState = usPlaces.states().get(subdivision);
  if (ofState === undefined || ofState.has(region) || !usPlaces.regions().has(region)) return;
  throw new ChannelError(
    'PLACE_INVALID',
    `${subdivision} has no part in ${region}: it lies in ${[...ofState].sort().join(', ')}`,
    {
      where: 'region',
      fix: 'Mend the one that is wrong, or give the region alone: it needs no subdivision.',
    },
  );
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
