import { ChannelError, type Commodity } from '../emissions/index.ts';
import { commoditiesOfKind, commodityName, commodityOfCode, serviceKinds } from './espi-codes.ts';
import type { EspiFeed, EspiObject } from './espi-feed.ts';
import { type MeterSeries, type PointData, referredType } from './espi-links.ts';
import type { UnusableSeries } from './flow-series.ts';

/** What a usage point has of one commodity. */
export interface CommodityPart {
  readonly commodity: Commodity;
  readonly series: MeterSeries[];
  readonly summaries: EspiObject[];
}

/**
 * The readings and summaries of a usage point by commodity. The kind of the usage point and the commodity of its readings must
 * fit: gas in an electricity point is not read as either.
 * @throws {ChannelError} COMMODITY_UNKNOWN where the usage point is neither energy nor water, or nothing says what it is
 */
export function partsOf(
  point: PointData,
  feed: EspiFeed,
  given: Commodity | undefined,
): { readonly parts: readonly CommodityPart[]; readonly misfits: readonly UnusableSeries[] } {
  const { kind } = point;
  const allowed = kind === undefined ? undefined : commoditiesOfKind[kind];
  if (kind !== undefined && allowed === undefined) throw notRead(serviceKinds[kind] ?? 'of an unknown kind');
  const series = point.series.map((one) => ({ one, code: codeOf(one.types[0]) }));
  const summaries = point.summaries.map((one) => ({ one, code: codeOf(one) ?? codeOf(typeOf(one, feed)) }));
  const codes = [...series, ...summaries].flatMap(({ code }) => code ?? []);
  const fallback = unnamed(codes, allowed, given);

  const parts = new Map<Commodity, CommodityPart>();
  const partOf = (commodity: Commodity) => {
    const part = parts.get(commodity) ?? { commodity, series: [], summaries: [] };
    parts.set(commodity, part);
    return part;
  };
  const misfits: UnusableSeries[] = [];
  const place = (code: string | undefined, where: string): CommodityPart | undefined => {
    const commodity = code === undefined ? fallback : commodityOfCode[code];
    if (commodity === undefined && code === undefined) throw unknown();
    if (commodity !== undefined && (allowed === undefined || allowed.includes(commodity))) return partOf(commodity);
    const is = kind === undefined ? 'neither energy nor water' : `in a usage point of ${serviceKinds[kind]}`;
    misfits.push({
      code: 'COMMODITY_UNKNOWN',
      reason: `it is about ${commodityName(code as string)}, ${is}`,
      where,
      noUse: true,
    });
    return undefined;
  };
  for (const { one, code } of series) place(code, `MeterReading ${one.order}`)?.series.push(one);
  for (const { one, code } of summaries) place(code, `UsageSummary ${one.order}`)?.summaries.push(one);
  return { parts: [...parts.values()], misfits };
}

/** What readings are about that name no commodity: what the point's others name, else what its kind or the person says. */
function unnamed(
  codes: readonly string[],
  allowed: readonly Commodity[] | undefined,
  given: Commodity | undefined,
): Commodity | undefined {
  const named = new Set(codes.flatMap((code) => commodityOfCode[code] ?? []));
  const only = named.size === 1 ? [...named][0] : undefined;
  if (allowed === undefined) return only ?? given;
  return only !== undefined && allowed.includes(only) ? only : allowed[0];
}

function codeOf(object: EspiObject | undefined): string | undefined {
  const code = object?.fields.get('commodity');
  return code === undefined || code === '' || code === '0' ? undefined : code;
}

function typeOf(summary: EspiObject, feed: EspiFeed): EspiObject | undefined {
  return referredType(feed, summary.fields.get('overallConsumptionLastPeriod/readingTypeRef'));
}

function notRead(kind: string): ChannelError {
  return new ChannelError('COMMODITY_UNKNOWN', `the usage point is ${kind}: neither energy nor water`, {
    fix: 'Electricity, natural gas, water, heat, steam and cooling are read.',
  });
}

function unknown(): ChannelError {
  return new ChannelError('COMMODITY_UNKNOWN', 'the file does not say what the usage point measures', {
    fix: 'Give it, such as --commodity natural-gas.',
  });
}
