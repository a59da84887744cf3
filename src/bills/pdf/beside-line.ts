import type { Commodity, UnitName } from '../../emissions/index.ts';
import { commoditiesNamed, fitsUnit } from './find-names.ts';
import type { PrintedPeriod } from './find-period.ts';
import type { Usage } from './find-usage.ts';
import { placeOf } from './labelled.ts';
import { amountsIn } from './printed-amounts.ts';
import type { Found } from './proposal.ts';
import type { Line } from './text-lines.ts';

/** What was chosen, or told, among what the bill shows. */
interface Chosen {
  readonly commodity: Found | undefined;
  readonly meter: Found | undefined;
  readonly meters: readonly Found[];
  readonly periods: readonly PrintedPeriod[];
  readonly unit: UnitName | undefined;
  /** Amounts that a pick left out. */
  readonly others: readonly Usage[];
}

/**
 * What else the bill shows that may be a line of its own, by places and never by its numbers: whoever picks one of two meters is told of
 * the other, because a PDF is recorded once.
 */
export function besideLine(lines: readonly Line[], chosen: Chosen): string[] {
  const { meter, meters, periods, others } = chosen;
  const note = (what: string, places: readonly string[]) =>
    places.length === 0 ? [] : [`${what}: ${[...new Set(places)].join('; ')}`];
  return [
    ...note(
      'another amount that can be a use',
      others.map(({ where }) => where),
    ),
    ...note(
      'another meter',
      meters.filter(({ value }) => value !== meter?.value).map(({ where = '' }) => where),
    ),
    ...note('another commodity', otherCommodities(lines, chosen)),
    ...note('more than one period', periods.length < 2 ? [] : periods.map(({ where }) => where)),
  ];
}

/** Those among which one was picked or told, and those of which an amount stands on the bill that cannot be of the chosen one. */
function otherCommodities(lines: readonly Line[], { commodity, unit }: Chosen): string[] {
  if (commodity === undefined || unit === undefined) return [];
  const units = new Set(lines.flatMap(({ text }) => amountsIn(text).flatMap((amount) => amount.unit ?? [])));
  const foreign = [...units].filter((one) => !fitsUnit(commodity.value as Commodity, one));
  return commoditiesNamed(lines)
    .filter((one) => one.commodity !== commodity.value && [unit, ...foreign].some((of) => fitsUnit(one.commodity, of)))
    .map(({ line }) => placeOf(line));
}
