import { ChannelError } from './error.ts';

/** Where energy was used, never finer than a grid region and never an address. */
export interface Place {
  /** ISO 3166-1 alpha-2; `EU` and `WORLD` stand in factor rows only. */
  readonly country: string;
  /** ISO 3166-2, such as `US-CA`. */
  readonly subdivision?: string;
  /** Grid region: an eGRID subregion acronym such as `CAMX`. */
  readonly region?: string;
}

const COUNTRY = /^[A-Z]{2}$/;
const SUBDIVISION = /^[A-Z]{2}-[A-Z0-9]{1,3}$/;
const REGION = /^[A-Z0-9]{2,12}$/;

/**
 * The place with its parts checked for shape and for belonging together.
 * @throws {ChannelError} PLACE_INVALID when a part is malformed or the subdivision lies in another country
 */
export function checkPlace(place: Place): Place {
  const { country, subdivision, region } = place;
  if (!COUNTRY.test(country)) {
    throw invalid(`country '${country.slice(0, 40)}' is not an ISO 3166-1 alpha-2 code`, 'country');
  }
  if (subdivision !== undefined && !SUBDIVISION.test(subdivision)) {
    throw invalid(`subdivision '${subdivision.slice(0, 40)}' is not an ISO 3166-2 code`, 'subdivision');
  }
  if (subdivision !== undefined && !subdivision.startsWith(`${country}-`)) {
    throw invalid(`subdivision '${subdivision.slice(0, 40)}' does not lie in country '${country}'`, 'subdivision');
  }
  if (region !== undefined && !REGION.test(region)) {
    throw invalid(`region '${region.slice(0, 40)}' is not a grid region's acronym`, 'region');
  }
  return place;
}

/** True when both name the same place, part by part. */
export function samePlace(a: Place, b: Place): boolean {
  return a.country === b.country && a.subdivision === b.subdivision && a.region === b.region;
}

/** The places to look at, from fine to coarse: grid region, subdivision, country. */
export function placeChain(place: Place): Place[] {
  const { country, subdivision, region } = place;
  return [
    ...(region === undefined ? [] : [{ country, region }]),
    ...(subdivision === undefined ? [] : [{ country, subdivision }]),
    { country },
  ];
}

/** The place in one word for messages and ids: the region, else the subdivision, else the country. */
export function placeName(place: Place): string {
  return place.region ?? place.subdivision ?? place.country;
}

function invalid(message: string, where: string): ChannelError {
  return new ChannelError('PLACE_INVALID', message, { where });
}
