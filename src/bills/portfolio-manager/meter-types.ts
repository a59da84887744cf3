import type { Commodity, Flow } from '../../emissions/index.ts';

export interface MeterKind {
  readonly commodity: Commodity;
  readonly flow: Flow;
}

const GRID: MeterKind = { commodity: 'electricity', flow: 'delivered' };
/** Portfolio Manager's usage of an on-site meter is what the property itself used; what it sent away stands in a column of its own. */
const ON_SITE: MeterKind = { commodity: 'electricity', flow: 'self-consumed' };

const kinds: Readonly<Record<string, MeterKind>> = {
  electric: GRID,
  'electric - grid': GRID,
  'electric grid': GRID,
  'electric - solar': ON_SITE,
  'electric - wind': ON_SITE,
  'electric on site solar': ON_SITE,
  'electric on site wind': ON_SITE,
  'natural gas': { commodity: 'natural-gas', flow: 'delivered' },
  'district steam': { commodity: 'steam', flow: 'delivered' },
  'district hot water': { commodity: 'heat', flow: 'delivered' },
};

/**
 * What a meter of Portfolio Manager's list counts (typeOfMeter of its web services, and the shorter names of its downloads). Words where
 * it is known and cannot be recorded; undefined where it is not known.
 */
export function meterKind(type: string): MeterKind | string | undefined {
  const name = type.trim().toLowerCase().replace(/\s+/g, ' ');
  const kind = kinds[name];
  if (kind !== undefined && Object.hasOwn(kinds, name)) return kind;
  if (/^district chilled water( - |$)/.test(name)) return { commodity: 'cooling', flow: 'delivered' };
  if (/^(municipally supplied )?potable(:| water)? ?-? ?(mixed )?(indoor|outdoor|indoor\/outdoor)/.test(name))
    return { commodity: 'water', flow: 'delivered' };
  if (/^municipally supplied reclaimed water/.test(name)) return { commodity: 'water', flow: 'delivered' };
  if (/^(well water|alternative water generated)/.test(name)) return 'water that no utility delivers';
  if (/^(fuel oil|diesel|kerosene|propane|wood|coal|coke)/.test(name))
    return 'a fuel that is delivered and not metered';
  if (/^(it equipment|power distribution|uninterruptible)/.test(name))
    return 'energy inside the building, which the main meter counts already';
  if (/^(composted|disposed|recycled|donated|waste|average influent)/.test(name)) return 'waste';
  if (/^(other|custom meter|cost|electric - unknown)/.test(name))
    return 'a kind of energy that the workbook does not name';
  return undefined;
}
