import { ChannelError } from '../emissions/index.ts';
import { qualityFlags } from './espi-codes.ts';
import { type Budget, fileBudget, IntervalSums, NEGATIVE } from './interval-sums.ts';
import { walkXml } from './xml.ts';

/** An object of the feed with its links, as far as they are needed. Links are without scheme and host. */
export interface EspiObject {
  /** Position among the file's objects of its kind, from 1. */
  readonly order: number;
  readonly self?: string;
  readonly up: readonly string[];
  readonly related: readonly string[];
  readonly fields: ReadonlyMap<string, string>;
}

/** What a Green Button file holds: objects in file order, and interval readings summed by the link that leads to their meter reading. */
export interface EspiFeed {
  readonly title: string;
  readonly usagePoints: readonly EspiObject[];
  readonly meterReadings: readonly EspiObject[];
  readonly readingTypes: readonly EspiObject[];
  readonly times: readonly EspiObject[];
  readonly summaries: readonly EspiObject[];
  readonly sums: ReadonlyMap<string, IntervalSums>;
}

const ATOM = 'http://www.w3.org/2005/Atom';
const ESPI = 'http://naesb.org/espi';
/** Objects kept of one file, and longest value: both far beyond any real one. */
const MAX_OBJECTS = 20_000;
const MAX_VALUE = 500;
const YEAR_1990 = 631_152_000;
const YEAR_2200 = 7_258_118_400;

const kinds = {
  UsagePoint: 'usagePoints',
  MeterReading: 'meterReadings',
  ReadingType: 'readingTypes',
  LocalTimeParameters: 'times',
  UsageSummary: 'summaries',
  ElectricPowerUsageSummary: 'summaries',
} as const satisfies Record<string, keyof EspiFeed>;

/** Fields of the kept objects that are read; all others, costs and names among them, are passed over. */
const wanted: ReadonlySet<string> = new Set([
  'ServiceCategory/kind',
  'accumulationBehaviour',
  'commodity',
  'dataQualifier',
  'flowDirection',
  'powerOfTenMultiplier',
  'uom',
  'dstStartRule',
  'dstEndRule',
  'dstOffset',
  'tzOffset',
  'billingPeriod/start',
  'billingPeriod/duration',
  'overallConsumptionLastPeriod/powerOfTenMultiplier',
  'overallConsumptionLastPeriod/uom',
  'overallConsumptionLastPeriod/value',
  'overallConsumptionLastPeriod/readingTypeRef',
  'currentBillingPeriodOverAllConsumption/powerOfTenMultiplier',
  'currentBillingPeriodOverAllConsumption/timeStamp',
  'currentBillingPeriodOverAllConsumption/uom',
  'currentBillingPeriodOverAllConsumption/value',
  'qualityOfReading',
  'statusTimeStamp',
]);

type Kept = { -readonly [K in keyof EspiObject]: EspiObject[K] extends readonly (infer T)[] ? T[] : EspiObject[K] };

/**
 * Reads a Green Button file (ESPI objects in an Atom feed) in one pass, elements in any order. Readings are summed as they
 * come; customer data (names, addresses) lies in another namespace and is passed over.
 * @throws {ChannelError} FILE_MALFORMED
 */
export async function readFeed(text: AsyncIterable<string>, phase: number): Promise<EspiFeed> {
  const collector = new FeedCollector(phase);
  await walkXml(text, collector);
  return collector.feed;
}

class FeedCollector {
  readonly feed = {
    title: '',
    usagePoints: [] as EspiObject[],
    meterReadings: [] as EspiObject[],
    readingTypes: [] as EspiObject[],
    times: [] as EspiObject[],
    summaries: [] as EspiObject[],
    sums: new Map<string, IntervalSums>(),
  };
  readonly #phase: number;
  readonly #budget: Budget = fileBudget();
  /** Local names from the root down; an element of a foreign namespace stands as an empty name. */
  readonly #path: string[] = [];
  #text = '';
  #kept = 0;
  #blocks = 0;
  /** Links of the entry, and its objects, which may come before the links. */
  #links: { self?: string; up: string[]; related: string[] } = { up: [], related: [] };
  #objects: { kind: keyof typeof kinds; fields: Map<string, string> }[] = [];
  #sums: IntervalSums | undefined;
  #reading: { start?: string; duration?: string; value?: string; flags: number } | undefined;
  /** Depth of the object being read; 0 outside. */
  #objectDepth = 0;

  constructor(phase: number) {
    this.#phase = phase;
  }

