import { defined } from '../emissions/index.ts';
import type { EspiFeed, EspiObject } from './espi-feed.ts';
import { linkPath } from './espi-values.ts';
import type { IntervalSums } from './interval-sums.ts';

/** A meter reading with the readings that belong to it. */
export interface MeterSeries {
  readonly order: number;
  /** One as a rule; none where the file does not describe the readings, several where it does so in different ways. */
  readonly types: readonly EspiObject[];
  readonly sums: IntervalSums;
}

/** Everything of one usage point. */
export interface PointData {
  /** Position in the file, from 1. */
  readonly order: number;
  /** Link of the usage point; absent where nothing names it. */
  readonly link?: string;
  /** ServiceCategory.kind; absent where the file has no object for the usage point. */
  readonly kind?: string;
  readonly time?: EspiObject;
  readonly series: readonly MeterSeries[];
  readonly summaries: readonly EspiObject[];
}

export interface LinkedFeed {
  readonly points: readonly PointData[];
  /** Readings that no meter reading claims. */
  readonly strayBlocks: number;
}

interface Point {
  readonly link?: string;
  readonly object?: EspiObject;
  readonly series: MeterSeries[];
  readonly summaries: EspiObject[];
}

/**
 * Joins the objects of a feed by their links, which publishers set in either direction: a child names its parent's
 * collection (`up`), or a parent names the child or its collection (`related`). Takes time in proportion to the links.
 */
export function linkFeed(feed: EspiFeed): LinkedFeed {
  const points = new Points(feed.usagePoints);
  const { sumsOf, strayBlocks } = shareSums(feed);
  const typeOf = typeFinder(feed);
  for (const reading of feed.meterReadings) {
    const sums = sumsOf.get(reading);
    if (sums === undefined) continue;
    points.of(reading).series.push({ order: reading.order, types: typeOf(reading), sums });
  }
  for (const summary of feed.summaries) points.of(summary).summaries.push(summary);
  const timeOf = timeFinder(feed);
  return { points: points.all.map((point, at) => pointData(point, at + 1, timeOf)), strayBlocks };
}

function pointData(
  { link, object, series, summaries }: Point,
  order: number,
  timeOf: (point: EspiObject | undefined) => EspiObject | undefined,
): PointData {
  return {
    order,
    ...defined({ link, kind: object?.fields.get('ServiceCategory/kind'), time: timeOf(object) }),
    series,
    summaries,
  };
}

function timeFinder(feed: EspiFeed): (point: EspiObject | undefined) => EspiObject | undefined {
  const bySelf = new Map(feed.times.map((time) => [time.self ?? '', time]));
  const only = feed.times.length === 1 ? feed.times[0] : undefined;
  return (point) => {
    const related = point?.related ?? [];
    return firstOf(related, bySelf) ?? (names(related, 'LocalTimeParameters') ? undefined : only);
  };
}

/** True where links lead to an object of a kind. What names its own is never given another, even where only one is there. */
function names(links: readonly string[], kind: string): boolean {
  return links.some((link) => link.includes(`/${kind}/`));
}

/**
 * Gives each meter reading the sums that its own link, or one of the links it names, leads to: all of one meter in one, so that
 * what stands in two blocks counts once. Where no link leads anywhere, and there is one meter reading, all are its.
 */
function shareSums(feed: EspiFeed): { sumsOf: Map<EspiObject, IntervalSums>; strayBlocks: number } {
  const byLink = readingsByLink(feed);
  const linked = [...feed.sums.keys()].some((key) => byLink.has(key) || names([key], 'MeterReading'));
  const only = feed.meterReadings.length === 1 && !linked ? feed.meterReadings[0] : undefined;
  const sumsOf = new Map<EspiObject, IntervalSums>();
  let strayBlocks = 0;
  for (const [key, sums] of feed.sums) {
    const reading = byLink.get(key) ?? only;
    const before = reading === undefined ? undefined : sumsOf.get(reading);
    if (reading === undefined) strayBlocks += 1;
    else if (before === undefined) sumsOf.set(reading, sums);
    else before.merge(sums);
  }
  return { sumsOf, strayBlocks };
}

function readingsByLink(feed: EspiFeed): Map<string, EspiObject> {
  const byLink = new Map<string, EspiObject>();
  for (const reading of feed.meterReadings) {
    for (const link of [reading.self ?? '', ...reading.related]) {
      const above = link.replace(/\/IntervalBlock$/, '');
      if (!byLink.has(above)) byLink.set(above, reading);
    }
  }
  return byLink;
}

/** The reading type of a meter reading; several where the file describes one type in different ways. */
function typeFinder(feed: EspiFeed): (reading: EspiObject) => readonly EspiObject[] {
  const bySelf = new Map<string, EspiObject[]>();
  for (const type of feed.readingTypes) {
    const same = bySelf.get(type.self ?? '') ?? [];
    if (!same.some((other) => sameFields(other, type))) bySelf.set(type.self ?? '', [...same.slice(0, 1), type]);
  }
  const byReading = new Map(
    feed.readingTypes.flatMap((type) => [...type.related, ...type.up].map((link) => [link, [type]])),
  );
  const only = feed.readingTypes.length === 1 ? feed.readingTypes : [];
  return (reading) =>
    firstOf(reading.related, bySelf) ??
    byReading.get(reading.self ?? '') ??
    (names(reading.related, 'ReadingType') ? [] : only);
}

function sameFields(a: EspiObject, b: EspiObject): boolean {
  return a.fields.size === b.fields.size && [...a.fields].every(([name, value]) => b.fields.get(name) === value);
}

function firstOf<T>(links: readonly string[], map: ReadonlyMap<string, T>): T | undefined {
  const link = links.find((name) => map.has(name));
  return link === undefined ? undefined : map.get(link);
}

const BELOW_POINT = /^(.*\/UsagePoint\/[^/]+)\/(?:MeterReading|(?:ElectricPower)?UsageSummary)(?:\/[^/]+)?$/;

class Points {
  readonly all: Point[] = [];
  readonly #byLink = new Map<string, Point>();
  readonly #byRelated = new Map<string, Point>();

  constructor(objects: readonly EspiObject[]) {
    for (const object of objects) {
      const point = this.#add({ ...defined({ link: object.self }), object, series: [], summaries: [] });
      for (const link of object.related) this.#byRelated.set(link, point);
    }
  }

  /** The usage point that an object belongs to; a new one where the file has no object for it. */
  of(child: EspiObject): Point {
    const links = [...child.up, ...(child.self === undefined ? [] : [child.self])];
    const named = links.flatMap((link) => BELOW_POINT.exec(link)?.[1] ?? []);
    const found = firstOf([...named, ...child.up], this.#byLink) ?? firstOf(links, this.#byRelated);
    if (found !== undefined) return found;
    const only = this.all.length === 1 && named.length === 0 ? this.all[0] : undefined;
    return only ?? this.#add({ ...defined({ link: named[0] }), series: [], summaries: [] });
  }

  #add(point: Point): Point {
    this.all.push(point);
    if (point.link !== undefined) this.#byLink.set(point.link, point);
    return point;
  }
}

/** The reading type that a summary refers to, where it is in the file. */
export function referredType(feed: EspiFeed, reference: string | undefined): EspiObject | undefined {
  return reference === undefined ? undefined : feed.readingTypes.find((type) => type.self === linkPath(reference));
}
