import { ChannelError } from '../emissions/index.ts';
import type { EspiObject } from './espi-feed.ts';
import { nameOf, numberOf } from './espi-names.ts';
import { BlockReadings } from './espi-readings.ts';
import { linkPath, MAX_VALUE } from './espi-values.ts';
import { type Budget, fileBudget, IntervalSums } from './interval-sums.ts';
import type { XmlHandler } from './xml.ts';
import type { Attributes } from './xml-names.ts';

/** Objects kept of one file, links of one entry, and characters of links and values kept in all: far beyond any real file. */
const MAX_OBJECTS = 20_000;
const MAX_LINKS = 10_000;
const MAX_KEPT_CHARACTERS = 16_000_000;

const kinds = {
  UsagePoint: 'usagePoints',
  MeterReading: 'meterReadings',
  ReadingType: 'readingTypes',
  LocalTimeParameters: 'times',
  UsageSummary: 'summaries',
  ElectricPowerUsageSummary: 'summaries',
} as const;

type Kind = keyof typeof kinds;

/** Fields of the kept objects that are read; all others, costs and names among them, are passed over. */
const wanted: ReadonlySet<string> = new Set([
  'ServiceCategory/kind',
  'accumulationBehaviour',
  'commodity',
  'consumptionTier',
  'cpp',
  'dataQualifier',
  'defaultQuality',
  'flowDirection',
  'powerOfTenMultiplier',
  'tou',
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

interface Links {
  self?: string;
  readonly up: string[];
  readonly related: string[];
}

/** Gathers what `readFeed` gives while the document is walked. */
export class FeedCollector implements XmlHandler {
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
  readonly #readings = new BlockReadings();
  /** Names from the root down. */
  readonly #path: number[] = [];
  #depth = 0;
  #text = '';
  /** True while the innermost element has had none inside. */
  #leaf = false;
  #objectCount = 0;
  #keptCharacters = 0;
  #blocks = 0;
  #entryDepth = 0;
  /** Links of the entry, and its objects, which may come before the links. */
  #links: Links = { up: [], related: [] };
  #objects: { kind: Kind; fields: Map<string, string> }[] = [];
  /** Sums of the entry's blocks while its links do not say yet whose they are. */
  #sums: IntervalSums | undefined;
  /** Depth of the object being read; 0 outside. */
  #objectDepth = 0;
  #inBlock = false;

  constructor(phase: number) {
    this.#phase = phase;
  }

  open(name: number, attributes: Attributes): void {
    this.#text = '';
    this.#leaf = true;
    this.#path[this.#depth] = name;
    this.#depth += 1;
    if (this.#inBlock) {
      if (name === numberOf.IntervalReading) this.#readings.openReading();
    } else if (this.#objectDepth === 0 && name !== 0) {
      if (name === numberOf.link) this.#link(attributes.rel, attributes.href);
      else if (name === numberOf.entry) this.#openEntry();
      else this.#openObject(name);
    }
  }

  text(text: string): void {
    this.#text = this.#text === '' ? text : joined(this.#text, text);
  }

  close(): void {
    this.#depth -= 1;
    const name = this.#path[this.#depth] as number;
    if (this.#inBlock) {
      if (this.#depth + 1 === this.#objectDepth) this.#closeObject();
      else if (name !== 0) this.#closeInBlock(name);
    } else if (this.#objectDepth > 0) this.#closeInside();
    else if (name === numberOf.entry && this.#depth + 1 === this.#entryDepth) this.#closeEntry();
    else if (name === numberOf.title && this.#depth === 1) this.feed.title = copied(this.#text.trim().slice(0, 100));
    this.#text = '';
    this.#leaf = false;
  }

  #closeInBlock(name: number): void {
    if (!this.#leaf && isValue(name)) throw malformed('a value holds elements');
    this.#readings.close(name, this.#path[this.#depth - 1] as number, this.#text);
  }

  #openEntry(): void {
    if (this.#entryDepth > 0) throw malformed('an entry stands in an entry');
    this.#entryDepth = this.#depth;
  }

  #openObject(name: number): void {
    if (name === numberOf.IntervalBlock) {
      this.#blocks += 1;
      this.#inBlock = true;
      this.#readings.begin(this.#sumsOfBlock(), this.#blocks);
    } else {
      const kind = nameOf[name] as string;
      if (!isKind(kind)) return;
      this.#objectCount += 1;
      if (this.#objectCount > MAX_OBJECTS) throw tooLarge(`the file describes more than ${MAX_OBJECTS} objects`);
      this.#objects.push({ kind, fields: new Map() });
    }
    this.#objectDepth = this.#depth;
  }

  /** The sums of the meter reading that the entry's links name already, else sums of the entry's own. */
  #sumsOfBlock(): IntervalSums {
    const key = this.#linkAbove();
    if (key === undefined || this.#sums !== undefined) {
      this.#sums ??= new IntervalSums(this.#phase, this.#budget);
      return this.#sums;
    }
    let sums = this.feed.sums.get(key);
    if (sums === undefined) {
      sums = new IntervalSums(this.#phase, this.#budget);
      this.feed.sums.set(key, sums);
    }
    return sums;
  }

  #closeInside(): void {
    if (this.#depth + 1 === this.#objectDepth) {
      this.#closeObject();
      return;
    }
    const names = this.#path.slice(this.#objectDepth, this.#depth + 1).map((name) => nameOf[name]);
    const path = names.join('/');
    if (!wanted.has(path)) return;
    if (!this.#leaf) throw malformed('a value holds elements');
    const fields = this.#objects.at(-1)?.fields;
    const value = this.#value();
    if ((fields?.get(path) ?? value) !== value) throw malformed('an object states a value twice, and not the same');
    fields?.set(path, this.#keep(value));
  }

  #closeObject(): void {
    this.#objectDepth = 0;
    this.#inBlock = false;
    if (this.#entryDepth === 0) this.#closeEntry();
  }

  #value(): string {
    const value = this.#text.trim();
    if (value.length > MAX_VALUE) throw malformed(`a value is longer than ${MAX_VALUE} characters`);
    return value;
  }

  #link(rel: string | undefined, href: string | undefined): void {
    if (href === undefined || this.#entryDepth === 0) return;
    const list = rel === 'up' ? this.#links.up : rel === 'related' ? this.#links.related : undefined;
    if (rel === 'self') this.#links.self = this.#keep(linkPath(href));
    if (list === undefined) return;
    if (list.length === MAX_LINKS) throw tooLarge(`an entry has more than ${MAX_LINKS} links`);
    list.push(this.#keep(linkPath(href)));
  }

  /** A text that is kept: without the piece of the file that it was cut from, and within what a file may take. */
  #keep(text: string): string {
    this.#keptCharacters += text.length;
    if (this.#keptCharacters > MAX_KEPT_CHARACTERS)
      throw tooLarge('the links and descriptions of the file are too many');
    return copied(text);
  }

  #closeEntry(): void {
    for (const { kind, fields } of this.#objects) {
      const list = this.feed[kinds[kind]];
      list.push({ order: list.length + 1, ...this.#links, fields });
    }
    if (this.#sums !== undefined) this.#keepSums(this.#sums);
    if (this.#objects.length === 0) this.#forget(this.#links);
    this.#entryDepth = 0;
    this.#links = { up: [], related: [] };
    this.#objects = [];
    this.#sums = undefined;
  }

  /** Links of an entry that keeps no object are gone: they take nothing any more. */
  #forget({ self = '', up, related }: Links): void {
    this.#keptCharacters -= [self, ...up, ...related].reduce((sum, link) => sum + link.length, 0);
  }

  /** The meter reading that the links of the entry's blocks lead to, where they do. */
  #linkAbove(): string | undefined {
    return this.#links.up
      .find((link) => /\/MeterReading\/[^/]+(\/IntervalBlock)?$/.test(link))
      ?.replace(/\/IntervalBlock$/, '');
  }

  /**
   * Sums are kept by the meter reading that the block's own links name; only where they name none, by the block itself,
   * because then the meter reading names the block.
   */
  #keepSums(sums: IntervalSums): void {
    if (sums.isEmpty) return;
    const key = this.#linkAbove() ?? this.#keep(this.#links.self ?? `block ${this.#blocks}`);
    const before = this.feed.sums.get(key);
    if (before === undefined) this.feed.sums.set(key, sums);
    else before.merge(sums);
  }
}

/** Names of readings' values stand together in the vocabulary. */
function isValue(name: number): boolean {
  return name >= numberOf.start && name <= numberOf.cpp;
}

function isKind(name: string): name is Kind {
  return Object.hasOwn(kinds, name);
}

/** Longest text of one element, in characters; comments and CDATA sections can cut it into pieces. */
const MAX_TEXT = 1_048_576;

function joined(before: string, text: string): string {
  if (before.length + text.length > MAX_TEXT)
    throw malformed(`the text of an element is longer than ${MAX_TEXT} characters`);
  return before + text;
}

/** Of a long text V8 keeps a cut as a view, and the whole with it. */
function copied(text: string): string {
  return text.length < 13 ? text : Buffer.from(text, 'utf16le').toString('utf16le');
}

function malformed(message: string): ChannelError {
  return new ChannelError('FILE_MALFORMED', message);
}

function tooLarge(message: string): ChannelError {
  return new ChannelError('FILE_TOO_LARGE', message, { fix: 'Split the file by meter or by year.' });
}
