import fc from 'fast-check';
import { randomNumbers } from '../../bench/random.ts';
import { entry, espi, feed, fields, readings } from './green-button-feed.ts';

// Green Button files with the totals that they must give. The totals are counted from the readings as they are made, with civil
// days by the published rules of each zone's clocks, and nothing of the reader's.

const DAY = 86_400;

/** Clocks of a zone: offset from UTC, and the UTC seconds at which summer time begins and ends in a year. */
interface Clocks {
  readonly zone: string;
  readonly offset: number;
  readonly summer?: (year: number) => readonly [begin: number, end: number];
  /** Whether the file states the zone by its rules; else it is told by option. */
  readonly stated: boolean;
}

/** Day of the month of the n-th Sunday of a month, or of the last with n = 0. */
function sunday(year: number, month: number, n: number): number {
  const first = 1 + ((7 - new Date(Date.UTC(year, month, 1)).getUTCDay()) % 7);
  if (n > 0) return first + 7 * (n - 1);
  const days = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return first + 7 * Math.floor((days - first) / 7);
}

const utc = (year: number, month: number, day: number) => Date.UTC(year, month, day) / 1_000;
/** United States: second Sunday of March to first Sunday of November, at 02:00 of the clock before. */
const american = (offset: number) => (year: number) =>
  [
    utc(year, 2, sunday(year, 2, 2)) + 7_200 - offset,
    utc(year, 10, sunday(year, 10, 1)) + 7_200 - offset - 3_600,
  ] as const;
/** European Union: last Sunday of March to last Sunday of October, at 01:00 UTC. */
const european = (year: number) =>
  [utc(year, 2, sunday(year, 2, 0)) + 3_600, utc(year, 9, sunday(year, 9, 0)) + 3_600] as const;

const clocks: readonly Clocks[] = [
  { zone: 'America/Los_Angeles', offset: -28_800, summer: american(-28_800), stated: true },
  { zone: 'America/New_York', offset: -18_000, summer: american(-18_000), stated: true },
  { zone: 'America/Phoenix', offset: -25_200, stated: true },
  { zone: 'Europe/Berlin', offset: 3_600, summer: european, stated: false },
  { zone: 'Asia/Kolkata', offset: 19_800, stated: false },
];

function localDay({ offset, summer }: Clocks, instant: number): number {
  const [begin, end] = summer?.(new Date((instant + offset) * 1_000).getUTCFullYear()) ?? [0, 0];
  return Math.floor((instant + offset + (instant >= begin && instant < end ? 3_600 : 0)) / DAY);
}

function startOfDay(of: Clocks, day: number): number {
  const standard = day * DAY - of.offset;
  return localDay(of, standard - 3_600) === day ? standard - 3_600 : standard;
}

/** What a series measures: kind of the usage point, its codes, and the unit and power of ten in which it must come out. */
const measures = [
  { kind: 0, commodity: 1, uom: 72, name: 'electricity', unit: 'kWh', power: -3 },
  { kind: 1, commodity: 7, uom: 169, name: 'natural-gas', unit: 'therm', power: 0 },
  { kind: 1, commodity: 7, uom: 119, name: 'natural-gas', unit: 'ft3', power: 0 },
  { kind: 2, commodity: 9, uom: 128, name: 'water', unit: 'US gallon', power: 0 },
  { kind: 2, commodity: 9, uom: 42, name: 'water', unit: 'm3', power: 0 },
  { kind: 4, commodity: 12, uom: 31, name: 'heat', unit: 'kJ', power: -3 },
  { kind: 4, commodity: 10, uom: 132, name: 'steam', unit: 'kBtu', power: -3 },
] as const;

/** Days around which clocks change, months and years end, as days since 1970. */
const edges = ['2022-03-13', '2022-11-06', '2023-03-26', '2023-10-29', '2021-12-31', '2024-02-29', '2022-06-30'].map(
  (date) => Date.parse(date) / 1_000 / DAY,
);

const meterModel = fc.record({
  measure: fc.constantFrom(...measures),
  exported: fc.boolean(),
  edge: fc.constantFrom(...edges),
  before: fc.integer({ min: 0, max: 2 }),
  days: fc.integer({ min: 1, max: 4 }),
  step: fc.constantFrom(300, 900, 1_800, 3_600, 0),
  multiplier: fc.integer({ min: -12, max: 12 }),
  values: fc.array(fc.nat(99_999), { minLength: 1, maxLength: 9 }),
  /** Every so many readings one is not there; 0 for none. */
  gap: fc.integer({ min: 0, max: 40 }),
  register: fc.boolean(),
});

const model = fc.record({
  clocks: fc.constantFrom(...clocks),
  meters: fc.array(meterModel, { minLength: 1, maxLength: 4 }),
  style: fc.nat(),
});

