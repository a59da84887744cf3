import { ChannelError } from '../emissions/index.ts';
import { bundledFolder, readPinned } from './bundled.ts';
import { pinnedUsPlaces } from './pinned-roots.ts';

/** Where a ZIP or a utility lies on the grid, from EPA Power Profiler's table. */
export interface UsPlace {
  /** eGRID subregion: the predominant one where there are several. */
  readonly region: string;
  /** ISO 3166-2 state; absent for a utility that serves several states. */
  readonly subdivision?: string;
  /** True where several subregions are possible and nothing given decides between them. */
  readonly ambiguous: boolean;
  /** Every subregion in question, the predominant one first. */
  readonly regions: readonly string[];
}

export interface UsPlaces {
  /**
   * The place of a ZIP (five digits; a four-digit extension is ignored). Predominant is the subregion of the utility that EPA
   * flags as predominant in the ZIP. A utility that serves the ZIP decides; one that does not is used only where its own
   * subregions leave one of the ZIP's.
   * @throws {ChannelError} ZIP_UNKNOWN, UTILITY_UNKNOWN
   */
  zip(zip: string, utilityId?: string): UsPlace;
  /**
   * The place of a utility by its EIA number; predominant is the subregion with most of its ZIPs.
   * @throws {ChannelError} UTILITY_UNKNOWN
   */
  utility(utilityId: string): UsPlace;
  /** The eGRID subregions in which each state has ZIPs, by its ISO 3166-2 code; the District and Puerto Rico are among them. */
  states(): ReadonlyMap<string, ReadonlySet<string>>;
  /** Every eGRID subregion of the table, in the order of the alphabet. */
  regions(): ReadonlySet<string>;
}

interface Supply {
  readonly utility: string;
  readonly region: string;
}

/**
 * ZIP and utility to eGRID subregion and state, from the bundled table. Lines are parsed when asked for.
 * @throws {ChannelError} RELEASE_INVALID when the file was changed; FILE_UNREADABLE when it is missing
 */
export function loadUsPlaces(folder: string = bundledFolder): UsPlaces {
  const lines = readPinned('us-places.txt', pinnedUsPlaces, folder).toString('latin1').split('\n');
  const zipsAt = lines.indexOf('zips');
  const utilitiesAt = lines.indexOf('utilities');
  const services = lines.slice(2, zipsAt);
  const zips = lines.slice(zipsAt + 1, utilitiesAt);
  const utilities = lines.slice(utilitiesAt + 1, -1);
  let states: ReadonlyMap<string, ReadonlySet<string>> | undefined;
  let regions: ReadonlySet<string> | undefined;

  function utility(utilityId: string): UsPlace {
    return placeOfUtility(utilityId, utilities);
  }

  function byState(): ReadonlyMap<string, ReadonlySet<string>> {
    states ??= statesOf(services);
    return states;
  }

  return {
    utility,
    states: byState,
    regions() {
      regions ??= new Set([...byState().values()].flatMap((some) => [...some]).sort());
      return regions;
    },
    zip(text, utilityId) {
      const run = runOf(text, zips);
      const [state = '', ...supplies] = (services[run.service] as string).split(' ');
      const parts = supplies.map(supplyOf);
      const regions = [...new Set(parts.map((part) => part.region))];
      const chosen = utilityId === undefined ? [] : regionsBy(utilityId, parts, regions, utility);
      const [region = regions[0] as string] = chosen.length === 1 ? chosen : regions;
      return {
        region,
        subdivision: `US-${state}`,
        ambiguous: regions.length > 1 && chosen.length !== 1,
        regions: [region, ...regions.filter((other) => other !== region)],
      };
    },
  };
}

function statesOf(services: readonly string[]): Map<string, Set<string>> {
  const states = new Map<string, Set<string>>();
  for (const service of services) {
    const [state = '', ...supplies] = service.split(' ');
    const regions = states.get(`US-${state}`) ?? new Set<string>();
    for (const supply of supplies) regions.add(supplyOf(supply).region);
    states.set(`US-${state}`, regions);
  }
  return states;
}

/** The ZIP's subregions that the utility leaves. */
function regionsBy(
  utilityId: string,
  parts: readonly Supply[],
  regions: readonly string[],
  utility: (id: string) => UsPlace,
): readonly string[] {
  const known = utility(utilityId);
  const serving = parts.find((part) => part.utility === utilityId);
  if (serving !== undefined) return [serving.region];
  return regions.filter((region) => known.regions.includes(region));
}

function runOf(text: string, zips: readonly string[]): { readonly service: number } {
  const match = /^(\d{5})(?:-?\d{4})?$/.exec(text.trim());
  if (match === null) throw zipUnknown(`'${text.slice(0, 12)}' is not a ZIP of five digits`);
  const zip = match[1] as string;
  let low = 0;
  let high = zips.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((zips[middle] as string).slice(0, 5) <= zip) low = middle;
    else high = middle - 1;
  }
  const [range = '', service] = (zips[low] as string).split(' ');
  const [first = '', last = first] = range.split('-');
  if (zip < first || zip > last) throw zipUnknown(`ZIP ${zip} is not in EPA's table of ZIPs and subregions`);
  return { service: Number(service) };
}

function supplyOf(text: string): Supply {
  const [utility = '', region = ''] = text.split(':');
  return { utility, region };
}

function placeOfUtility(utilityId: string, utilities: readonly string[]): UsPlace {
  const line = /^[1-9]\d{0,6}$/.test(utilityId)
    ? utilities.find((text) => text.startsWith(`${utilityId} `))
    : undefined;
  if (line === undefined) {
    throw new ChannelError(
      'UTILITY_UNKNOWN',
      `no utility has the EIA number '${utilityId.slice(0, 12)}' in EPA's table`,
      {
        where: 'utility',
      },
    );
  }
  const states = new Set<string>();
  const counts = new Map<string, number>();
  for (const part of line.split(' ').slice(1)) {
    const [state = '', region = '', count = ''] = part.split(':');
    states.add(state);
    counts.set(region, (counts.get(region) ?? 0) + Number(count));
  }
  const regions = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([region]) => region);
  const [state] = states;
  return {
    region: regions[0] as string,
    ...(states.size === 1 ? { subdivision: `US-${state}` } : {}),
    ambiguous: regions.length > 1,
    regions,
  };
}

function zipUnknown(message: string): ChannelError {
  return new ChannelError('ZIP_UNKNOWN', message, { where: 'zip' });
}