  open(uri: string, name: string, attributes: Readonly<Record<string, { readonly value: string }>>): void {
    this.#text = '';
    const known = uri === ATOM || uri === ESPI;
    this.#path.push(known ? name : '');
    if (uri === ATOM && name === 'link') this.#link(attributes.rel?.value, attributes.href?.value);
    else if (uri === ESPI && this.#objectDepth === 0) this.#openObject(name);
    else if (uri === ESPI && name === 'IntervalReading' && this.#sums !== undefined) this.#reading = { flags: 0 };
  }

  text(text: string): void {
    if (this.#text.length + text.length <= MAX_VALUE) this.#text += text;
    else if (this.#objectDepth > 0) this.#text = this.#text.padEnd(MAX_VALUE + 1, '?');
  }

  close(): void {
    const name = this.#path.at(-1) as string;
    if (this.#objectDepth > 0) this.#closeInside(name);
    else if (name === 'title' && this.#path.length === 2) this.feed.title = this.#text.trim().slice(0, 100);
    else if (name === 'entry') this.#closeEntry();
    this.#path.pop();
    this.#text = '';
  }

  #openObject(name: string): void {
    if (name === 'IntervalBlock') {
      this.#blocks += 1;
      this.#sums ??= new IntervalSums(this.#phase, this.#budget);
    } else if (isKind(name)) {
      this.#kept += 1;
      if (this.#kept > MAX_OBJECTS) throw malformed(`the file holds more than ${MAX_OBJECTS} objects`);
      this.#objects.push({ kind: name, fields: new Map() });
    } else return;
    this.#objectDepth = this.#path.length;
  }

  #closeInside(name: string): void {
    if (this.#path.length === this.#objectDepth) {
      this.#objectDepth = 0;
      if (!this.#path.includes('entry')) this.#closeEntry();
      return;
    }
    if (this.#path[this.#objectDepth - 1] === 'IntervalBlock') this.#closeInBlock(name);
    else {
      const path = this.#path.slice(this.#objectDepth).join('/');
      if (wanted.has(path)) this.#objects.at(-1)?.fields.set(path, this.#value());
    }
  }

  #closeInBlock(name: string): void {
    const reading = this.#reading;
    if (reading === undefined) return;
    if (name === 'IntervalReading') {
      this.#reading = undefined;
      this.#add(reading);
    } else if (name === 'value') reading.value = this.#value();
    else if (name === 'quality') reading.flags |= qualityFlags(this.#value());
    else if (this.#path.at(-2) === 'timePeriod') {
      if (name === 'start') reading.start = this.#value();
      else if (name === 'duration') reading.duration = this.#value();
    }
  }

  #value(): string {
    const value = this.#text.trim();
    if (value.length > MAX_VALUE) throw malformed('a value is longer than 500 characters');
    return value;
  }

  /** A reading without a value is a gap, never a zero. */
  #add({ start, duration, value, flags }: { start?: string; duration?: string; value?: string; flags: number }): void {
    const where = `IntervalBlock ${this.#blocks}`;
    if (value === undefined || value === '') return;
    if (start === undefined || duration === undefined) throw malformed('a reading has no start or no duration', where);
    if (!/^-?[0-9]{1,15}$/.test(value)) throw malformed('the value of a reading is not a whole number', where);
    const from = epochSeconds(start);
    if (from === undefined || !/^[0-9]{1,9}$/.test(duration)) {
      throw malformed('the time of a reading is not a number of seconds between 1990 and 2200', where);
    }
    const amount = BigInt(value);
    const sign = amount < 0n ? NEGATIVE : 0;
    this.#sums?.add({ start: from, seconds: Number(duration), value: amount, flags: flags | sign });
  }

  #link(rel: string | undefined, href: string | undefined): void {
    if (href === undefined || !this.#path.includes('entry')) return;
    const link = linkPath(href);
    if (rel === 'self') this.#links.self = link;
    else if (rel === 'up' && this.#links.up.length < 100) this.#links.up.push(link);
    else if (rel === 'related' && this.#links.related.length < 10_000) this.#links.related.push(link);
  }

  #closeEntry(): void {
    for (const { kind, fields } of this.#objects) {
      const list = this.feed[kinds[kind]];
      const object: Kept = { order: list.length + 1, ...this.#links, fields };
      list.push(object);
    }
    if (this.#sums !== undefined) this.#keepSums(this.#sums);
    this.#links = { up: [], related: [] };
    this.#objects = [];
    this.#sums = undefined;
  }

  /**
   * Sums are kept by the meter reading that the block's own links name; only where they name none, by the block itself,
   * because then the meter reading names the block.
   */
  #keepSums(sums: IntervalSums): void {
    if (sums.isEmpty) return;
    const above = this.#links.up.find((link) => /\/MeterReading\/[^/]+(\/IntervalBlock)?$/.test(link));
    const key = above?.replace(/\/IntervalBlock$/, '') ?? this.#links.self ?? `block ${this.#blocks}`;
    const before = this.feed.sums.get(key);
    if (before === undefined) this.feed.sums.set(key, sums);
    else before.merge(sums);
  }
}

function isKind(name: string): name is keyof typeof kinds {
  return Object.hasOwn(kinds, name);
}

/** Seconds since 1970 of a time in seconds, or in milliseconds as some utilities write it; undefined outside 1990 to 2200. */
export function epochSeconds(text: string): number | undefined {
  if (!/^[0-9]{1,16}$/.test(text)) return undefined;
  const given = Number(text);
  const seconds = given >= YEAR_1990 * 1_000 ? Math.floor(given / 1_000) : given;
  return seconds >= YEAR_1990 && seconds <= YEAR_2200 ? seconds : undefined;
}

/** A link without scheme, host and closing slash: files mix absolute and relative ones. */
export function linkPath(href: string): string {
  return href
    .trim()
    .slice(0, MAX_VALUE)
    .replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '')
    .replace(/\/+$/, '');
}

function malformed(message: string, where?: string): ChannelError {
  return new ChannelError('FILE_MALFORMED', message, where === undefined ? {} : { where });
}