type Model = typeof model extends fc.Arbitrary<infer T> ? T : never;
type MeterModel = typeof meterModel extends fc.Arbitrary<infer T> ? T : never;

/** A line that a file must give: meter, commodity, flow, first day, day after the last, amount in 10^-15, unit. */
export type ExpectedLine = readonly [string, string, string, string, string, string, string];

export interface GreenButtonCase {
  readonly file: string;
  readonly zone?: string;
  readonly expected: readonly ExpectedLine[];
  /** Whether the file repeats a part of an hour: that cannot be shown to be the same, and may be refused. */
  readonly mayRefuse: boolean;
  /** Whether an object that others name is not in the file. */
  readonly incomplete: boolean;
}

/** Files in any order and layout that say the same, with what they say. */
export const greenButtonCase: fc.Arbitrary<GreenButtonCase> = model.map(caseOf);

function caseOf({ clocks: of, meters, style }: Model): GreenButtonCase {
  const random = randomNumbers(style);
  const entries: string[] = [];
  const expected: ExpectedLine[] = [];
  if (of.stated) entries.push(timeEntry(of));
  for (const [at, one] of meters.entries()) addMeter(entries, expected, one, at + 1, of, random);
  const lost = random() < 0.25 ? without(entries, random) : entries;
  return {
    file: dressed(feed(...shuffled(lost, random)), random),
    ...(of.stated ? {} : { zone: of.zone }),
    expected: expected.toSorted((a, b) => a.join().localeCompare(b.join())),
    mayRefuse: lost !== entries || meters.some(({ step }) => step > 0 && step < 3_600),
    incomplete: lost !== entries,
  };
}

/** The entries without one that others name: readings that lose theirs must not be given another. */
function without(entries: readonly string[], random: () => number): readonly string[] {
  const named = entries.filter(
    (one) =>
      /<(MeterReading|LocalTimeParameters) /.test(one) || (/<ReadingType /.test(one) && !one.includes('related')),
  );
  const lost = named[Math.floor(random() * named.length)];
  return entries.filter((one) => one !== lost);
}

function timeEntry({ offset, summer }: Clocks): string {
  const rules = summer === undefined ? {} : { dstEndRule: 'B40E2000', dstOffset: 3_600, dstStartRule: '360E2000' };
  return entry(
    { self: '/espi/1_1/resource/LocalTimeParameters/1' },
    espi('LocalTimeParameters', fields({ ...rules, tzOffset: offset })),
  );
}

type Made = { start: number; seconds: number; value: number };

function addMeter(
  entries: string[],
  expected: ExpectedLine[],
  one: MeterModel,
  at: number,
  of: Clocks,
  random: () => number,
): void {
  const base = `/espi/1_1/resource/Subscription/5/UsagePoint/${at}`;
  const { measure } = one;
  entries.push(
    entry({ self: base }, espi('UsagePoint', `<ServiceCategory><kind>${measure.kind}</kind></ServiceCategory>`)),
  );
  const flows = measure.kind === 0 && one.exported ? ['delivered', 'exported'] : ['delivered'];
  for (const [index, flow] of flows.entries()) {
    const made = readingsOf(one, of, index);
    expected.push(...expectedOf(made, one, of, [`Subscription/5/UsagePoint/${at}`, measure.name, flow]));
    const type = {
      accumulationBehaviour: one.register ? 1 : 4,
      commodity: measure.commodity,
      flowDirection: flow === 'delivered' ? 1 : 19,
      powerOfTenMultiplier: one.multiplier,
      uom: measure.uom,
    };
    entries.push(...seriesEntries(base, `${at}${index}`, type, one.register ? readsOf(made, random) : made, random));
  }
  if (random() < 0.3) {
    const demand = { accumulationBehaviour: 6, commodity: measure.commodity, flowDirection: 1, uom: 38 };
    entries.push(...seriesEntries(base, `${at}9`, demand, readingsOf(one, of, 3), random));
  }
  if (random() < 0.3) {
    entries.push(entry({ self: `/espi/1_1/resource/ReadingType/u${at}` }, espi('ReadingType', fields({ uom: 169 }))));
  }
}

function readingsOf(one: MeterModel, of: Clocks, shift: number): Made[] {
  const made: Made[] = [];
  let count = 0;
  for (let day = one.edge - one.before; day < one.edge - one.before + one.days; day += 1) {
    const begin = startOfDay(of, day);
    const end = startOfDay(of, day + 1);
    const seconds = one.step === 0 ? end - begin : one.step;
    for (let start = begin; start < end; start += seconds) {
      count += 1;
      // A register has no gaps: what is between two reads is used, whenever.
      if (!one.register && one.gap > 0 && count % (one.gap + 1) === 0) continue;
      made.push({ start, seconds, value: one.values[(count + shift) % one.values.length] as number });
    }
  }
  return made;
}

