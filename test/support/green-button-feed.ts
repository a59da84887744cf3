import assert from 'node:assert/strict';
import { type BillItem, type BillLine, type ReadOptions, readBills } from '../../src/bills/index.ts';

// Green Button files of the tests' own making.

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export function readBytes(file: Uint8Array, options: ReadOptions = {}, size = 1 << 16): Promise<BillItem[]> {
  return Array.fromAsync(readBills({ body: pieces(file, size), options }));
}

export function read(file: string, options: ReadOptions = {}, size = 1 << 20): Promise<BillItem[]> {
  return readBytes(Buffer.from(file), options, size);
}

export function lines(items: readonly BillItem[]): BillLine[] {
  return items.map((item) => {
    assert.ok('line' in item, JSON.stringify(item));
    return item.line;
  });
}

export function brief(items: readonly BillItem[]): string[][] {
  return items.map((item) =>
    'line' in item
      ? [
          item.line.flow,
          item.line.start,
          item.line.end,
          item.line.quantity,
          ...item.line.warnings.map(({ code }) => code),
        ]
      : [item.rejected.code, item.where],
  );
}

export const BASE = '/espi/1_1/resource/Subscription/9/UsagePoint/1';
/** 2022-01-10 00:00 in New York. */
export const MIDNIGHT = 1_641_790_800;
export const DAY = 86_400;

export function entry(links: Record<string, string | string[]>, object: string): string {
  const tags = Object.entries(links).flatMap(([rel, hrefs]) =>
    [hrefs].flat().map((href) => `<link rel="${rel}" href="${href}"/>`),
  );
  return `<entry>${tags.join('')}<content>${object}</content></entry>`;
}

export const espi = (name: string, inner: string) => `<${name} xmlns="http://naesb.org/espi">${inner}</${name}>`;
export const fields = (values: Record<string, string | number>) =>
  Object.entries(values)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('');

export const point = (kind: number | string = 0, base = BASE) =>
  entry(
    { self: base, up: '/espi/1_1/resource/Subscription/9/UsagePoint' },
    espi('UsagePoint', `<ServiceCategory><kind>${kind}</kind></ServiceCategory>`),
  );
export const eastern = entry(
  { self: '/espi/1_1/resource/LocalTimeParameters/1' },
  espi(
    'LocalTimeParameters',
    fields({ dstEndRule: 'B40E2000', dstOffset: 3600, dstStartRule: '360E2000', tzOffset: -18_000 }),
  ),
);
export const type = (change: Record<string, string | number> = {}, id = '1') =>
  entry(
    { self: `/espi/1_1/resource/ReadingType/${id}` },
    espi('ReadingType', fields({ accumulationBehaviour: 4, commodity: 1, flowDirection: 1, uom: 72, ...change })),
  );
export const meter = (id = '1', typeId = id, base = BASE) =>
  entry(
    {
      self: `${base}/MeterReading/${id}`,
      up: `${base}/MeterReading`,
      related: [`/espi/1_1/resource/ReadingType/${typeId}`],
    },
    espi('MeterReading', ''),
  );

export type Read = readonly [start: number, seconds: number, value: number | string, quality?: number];
export const readings = (list: readonly Read[]) =>
  list
    .map(([start, duration, value, quality]) => {
      const mark = quality === undefined ? '' : `<ReadingQuality><quality>${quality}</quality></ReadingQuality>`;
      return `<IntervalReading>${mark}<timePeriod>${fields({ duration, start })}</timePeriod><value>${value}</value></IntervalReading>`;
    })
    .join('');
export const block = (list: readonly Read[], id = '1', base = BASE) =>
  entry(
    { self: `${base}/MeterReading/${id}/IntervalBlock/1`, up: `${base}/MeterReading/${id}/IntervalBlock` },
    espi('IntervalBlock', readings(list)),
  );
export const summary = (change: Record<string, string>, name = 'UsageSummary') =>
  entry(
    { self: `${BASE}/${name}/1`, up: `${BASE}/${name}` },
    espi(
      name,
      Object.entries(change)
        .map(([key, value]) => `<${key}>${value}</${key}>`)
        .join(''),
    ),
  );
export const period = (start: number, duration: number) => fields({ duration, start });
export const watthours = (value: number, more: Record<string, string | number> = {}) =>
  fields({ powerOfTenMultiplier: 0, uom: 72, value, ...more });
export const feed = (...entries: string[]) =>
  `<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Sample Power</title>${entries.join('')}</feed>`;

/** Hourly readings of whole days from MIDNIGHT on. */
export const hours = (days: number, value = 500, from = MIDNIGHT): Read[] =>
  Array.from({ length: days * 24 }, (_, hour) => [from + hour * 3_600, 3_600, value] as const);
