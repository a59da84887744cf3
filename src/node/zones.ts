import type { Place } from '../emissions/index.ts';

// Zones of countries that lie in one zone, and of US states; the IANA time zone database (zone1970.tab). States with two zones
// are given the one in which most people live, and the record says that it was assumed.
const countries: ReadonlyMap<string, string> = new Map(
  Object.entries({
    AT: 'Europe/Vienna',
    BE: 'Europe/Brussels',
    BG: 'Europe/Sofia',
    CH: 'Europe/Zurich',
    CY: 'Asia/Nicosia',
    CZ: 'Europe/Prague',
    DE: 'Europe/Berlin',
    DK: 'Europe/Copenhagen',
    EE: 'Europe/Tallinn',
    FI: 'Europe/Helsinki',
    FR: 'Europe/Paris',
    GB: 'Europe/London',
    GR: 'Europe/Athens',
    HR: 'Europe/Zagreb',
    HU: 'Europe/Budapest',
    IE: 'Europe/Dublin',
    IN: 'Asia/Kolkata',
    IS: 'Atlantic/Reykjavik',
    IT: 'Europe/Rome',
    JP: 'Asia/Tokyo',
    KR: 'Asia/Seoul',
    LT: 'Europe/Vilnius',
    LU: 'Europe/Luxembourg',
    LV: 'Europe/Riga',
    MT: 'Europe/Malta',
    NL: 'Europe/Amsterdam',
    NO: 'Europe/Oslo',
    PL: 'Europe/Warsaw',
    RO: 'Europe/Bucharest',
    SE: 'Europe/Stockholm',
    SG: 'Asia/Singapore',
    SI: 'Europe/Ljubljana',
    SK: 'Europe/Bratislava',
    TR: 'Europe/Istanbul',
    TW: 'Asia/Taipei',
  }),
);

const states: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'America/Los_Angeles': 'CA NV WA',
    'America/Denver': 'CO MT NM UT WY',
    'America/Chicago': 'AL AR IA IL LA MN MO MS OK WI',
    'America/New_York': 'CT DC DE GA MA MD ME NC NH NJ NY OH PA RI SC VA VT WV',
    'America/Phoenix': 'AZ',
    'Pacific/Honolulu': 'HI',
    'America/Puerto_Rico': 'PR',
  }).flatMap(([zone, codes]) => codes.split(' ').map((code): [string, string] => [`US-${code}`, zone])),
);

const dividedStates: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'US-AK': 'America/Anchorage',
    'US-FL': 'America/New_York',
    'US-ID': 'America/Boise',
    'US-IN': 'America/Indiana/Indianapolis',
    'US-KS': 'America/Chicago',
    'US-KY': 'America/New_York',
    'US-MI': 'America/Detroit',
    'US-ND': 'America/Chicago',
    'US-NE': 'America/Chicago',
    'US-OR': 'America/Los_Angeles',
    'US-SD': 'America/Chicago',
    'US-TN': 'America/Chicago',
    'US-TX': 'America/Chicago',
  }),
);

/**
 * The zone of a site where nobody said it. Bills state civil days, so the zone decides no number here; it is recorded so that
 * interval data can be read the same way later.
 */
export function zoneOf(place: Place): { readonly zone: string; readonly assumed: boolean } {
  const certain = states.get(place.subdivision ?? '') ?? countries.get(place.country);
  if (certain !== undefined) return { zone: certain, assumed: false };
  return { zone: dividedStates.get(place.subdivision ?? '') ?? 'UTC', assumed: true };
}