/** Reads of a register that grows by the readings: one at the begin, one after each. */
function readsOf(made: readonly Made[], random: () => number): Made[] {
  let value = Math.floor(random() * 1e6);
  const reads = made.map(({ start, value: use }) => {
    const read = { start, seconds: 0, value };
    value += use;
    return read;
  });
  const last = made.at(-1);
  if (last !== undefined) reads.push({ start: last.start + last.seconds, seconds: 0, value });
  return reads;
}

function expectedOf(
  made: readonly Made[],
  one: MeterModel,
  of: Clocks,
  [meter, commodity, flow]: readonly [string, string, string],
): ExpectedLine[] {
  const days = new Map<number, bigint>();
  const scale = 10n ** BigInt(one.multiplier + one.measure.power + 15);
  for (const { start, value } of made) {
    const day = localDay(of, start);
    days.set(day, (days.get(day) ?? 0n) + BigInt(value) * scale);
  }
  const runs: { start: number; end: number; sum: bigint }[] = [];
  for (const [day, sum] of [...days].toSorted(([a], [b]) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && last.end === day && iso(day).slice(0, 7) === iso(last.start).slice(0, 7)) {
      last.end += 1;
      last.sum += sum;
    } else runs.push({ start: day, end: day + 1, sum });
  }
  return runs.map(({ start, end, sum }) => [
    meter,
    commodity,
    flow,
    iso(start),
    iso(end),
    String(sum),
    one.measure.unit,
  ]);
}

const iso = (day: number) => new Date(day * DAY * 1_000).toISOString().slice(0, 10);

/** Meter reading, reading type and blocks, with links in one direction or the other. */
function seriesEntries(
  base: string,
  id: string,
  type: Record<string, string | number>,
  made: readonly Made[],
  random: () => number,
): string[] {
  const self = `${base}/MeterReading/${id}`;
  const typeLink = `/espi/1_1/resource/ReadingType/${id}`;
  const parts = splitted(random() < 0.5 ? shuffled(made, random) : made.toReversed(), random);
  const again = random() < 0.3 ? parts.slice(0, 1) : [];
  const blocksNameMeter = random() < 0.6;
  const typeNamesMeter = random() < 0.3;
  const milliseconds = random() < 0.2 ? 1_000 : 1;
  const links = [...parts, ...again].map((_, at) =>
    blocksNameMeter ? `${self}/IntervalBlock/${at}` : `/b/${id}/${at}`,
  );
  const blocks = [...parts, ...again].map((part, at) =>
    entry(
      { self: links[at] as string, ...(blocksNameMeter ? { up: `${self}/IntervalBlock` } : {}) },
      espi(
        'IntervalBlock',
        readings(part.map(({ start, seconds, value }) => [start * milliseconds, seconds, value] as const)),
      ),
    ),
  );
  const related = [...(typeNamesMeter ? [] : [typeLink]), ...(blocksNameMeter ? [] : links)];
  return [
    entry({ self, up: `${base}/MeterReading`, related }, espi('MeterReading', '')),
    entry(
      { self: typeLink, ...(typeNamesMeter ? { related: self } : {}) },
      espi('ReadingType', fields(Object.fromEntries(shuffled(Object.entries(type), random)))),
    ),
    ...blocks,
  ];
}

/** Cuts a list into one to four parts; hours stay whole only by chance. */
function splitted<T>(list: readonly T[], random: () => number): (readonly T[])[] {
  const size = Math.max(1, Math.ceil(list.length / (1 + Math.floor(random() * 4))));
  const parts: (readonly T[])[] = [];
  for (let at = 0; at < list.length; at += size) parts.push(list.slice(at, at + size));
  return parts;
}

function shuffled<T>(list: readonly T[], random: () => number): T[] {
  return list
    .map((one) => [random(), one] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, one]) => one);
}

/** The same document in other clothes: prefixes, blanks, comments, links that are absolute, content before links. */
function dressed(file: string, random: () => number): string {
  let text = file;
  if (random() < 0.3) text = text.replaceAll('href="/espi', 'href="https://utility.example/espi');
  if (random() < 0.3) text = text.replaceAll('><', '>\r\n\t<');
  if (random() < 0.3) text = text.replaceAll('<value>', '<value> <!-- w -->');
  if (random() < 0.3) text = text.replaceAll(/<entry>(.*?)(<content>.*?<\/content>)<\/entry>/gs, '<entry>$2$1</entry>');
  if (random() < 0.3) {
    text = text
      .replaceAll(/<(\/?)(IntervalBlock|IntervalReading|timePeriod|start|duration|value)\b/g, '<$1e:$2')
      .replaceAll('<e:IntervalBlock xmlns=', '<e:IntervalBlock xmlns:e=');
  }
  return text;
}
