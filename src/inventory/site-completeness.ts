import type { MeterCompleteness } from './completeness.ts';
import { shareText } from './scope-total.ts';

/** Days of a year that the meters of a site cover, by the owner's own name for it. */
export interface SiteCompleteness {
  /** Null for meters of which no site is known, or no more: one that was never given, or whose meter was erased. */
  readonly site: string | null;
  readonly meters: number;
  /** Meters of which a day of the year has no record. */
  readonly incomplete: number;
  /** Their pseudonyms, in order. */
  readonly incompleteMeters: readonly string[];
  /** Meter-days covered, of all days of the site's meters; a meter counts once for each commodity and flow. */
  readonly covered: number;
  readonly days: number;
  /** Covered of all days, 4 places. */
  readonly share: string;
}

/** Rule I by site: the days of its meters added up, by name; what has no name comes last. */
export function bySite(
  series: readonly MeterCompleteness[],
  siteOf: (meter: string) => string | undefined,
): SiteCompleteness[] {
  const sites = Map.groupBy(series, ({ meter }) => siteOf(meter) ?? null);
  const names = [...sites.keys()].sort((one, other) => {
    if (one === null || other === null) return one === other ? 0 : one === null ? 1 : -1;
    return one < other ? -1 : 1;
  });
  return names.map((site) => {
    const own = sites.get(site) as MeterCompleteness[];
    const covered = own.reduce((sum, one) => sum + one.covered, 0);
    const days = own.reduce((sum, one) => sum + one.days, 0);
    const open = new Set(own.filter(({ gaps }) => gaps.length > 0).map(({ meter }) => meter));
    return {
      site,
      meters: new Set(own.map(({ meter }) => meter)).size,
      incomplete: open.size,
      incompleteMeters: [...open].sort(),
      covered,
      days,
      share: shareText(BigInt(covered), BigInt(days)) as string,
    };
  });
}
